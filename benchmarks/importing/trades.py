"""Tickets of a trade with labels: how many of their real answers become candidates, how many of the
candidates are usable, and what is left of the personal data that was planted.

    python -m benchmarks.importing.trades TRADE [--count 2000] [--seed 1] [--show 20]

Trades are energy, dental, brewery (short and salty, English and German, Zendesk and Freshdesk) and
library (letters and chats, English, Spanish and French, Intercom and a mail box). The first two are
half a Zendesk export, three tenths a mail box, the others Intercom conversations. In the last two
every sixth person that is named is written without capitals. 300 different answers are hidden in
them, some of them given several times; 200 planted values (names, mail addresses, phone numbers,
cards, IBANs, postal addresses) stand in the tickets that have one: half of the names in words that
no export has in a field. Prints a line of JSON.

An answer is found where a candidate has nine tenths of its words. A candidate is usable where it
has those of one real answer, hardly anything else, four fifths of the question's words, and no
name or number of anybody.
"""

import argparse
import json
import random
import re
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.importing.trade_files import (
    write_freshdesk,
    write_intercom,
    write_mailbox,
    write_zendesk,
)
from benchmarks.importing.trade_people import People, Person, value_of
from benchmarks.importing.trade_tickets import Answer, Message, Plant, Ticket
from chatbot.importing.exports import import_export
from chatbot.importing.sources import ExportOptions

_HERE = Path(__file__).parent
_ANSWERS, _REPEATED, _TIMES = 300, 30, 3
_KINDS = {"name": 90, "mail": 30, "phone": 30, "card": 15, "iban": 15, "address": 20}
_SENTENCES = {"mail": "reach", "phone": "reach", "card": "pay", "iban": "pay", "address": "live"}
_WRITERS = {
    "zendesk": write_zendesk,
    "mailbox": write_mailbox,
    "intercom": write_intercom,
    "freshdesk": write_freshdesk,
}
_USUAL = {"zendesk": 0.5, "mailbox": 0.3, "intercom": 0.2}
_SMALL = 1 / 6  # so many names are written without capitals, where a trade has such


@dataclass(frozen=True)
class _Trade:
    """How a trade writes, and in which systems which share of its tickets is."""

    names: str
    second: bool = False
    chatty: bool = False
    small: bool = False
    shares: dict[str, float] = field(default_factory=lambda: _USUAL)


_TRADES = {
    "energy": _Trade("names"),
    "dental": _Trade("names", second=True, chatty=True),
    "brewery": _Trade("world", small=True, shares={"zendesk": 0.65, "freshdesk": 0.35}),
    "library": _Trade(
        "world", second=True, chatty=True, small=True, shares={"intercom": 0.6, "mailbox": 0.4}
    ),
}
_TOWNS = [
    "Auental",
    "Bremberg",
    "Norby",
    "Saint-Aubin",
    "Kestel",
    "Wijkdam",
    "Rivalta",
    "Holmfirth",
]


