"""Questions with answers of conversations that wait for review: read from what imports wrote."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chatbot.store.records import fingerprint
from chatbot.store.reviews import Waiting
from chatbot.text.questions import question_key

_LONGEST_LINE = 1_000_000  # characters; what is longer no import wrote


@dataclass(frozen=True)
class ImportedCandidate:
    """One line of ``candidates/<name>.jsonl``; ``possible_names`` may be names of people that
    nothing masked, ``alike`` other questions that were answered so."""

    id: str
    source: str
    question: str
    answer: str
    history: tuple[dict[str, str], ...] = ()
    alike: tuple[str, ...] = ()
    conversations: tuple[str, ...] = ()
    possible_names: tuple[str, ...] = ()

    @property
    def item(self) -> Waiting:
        """What the review decides about: the same words are the same item after each import."""
        return Waiting(
            id=self.id,
            kind="candidate",
            question=self.question,
            key=question_key(self.question, self.history),
            asked_by="",
            created_at="",
            comment="",
            wrong="",
            right_answer=self.answer,
            right_document="",
            seen=fingerprint(self.question, self.answer),
        )

    @property
    def record(self) -> dict[str, Any]:
        """The record of an accepted one: nothing was on screen with it."""
        return {
            "question": self.question,
            "history": list(self.history),
            "answer": self.answer,
            "passages": [],
            "citations": [],
            "abstained": False,
            "approved": {"candidate": list(self.conversations)},
        }


def read_candidates(folder: Path) -> tuple[list[ImportedCandidate], list[str]]:
    """All of them, by file and in its order, and the names of files that cannot be read. The same
    words in two files are one; lines that no import wrote are passed over."""
    found: dict[str, ImportedCandidate] = {}
    unread = []
    for path in sorted(folder.glob("*.jsonl")):
        try:
            for each in _lines(path):
                found.setdefault(each.id, each)
        except (OSError, UnicodeDecodeError):
            unread.append(path.name)
    return list(found.values()), unread


def _lines(path: Path) -> Iterator[ImportedCandidate]:
    with path.open(encoding="utf-8") as lines:
        while line := lines.readline(_LONGEST_LINE):
            try:
                row = json.loads(line)
                yield ImportedCandidate(
                    id=f"candidate-{row['id']}"[:36],
                    source=path.stem,
                    question=str(row["question"]),
                    answer=str(row["answer"]),
                    history=tuple(
                        {"role": str(turn["role"]), "content": str(turn["content"])}
                        for turn in row.get("history", ())
                    ),
                    alike=tuple(map(str, row.get("alike", ()))),
                    conversations=tuple(map(str, row.get("sources", ()))),
                    possible_names=tuple(map(str, row.get("possible_names", ()))),
                )
            except (ValueError, KeyError, TypeError):
                continue
