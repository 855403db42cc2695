"""The packet that a case is handed to a colleague with: Markdown, e-mail, webhook."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from typing import Any
from urllib.parse import urlsplit

from chatbot.errors import HandoffError
from chatbot.knowledge.blocks import one_line
from chatbot.memory import Turn
from chatbot.text.hosts import ascii_host

_TIMEOUT = 10.0  # seconds
_SUBJECT = 60  # characters
_WORD = re.compile(r'[^\s<>()\[\],;:"\\`„“”«»/|=—–]+')  # what hardly any address has parts them
_AROUND = ".!?'’‘*…"
_HOST = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_PRICE = re.compile(r"@\d+(?:[.,]\d+)*$")  # "12 pcs@4.50"
_LONGEST_ADDRESS = 254  # characters


@dataclass(frozen=True)
class Packet:
    """All that a colleague needs; ``passages`` were tried, ``draft`` is what could be sent.
    ``customer`` is whom to answer, where that person asked it: a mail address, or
    ``name <address>``; the summary is that person's own message then. ``recipient`` is the mail
    address of the colleague whom it is for, and ``note`` what is said to that one."""

    question: str
    summary: str
    passages: list[dict[str, Any]]
    draft: str
    handed_off_by: str
    created_at: str
    history: list[Turn] = field(default_factory=list)
    customer: str = ""
    recipient: str = ""
    note: str = ""


def addressee(typed: str) -> tuple[str, str, str]:
    """(the mail address in what a person typed; the rest; what looks like an address there and is
    none). The first word with an @ in it decides; one without a dot behind it only where no other
    has it ("a@b, see jane@acme.com")."""
    short = ""
    for found in _WORD.finditer(typed):
        word = re.sub(r"['’]s$", "", found[0].strip(_AROUND))
        if "@" not in word.strip("@") or _PRICE.search(word):
            continue
        if "." not in word.rpartition("@")[2]:
            short = short or word
            continue
        if not _is_address(word):
            return "", typed.strip(), word
        start = typed.index(word, found.start())
        before, behind = typed[:start], typed[start + len(word) :]
        return word, f"{before.rstrip(' <')} {behind.lstrip(' >,:;/|—–')}".strip(), ""
    return "", typed.strip(), short


def _is_address(word: str) -> bool:
    if len(word) > _LONGEST_ADDRESS or not word.isprintable():
        return False
    local, _, domain = word.partition("@")
    try:
        host = ascii_host(domain)
    except UnicodeError:
        return False
    return all(local.split(".")) and _HOST.fullmatch(host) is not None


def to_markdown(packet: Packet) -> str:
    """The packet to read and to file."""
    parts = [
        f"# Handoff: {one_line(packet.question)}",
        f"Handed off by {packet.handed_off_by}, {packet.created_at}",
        *([f"Answer to: `{packet.customer.replace('`', '')}`"] if packet.customer else []),
        *([f"For: `{packet.recipient}`"] if packet.recipient else []),
        *([f"## Note\n\n{quote(packet.note)}"] if packet.note else []),
        f"## Summary\n\n{_summary(packet)}",
        f"## Draft\n\n{packet.draft or 'No draft.'}",
        "## Passages tried\n\n" + (_passages(packet.passages) or "None."),
        "## Conversation\n\n"
        + conversation(packet.history, by="Customer" if packet.customer else "Agent"),
    ]
    return "\n\n".join(parts) + "\n"


def to_email(packet: Packet, recipient: str) -> bytes:
    """The packet as an .eml file, that a mail program opens as a draft."""
    message = EmailMessage(policy=SMTP if recipient.isascii() else SMTPUTF8)
    message["Subject"] = f"Handoff: {_cut(one_line(packet.question))}"
    message["To"] = recipient
    message["X-Unsent"] = "1"
    message.set_content(to_markdown(packet))
    return message.as_bytes()


async def post(packet: Packet, url: str) -> None:
    """Send the packet to a webhook as JSON.

    Raises:
        HandoffError: it did not arrive; the message completes "... (<message>)".
    """
    import httpx

    try:
        async with httpx.AsyncClient(timeout=_TIMEOUT) as client:
            response = await client.post(url, json=asdict(packet))
            response.raise_for_status()
    except httpx.HTTPStatusError as exc:
        raise HandoffError(f"status {exc.response.status_code}") from exc
    except (httpx.HTTPError, httpx.InvalidURL) as exc:
        raise HandoffError(str(exc) or type(exc).__name__) from exc


def host_of(url: str) -> str:
    """Where a webhook leads, for people: the rest of its address is often its key."""
    try:
        return urlsplit(url).hostname or "?"
    except ValueError:
        return "?"


def conversation(history: Sequence[Turn], by: str = "Agent") -> str:
    """The turns, each under who said it; a quoted block, so that no turn looks like another."""
    said = {"user": by, "assistant": "Peregrine"}
    blocks = [f"**{said[turn['role']]}**\n\n{quote(turn['content'])}" for turn in history]
    return "\n\n".join(blocks) or "Nothing was said."


def quote(text: str) -> str:
    """Text as a Markdown block quote."""
    return "\n".join(f"> {line}" for line in text.strip().splitlines())


def _summary(packet: Packet) -> str:
    """What a stranger wrote is quoted, so that it does not look like a part of the packet."""
    if not packet.summary:
        return "No summary."
    return quote(packet.summary) if packet.customer else packet.summary


def _cut(line: str) -> str:
    """A line's beginning, in whole words where they are not too long for it."""
    if len(line) <= _SUBJECT:
        return line
    kept = line[: _SUBJECT - 2]
    words = kept.rpartition(" ")[0]
    return f"{words if len(words) > _SUBJECT // 2 else kept} …"


def _passages(passages: list[dict[str, Any]]) -> str:
    return "\n\n".join(f"`{p['path']}`\n\n{quote(str(p['text']))}" for p in passages)