class Maker:
    """Tickets of one trade."""

    def __init__(self, trade: str, seed: int) -> None:
        phrases = tomllib.loads((_HERE / f"trade_{trade}.toml").read_text(encoding="utf-8"))
        self.phrases: dict[str, dict[str, Any]] = phrases
        kind = _TRADES[trade]
        self.chatty, self._small = kind.chatty, kind.small
        self.chance = random.Random(f"{trade} {seed}")
        self.people = People(self.chance, kind.names, kind.second)
        self._shares = [phrases[language]["share"] for language in phrases]

    def tickets(self, count: int) -> list[Ticket]:
        """``count`` of them, shuffled."""
        answers = self._answers()
        given = answers + answers[:_REPEATED] * (_TIMES - 1)
        kinds = [kind for kind, times in _KINDS.items() for _ in range(times)]
        self.chance.shuffle(kinds)
        made = [
            self._answered(answer, kinds[n] if n < len(kinds) else "")
            for n, answer in enumerate(self.chance.sample(given, len(given)))
        ]
        made += [self._idle() for _ in range(count - len(made))]
        self.chance.shuffle(made)
        for number, ticket in enumerate(made, 1000):
            ticket.number = number
        return made

    def _answers(self) -> list[Answer]:
        found: dict[str, Answer] = {}
        while len(found) < _ANSWERS:
            language = self._language()
            question, answer = self.chance.choice(self.phrases[language]["qa"])
            slots = self._slots(language)
            made = Answer(language, _fill(question, slots), _fill(answer, slots))
            found.setdefault(made.text, made)
        return list(found.values())

    def _language(self) -> str:
        return self.chance.choices(list(self.phrases), self._shares)[0]

    def _slots(self, language: str) -> dict[str, str]:
        said, chance = self.phrases[language], self.chance
        return {
            "p": chance.choice(said["products"]),
            "f": chance.choice(said["forms"]),
            "m": chance.choice(said["devices"]),
            "t": chance.choice(_TOWNS),
            "n": str(chance.randint(2, 9)),
            "n1": str(chance.randint(0, 9)),
            "d": str(chance.randint(10, 28)),
            "e": str(chance.randint(30, 99)),
        }

    def _say(self, language: str, what: str, **more: str) -> str:
        choices = self.phrases[language][what]
        text: str = choices if isinstance(choices, str) else self.chance.choice(choices)
        return _fill(text, self._slots(language) | more)

    def _asking(self, language: str, person: Person, *said: str) -> Message:
        hello = self._say(language, "hello") if self.chance.random() < 0.8 else ""
        bye = self._say(language, "bye", me=person.name, first=person.first)
        gap = " " if self.chatty else "\n\n"
        text = gap.join(part for part in (hello, " ".join(said), bye) if part)
        if self.chance.random() < 0.05:
            other = self.people.known()
            head = self._say(language, "forward", other=other.name, othermail=other.mail)
            text = f"{head}\n\n{text}"
        return Message("customer", text)

    def _replying(self, language: str, person: Person, agent: Person, *said: str) -> list[Message]:
        whom = self.chance.choice([person.first, person.name, person.name])
        chance = self.chance
        parts = [
            self._say(language, "agent_hello", whom=whom),
            self._say(language, "agent_open") if chance.random() < 0.8 else "",
            " ".join(said),
            self._say(language, "agent_close") if chance.random() < 0.8 else "",
            self._say(language, "agent_bye", agent=agent.name, agentfirst=agent.first),
        ]
        if self.chatty and chance.random() < 0.6:  # a message each, as in a chat
            return [Message("agent", part, agent) for part in parts if part]
        gap = "\n" if self.chatty else "\n\n"
        return [Message("agent", gap.join(part for part in parts if part), agent)]

    def _answered(self, answer: Answer, kind: str) -> Ticket:
        language, person, chance = answer.language, self.people.known(), self.chance
        agent = self.people.agent()
        problem = self._say(language, "problems") if chance.random() < 0.25 else ""
        context = f"{problem[:1].upper()}{problem[1:]}." if problem else ""
        plant, sentence = self._plant(language, kind)
        at_agent = bool(plant) and chance.random() < 0.35
        if at_agent:
            plant, sentence = self._plant(language, kind, "_agent")
        asked = [context, answer.question, "" if at_agent else sentence]
        ticket = Ticket(language, person, answer.question, [], answer, plant)
        if at_agent:
            ticket.beside = sentence
        said = [self._asking(language, person, *(part for part in asked if part))]
        if chance.random() < 0.3:
            said.append(Message("bot", self._say(language, "bots")))
        if chance.random() < 0.2:
            said.append(Message("note", self._say(language, "notes"), agent))
        if chance.random() < 0.2:
            said += self._replying(language, person, agent, self._say(language, "promise"))
        told = [answer.text, sentence] if at_agent else [answer.text]
        said += self._replying(language, person, agent, *told)
        if chance.random() < 0.5:
            said.append(Message("customer", self._say(language, "thanks")))
        ticket.messages = said
        return ticket

    def _idle(self) -> Ticket:
        """One without an answer for anybody else."""
        language, person, agent = self._language(), self.people.known(), self.people.agent()
        problem, chance = self._say(language, "problems"), self.chance
        said = [self._asking(language, person, f"{problem[:1].upper()}{problem[1:]}.")]
        if chance.random() < 0.4:
            said.append(Message("bot", self._say(language, "bots")))
        if chance.random() < 0.3:
            said.append(Message("note", self._say(language, "notes"), agent))
        for what in chance.choice(
            [
                (),
                ("promise",),
                ("back", "done"),
                ("promise", "done"),
                ("done",),
                ("back", "promise"),
            ]
        ):
            said += self._replying(language, person, agent, self._say(language, what))
            if chance.random() < 0.5:
                again = "thanks" if what != "back" else "problems"
                said.append(Message("customer", self._say(language, again)))
        return Ticket(language, person, problem[:60], said)

    def _plant(self, language: str, kind: str, side: str = "") -> tuple[Plant | None, str]:
        if not kind:
            return None, ""
        if kind == "name":
            other = self.people.planted()
            template = self.chance.choice(self.phrases[language][f"person{side}"])
            slots = {"name": other.name, "first": other.first, "last": other.last}
            if self._small and self.chance.random() < _SMALL:
                slots = {part: name.lower() for part, name in slots.items()}
            shown = [part for part in slots if f"{{{part}}}" in template]
            words = {w for part in shown for w in re.findall(r"\w\w+", slots[part])}
            return Plant(kind, frozenset(words)), _fill(template, self._slots(language) | slots)
        value = value_of(kind, language, self.people.planted(), self.chance)
        template = self.chance.choice(self.phrases[language][_SENTENCES[kind] + side])
        part = max(value.split(", ")[:2], key=len) if kind == "address" else value
        return Plant(kind, frozenset([part])), template.replace("{value}", value)


def _fill(template: str, slots: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda match: slots.get(match[1], match[0]), template)


def _words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text.lower()))


