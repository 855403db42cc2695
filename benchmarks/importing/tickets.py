"""Conversations with hidden answers, made by one who did not write the rules, imported and judged.

    python -m benchmarks.importing.tickets desk|letters|chat [--answers CASES ...] [--show]

Phrases are in ``tickets_<style>.toml``; those of ``desk`` and ``letters`` were written before the
rules were read, those of ``chat`` when they had been mended for these two. ``--answers`` names
files of cases or training rows whose questions and answers, which others wrote, become a third of
the answers. ``letters`` is written as a mail box, the others as an export of Zendesk. 2,000
conversations: 300 have an answer of general use among promises, thanks, questions back, notes,
what was done for one customer, robots and customers who help themselves. 200 names, mail
addresses, phone and card numbers are planted where candidates come from. Prints one line of JSON:
answers that became candidates, candidates that are usable, planted values that are left.

A candidate is usable where at least nine tenths of a hidden answer's words are in it, at least
seven tenths of its words are that answer's, and its question has seven tenths of the question's.
"""

import argparse
import json
import random
import re
import tempfile
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.importing.ticket_files import Message, Person, Ticket, write_desk, write_letters
from chatbot.importing.exports import import_export
from chatbot.importing.sources import ExportOptions

HERE = Path(__file__).parent
WORD = re.compile(r"\w+")
_VARIANT = re.compile(r"\(([^()]*\|[^()]*)\)")  # (one|the other)
STAFF = ["Ondine Kessler", "Tobiah Marsh", "Yrsa Lindqvist", "Cosima Valente"]
FIRST = """Aneurin Betlem Casimir Dorothea Eluned Fioralba Gwendal Henrike Ignazio Jorunn Katarzyna
Leocadia Mirjam Nazaret Oddvar Perpetua Quirin Rosalind Sieglinde Thaddaeus Ulrika Valborg Wendelin
Ximena Yngve Zdenka""".split()  # noqa: SIM905
LAST = """Abernathy Bielawski Cazenave Drummelsmith Echeverria Fjeldstad Giannopoulos Hohenlohe
Iturralde Jankowski Kowalewicz Lafrenière Mogensen Nieuwenhuis Ottesen Przybylski Quattrocchi
Rautenstrauch Szymborska Thorbjornsen Uhlenbeck Villaseñor Wachowiak Yardeni Zubizarreta""".split()  # noqa: SIM905
PHONES = ["+49 40 {a} {b}", "0171 {c}{b}", "+44 7911 {a}", "(415) {c}-{b}", "06 12 {d} {d} {d}",
          "+34 61{d} {c} {c}", "+31 6 {b} {b}", "+39 347 {a}", "415.{c}.{b}",
          "020 7946 {b}"]  # fmt: skip
OTHERS = ("promise", "back", "thanks", "done", "note", "robot", "selfsolved", "talk", "alone")


@dataclass(frozen=True)
class Hidden:
    """An answer, and what it answers."""

    question: str
    answer: str


@dataclass
class Made:
    """Conversations, what is hidden in them, and values that no candidate may hold."""

    tickets: list[Ticket]
    hidden: list[Hidden]
    planted: list[tuple[str, str]] = field(default_factory=list)


