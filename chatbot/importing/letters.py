"""A letter (an e-mail message): who wrote what to whom, and whether a person did.

Letters come from anybody, so headers and parts are bounded before the library reads them: its
parsers take time that grows with the square of what they are given.
"""

import email
import email.policy
import email.utils
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC
from email.message import EmailMessage
from typing import Any

from chatbot.errors import DocumentError
from chatbot.importing.conversations import plain
from chatbot.knowledge.formats.mail import is_stub
from chatbot.knowledge.formats.text import decode

LARGEST = 30_000_000  # bytes of a letter
_LONGEST_HEADER = 10_000  # characters
_MOST_HEADERS = 2_000
_MOST_BOUNDARIES = 20_000
_MOST_NESTED = 200  # parts that hold parts
_MOST_TEXT = 200_000  # characters that are read of what was written
_NESTED = re.compile(rb"^content-type:\s*(?:multipart|message)/", re.IGNORECASE | re.MULTILINE)
_OLDER = "cp1252"  # of headers whose bytes are no UTF-8: what Western European programs wrote
_LOST = "\ufffd"  # stands for bytes that are no text: an id with it would mean several letters
_ID = re.compile(r"<[^<>\s]{1,250}>")
_ROBOT = re.compile(r"^(?:no-?reply|do-?not-?reply|mailer-daemon|postmaster|bounce)", re.IGNORECASE)
_BULK = frozenset({"bulk", "list", "junk", "auto_reply"})
_LISTS = ("List-Id", "List-Post", "List-Unsubscribe", "List-Help", "List-Owner")
_REPLIERS = ("X-Autoreply", "X-Autorespond")
# Subjects that mail programs put before the one that they answer, in the product's languages.
_AWAY = re.compile(
    r"\s*(?:auto(?:matic)?[ -]?(?:reply|response)|out of (?:the )?office|automatische antwort"
    r"|abwesenheits(?:notiz|nachricht|meldung)|r[ée]ponse automatique|absence du bureau"
    r"|respuesta autom[áa]tica|fuera de (?:la )?oficina)\s*:",
    re.IGNORECASE,
)
_SEALS = ("pkcs7-signature", "x-pkcs7-signature", "pgp-signature")  # nobody has to read those
# What the library raises on damaged headers and parts.
_DAMAGE = (
    ValueError, IndexError, AttributeError, TypeError, KeyError, LookupError, RecursionError,
    OverflowError, AssertionError,
)  # fmt: skip


@dataclass(frozen=True)
class Letter:
    """``key`` is its Message-ID, or ``named`` is false and it is made of its bytes; ``refers`` are
    those of the letters before it, oldest first. ``sender`` wrote it, and ``answer_to`` is where an
    answer goes (Reply-To); addresses are in small letters. ``date`` is in seconds since 1970, 0.0
    where it has none. ``text`` is all that is to be read, what is quoted too. ``automatic`` says
    why no person wrote it, ``damaged`` what is wrong with it; both complete "<letter>: it ..." and
    are empty else.
    """

    key: str
    named: bool
    refers: tuple[str, ...]
    subject: str
    sender: str
    name: str
    answer_to: str
    to: tuple[str, ...]
    date: float
    text: str
    attachments: tuple[str, ...] = ()
    automatic: str = ""
    damaged: str = ""


def read_letter(data: bytes, own: tuple[str, ...] = ()) -> Letter:
    """The letter in ``data``. One of a mailing list is automatic, unless the list is one of the
    ``own`` addresses.

    Raises:
        DocumentError: it is none, or larger than letters are.
    """
    message = _parsed(data)
    sender, name = next(iter(_people(message, "From")), ("", ""))
    answers = [address for address, _ in _people(message, "Reply-To")]
    answer_to = answers[0] if answers else sender
    keys = _ids(message, "Message-ID")
    refers = _ids(message, "References", "In-Reply-To")
    return Letter(
        key=keys[0] if keys else f"<{hashlib.sha256(data).hexdigest()[:16]}>",
        named=bool(keys),
        refers=tuple(dict.fromkeys(refers)),
        subject=_header(message, "Subject"),
        sender=sender,
        name=name,
        answer_to=answer_to,
        to=tuple(a for kind in ("To", "Cc") for a, _ in _people(message, kind)),
        date=_date(_header(message, "Date")),
        text=_text(message)[:_MOST_TEXT],
        attachments=_attachments(message),
        automatic=_why_automatic(message, answer_to, own),
        damaged=_why_damaged(message),
    )


