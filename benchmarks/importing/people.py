"""Tickets in which people are named in every way: what is left of it in the candidates.

    python -m benchmarks.importing.people school|vets [--seed 25] [--show]

2,000 tickets in five languages, half of them Zendesk's, a quarter each Freshdesk's and Intercom's;
300 have an answer. Planted in 200 of these are 160 names (of many cultures, half of them in small
letters or capitals only, 26 that are words as well, 14 nicknames) in greetings, below closings,
within sentences, in heads of letters and behind "@", and 40 addresses, phone and card numbers; two
thirds of the names are of people that the ticket's records do not have. A planted value is left
where a field of a candidate of its ticket has a word of it more often than the ticket without it.
Usable is a candidate with its answer's figure and brands and nothing planted. Prints a line of
JSON.
"""

import argparse
import json
import random
import re
import tempfile
import tomllib
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.importing.trade_files import write_freshdesk, write_intercom, write_zendesk
from benchmarks.importing.trade_people import Person
from benchmarks.importing.trade_tickets import Message, Ticket
from chatbot.importing.exports import import_export
from chatbot.importing.sources import ExportOptions

_LANGUAGES = ["en"] * 8 + ["de"] * 5 + ["fr"] * 3 + ["es"] * 2 + ["nl"] * 2
_KINDS = {"name": 120, "word": 26, "nick": 14, "mail": 14, "phone": 14, "card": 12, "": 100}
_PARTICLES = {"van", "den", "de", "le", "ben", "the"}
_WRITERS = {
    "zendesk": (write_zendesk, 0, 1000),
    "freshdesk": (write_freshdesk, 1000, 1500),
    "intercom": (write_intercom, 1500, 2000),
}


@dataclass(frozen=True)
class Planted:
    """``plain`` is what the ticket says without ``words``; ``figure`` and ``brands`` are of its
    answer."""

    kind: str
    words: tuple[str, ...]
    plain: str
    figure: str
    brands: tuple[str, ...]


class Maker:
    """Tickets of a style."""

    def __init__(self, style: str, seed: int) -> None:
        file = Path(__file__).with_name(f"people_{style}.toml")
        self.said: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
        self.chance = random.Random(seed)
        self.agents = self.chance.sample(self.said["names"], 9)
        self.people = [name for name in self.said["names"] if name not in self.agents]
        self.turns: Counter[str] = Counter()

    def tickets(self, count: int = 2000) -> tuple[list[Ticket], dict[int, Planted]]:
        """The tickets, and what is planted in those with an answer, by their numbers."""
        kinds = [kind for kind, times in _KINDS.items() for _ in range(times)]
        self.chance.shuffle(kinds)
        made: list[tuple[Ticket, Planted | None]] = [self._answered(kind) for kind in kinds]
        made += [(self._idle(), None) for _ in range(count - len(made))]
        self.chance.shuffle(made)
        for number, (ticket, _) in enumerate(made, 10_001):
            ticket.number = number
        return [t for t, _ in made], {t.number: plant for t, plant in made if plant}

    def _answered(self, kind: str) -> tuple[Ticket, Planted]:
        chance, language = self.chance, self.chance.choice(_LANGUAGES)
        said = self.said[language]
        question, answer, figure, brands = said["qa"][self.turns[language] % len(said["qa"])]
        self.turns[language] += 1
        slots = {"i": chance.choice(said["things"]), "p": chance.randrange(12, 480),
                 "d": chance.randrange(3, 60), "g": chance.randrange(2, 9)}  # fmt: skip
        question, answer, figure = (t.format(**slots) for t in (question, answer, figure))
        customer, agent = chance.choice(self.people), chance.choice(self.agents)
        plain, words = f"{question} {answer}", tuple[str, ...]()
        if kind in ("name", "word", "nick"):
            asks = chance.random() < len(said["asked"]) / len(said["asked"] + said["told"])
            place = chance.choice(said["asked" if asks else "told"])
            name = self._name(kind, said)
            roll = chance.random()
            if roll < 0.2 and not asks:
                agent = name
            elif roll < 0.4 - 0.18 * asks:
                customer = name
            parts, words = self._parts(name, place)
            text = place.format(t=question if asks else answer, **parts)
            plain += " " + place.format(t="", **dict.fromkeys(parts, ""))
            question, answer = (text, answer) if asks else (question, text)
        elif kind:
            words = (self._value(kind),)
            question = said[kind].format(v=words[0], t=question)
        by = _person(agent)
        messages = [Message("customer", question)]
        messages += [Message("agent", said["promise"], by)] * (chance.random() < 0.25)
        messages.append(Message("agent", answer, by))
        messages += [Message("customer", said["thanks"])] * (chance.random() < 0.3)
        subject = plain[:50].rsplit(" ", 1)[0]
        ticket = Ticket(language, _person(customer), subject, messages)
        return ticket, Planted(kind, words, plain, figure, tuple(brands))

    def _name(self, kind: str, said: dict[str, Any]) -> str:
        name = self.chance.choice(said["words"] if kind == "word" else self.people)
        if kind == "nick":
            name = f"{self.chance.choice(self.said['nicks'])} {name.split(' ')[-1]}"
        return str(name)

    def _parts(self, name: str, place: str) -> tuple[dict[str, str], tuple[str, ...]]:
        """The parts of a name as they are written here, and the words that may not be left."""
        person, roll = _person(name), self.chance.random()
        write = str.lower if roll < 0.48 else str.upper if roll > 0.94 else str
        first, last = write(person.first), write(person.last)
        parts = {"f": first, "l": last, "F": f"{first} {last}", "x": name[0],
                 "y": person.first[-1].upper()}  # fmt: skip
        shown = " ".join(parts[part] for part in "flF" if "{" + part + "}" in place).split()
        return parts, tuple(w for w in shown if len(w) > 2 and w.lower() not in _PARTICLES)

    def _value(self, kind: str) -> str:
        chance, person = self.chance, _person(self.chance.choice(self.people))
        digits = {f"n{n}": str(chance.randrange(10 ** (n - 1), 10**n)) for n in (2, 3, 4)}
        names = {"a": _plain(person.first), "b": _plain(person.last), "n": chance.randrange(9, 99)}
        form: str = chance.choice(self.said[f"{kind}s"])
        return form.format(**digits, **names)

    def _idle(self) -> Ticket:
        """One without an answer."""
        chance, language = self.chance, self.chance.choice(_LANGUAGES)
        customer, agent = (_person(chance.choice(names)) for names in (self.people, self.agents))
        first = customer.first.lower() if chance.random() < 0.5 else customer.first
        slots = {"f": first, "F": customer.name, "g": agent.first}
        asked, told = (t.format(**slots) for t in chance.choice(self.said[language]["idle"]))
        said = [Message("customer", asked), Message("agent", told, agent)]
        return Ticket(language, customer, "question", said)


