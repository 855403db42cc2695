"""Chats that a help desk keeps as one comment, a line for each that was said.

As Zendesk writes them: "(10:12:33) Ann: Good morning", "(10:12:50) *** Ann joined the chat ***".
"""

import re
from collections.abc import Collection

from chatbot.importing.conversations import Message, Side

_TIME = r"[(\[]\d{1,2}:\d{2}(?::\d{2})?(?: ?[AaPp]\.?[Mm]\.?)?(?: UTC)?[)\]]"
_LINE = re.compile(rf"^[ \t]*{_TIME}[ \t]+(?:\*\*\*|([^:\n*]{{1,80}}):[ \t]*)(.*)$")
_FEWEST = 2  # lines of a chat
# What a program puts above it: "Chat started: 2026-01-05", "Served by: Tom".
_HEAD = re.compile(r"\s*(?:[^\s:]+ ){0,3}[^\s:]+:\s.*|\s*(?:[^\s.?!:]+(?: +|$)){1,3}|\W*")
_VISITOR = re.compile(
    r"(?:visitor|besucher|visiteur|visitante|guest|gast)(?: user|[ #_-]*\w*\d\w*)?", re.IGNORECASE
)
# What a log calls its lines, and a mail box "info@..." its owner.
_LEVELS = frozenset({"info", "error", "warn", "warning", "debug", "notice", "critical"})
_ROBOT = re.compile(r"\bbot\b|bot$|\bassistant\b", re.IGNORECASE)


def said_in_chat(text: str, customers: Collection[str]) -> list[Message]:
    """What people said in the chat that ``text`` is; nothing where it is none, as where no customer
    says anything in it, or where somebody writes something above it: a log of a machine has lines
    alike, and who quotes a chat asks about it. Who is neither one of the ``customers``, by the
    whole name or the first, nor a visitor is of the staff; robots are left out."""
    whole = {name.strip().casefold() for name in customers}
    known = whole | {name.split()[0] for name in whole if name}
    turns: list[tuple[Side | None, list[str]]] = []
    for line in text.split("\n"):
        match = _LINE.match(line)
        if match:
            turns.append((_side(match[1], known), [match[2]]))
        elif turns:
            turns[-1][1].append(line)
        elif not _HEAD.fullmatch(line):
            return []
    if len(turns) < _FEWEST or all(side != "customer" for side, _ in turns):
        return []
    said = ((side, "\n".join(lines).strip()) for side, lines in turns)
    return [Message(side, words) for side, words in said if side and words]


def _side(name: str | None, customers: set[str]) -> Side | None:
    """Whose a line is; nobody's where the program says who came and went."""
    if name is None or _ROBOT.search(name):
        return None
    called = name.strip().casefold()
    customer = (called in customers and called not in _LEVELS) or _VISITOR.fullmatch(called)
    return "customer" if customer else "staff"
