"""A mail box (mbox, maildir, or a folder of .eml): its conversations as questions and answers.

Nothing of it becomes a document: mail is for two people, not for everybody.
"""

import email
import email.policy
import email.utils
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from typing import IO

from chatbot.errors import ImportingError
from chatbot.importing.archive import ExportFile
from chatbot.importing.conversations import Conversation, Item, LeftOut, Message, plain
from chatbot.importing.sources import ExportOptions

_LARGEST = 30_000_000  # bytes of a message
_FROM = re.compile(rb"From \S+.*\d\d:\d\d")
_REPLY = re.compile(r"^(?:(?:re|aw|antw|sv|tr|fwd?|wg)\s*:\s*)+", re.IGNORECASE)
_ROBOT = re.compile(r"^(?:no-?reply|do-?not-?reply|mailer-daemon|postmaster|bounce)", re.IGNORECASE)


@dataclass(frozen=True)
class _Mail:
    key: str
    refers: tuple[str, ...]
    subject: str
    sender: str
    name: str
    to: tuple[str, ...]
    date: float
    text: str


def read(files: Sequence[ExportFile], options: ExportOptions) -> Iterator[Item]:
    """A conversation for each thread with mail of both sides."""
    mails: list[_Mail] = []
    for file in files:
        for number, data in enumerate(_messages(file), start=1):
            place = f"{file.name}: message {number}"
            if len(data) > _LARGEST:
                yield LeftOut(place, f"it has more than {_LARGEST / 1e6:.0f} MB")
            elif (mail := _mail(data)) is not None:
                mails.append(mail)
    if not mails:
        raise ImportingError("The mail box holds no message that a person wrote.")
    threads = _threads(mails)
    staff = tuple(each.lower().lstrip("@") for each in options.staff) or _guess_domain(threads)
    for thread in threads:
        thread.sort(key=lambda mail: mail.date)
        names = tuple({mail.name for mail in thread if mail.name})
        messages = tuple(
            Message("staff" if _is_staff(mail.sender, staff) else "customer", mail.text)
            for mail in thread
        )
        subject = _REPLY.sub("", thread[0].subject)
        yield Conversation(f"mail {thread[0].key}", subject, messages, names)


def _messages(file: ExportFile) -> Iterator[bytes]:
    """The messages of a mail box, or the one of a file; what is neither has none."""
    with file.open() as stream:
        first = stream.readline(1000)
        if not _FROM.match(first):
            rest = stream.read(_LARGEST + 1)
            if b":" in first:
                yield first + rest
            return
        yield from _of_mbox(stream)


def _of_mbox(stream: IO[bytes]) -> Iterator[bytes]:
    lines: list[bytes] = []
    size, blank = 0, True
    while line := stream.readline(1_000_000):
        if blank and _FROM.match(line):
            yield b"".join(lines)
            lines, size = [], 0
        elif size <= _LARGEST:  # of a larger one, only that it is
            lines.append(line[1:] if line.startswith(b">From ") else line)
            size += len(line)
        blank = not line.strip()
    yield b"".join(lines)


def _mail(data: bytes) -> _Mail | None:
    """A message that a person wrote; ``None`` for robots' and for what is none."""
    try:
        message = email.message_from_bytes(data, policy=email.policy.default)
        if not isinstance(message, EmailMessage) or not message["From"] or _is_automatic(message):
            return None
        name, sender = email.utils.parseaddr(str(message["From"]))
        to = email.utils.getaddresses([str(message["To"] or ""), str(message["Cc"] or "")])
        body = message.get_body(("plain", "html"))
        text = body.get_content() if body is not None else ""
        refers = re.findall(
            r"<[^<>\s]+>", f"{message['References'] or ''}{message['In-Reply-To'] or ''}"
        )
        when = email.utils.parsedate_to_datetime(str(message["Date"])) if message["Date"] else None
        key = "".join(re.findall(r"<[^<>\s]+>", str(message["Message-ID"] or ""))[:1])
        subject = " ".join(str(message["Subject"] or "").split())
    except Exception:  # the library's own exceptions on damage are many
        return None
    if _ROBOT.match(sender) or not str(text).strip():
        return None
    return _Mail(
        key or f"<{hash_of(data)}>",
        tuple(refers),
        subject,
        sender.lower(),
        name,
        tuple(address.lower() for _, address in to),
        when.timestamp() if when else 0.0,
        plain(str(text)),
    )


def hash_of(data: bytes) -> str:
    """A name for a message without one."""
    import hashlib

    return hashlib.sha256(data).hexdigest()[:16]


def _is_automatic(message: EmailMessage) -> bool:
    said = str(message["Auto-Submitted"] or "no").strip().lower()
    bulk = str(message["Precedence"] or "").strip().lower() in (
        "bulk",
        "list",
        "junk",
        "auto_reply",
    )
    return (
        said != "no"
        or bulk
        or any(message[name] for name in ("X-Autoreply", "X-Autorespond", "List-Unsubscribe"))
    )


def _threads(mails: list[_Mail]) -> list[list[_Mail]]:
    """Mails that refer to each other, or have one subject and people in common."""
    leader: dict[str, str] = {}

    def top(key: str) -> str:
        while leader.setdefault(key, key) != key:
            leader[key] = key = leader[leader[key]]
        return key

    for mail in mails:
        for other in mail.refers:
            leader[top(mail.key)] = top(other)
        subject = _REPLY.sub("", mail.subject).lower()
        if not mail.refers and subject != mail.subject.lower():
            for person in (mail.sender, *mail.to):
                leader[top(mail.key)] = top(f"{subject} {person}")
        elif subject:
            leader[top(f"{subject} {mail.sender}")] = top(mail.key)
    groups: dict[str, list[_Mail]] = {}
    seen: set[str] = set()
    for mail in mails:
        if mail.key not in seen:  # a box can hold a message twice
            seen.add(mail.key)
            groups.setdefault(top(mail.key), []).append(mail)
    return list(groups.values())


def _guess_domain(threads: list[list[_Mail]]) -> tuple[str, ...]:
    """The domain that answers: most first mails of threads with replies are to it."""
    asked: Counter[str] = Counter()
    for thread in threads:
        first = min(thread, key=lambda mail: mail.date)
        replies = {mail.sender.rpartition("@")[2] for mail in thread if mail is not first}
        asked.update(replies & {address.rpartition("@")[2] for address in first.to})
    if not asked:
        raise ImportingError(
            "Nobody can tell who answers in this mail box; name addresses or domains with --staff."
        )
    return (asked.most_common(1)[0][0],)


def _is_staff(address: str, staff: tuple[str, ...]) -> bool:
    return any(address == each or address.endswith(f"@{each}") for each in staff)
