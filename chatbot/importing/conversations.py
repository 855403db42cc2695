"""A conversation of a help desk, and what its people's words are without letters' trimmings."""

import html
import re
from dataclasses import dataclass
from html.entities import html5
from typing import Literal

from chatbot.grounding.lexicon import is_polite
from chatbot.importing.documents import ImportedDocument
from chatbot.knowledge.blocks import render
from chatbot.knowledge.formats.html import blocks_of
from chatbot.knowledge.formats.quotes import own_words

Side = Literal["customer", "staff"]
# A tag, and no address as "<a.smith@x.example>".
_TAG = re.compile(
    r"<(?:p|br|div|span|a|ul|ol|li|table|strong|em|b|h\d|pre)(?:\s[^<>=]*=[^<>]*|\s*/?)>",
    re.IGNORECASE,
)
_SIGN = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
# A picture in Markdown, whose address can open it for anybody ("![](https://.../token/...)").
_PICTURE = re.compile(r"!\[[^\[\]\n]{0,300}\]\([^()\s]{1,2000}\)")
_WORD = re.compile(r"\w+")
_REPLY = re.compile(r"^(?:(?:re|aw|antw|sv|tr|fwd?|wg)\s*:\s*)+", re.IGNORECASE)
# The head that a program puts above a letter that is passed on.
_FORWARDED = re.compile(
    r"^[ \t]*-{3,}([^\n-]+)-{3,}[ \t]*\n(?:[^\n:]{1,40}:[^\n]*\n){2,}", re.MULTILINE
)
_PASSED_ON = re.compile(
    r"fwd|forward|weitergeleit|transf|inoltr|reenvi|rv|encaminh|doorgest|przekaz", re.IGNORECASE
)
_FORWARDS = re.compile(r"\s*(?:fwd?|wg|tr|rv|doorst)\s*:", re.IGNORECASE)
# Who is away, and what a program that says so adds to it.
_AWAY = re.compile(
    r"\b(?:i am|i['’]m|i will be) (?:\w+ )?(?:out of (?:the )?office|away from (?:the|my) \w+"
    r"|on (?:\w+ )?(?:leave|holiday|vacation))\b"
    r"|\bich bin (?:[\w.]+ ){0,6}(?:nicht (?:im (?:büro|haus)|erreichbar)|außer haus|im urlaub"
    r"|abwesend)\b"
    r"|\bje (?:suis|serai) (?:\w+ ){0,2}(?:absente?|en congés?|en vacances)\b"
    r"|\b(?:estoy|estaré) (?:\w+ ){0,2}(?:fuera de la oficina|de vacaciones|ausente)\b",
    re.IGNORECASE,
)
_BACK = r"(?:my return|i return|i am back|rückkehr|mon retour|mi regreso|mi vuelta)"
_REPLIES = r"(?:repl[yi]|respon|answer|get back to you|antwort|melde|répon|contest)"
_ADDED = re.compile(
    r"^\W*(?:automat\w+ (?:repl|respon|antwort)|auto-?reply|réponse auto|respuesta auto)"
    r"|\b(?:this|dies|das|ceci|este|esta)\b.{0,30}automat"
    rf"|{_REPLIES}[^?]{{0,80}}{_BACK}|{_BACK}[^?]{{0,80}}{_REPLIES}"
    r"|\b(?:limited|no) access to (?:\w+ )?(?:e-?mails?|mails?|messages|inbox)\b"
    r"|\b(?:if|for) (?:\w+ ){0,4}(?:urgent|immediate)|\b(?:in|bei|für) (?:\w+ )?dringende"
    r"|en cas d['’]|pour (?:\w+ )?urgence|en caso |asuntos urgentes"
    r"|not be (?:read|forward)|(?:mails?|nachrichten?) (?:\w+ ){0,4}weitergeleitet"
    r"|an meine vertret|vertritt mich",
    re.IGNORECASE | re.MULTILINE,
)
_LONGEST_NOTICE = 1_500  # characters
_SIGNED = 4  # lines below a closing, and words of each: a name, a role, a company
_LONG_LINE = 10  # words of a line below a name: an address
_CLOSING = 6  # words of the line above it
# Somebody's name alone on the last line, which is no part of the sentence above it.
_LAST_LINE = re.compile(
    r"(?<=[.!?…)])[ \t]*\n(?=[-–—~ ]{0,3}[^\W\d_][\w.'’-]*(?: [\w.'’-]+){0,2}[.,!]?\s*$)"
)