class Writer:
    """Draws conversations of a style."""

    def __init__(self, style: dict[str, Any], seed: int) -> None:
        self.chance = random.Random(seed)
        self.style = style
        self.languages = [name for name, value in style.items() if isinstance(value, dict)]
        self.planted: list[tuple[str, str]] = []

    def person(self) -> Person:
        """A customer."""
        name = f"{self.chance.choice(FIRST)} {self.chance.choice(LAST)}"
        at = self.chance.choice(["posteo.example", "mailbox.example", "corp.example"])
        mail = f"{name.split()[0].lower()}.{self.chance.randint(100, 999)}@{at}"
        return Person(name, mail)

    def value(self, kind: str, customer: Person) -> str:
        """A value to plant; half of the names are the customer's own."""
        number = self.chance.randint
        if kind == "name":
            return customer.name if self.chance.random() < 0.5 else self.person().name
        if kind == "mail":
            return customer.mail if self.chance.random() < 0.3 else self.person().mail
        if kind == "card":
            return card(self.chance)
        parts = {"a": number(100000, 999999), "b": number(1000, 9999), "c": number(200, 999)}
        return self.chance.choice(PHONES).format(d=number(10, 99), **parts)

    def plant(self, text: str, customer: Person) -> str:
        """The text with a value in it, which is remembered."""
        for kind in ("name", "mail", "phone", "card"):
            if "{" + kind + "}" in text:
                value = self.value(kind, customer)
                self.planted.append((kind, value))
                text = text.replace("{" + kind + "}", value)
        return text

    def say(self, words: dict[str, Any], kind: str, customer: Person) -> str:
        """A phrase of a kind."""
        first, last = customer.name.split()
        text = _VARIANT.sub(
            lambda match: self.chance.choice(match[1].split("|")), self.chance.choice(words[kind])
        )
        text = text.replace("{n}", str(self.chance.randint(2, 60)))
        tail = str(self.chance.randint(100, 999))
        agent = self.chance.choice(STAFF)
        for name, value in (("first", first), ("last", last), ("agent", agent), ("tail", tail)):
            text = text.replace("{" + name + "}", value)
        return str(text)

    def ask(self, words: dict[str, Any], question: str, customer: Person, plant: bool) -> str:
        """The customer's first message."""
        parts = [
            self.say(words, "hello", STAFF_PERSON),
            self.say(words, "ask", customer).replace("{q}", question),
        ]
        if plant:
            parts.append(self.plant(self.chance.choice(words["personal"]), customer))
        return "\n".join(filter(None, [*parts, customer.name.split()[0]]))

    def reply(self, words: dict[str, Any], core: str, customer: Person, plant: bool) -> str:
        """A reply of the staff with ``core`` in it."""
        chance = self.chance
        body = [self.say(words, "regret", customer)] if chance.random() < 0.6 else []
        if plant:
            body.append(self.plant(chance.choice(words["mention"]), customer))
        body += [self.say(words, "lead", customer), core]
        if chance.random() < 0.2:
            body.append(self.say(words, "back", customer))
        body += [self.say(words, "end", customer)] if chance.random() < 0.7 else []
        joint = chance.choice([" ", "\n", "\n\n"])
        hello, bye = self.say(words, "hello", customer), self.say(words, "bye", customer)
        return "\n\n".join(filter(None, [hello, joint.join(filter(None, body)), bye]))

    def answered(self, words: dict[str, Any], hidden: Hidden, plant: bool) -> Ticket:
        """A conversation with an answer."""
        chance, customer = self.chance, self.person()
        messages = [Message("customer", self.ask(words, hidden.question, customer, plant))]
        if chance.random() < 0.3:
            messages.append(Message("robot", self.robot()))
        if chance.random() < 0.3:
            messages += self.exchange(words, customer)
        parts = halves(hidden.answer) if chance.random() < 0.1 else [hidden.answer]
        for at, part in enumerate(parts):
            messages.append(Message("agent", self.reply(words, part, customer, plant and not at)))
        if chance.random() < 0.6:
            messages.append(Message("customer", self.say(words, "thanks", customer)))
            messages.append(Message("agent", self.say(words, "talk", customer)))
        return Ticket(customer, hidden.question[:60], tuple(messages))

    def exchange(self, words: dict[str, Any], customer: Person) -> list[Message]:
        """A question back or a promise, and what the customer says to it."""
        kind = self.chance.choice(["back", "promise"])
        said = self.reply(words, self.say(words, kind, customer), customer, False)
        return [Message("agent", said), Message("customer", f"V{self.chance.randint(2, 9)}")]

    def robot(self) -> str:
        """What no person wrote."""
        return str(self.chance.choice(self.style["robots"])).replace(
            "{n}", str(self.chance.randint(2, 90))
        )

    def empty(self, words: dict[str, Any], kind: str, question: str) -> Ticket:
        """A conversation without an answer."""
        customer = self.person()
        messages = [Message("customer", self.ask(words, question, customer, False))]
        if kind == "note":
            text = self.chance.choice(self.style["notes"]).replace("{n}", "17")
            messages.append(Message("note", text))
        elif kind == "robot":
            messages.append(Message("robot", self.robot()))
        elif kind == "selfsolved":
            messages.append(Message("customer", self.say(words, kind, customer)))
        elif kind != "alone":
            core = self.say(words, kind if kind != "thanks" else "talk", customer)
            messages.append(Message("agent", self.reply(words, core, customer, False)))
            if kind in ("thanks", "promise", "done"):
                messages.append(Message("customer", self.say(words, "thanks", customer)))
        return Ticket(customer, question[:60], tuple(messages))


WRITERS = {
    "desk": (write_desk, "zendesk"),
    "chat": (write_desk, "zendesk"),
    "letters": (write_letters, "mailbox"),
}
STAFF_PERSON = Person("Team Support", "help@lumen.example")


def card(chance: random.Random) -> str:
    """A card number that its check digit fits, as people write one."""
    digits = [4, *(chance.randint(0, 9) for _ in range(14))]
    doubled = [d * 2 - 9 * (d > 4) if n % 2 == 0 else d for n, d in enumerate(digits)]
    number = "".join(map(str, [*digits, -sum(doubled) % 10]))
    joint = chance.choice(["", " ", "-"])
    return joint.join(number[n : n + 4] for n in range(0, 16, 4))


def halves(text: str) -> list[str]:
    """An answer in two messages, where it has two sentences."""
    head, _, rest = text.partition(". ")
    return [head + ".", rest] if len(rest.split()) > 8 and len(head.split()) > 8 else [text]


def borrowed(files: list[Path], count: int, chance: random.Random) -> list[Hidden]:
    """Questions with answers that others wrote: statements of 12 to 90 words."""
    found = []
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            answer = row.get("answer") or next(iter(row.get("answers") or []), "")
            question = " ".join(str(row["question"]).split())
            good = 12 <= len(answer.split()) <= 90 and "?" not in answer and "?" in question
            if row.get("answerable") and good and 6 <= len(question.split()) <= 60:
                found.append(Hidden(question, " ".join(answer.split())))
    chance.shuffle(found)
    return found[:count]


