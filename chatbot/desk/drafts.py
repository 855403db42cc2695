"""Letters to customers: what a draft must keep of the answer that it was made of, and its frame."""

import re
from collections.abc import Sequence

from chatbot.grounding.words import content_words

_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
# How letters begin and end in the languages of drafts. A line with more than that says something.
_GREETING = re.compile(
    r"(?:dear|hello|hi|hey|good (?:morning|afternoon|day)|hallo|guten tag|liebe[rs]?|"
    r"sehr geehrte[rs]?|bonjour|ch[eè]re?s?|salut|hola|buenos d[ií]as|estimad[oa]s?)\b"
    r"(?: [^\s.,:!?\d]+){0,4}(?:[,:!]\s*|$)",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(?:(?:kind|best|warm|with kind)(?:est)? (?:regards|wishes)|regards|(?:yours )?sincerely|"
    r"yours (?:truly|faithfully)|all the best|(?:bien )?cordialement|sinc[eè]res salutations|"
    r"(?:mit )?(?:freundliche|beste|viele|liebe|herzliche)n? gr[üu](?:ß|ss)en?|atentamente|"
    r"(?:un )?(?:cordial )?saludos?|your (?:support )?team)[^.?\d]{0,40}[,.!]?",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(r"\[[^\]\n]{1,40}\][,.]?")


def letter(greeting: str, paragraphs: Sequence[str], closing: str) -> str:
    """A reply that can be sent as it is."""
    parts = (greeting, *paragraphs, closing)
    return "\n\n".join(part.strip() for part in parts if part.strip())


def body_of(text: str) -> str:
    """What a model wrote without the greeting and the closing that it was asked to leave out."""
    lines = text.strip().splitlines()
    while lines and (not lines[0].strip() or _GREETING.match(lines[0].strip())):
        rest = _GREETING.sub("", lines[0].strip(), count=1)
        lines[:1] = [rest] if rest else []
    closings = [n for n, line in enumerate(lines) if _CLOSING.fullmatch(line.strip())]
    if closings:
        del lines[closings[0] :]
    kept = [line for line in lines if not _PLACEHOLDER.fullmatch(line.strip())]
    body = "\n".join(kept).strip()
    return body[:1].upper() + body[1:]


def keeps_numbers(draft_text: str, *told: str) -> bool:
    """Whether a draft has the numbers of what is to be told, all of them and no others."""
    wanted = {number for text in told for number in _NUMBER.findall(text)}
    return set(_NUMBER.findall(draft_text)) == wanted


def says(draft_text: str, question: str, answer: str) -> bool:
    """Whether a draft in the answer's language has most of the words that it adds to its
    question."""
    told = content_words(answer) - content_words(question)
    return 2 * len(told & content_words(draft_text)) >= len(told)
