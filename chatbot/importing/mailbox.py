"""A mail box (mbox, maildir, or a folder of .eml): its conversations as questions and answers.

Nothing of it becomes a document: mail is for two people, not for everybody.
"""

import graphlib
import heapq
import re
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import IO

from chatbot.errors import DocumentError, ImportingError
from chatbot.importing.archive import ExportFile
from chatbot.importing.conversations import Conversation, Item, LeftOut, Message, bare_subject
from chatbot.importing.letters import LARGEST, UNWANTED, Letter, read_letter
from chatbot.importing.sources import ExportOptions
from chatbot.knowledge.formats.mail import SEPARATOR

_MOST = 1_000_000  # messages of a mail box
# What is left out, as the report names it.
_GONE = "Mail that was deleted, junk or never sent"
_OTHERS = "Mail of programs and mailing lists"
_EMPTY = "Mail without a text"
# A folder of what was never sent, is junk or deleted (".Trash", "Drafts.mbox"), or a file of a
# maildir with such a flag.
_UNWANTED = re.compile(
    rf"(?:^|/)(?:\.(?:[^/]*\.)?)?(?:{'|'.join(map(re.escape, UNWANTED))})(?:\.mbox|\.sbd)?(?:/|$)"
    r"|[:;!]2,[A-Za-z]*(?-i:[DT])[A-Za-z]*$",
    re.IGNORECASE,
)


def read(files: Sequence[ExportFile], options: ExportOptions) -> Iterator[Item]:
    """A conversation for each thread with mail of both sides."""
    mails: list[Letter] = []
    left = Counter[str]()
    for file in files:
        # The name of the only file says which box was meant to be imported.
        unwanted = len(files) > 1 and _UNWANTED.search(file.name) is not None
        for number, data in enumerate(_messages(file), start=1):
            if number > _MOST:
                raise ImportingError(
                    f"'{file.name}' has more than {_MOST:,} messages; export in smaller parts."
                )
            place = f"{file.name}: message {number}"
            try:
                mail = read_letter(data)
            except DocumentError as exc:
                yield LeftOut(place, str(exc))
                continue
            if what := _GONE if unwanted else _what_else(mail):
                left[what] += 1
            else:
                mails.append(mail)
    staff = tuple(each.lower().lstrip("@") for each in options.staff)
    staff = staff or (_guess_domain(_threads(mails)) if mails else ())
    kept = [mail for mail in mails if not mail.why_automatic(staff)]
    left[_OTHERS] += len(mails) - len(kept)
    for what, count in left.items():
        if count:
            yield LeftOut(what, f"{count:,} letter{'s' * (count != 1)}")
    if not kept:
        raise ImportingError("The mail box holds no message that a person wrote.")
    for thread in _threads(kept):
        thread = _in_order(thread)
        names = tuple({mail.name for mail in thread if mail.name})
        messages = tuple(
            Message("staff" if mail.is_from(staff) else "customer", mail.text) for mail in thread
        )
        subject = bare_subject(thread[0].subject)
        yield Conversation(f"mail {thread[0].key}", subject, messages, names)


def _what_else(mail: Letter) -> str:
    """What a letter is that is no part of a conversation; empty where it may be one."""
    if mail.unwanted:
        return _GONE
    return _OTHERS if mail.automatic else "" if mail.text.strip() else _EMPTY


def _messages(file: ExportFile) -> Iterator[bytes]:
    """The messages of a mail box, or the one of a file; what is neither has none."""
    with file.open() as stream:
        first = stream.readline(1000).removeprefix(BOM_UTF8)
        while first.isspace():
            first = stream.readline(1000)
        if not SEPARATOR.match(first):
            rest = stream.read(LARGEST + 1)
            if b":" in first or file.suffix == ".eml":
                yield first + rest
            return
        yield from _of_mbox(stream)


def _of_mbox(stream: IO[bytes]) -> Iterator[bytes]:
    lines: list[bytes] = []
    size, blank = 0, True
    while line := stream.readline(1_000_000):
        if blank and SEPARATOR.match(line):
            yield b"".join(lines)
            lines, size = [], 0
        elif size <= LARGEST:  # of a larger one, only that it is
            lines.append(line[1:] if line.startswith(b">From ") else line)
            size += len(line)
        blank = not line.strip()
    yield b"".join(lines)


def _threads(mails: list[Letter]) -> list[list[Letter]]:
    """Mails that refer to each other, or have one subject and are between the same people."""
    leader: dict[str, str] = {}

    def top(key: str) -> str:
        while leader.setdefault(key, key) != key:
            leader[key] = key = leader[leader[key]]
        return key

    for mail in mails:
        for other in mail.refers:
            leader[top(mail.key)] = top(other)
        if subject := bare_subject(mail.subject).lower():
            for person in mail.to:  # of two people: everybody writes "Question" to a help desk
                one, other = sorted((mail.answer_to, person))
                leader[top(f"{subject} {one} {other}")] = top(mail.key)
    groups: dict[str, list[Letter]] = {}
    seen: set[str] = set()
    for mail in mails:
        if mail.key not in seen:  # a box can hold a message twice
            seen.add(mail.key)
            groups.setdefault(top(mail.key), []).append(mail)
    return list(groups.values())


def _in_order(thread: list[Letter]) -> list[Letter]:
    """By date, but none before one that it refers to: clocks go wrong, and programs that put a box
    together give all its mails one date."""
    by_key = {mail.key: mail for mail in thread}
    order = graphlib.TopologicalSorter(
        {mail.key: [key for key in mail.refers if key in by_key] for mail in thread}
    )
    try:
        order.prepare()
    except graphlib.CycleError:  # damaged, or made to be
        return sorted(thread, key=lambda mail: mail.date)
    place = {key: number for number, key in enumerate(by_key)}
    found: list[Letter] = []
    ready: list[tuple[float, int, str]] = []
    while order.is_active():
        for key in order.get_ready():
            heapq.heappush(ready, (by_key[key].date, place[key], key))
        key = heapq.heappop(ready)[2]
        found.append(by_key[key])
        order.done(key)
    return found


def _guess_domain(threads: list[list[Letter]]) -> tuple[str, ...]:
    """The domain that answers: most first mails of threads with replies are to it. Replies that a
    mailing list brought count only where there are no others."""
    asked = _asked(threads, with_lists=False) or _asked(threads, with_lists=True)
    if not asked:
        raise ImportingError(
            "Nobody can tell who answers in this mail box; name addresses or domains with --staff."
        )
    return (asked.most_common(1)[0][0],)


def _asked(threads: list[list[Letter]], with_lists: bool) -> Counter[str]:
    """How many threads each domain was asked in first, and replied to."""
    asked: Counter[str] = Counter()
    for thread in threads:
        first = _in_order(thread)[0]
        replies = [mail for mail in thread if mail is not first and (with_lists or not mail.lists)]
        domains = {mail.sender.rpartition("@")[2] for mail in replies}
        asked.update(domains & {address.rpartition("@")[2] for address in first.to})
    return asked
