"""E-mail: every text of a message in order, forwarded ones and attachments too."""

import email
import email.policy
import re
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator
from email.message import Message

from chatbot.errors import DocumentError
from chatbot.knowledge.blocks import (
    Block,
    Extracted,
    Heading,
    Page,
    Paragraph,
    Table,
    one_line,
    render,
)
from chatbot.knowledge.formats.html import blocks_of
from chatbot.knowledge.formats.quotes import letter
from chatbot.knowledge.formats.text import decode
from chatbot.knowledge.formats.tnef import unpacked

Attached = Callable[[str, bytes], list[Block]]
NAMES = ("From", "To", "Date", "Subject")
_DEEPEST = 20  # messages in messages
_PARTS = 2_000
_FEWER = 0.9  # of the page's words; where the plain text has fewer, the page is read
_WORD = re.compile(r"\w+")
# What stands before an "@" has at most 64 characters: a text without blanks, as of base64, Chinese
# or spite, would be looked through to its end from each of its characters.
_ADDRESS = re.compile(r"(?:https?://|mailto:)[^\s<>)]+|[^\s@]{1,64}@\S+")
# OpenPGP within a text (RFC 9580): a signature, a key; the line above what is signed and its head.
_ARMOUR = re.compile(
    r"^-----BEGIN PGP (SIGNATURE|MESSAGE|PUBLIC KEY BLOCK)-----$.*?^-----END PGP \1-----\s*$",
    re.MULTILINE | re.DOTALL,
)
_SIGNED = re.compile(r"^-----BEGIN PGP SIGNED MESSAGE-----\n(?:\w+: .*\n)*\n?", re.MULTILINE)
_DASHED = re.compile(r"^- (?=-)", re.MULTILINE)
# What programs attach without a name.
_UNNAMED = {"text/calendar": "calendar.ics", "text/vcard": "card.vcf"}
# What Outlook packs everything into that hangs on a message.
_PACKED = ("application/ms-tnef", "application/vnd.ms-tnef")
_PACKED_NAME = "winmail.dat"
# A message of a mail box begins: a sender, or what stands for one, and a date.
SEPARATOR = re.compile(
    rb"^From (?:\S+ +)?(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b|\d{4}-\d\d-\d\d)"
    rb"[^\r\n]*\d:\d\d[^\r\n]*(?:\r?\n|\Z)",
    re.MULTILINE,
)
_ESCAPED = re.compile(rb"^>(>*From )", re.MULTILINE)  # a line that looks like one


def read_mail(data: bytes, attached: Attached) -> Extracted:
    """An .eml file; ``attached`` reads what hangs on it, by its name."""
    data = data.removeprefix(BOM_UTF8).lstrip()
    message = email.message_from_bytes(data, policy=email.policy.default)
    if not any(message[name] for name in NAMES):
        raise DocumentError("it is not an e-mail message")
    return render(_message(message, attached, 0), _header(message, "Subject"))


def read_mailbox(data: bytes, attached: Attached) -> Extracted:
    """An .mbox file: each message is a page."""
    parts = (_ESCAPED.sub(rb"\1", part) for part in SEPARATOR.split(data))
    blocks: list[Block] = []
    for number, part in enumerate((part for part in parts if part.strip()), start=1):
        message = email.message_from_bytes(part, policy=email.policy.default)
        subject = _header(message, "Subject") or f"Message {number}"
        blocks += [Page(f"message {number}"), Heading(1, subject)]
        blocks += _message(message, attached, 0)
    if not blocks:
        raise DocumentError("it holds no message")
    return render(blocks)


def _message(message: Message, attached: Attached, depth: int) -> Iterator[Block]:
    heads = [f"{name}: {text}" for name in NAMES if (text := _header(message, name))]
    yield Paragraph("\n".join(heads))
    yield from _part(message, attached, depth)


def _header(message: Message, name: str) -> str:
    try:
        given = (value for key, value in message.raw_items() if key.lower() == name.lower())
        raw = str(next(given, ""))
        if not raw.isascii():  # in no encoding that it names
            data = raw.encode("utf-8", "surrogateescape")
            told = one_line(decode(data, message.get_content_charset("") or ""))
            return one_line(str(email.policy.default.header_factory(name, told)))
        return one_line(str(message[name] or ""))
    except (ValueError, IndexError, AttributeError, TypeError):  # the library's own on damage
        return ""


def _part(part: Message, attached: Attached, depth: int) -> Iterator[Block]:
    kind = part.get_content_type()
    if depth > _DEEPEST:
        return
    if kind == "message/rfc822":
        for message in _forwards(part):
            yield Heading(2, f"Forwarded message: {_header(message, 'Subject')}".rstrip(": "))
            yield from _message(message, attached, depth + 1)
    elif kind == "multipart/alternative":
        yield from _alternative(_inner(part), attached, depth)
    elif kind == "message/delivery-status":
        for fields in _inner(part):
            yield Paragraph("\n".join(f"{name}: {value}" for name, value in fields.items()))
    elif part.is_multipart():
        for child in _inner(part)[:_PARTS]:
            yield from _part(child, attached, depth + 1)
    else:
        yield from _leaf(part, attached)


def _forwards(part: Message) -> list[Message]:
    """The messages in a part, which some programs encode, though they must not."""
    messages = _inner(part)
    encoding = str(part["Content-Transfer-Encoding"] or "").strip().lower()
    if encoding not in ("base64", "quoted-printable") or any(m.keys() for m in messages):
        return messages
    found: list[Message] = []
    for message in messages:
        message["Content-Transfer-Encoding"] = encoding
        found.append(email.message_from_bytes(_bytes(message), policy=email.policy.default))
    return found


