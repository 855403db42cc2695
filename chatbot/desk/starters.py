"""Questions to begin with, from the knowledge folder."""

from pathlib import Path

from chatbot.knowledge.documents import STARTERS

_STARTERS = 4


def read_starters(knowledge: Path) -> list[tuple[str, str]]:
    """(label, question) pairs of the folder's ``.starters``, at most four; none without it. A line
    without one of the two is passed over."""
    try:
        lines = (knowledge / STARTERS).read_text(encoding="utf-8-sig", errors="replace")
    except OSError:
        return []
    parted = (line.partition("|") for line in lines.splitlines())
    pairs = [(label.strip(), question.strip()) for label, _, question in parted]
    return [pair for pair in pairs if all(pair)][:_STARTERS]
