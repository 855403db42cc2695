"""What an import did."""

from dataclasses import dataclass, field

from chatbot.importing.documents import printable

_LONGEST = 300  # characters of what names a thing that was left out


@dataclass
class ImportReport:
    """Counts of documents in ``folder``, and of question-and-answer ``candidates``; ``failed`` says
    of each thing that was left out where it is (``path``) and why (``reason``).
    Candidates are of ``conversations``; ``marked`` of them have what may be a name, and ``note`` is
    what so few conversations cannot tell."""

    folder: str
    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0
    conversations: int = 0
    candidates: int = 0
    marked: int = 0
    note: str = ""
    failed: list[dict[str, str]] = field(default_factory=list)
    candidates_file: str = ""
    seconds: float = 0.0

    def count(self, conversations: int, enough: int) -> None:
        """Note how many conversations were read; with fewer than ``enough`` what follows."""
        self.conversations = conversations
        if 0 < conversations < enough:
            self.note = (
                f"With fewer than {enough} conversations (here {conversations}) an import cannot "
                "tell an unusual word from a name by how many write it: more names than usual may "
                "be left, and more products masked, so read each candidate as a whole"
            )

    def leave_out(self, path: str, reason: str) -> None:
        """Note what was not imported; ``reason`` completes "<path> was left out: ..."."""
        self.failed.append({"path": printable(path)[:_LONGEST], "reason": reason})
