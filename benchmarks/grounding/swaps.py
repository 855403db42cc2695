"""Sentences of public texts, as they stand and with one thing changed, to learn to compare."""

import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path

_TEXTS = 500  # of each folder
_LEAST, _MOST = 120, 420  # characters of a text
_SHORT, _LONG = 30, 220  # characters of a sentence
_NUMBER = re.compile(r"\b\d[\d,.]*\b")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][\w-]+(?: [A-Z][\w-]+)*")
_LIGHT = frozenset("the a an that this also then please you your can to of".split())  # noqa: SIM905
_OPPOSITES = [
    tuple(pair.split("/"))
    for pair in [
        "before/after",
        "more/less",
        "first/last",
        "minimum/maximum",
        "enable/disable",
        "enabled/disabled",
        "all/some",
        "always/never",
        "can/cannot",
        "is/is not",
        "are/are not",
        "must/need not",
        "at least/at most",
        "left/right",
        "above/below",
        "increase/reduce",
        "allow/prevent",
        "public/private",
        "required/optional",
        "add/remove",
        "start/stop",
        "open/close",
        "free/paid",
        "will/will not",
        "does/does not",
        "and/but not",
        "only/also",
        "new/old",
        "same/different",
        "if/unless",
        "with/without",
        "include/exclude",
        "most/few",
        "each/one",
        "both/neither",
        "may/may not",
        "should/should not",
        "inside/outside",
        "within/after",
        "send/receive",
        "higher/lower",
        "longer/shorter",
        "from/to",
    ]
]


def changed_sentences(folder: Path, dice: random.Random) -> Iterator[tuple[str, str, bool]]:
    """(text, sentence, whether the text says it): of each text up to two sentences, with words
    left out or parts in another order, and each with one change that makes it wrong."""
    for text in _texts(folder, dice):
        parts = [part.strip() for part in re.split(r"(?<=[.!?]) (?=[A-Z])", text)]
        parts = [part for part in parts if _SHORT < len(part) < _LONG]
        for sentence in dice.sample(parts, min(2, len(parts))):
            wrong = _changed(sentence, text, dice)
            if wrong and wrong not in text:
                yield text, _loosened(sentence, dice), True
                yield text, _loosened(wrong, dice), False


def _texts(folder: Path, dice: random.Random) -> list[str]:
    files = sorted(folder.rglob("*.md"))
    dice.shuffle(files)
    found: dict[str, None] = {}
    for file in files:
        for part in re.split(r"\n\s*\n", file.read_text(encoding="utf-8", errors="ignore")):
            plain = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", part)
            plain = re.sub(r"\\([.()\[\]_*!<>#+-])", r"\1", plain)
            plain = " ".join(plain.split())
            if _LEAST < len(plain) < _MOST and ". " in plain and plain[0] not in "#<:|`":
                found[plain] = None
        if len(found) >= _TEXTS:
            break
    return list(found)


def _changed(sentence: str, text: str, dice: random.Random) -> str:
    """The sentence with a number, a name or a word of the text in another's place, or a word in
    its opposite; empty where none of that can be done."""
    ways: list[Callable[[], str]] = []
    numbers = _NUMBER.findall(sentence)
    if numbers:
        others = [n for n in _NUMBER.findall(text) if n not in numbers]
        other = dice.choice(others or [str(dice.randint(2, 90))])
        ways.append(lambda: sentence.replace(dice.choice(numbers), other, 1))
    names = _NAME.findall(sentence)
    strange = [name for name in _NAME.findall(text) if name not in sentence]
    if names and strange:
        ways.append(lambda: sentence.replace(dice.choice(names), dice.choice(strange), 1))
    turned = [
        (one, other)
        for first, second in _OPPOSITES
        for one, other in ((first, second), (second, first))
        if re.search(rf"\b{one}\b", sentence)
    ]
    if turned:
        one, other_word = dice.choice(turned)
        ways.append(lambda: re.sub(rf"\b{one}\b", other_word, sentence, count=1))
    words = sentence.split()
    strange_words = [w for w in text.split() if len(w) > 5 and w.islower() and w not in words]
    places = [at for at, word in enumerate(words) if len(word) > 5 and word.islower()]
    if places and strange_words:
        at, put = dice.choice(places), dice.choice(strange_words)
        ways.append(lambda: " ".join([*words[:at], put, *words[at + 1 :]]))
    return dice.choice(ways)() if ways else ""


def _loosened(sentence: str, dice: random.Random) -> str:
    words, way = sentence.split(), dice.random()
    if way < 0.4:
        light = [at for at, word in enumerate(words) if word.lower() in _LIGHT]
        for at in sorted(dice.sample(light, min(len(light), dice.randint(1, 3))), reverse=True):
            del words[at]
        return " ".join(words)
    if way < 0.6 and ", " in sentence:
        first, rest = sentence.split(", ", 1)
        return f"{rest.rstrip('.')}, {first[0].lower()}{first[1:]}."
    return sentence
