"""Questions to begin with, from the knowledge folder."""

from pathlib import Path

from chatbot.knowledge.documents import STARTERS

_STARTERS = 4


def read_starters(knowledge: Path) -> list[tuple[str, str]]:
    """(label, question) pairs of the folder's ``.starters``, at most four; none without it."""
    try:
        lines = (knowledge / STARTERS).read_text(encoding="utf-8-sig", errors="replace")
    except OSError:
        return []
    pairs = (line.split("|", 1) for line in lines.splitlines() if "|" in line)
    return [(label.strip(), question.strip()) for label, question in pairs][:_STARTERS]