def _share(wanted: Counter[str], there: Counter[str]) -> float:
    return sum((wanted & there).values()) / max(1, sum(wanted.values()))


def judge(tickets: list[Ticket], rows: list[dict[str, Any]], show: int) -> dict[str, Any]:
    """The figures of a run."""
    answers = {t.answer.text: t for t in tickets if t.answer}
    questions = {t.answer.text: _words(t.answer.question) for t in tickets if t.answer}
    beside: dict[str, Counter[str]] = {}
    for ticket in tickets:
        if ticket.answer:
            said = beside.setdefault(ticket.answer.text, Counter())
            beside[ticket.answer.text] = said | _words(ticket.beside)
    wanted = {text: _words(text) for text in answers}
    people = {w for t in tickets for w in t.person.name.split()}
    people |= {w for t in tickets for m in t.messages if m.by for w in m.by.name.split()}
    found: set[str] = set()
    usable, why, shown = 0, Counter[str](), []
    for row in rows:
        said = _words(row["answer"])
        best = max(wanted, key=lambda text: _share(wanted[text], said), default="")
        best_share = _share(wanted[best], said)
        problem = ""
        if best_share >= 0.9:
            found.add(best)
            rest = sum((said - wanted[best] - beside[best]).values())
            asked = _share(questions[best], _words(row["question"]))
            if rest > 3 + sum(wanted[best].values()) / 4:
                problem = "more than the answer"
            elif asked < 0.8:
                problem = "not its question"
        else:
            problem = "part of an answer" if best_share >= 0.5 else "no answer"
        left = people & set(re.findall(r"\w+", f"{row['question']} {row['answer']}"))
        if not problem and left:
            problem = "a known name"
        usable += not problem
        if problem:
            why[problem] += 1
            shown.append((problem, row["question"], row["answer"], sorted(left)))
    said_in: dict[str, str] = {}
    marks: dict[str, list[str]] = {}
    for row in rows:
        whole = json.dumps(row, ensure_ascii=False)
        for number in re.findall(r"\d{4,}", " ".join(row["sources"])):
            marks.setdefault(number, []).extend(re.findall(r"\w+", " ".join(row["possible_names"])))
            said_in[number] = f"{said_in.get(number, '')} {whole}"
    planted = [t for t in tickets if t.plant]
    remain = [t for t in planted if t.plant and _left(t.plant, said_in.get(str(t.number), ""))]
    kept = [t.plant for t in remain if t.plant]
    marked = sum(
        bool(t.plant and t.plant.values & set(marks.get(str(t.number), ()))) for t in remain
    )
    missing = [answers[text] for text in wanted if text not in found]
    for problem, question, answer, names in shown[:show]:
        print(f"- {problem} {names}\n  Q {question!r}\n  A {answer!r}")
    for ticket in missing[: show // 2]:
        print(f"- not found: {[m.text for m in ticket.messages]}")
    if show:
        print("left", Counter(p.kind for p in kept), [sorted(p.values) for p in kept])
        print("by language", Counter(ticket.language for ticket in missing))
    return {
        "tickets": len(tickets),
        "answers": len(wanted),
        "found": round(len(found) / len(wanted), 3),
        "candidates": len(rows),
        "usable": round(usable / max(1, len(rows)), 3),
        "why_not": dict(why),
        "planted": len(planted),
        "left": len(kept),
        "left_in_a_mark": marked,
        "candidates_with_a_mark": sum(bool(row["possible_names"]) for row in rows),
        "left_kinds": dict(Counter(p.kind for p in kept)),
    }


def _left(plant: Plant, text: str) -> bool:
    if plant.kind == "name":
        return bool(plant.values & set(re.findall(r"\w+", text)))
    flat = re.sub(r"\s+", " ", text.replace("\\n", " "))
    return any(re.sub(r"\s+", " ", value) in flat for value in plant.values)


def rows_of(trade: str, tickets: list[Ticket], folder: Path) -> Iterator[dict[str, Any]]:
    """The candidates that the importers make of them."""
    begin = 0
    for source, share in _TRADES[trade].shares.items():
        end = begin + round(share * len(tickets))
        path = folder / f"{source}.{'mbox' if source == 'mailbox' else 'json'}"
        _WRITERS[source](tickets[begin:end], path)
        (folder / "knowledge").mkdir(exist_ok=True)
        options = ExportOptions(staff=("service.example",) if source == "mailbox" else ())
        report = import_export(source, path, folder / "knowledge", folder / "rows", options)
        for line in Path(report.candidates_file).read_text(encoding="utf-8").splitlines():
            yield json.loads(line) | {"from": source}
        begin = end


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trade", choices=list(_TRADES))
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=0, help="so many that are not right")
    options = parser.parse_args()
    tickets = Maker(options.trade, options.seed).tickets(options.count)
    with tempfile.TemporaryDirectory() as folder:
        rows = list(rows_of(options.trade, tickets, Path(folder)))
    print(json.dumps({"trade": options.trade} | judge(tickets, rows, options.show)))


if __name__ == "__main__":
    main()