def _inner(part: Message) -> list[Message]:
    payload = part.get_payload()
    return (
        [child for child in payload if isinstance(child, Message)]
        if isinstance(payload, list)
        else []
    )


def _alternative(parts: list[Message], attached: Attached, depth: int) -> Iterator[Block]:
    """The plain text, or the page where the plain text is empty or only says that there is one;
    behind it the appointment that the message is about."""
    plain = next((p for p in parts if p.get_content_type() == "text/plain"), None)
    events = [p for p in parts if p.get_content_type() == "text/calendar"]
    others = [p for p in parts if p is not plain and p not in events]
    if plain is None:
        for part in [*others[-1:], *events]:
            yield from _part(part, attached, depth + 1)
        return
    text = _text(plain)
    found = [part for other in others for part in _spread(other)]
    pages = _pages(found)
    shown = [_text(page) for page in pages]
    if shown and (not text.strip() or is_stub(text, "\n".join(shown))):
        for page in shown:  # Apple Mail begins one anew behind a picture or a file
            yield from blocks_of(page)
    else:
        yield from letter(text)
    for part in found:  # pictures, files and messages that hang on the page
        is_message = part.get_content_type() == "message/rfc822"
        if is_message or (part.get_filename() and part not in [*pages, *others]):
            yield from _part(part, attached, depth + 1)
    for event in events:
        yield from _leaf(event, attached)


def _spread(part: Message) -> Iterator[Message]:
    """What a part is made of; a message within it is one piece."""
    if part.is_multipart() and part.get_content_type() != "message/rfc822":
        for inner in _inner(part):
            yield from _spread(inner)
    else:
        yield part


def _pages(parts: list[Message]) -> list[Message]:
    """The pages among the parts: those without a name, else the first one that is no file."""
    found = [part for part in parts if part.get_content_type() == "text/html"]
    named = [part for part in found if part.get_content_disposition() != "attachment"]
    return [part for part in found if not part.get_filename()] or named[:1]


def is_stub(plain: str, page: str) -> bool:
    """Whether the page says more: "your mail program cannot show this", or a table."""
    texts = (getattr(block, "text", "") or _cells(block) for block in blocks_of(page))
    shown = _words(" ".join(texts))
    said = _words(plain)
    return len(shown & said) < _FEWER * len(shown)


def _words(text: str) -> set[str]:
    return set(_WORD.findall(_ADDRESS.sub(" ", text.lower())))


def _cells(block: Block) -> str:
    return " ".join(cell for row in block.rows for cell in row) if isinstance(block, Table) else ""


def _leaf(part: Message, attached: Attached) -> Iterator[Block]:
    kind = part.get_content_type()
    name = part.get_filename() or _UNNAMED.get(kind, "")
    if not name and kind == "text/html":
        yield from blocks_of(_text(part))
    elif not name and part.get_content_maintype() == "text":
        yield from letter(_text(part))
    elif kind in _PACKED or name.lower() == _PACKED_NAME:
        packed = unpacked(_bytes(part))
        if any(_header(part, name) for name in NAMES):  # the whole message
            yield from letter(packed.text)
        if not packed.text and not packed.files:  # it is damaged, or holds nothing that is read
            yield from attachment(name or kind, b"", attached)
        for file, data in packed.files:
            yield from attachment(file, data, attached)
    elif part.get_content_maintype() == "multipart":  # its parts are not where it says
        yield from letter(_text(part))
    else:
        is_text = part.get_content_maintype() == "text"
        said = (part.get_content_charset("") or "") if is_text else ""
        data = decode(_bytes(part), said).encode() if said else _bytes(part)
        blocks = list(attachment(name or kind, data, attached))
        yield from blocks
        if len(blocks) < 2 and is_text:
            yield from letter(_text(part))


def attachment(name: str, data: bytes, attached: Attached) -> Iterator[Block]:
    """The name of what hangs on a message, and what of it is read."""
    name = " ".join(name.split())
    if name:
        yield Paragraph(f"Attachment: {name}")
    yield from attached(name, data)


def _bytes(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _text(part: Message) -> str:
    text = decode(_bytes(part), part.get_content_charset("") or "").replace("\r\n", "\n")
    if part.get_content_type() == "text/plain" and _parameter(part, "format") == "flowed":
        text = _unflowed(text, glued=_parameter(part, "delsp") == "yes")
    return _unarmoured(text) if "-----BEGIN PGP " in text else text


def _unarmoured(text: str) -> str:
    """A text without the signatures and keys of OpenPGP, and without what marks it as signed."""
    text, signed = _SIGNED.subn("", _ARMOUR.sub("", text))
    return _DASHED.sub("", text) if signed else text


def _parameter(part: Message, name: str) -> str:
    return str(part.get_param(name) or "").lower()


def _unflowed(text: str, glued: bool) -> str:
    """The text with lines joined that the writer's program broke (RFC 3676): they end in a blank,
    which is no part of the text where they are ``glued``."""
    lines: list[list[str]] = []
    goes_on, depth = False, 0
    for line in text.split("\n"):
        bare = line.lstrip(">")
        quotes = len(line) - len(bare)
        bare = bare.removeprefix(" ")
        if not goes_on or quotes != depth:
            lines.append(["> " * quotes])
        depth = quotes
        goes_on = bare.endswith(" ") and bare != "-- "
        lines[-1].append(bare[:-1] if goes_on and glued else bare)
    return "\n".join("".join(pieces) for pieces in lines)
