"""What trades.py makes: tickets with their labels."""

from dataclasses import dataclass, field

from benchmarks.importing.trade_people import Person


@dataclass(frozen=True)
class Answer:
    """A real answer and the question that it is to."""

    language: str
    question: str
    text: str


@dataclass(frozen=True)
class Plant:
    """Something personal; any of ``values`` that is found again was left."""

    kind: str
    values: frozenset[str]


@dataclass(frozen=True)
class Message:
    """``who`` is customer, agent, bot or note; ``by`` the agent."""

    who: str
    text: str
    by: Person | None = None


@dataclass
class Ticket:
    """``beside`` is what an agent says with the answer, and may stay."""

    language: str
    person: Person
    subject: str
    messages: list[Message]
    answer: Answer | None = None
    plant: Plant | None = None
    number: int = 0
    beside: str = field(default="")
