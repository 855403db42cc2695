"""Letters to customers: what a draft must keep of the answer that it was made of, and its frame."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from chatbot.grounding.words import content_words

_NUMBER = re.compile(r"\d{1,3}(?:[ \u00a0\u202f']\d{3}\b)+(?:[.,]\d+)?|\d+(?:[.,:]\d+)*")
_SIGN = re.compile(r"([.,:])")
# How letters begin and end in the languages of drafts. A line with more than that says something.
_GREETING = re.compile(
    r"(?:dear|hello|hi|hey|good (?:morning|afternoon|evening|day)|hallo"
    r"|guten (?:tag|morgen|abend)|liebe[rs]?|sehr geehrte[rs]?|bonjour|bonsoir|ch[eè]re?s?|salut"
    r"|hola|buenos d[ií]as|buenas tardes|estimad[oa]s?)\b"
    r"(?: (?:(?:mr|mrs|ms|dr|sr|sra|m)\.|[^\s.,:!?\d]+)){0,4}(?:[,:!]\s*|$)",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(?:(?:kind|best|warm|with kind)(?:est)? (?:regards|wishes)|(?:many )?thanks(?=,?$)|lg|mfg|"
    r"bien à vous|(?:yours )?sincerely|"
    r"yours (?:truly|faithfully)|(?:bien )?cordialement|sinc[eè]res salutations|"
    r"(?:mit )?(?:freundliche|beste|viele|liebe|herzliche)n? gr[üu](?:ß|ss)en?|atentamente|"
    r"(?:un )?(?:cordial )?saludos?|(?P<open>your (?:support )?team|all the best|regards))"
    r"(?P<name>[^.?\d]{0,40})[,.!]?",
    re.IGNORECASE,
)
_SUBJECT = re.compile(r"(?:subject|betreff|objet|asunto) ?: .+", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
# What stands with names below a letter: "your support team at Acme".
_NAMING = frozenset("the from of at and for support customer service to you all".split())  # noqa: SIM905
_PLACEHOLDER = re.compile(r"\[[^\]\n]{1,40}\][,.]?")


def has_answer(record: Mapping[str, Any]) -> bool:
    """Whether the record of an answer has something to tell a customer: it neither refuses nor
    lacks every source."""
    borne_out = bool(record.get("citations")) or not record.get("unsupported")
    return not record["abstained"] and borne_out


def letter(greeting: str, paragraphs: Sequence[str], closing: str) -> str:
    """A reply that can be sent as it is."""
    parts = (greeting, *paragraphs, closing)
    return "\n\n".join(part.strip() for part in parts if part.strip())


def body_of(text: str) -> str:
    """What a model wrote without the greeting and the closing that it was asked to leave out."""
    lines = text.strip().splitlines()
    if lines and _SUBJECT.fullmatch(lines[0].strip()):
        del lines[0]
    while lines and (not lines[0].strip() or _GREETING.match(lines[0].strip())):
        rest = _GREETING.sub("", lines[0].strip(), count=1)
        lines[:1] = [rest] if rest else []
    closings = [n for n, line in enumerate(lines) if _is_closing(line.strip())]
    if closings:
        del lines[closings[0] :]
    kept = [line for line in lines if not _PLACEHOLDER.fullmatch(line.strip())]
    body = "\n".join(kept).strip()
    return body[:1].upper() + body[1:]


def _is_closing(line: str) -> bool:
    """Whether a line is a closing; words that may begin a sentence are one where only a name
    follows, or a comma: "Your team can share it." is none."""
    found = _CLOSING.fullmatch(line)
    if not found or not found["open"] or found["name"].startswith(","):
        return bool(found)
    names = _WORD.findall(found["name"])
    return all(name[0].isupper() or name in _NAMING for name in names)


def keeps_numbers(draft_text: str, *told: str) -> bool:
    """Whether a draft has the numbers of what is to be told, all of them and no others; another
    language may write them in another way (:func:`_figures`)."""
    wanted = set[str]().union(*map(_figures, told))
    return _figures(draft_text) == wanted


def _figures(text: str) -> set[str]:
    """The numbers of a text, each in one form: "1,250.50" and "1.250,50" as "1250.50", "9:00" and
    "9.00" as "9"."""
    return {_plain(re.sub(r"[^\d.,:]", "", number)) for number in _NUMBER.findall(text)}


def _plain(number: str) -> str:
    first, *rest = _SIGN.split(number)
    signs, groups = rest[::2], rest[1::2]
    if groups and (len(set(signs)) > 1 or len(groups[-1]) != 3):
        *groups, fraction = groups
        behind = f".{fraction}" if fraction.strip("0") or groups else ""
    else:
        behind = ""
    parted = all(len(group) == 3 for group in groups) and len(first) <= 3 and ":" not in signs
    return ("" if parted else ".").join([first, *groups]) + behind


def says(draft_text: str, question: str, answer: str) -> bool:
    """Whether a draft in the answer's language has most of the words that it adds to its
    question."""
    told = content_words(answer) - content_words(question)
    return 2 * len(told & content_words(draft_text)) >= len(told)