def _person(name: str) -> Person:
    return Person(*name.split(" ", 1))


def _plain(name: str) -> str:
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z]", "", bare)


def judge(rows: list[dict[str, Any]], planted: dict[int, Planted], show: bool) -> dict[str, Any]:
    """The figures of a run."""
    by: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        for number in re.findall(r"\d{5,}", " ".join(row["sources"])):
            by.setdefault(int(number), []).append(row)
    leaks = {n: found for n, plant in planted.items() if (found := _left(plant, by.get(n, [])))}
    unmarked = [n for n, found in leaks.items() if not any(marked for *_, marked in found)]
    leaky = [row for found in leaks.values() for row, *_ in found]
    right = {number: [row for row in by.get(number, []) if plant.figure in row["answer"]]
             for number, plant in planted.items()}  # fmt: skip
    good = [row for number, found in right.items() for row in found
            if all(brand in row["answer"] for brand in planted[number].brands)]  # fmt: skip
    usable = sum(any(row is g for g in good) and not any(row is x for x in leaky) for row in rows)
    for number, found in leaks.items() if show else ():
        print(
            planted[number].kind, number in unmarked, *{(word, text) for _, word, text, _ in found}
        )
    return {
        "found": round(sum(map(bool, right.values())) / len(planted), 3),
        "candidates": len(rows),
        "usable": round(usable / max(1, len(rows)), 3),
        "planted": sum(bool(plant.words) for plant in planted.values()),
        "left": len(leaks),
        "left_and_not_marked": len(unmarked),
        "left_kinds": dict(Counter(planted[number].kind for number in leaks)),
        "candidates_with_a_mark": sum(bool(row["possible_names"]) for row in rows),
    }


def _left(
    plant: Planted, rows: list[dict[str, Any]]
) -> list[tuple[dict[str, Any], str, str, bool]]:
    """Candidates in which something planted is left, the word, the text, and whether it is
    marked."""
    found = []
    for row in rows:
        said = [
            row["question"],
            row["answer"],
            *row["alike"],
            *(h["content"] for h in row["history"]),
        ]
        marks = " ".join(row["possible_names"]).lower()
        found += [(row, word, text, word.lower() in marks) for word in plant.words for text in said
                  if _times(word, text) > _times(word, plant.plain)]  # fmt: skip
    return found


def _times(word: str, text: str) -> int:
    return len(re.findall(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE))


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("style", choices=["school", "vets"])
    parser.add_argument("--seed", type=int, default=25)
    parser.add_argument("--show", action="store_true", help="what is left")
    options = parser.parse_args()
    tickets, planted = Maker(options.style, options.seed).tickets()
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "knowledge").mkdir()
        for source, (write, begin, end) in _WRITERS.items():
            path = folder / f"{source}.json"
            write(tickets[begin:end], path)
            report = import_export(
                source, path, folder / "knowledge", folder / "rows", ExportOptions()
            )
            lines = Path(report.candidates_file).read_text(encoding="utf-8").splitlines()
            rows += map(json.loads, lines)
    print(json.dumps({"style": options.style} | judge(rows, planted, options.show)))


if __name__ == "__main__":
    main()