def drawn(style: dict[str, Any], count: int, chance: random.Random) -> list[tuple[str, Hidden]]:
    """Questions and answers of the style, each with its language, no two alike."""
    found: dict[tuple[str, ...], tuple[str, Hidden]] = {}
    languages = [name for name, value in style.items() if isinstance(value, dict)]
    while len(found) < count:
        language = chance.choice(languages)
        question, answer = chance.choice(style[language]["qa"])
        values = {"p": chance.choice(style["products"]), "n": str(chance.randint(11, 99))}
        hidden = Hidden(*(t.format(**values) for t in (question, answer)))
        found[(language, question, *values.values())] = (language, hidden)
    return list(found.values())


def make(name: str, answers: list[Path], seed: int, total: int = 2000, real: int = 300) -> Made:
    """The conversations of a style."""
    style = tomllib.loads((HERE / f"tickets_{name}.toml").read_text(encoding="utf-8"))
    writer = Writer(style, seed)
    hidden = [("en", each) for each in borrowed(answers, real // 3, writer.chance)]
    hidden += drawn(style, real - len(hidden), writer.chance)
    tickets = []
    for language, each in hidden:
        plant = len(writer.planted) < 200
        tickets.append(writer.answered(style[language], each, plant))
    asked = drawn(style, 100, writer.chance)
    while len(tickets) < total:
        language, each = writer.chance.choice(asked)
        kind = OTHERS[len(tickets) % len(OTHERS)]
        tickets.append(writer.empty(style[language], kind, each.question))
    writer.chance.shuffle(tickets)
    return Made(tickets, [each for _, each in hidden], writer.planted)


def words(text: str) -> Counter[str]:
    """Its words."""
    return Counter(WORD.findall(text.lower()))


def share(part: str, whole: str) -> float:
    """How many of the words of ``part`` are in ``whole``."""
    return sum((words(part) & words(whole)).values()) / max(1, sum(words(part).values()))


def left(planted: list[tuple[str, str]], text: str) -> list[tuple[str, str]]:
    """Planted values that the text holds, names by their parts, numbers by their digits."""
    digits = re.sub(r"(?<=\d)[ ().-]+(?=\d)", "", text)
    found = []
    for kind, value in planted:
        if kind == "name":
            there = any(re.search(rf"\b{re.escape(part)}\b", text) for part in value.split())
        else:
            there = value in text or (kind != "mail" and re.sub(r"\D", "", value) in digits)
        found += [(kind, value)] * there
    return found


def judge(made: Made, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """What became of the answers."""
    usable, missed, bad = [], [], []
    became = set()
    for row in rows:
        close = max(made.hidden, key=lambda hidden: share(hidden.answer, row["answer"]))
        whole = share(close.answer, row["answer"]) >= 0.9
        if whole:
            became.add(close)
        clean = share(row["answer"], close.answer) >= 0.7
        asks = max(share(close.question, q) for q in [row["question"], *row.get("alike", [])])
        (usable if whole and clean and asks >= 0.7 else bad).append(row)
    missed = [hidden for hidden in made.hidden if hidden not in became]
    text = "\n".join(json.dumps(row, ensure_ascii=False).replace("\\n", "\n") for row in rows)
    staff = [("name", name) for name in STAFF]
    return {
        "conversations": len(made.tickets),
        "candidates": len(rows),
        "answers_found": round(len(became) / len(made.hidden), 3),
        "usable": round(len(usable) / max(1, len(rows)), 3),
        "planted": len(made.planted),
        "left": left(made.planted, text),
        "names_of_staff_left": len(left(staff, text)),
        "bad_rows": bad,
        "missed": missed,
    }


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("style", choices=list(WRITERS))
    parser.add_argument("--answers", type=Path, nargs="*", default=[])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", action="store_true", help="what is not usable, and what missed")
    options = parser.parse_args()
    made = make(options.style, options.answers, options.seed)
    with tempfile.TemporaryDirectory() as folder:
        source, knowledge = Path(folder) / "export", Path(folder) / "knowledge"
        source.mkdir()
        knowledge.mkdir()
        write, kind = WRITERS[options.style]
        write(made.tickets, source, STAFF)
        report = import_export(kind, source, knowledge, Path(folder), ExportOptions())
        lines = Path(report.candidates_file).read_text(encoding="utf-8").splitlines()
        rows = [json.loads(line) for line in lines]
    figures = judge(made, rows)
    bad, missed = figures.pop("bad_rows"), figures.pop("missed")
    if options.show:
        for row in bad:
            print(json.dumps({"bad": row["question"], "answer": row["answer"]}, ensure_ascii=False))
        for hidden in missed:
            print(json.dumps({"missed": hidden.question, "answer": hidden.answer}))
    print(json.dumps(figures, ensure_ascii=False))


if __name__ == "__main__":
    main()