def _parsed(data: bytes) -> EmailMessage:
    if len(data) > LARGEST:
        raise DocumentError(f"it has more than {LARGEST / 1e6:.0f} MB")
    if data.count(b"\n--") > _MOST_BOUNDARIES or len(_NESTED.findall(data)) > _MOST_NESTED:
        raise DocumentError("it has more parts than letters have")
    try:
        message = email.message_from_bytes(data, policy=email.policy.default)
        parts = list(message.walk())
        for part in parts:
            headers = list(part.raw_items())
            if len(headers) > _MOST_HEADERS:
                raise DocumentError("it has more headers than letters have")
            for name, value in headers:
                if len(value) > _LONGEST_HEADER:
                    del part[name]
    except _DAMAGE as exc:
        raise DocumentError("it cannot be read as a letter") from exc
    if not isinstance(message, EmailMessage) or not message.keys():
        raise DocumentError("it is no letter")
    if not any(name.lower() == "from" for name in message):
        raise DocumentError("it is no letter: it does not say from whom it is")
    return message


def _header(message: EmailMessage, name: str, older: str = _OLDER) -> str:
    """A header on one line; nothing where there is none or it cannot be read."""
    try:
        raw = next((v for each, v in message.raw_items() if each.lower() == name.lower()), "")
        # Of bytes as they are the library's parser keeps no more than that there were some.
        as_it_is = not raw.isascii() and "=?" not in raw
        return _one_line(raw if as_it_is else str(message[name] or ""), older)
    except _DAMAGE:
        return ""


def _ids(message: EmailMessage, *names: str) -> list[str]:
    """The names of letters in headers."""
    said = " ".join(_header(message, name, "utf-8") for name in names)
    return [key for key in _ID.findall(said) if _LOST not in key]


def _one_line(text: str, older: str = _OLDER) -> str:
    """Text that can be written again: bytes that a header holds as they are come as halves of
    characters, and are UTF-8, or else in the code of an ``older`` program."""
    try:
        data = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        data = text.encode("utf-8", "replace")
    try:
        said = data.decode("utf-8")
    except UnicodeDecodeError:
        said = data.decode(older, "replace")
    return " ".join(said.split())


def _people(message: EmailMessage, name: str) -> list[tuple[str, str]]:
    """(address, name) of a header's people. A name that looks like an address is none."""
    try:
        header: Any = message[name]
        found = header.addresses if header is not None else ()
        people = [(_one_line(a.addr_spec), _one_line(a.display_name)) for a in found if a.domain]
        return [(address.lower(), name) for address, name in people]
    except _DAMAGE:
        return []


def _date(said: str) -> float:
    """Without a zone it is UTC, which "-0000" says as well; a year beyond 9999 is none."""
    try:
        date = email.utils.parsedate_to_datetime(said)
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC).timestamp()
    except _DAMAGE:
        return 0.0


def _text(message: EmailMessage) -> str:
    """The plain text, or the page where that says more."""
    try:
        texts = {kind: _decoded(message.get_body((kind,))) for kind in ("plain", "html")}
        shown, page = texts["plain"], texts["html"]
        if page.strip() and (not shown.strip() or is_stub(shown, page)):
            return plain(page)
        return plain(shown)
    except _DAMAGE:
        return ""


def _decoded(part: Any) -> str:
    payload = part.get_payload(decode=True) if part is not None else b""
    if not isinstance(payload, bytes):
        return ""
    text = decode(payload, part.get_content_charset("") if part is not None else "")
    text = text.replace("\r\n", "\n").replace("\0", "")
    return text.encode("utf-8", "replace").decode()


def _attachments(message: EmailMessage) -> tuple[str, ...]:
    try:
        parts = list(message.iter_attachments()) if message.is_multipart() else []
        parts = [part for part in parts if part.get_content_subtype() not in _SEALS]
        names = [str(part.get_filename() or part.get_content_type()) for part in parts]
    except _DAMAGE:
        return ()
    return tuple(map(_one_line, names))


def _why_automatic(message: EmailMessage, answer_to: str, own: tuple[str, ...]) -> str:
    """RFC 3834 and what programs that answer by themselves write besides; a letter that somebody
    saved may have nothing left of that but its subject."""
    said = _header(message, "Auto-Submitted").lower()
    if said and said.partition(";")[0].strip() != "no":
        return f"it was sent by a program (Auto-Submitted: {said[:50]})"
    if (precedence := _header(message, "Precedence").lower()) in _BULK:
        return f"it is mail to many (Precedence: {precedence})"
    if any(message.get_all(name) for name in _REPLIERS):
        return "it is the answer of a program"
    if _AWAY.match(_header(message, "Subject")):
        return "it says that somebody is away"
    if _header(message, "Return-Path") == "<>" or message.get_content_type() == "multipart/report":
        return "it is a report about the delivery of another one"
    if _ROBOT.match(answer_to):
        return f"nobody reads answers to {answer_to[:100]}"
    lists = " ".join(_header(message, name) for name in _LISTS).lower()
    ours = any(each in lists or each.replace("@", ".", 1) in lists for each in own)
    return "it is of a mailing list" if lists.strip() and not ours else ""


def _why_damaged(message: EmailMessage) -> str:
    cut = ("CloseBoundaryNotFoundDefect", "StartBoundaryNotFoundDefect")
    defects = [type(defect).__name__ for part in message.walk() for defect in part.defects]
    return "a part of it is missing" if any(name in cut for name in defects) else ""
