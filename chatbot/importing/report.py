"""What an import did."""

from dataclasses import dataclass, field

from chatbot.importing.documents import printable

_LONGEST = 300  # characters of what names a thing that was left out


@dataclass
class ImportReport:
    """Counts of documents in ``folder``, and of question-and-answer ``candidates``; ``failed`` says
    of each thing that was left out where it is (``path``) and why (``reason``)."""

    folder: str
    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0
    candidates: int = 0
    failed: list[dict[str, str]] = field(default_factory=list)
    candidates_file: str = ""
    seconds: float = 0.0

    def leave_out(self, path: str, reason: str) -> None:
        """Note what was not imported; ``reason`` completes "<path> was left out: ..."."""
        self.failed.append({"path": printable(path)[:_LONGEST], "reason": reason})
