"""What a file's folders and name say about it: "harbor-pro/warranty.md" is about the Harbor Pro."""

import re
from pathlib import PurePosixPath

from chatbot.text.sentences import sentences
from chatbot.text.unicode import normalise, readable

_WORD = re.compile(r"[vV]?\d+(?:\.\d+)+(?![^\W_])|[^\W_]+")  # "v2.1" is one
# Where a word begins in a name without blanks: "HarborMini", "returnsFAQ2026".
_CAPITAL = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]{2})")
_DEEPEST = 3  # folders; those further up are about everything
_LONGEST = 60  # characters of one folder or name; longer ones are no names
_IDENTIFIER = re.compile(r"(?=.*\d)[0-9a-f]{6,}(?:-[0-9a-f]+)*")
# What tells of a name beside its longer words: a year, a version, a model, a region.
_YEAR = re.compile(r"(?:19|20)\d\d")
_VERSION = re.compile(r"v?\d+(?:\.\d+)+")
_MODEL = re.compile(r"(?=.*\d)([^\W\d_]{1,6})?\d{1,10}([^\W\d_]{1,4})?")
_REGIONS = frozenset({"uk", "us", "eu"})
_COUNTRY = re.compile(r"[A-Z]{2}")
_LOCALE = re.compile(r"[a-z]{2}[-_ ][A-Za-z]{2}")  # "en-US": a language
# Names that scanners, cameras and programs give.
_NO_NAME = frozenset(
    """
    scan scanned img image dsc photo page seite untitled unbenannt document dokument file datei new
    neu copy kopie download attachment anhang
    """.split()  # noqa: SIM905
)
_SIGNS = re.compile(r"^[\s#>*_`|=~+-]+|[*_`]+")
_HEAD = 5_000  # characters among which the first line is looked for
_LONGEST_TITLE = 90  # characters of one that the text gives
# Folders that only say that documents are in them, or in which language.
_NO_TOPIC = frozenset(
    """
    docs doc documents documentation content contents src source sources pages page articles
    article knowledge kb files file data help support public static site website posts post
    sections section categories category general misc other archive html pdf md markdown main
    master export exports import imports en de fr es it nl pl pt gb locale locales lang
    """.split()  # noqa: SIM905
)


def folders_of(path: str, title: str) -> str:
    """The names of the folders that say more than the title: "harbor pro > manuals"."""
    known = _words(title)
    kept: list[str] = []
    for part in PurePosixPath(path).parent.parts[-_DEEPEST:]:
        words = _words_in(part)
        new = {word.lower() for word in words} - known - _NO_TOPIC
        told = any(not word.isdigit() or _YEAR.fullmatch(word) for word in new)
        if told and len(part) <= _LONGEST and not _LOCALE.fullmatch(part):
            kept.append(" ".join(words))
            known |= new
    return " > ".join(kept)


def file_words(path: str, known: str) -> str:
    """The file's name as words, where it says more than what is ``known`` of it."""
    stem = PurePosixPath(path).stem
    words = _words_in(stem)
    known_words = _words(known)
    told = any(_tells(word) for word in words if word.lower() not in known_words)
    return " ".join(words) if told and len(stem) <= _LONGEST else ""


def _tells(word: str) -> bool:
    """Whether a word of a name says something, as numbers of scans and of copies do not."""
    if word.isalpha():
        return len(word) > 2 or bool(_COUNTRY.fullmatch(word)) or word.lower() in _REGIONS
    model = _MODEL.fullmatch(word)
    if model and (model[1] or model[2]):
        return (model[1] or "").lower() not in _NO_NAME
    return bool(_YEAR.fullmatch(word) or _VERSION.fullmatch(word))


def title_of(path: str) -> str:
    """The file's name as a title: ``refund-policy-2.md`` reads ``refund policy 2``."""
    return PurePosixPath(path).stem.replace("-", " ").replace("_", " ")


def is_number(path: str) -> bool:
    """Whether a file's name tells nothing: a number, an id, "scan0012"."""
    stem = PurePosixPath(path).stem.lower()
    if _IDENTIFIER.fullmatch(stem):
        return True
    words = [word for word in re.findall(r"[^\W\d_]+", stem) if len(word) > 2]
    return not set(words) - _NO_NAME


def first_words(text: str) -> str:
    """The first line of a text as its title, as far as its first sentence goes."""
    head = text[:_HEAD].split("\n")
    line = next((found for line in head if (found := _SIGNS.sub("", line).strip())), "")
    line = " ".join(readable(line).split())
    first = line[slice(*next(iter(sentences(line)), (0, 0)))]
    if len(first) > _LONGEST_TITLE:
        first = first[:_LONGEST_TITLE].rsplit(" ", 1)[0] + "…"
    return first.rstrip(".:").strip()


def _words_in(name: str) -> list[str]:
    """The words of a name; one written without blanks as it is, and its parts behind it."""
    found: list[str] = []
    for word in _WORD.findall(normalise(name)):
        parts = _CAPITAL.sub(" ", word).split()
        found += [word, *parts] if len(parts) > 1 else [word]
    return found


def _words(text: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(normalise(text))}
