"""A letter (an e-mail message): who wrote what to whom, and whether a person did.

Letters come from anybody, so headers and parts are bounded before the library reads them: its
parsers take time that grows with the square of what they are given.
"""

import email
import email.policy
import email.utils
import hashlib
import re
from codecs import BOM_UTF8
from dataclasses import dataclass
from datetime import UTC
from email.message import EmailMessage
from typing import Any

from chatbot.errors import DocumentError
from chatbot.knowledge.formats.mail import is_stub
from chatbot.knowledge.formats.quotes import page_text
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
# What stands before the "@" of a program's address.
_ROBOT = re.compile(
    r"(?:.*[-_.+])?(?:no[-_.]?(?:reply|responder)|do[-_.]?not[-_.]?reply|nicht[-_.]?antworten"
    r"|keine[-_.]?antwort|ne[-_.]?pas[-_.]?repondre)(?![^\W\d_]).*"
    r"|mailer-daemon|postmaster|bounces?(?:[+=].*|[-_.].*\d.*)?",
    re.IGNORECASE,
)
_BULK = frozenset({"bulk", "junk", "auto_reply"})
_LISTS = ("List-Id", "List-Post")  # name the list
_OF_LISTS = ("List-Unsubscribe", "List-Help", "List-Owner")
_NAME = re.compile(r"[\w.+@-]+")
_REPLIERS = ("X-Autoreply", "X-Autorespond")
# Subjects that mail programs put before the one that they answer, in the product's languages.
_AWAY = re.compile(
    r"\s*(?:auto(?:matic)?[ -]?(?:reply|response)|out of (?:the )?office|automatische antwort"
    r"|abwesenheits(?:notiz|nachricht|meldung)|r[ée]ponse automatique|absence du bureau"
    r"|respuesta autom[áa]tica|fuera de (?:la )?oficina)\s*:",
    re.IGNORECASE,
)
# Folders and labels of what nobody sent, wanted or kept, as programs name them.
UNWANTED = frozenset({
    "drafts", "outbox", "unsent messages", "junk", "junk e-mail", "junk email", "spam", "trash",
    "bin", "deleted items", "deleted messages", "entwürfe", "entw&apw-rfe", "papierkorb",
    "brouillons", "corbeille", "borradores", "papelera",
})  # fmt: skip
_BITS = re.compile(r"[0-9a-fA-F]{4}")  # of X-Mozilla-Status
_DELETED = 0x8
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
    where it has none. ``text`` is all that is to be read, what is quoted too. ``lists`` name the
    mailing list that brought it, and ``unwanted`` is whether it is a draft, junk or deleted.
    ``automatic`` says why no person wrote it, ``damaged`` what is wrong with it; both complete
    "<letter>: it ..." and are empty else.
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
    lists: tuple[str, ...] = ()
    unwanted: bool = False
    automatic: str = ""
    damaged: str = ""

    def is_from(self, own: tuple[str, ...]) -> bool:
        """Whether one of the ``own`` addresses or domains wrote it. What they send to themselves,
        or within their domain, for somebody else to be answered is of a form of a website, and
        that one's."""
        if _is_one(self.answer_to, own):
            return True
        ours = (*own, self.sender.rpartition("@")[2])
        return _is_one(self.sender, own) and not any(_is_one(each, ours) for each in self.to)

    def why_automatic(self, own: tuple[str, ...]) -> str:
        """Why no person wrote it, or wrote it to us; empty where one did. A mailing list of the
        ``own`` addresses or domains is a mail box that people share."""
        ours = any(_is_one(name, own) or _is_list(name, own) for name in self.lists)
        return self.automatic or ("it is of a mailing list" if self.lists and not ours else "")


def _is_one(address: str, own: tuple[str, ...]) -> bool:
    return any(address == each or address.endswith(f"@{each}") for each in own)


def _is_list(name: str, own: tuple[str, ...]) -> bool:
    """Whether a List-Id is of one of the addresses or domains."""
    ids = (each.replace("@", ".", 1) for each in own)
    return name in ids or any(name.endswith(f".{each}") for each in own if "@" not in each)


def read_letter(data: bytes) -> Letter:
    """The letter in ``data``.

    Raises:
        DocumentError: it is none, or larger than letters are.
    """
    message = _parsed(data)
    lists = _lists(message)
    writers = _people(message, "From")
    # A list can put itself in the place of the writer, and of where answers go.
    answered = [*_people(message, "Reply-To"), *writers, *_people(message, "X-Original-From")]
    sender, its_name = next(iter(writers), ("", ""))
    answer_to, name = next((each for each in answered if each[0] not in lists), (sender, its_name))
    keys = _ids(message, "Message-ID")
    refers = _ids(message, "References", "In-Reply-To")
    return Letter(
        key=keys[0] if keys else f"<{hashlib.sha256(data).hexdigest()[:16]}>",
        named=bool(keys),
        refers=tuple(dict.fromkeys(refers)),
        subject=_header(message, "Subject"),
        sender=sender,
        name=name or its_name,
        answer_to=answer_to,
        to=tuple(a for kind in ("To", "Cc") for a, _ in _people(message, kind)),
        date=_date(_header(message, "Date")),
        text=_text(message)[:_MOST_TEXT],
        attachments=_attachments(message),
        lists=lists,
        unwanted=_is_unwanted(message),
        automatic=_why_automatic(message, answer_to),
        damaged=_why_damaged(message),
    )


def _parsed(data: bytes) -> EmailMessage:
    if len(data) > LARGEST:
        raise DocumentError(f"it has more than {LARGEST / 1e6:.0f} MB")
    data = data.removeprefix(BOM_UTF8).lstrip()  # a header begins with no blank
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
        if header is not None and name.startswith("X-"):  # which the library takes for any text
            header = email.policy.default.header_factory("From", str(header))
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
            return page_text(page)
        return shown.strip()
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


def _lists(message: EmailMessage) -> tuple[str, ...]:
    """What names the mailing list in its headers, in small letters; "list" where nothing does."""
    named = " ".join(_header(message, name) for name in _LISTS)
    if found := _NAME.findall(named.lower()):
        return tuple(found)
    is_list = _header(message, "Precedence").lower() == "list"
    return ("list",) if is_list or any(_header(message, name) for name in _OF_LISTS) else ()


def _is_unwanted(message: EmailMessage) -> bool:
    """Whether a mail program's own headers say that it is a draft, junk or deleted."""
    labels = _header(message, "X-Gmail-Labels").lower().split(",")
    bits = _header(message, "X-Mozilla-Status")
    return (
        not UNWANTED.isdisjoint(label.strip(' "') for label in labels)
        or (bool(_BITS.fullmatch(bits)) and bool(int(bits, 16) & _DELETED))
        or not {"D", "T"}.isdisjoint(_header(message, "X-Status"))
        or _header(message, "X-Unsent") == "1"
    )


def _why_automatic(message: EmailMessage, answer_to: str) -> str:
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
    if _ROBOT.fullmatch(answer_to.rpartition("@")[0]):
        return f"nobody reads answers to {answer_to[:100]}"
    return ""


def _why_damaged(message: EmailMessage) -> str:
    cut = ("CloseBoundaryNotFoundDefect", "StartBoundaryNotFoundDefect")
    defects = [type(defect).__name__ for part in message.walk() for defect in part.defects]
    return "a part of it is missing" if any(name in cut for name in defects) else ""