@dataclass(frozen=True)
class Message:
    """What a person wrote; robots' and private words are not handed over."""

    side: Side
    text: str


@dataclass(frozen=True)
class Conversation:
    """``key`` names it ("zendesk ticket 12"); ``people`` are names that are in its records."""

    key: str
    subject: str
    messages: tuple[Message, ...]
    people: tuple[str, ...] = ()


@dataclass(frozen=True)
class LeftOut:
    """Something that is not imported; ``reason`` completes "<path> was left out: ..."."""

    path: str
    reason: str


Item = ImportedDocument | Conversation | LeftOut


def plain(markup: str) -> str:
    """A message in HTML, or in plain text, as text. Help desks leave references to signs in what
    they call plain ("&nbsp;")."""
    if _TAG.search(markup):
        return render(blocks_of(markup)).text.strip()
    return _PICTURE.sub("", _SIGN.sub(_sign, markup)).strip()


def _sign(match: re.Match[str]) -> str:
    name = match[0][1:]
    sign = html.unescape(match[0]) if name[0] == "#" else html5.get(name, match[0])
    return sign.replace("\xa0", " ")


def is_away(text: str) -> bool:
    """Whether a message is of a program that says that its owner is away. It asks nothing."""
    short = len(text) <= _LONGEST_NOTICE and "?" not in text
    return short and bool(_AWAY.search(text)) and bool(_ADDED.search(text))


def message_body(text: str, subject: str = "") -> str:
    """What the writer of a message wrote: nothing quoted, no greeting, nothing below a closing.
    The ``subject``, where it is known, can say that it is passed on ("FW: ...")."""
    written_by = _LAST_LINE.sub("\n\n", _passed_on(text, bool(_FORWARDS.match(subject))))
    lines = [line.rstrip() for line in own_words(written_by).split("\n")]
    kept: list[str] = []
    written = [line for line in lines if line.strip()]
    passed = 0  # of those that are written
    for line in lines:
        passed += bool(line.strip())
        if line.strip() and is_polite(line):
            below = written[passed : passed + _SIGNED + 1]
            if kept and len(below) <= _SIGNED and all(len(b.split()) <= _SIGNED for b in below):
                break
            continue
        kept.append(line)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def _passed_on(text: str, by_subject: bool) -> str:
    """A letter that was passed on with hardly a word, without the head of the one in it."""
    head = _FORWARDED.search(text)
    if not head:
        return text
    before = _WORD.findall(text[: head.start()])
    passed = by_subject or _PASSED_ON.search(head[1])
    said = not before or (len(before) <= _CLOSING and passed)
    return text[: head.start()] + text[head.end() :] if said else text


def without_signature(text: str) -> str:
    """A message whose names are masked, without the greeting above it and the signature below."""
    lines = text.split("\n")
    written = [at for at, line in enumerate(lines) if line.strip()]
    if len(written) > 1 and _greets(lines[written[0]]):
        lines = lines[written[0] + 1 :]
        written = [at for at, line in enumerate(lines) if line.strip()]
    for at in written[1:][-_SIGNED - 1 :]:
        below = [lines[other] for other in written if other > at]
        if _signs(lines[at]) and all(len(line.split()) <= _LONG_LINE for line in below):
            above = lines[max(other for other in written if other < at)]
            closes = len(above.split()) <= _CLOSING and not above.rstrip().endswith((".", "?", ":"))
            end = at if not closes else max(other for other in written if other < at)
            return "\n".join(lines[:end]).strip()
    return text


def _greets(line: str) -> bool:
    said = _WORD.findall(line.replace("[name]", ""))
    if "[name]" in line:
        return len(said) <= _SIGNED - 1
    return len(said) <= _SIGNED and line.rstrip().endswith(",")


def _signs(line: str) -> bool:
    return "[name]" in line and len(_WORD.findall(line.replace("[name]", ""))) <= _SIGNED - 1


def question_of(subject: str, asked: str) -> str:
    """What a customer wrote, under the subject where that says more."""
    subject = bare_subject(subject).strip()
    begun = " ".join(subject.rstrip(".…").split())  # programs make it of the text, and cut it off
    if words_of(subject) <= words_of(asked) or begun in " ".join(asked.split()):
        return asked
    return f"{subject}\n\n{asked}"


def bare_subject(subject: str) -> str:
    """The subject without "Re:" and the like."""
    return _REPLY.sub("", subject)


def words_of(text: str) -> set[str]:
    """The words of a text, in small letters."""
    return set(_WORD.findall(text.lower()))
