"""What an answer's record says in columns that are counted."""

import hashlib
from collections.abc import Mapping
from typing import Any

from chatbot.text.questions import question_key

HANDED_OFF = "handed_off"
ASKED_BACK = "asked_back"


def outcome_of(step: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]] | None:
    """The row of ``outcomes`` that a step of the page makes, and the documents it cites.

    ``step`` has ``id``, ``thread_id``, ``parent_id``, ``created_at``, ``answer`` (a record or
    nothing) and ``handoff``. ``None`` for what is neither an answer from the knowledge nor a
    hand-off: small talk, commands, questions.
    """
    row = {name: step[name] for name in ("id", "thread_id", "parent_id", "created_at")}
    empty = {"question": "", "question_key": "", "first_token": None}
    record = step["answer"]
    if step.get("handoff"):
        return row | empty | {"kind": HANDED_OFF}, []
    if not record or not is_from_knowledge(record):
        return None
    question = str(record.get("question", ""))
    values = row | {
        "kind": _kind(record),
        "question": question,
        "question_key": question_key(question, record.get("history") or ()),
        "first_token": record.get("first_token"),
    }
    return values, sorted(cited_paths(record))


def is_from_knowledge(record: Mapping[str, Any]) -> bool:
    """Whether an answer's record answers or refuses a question; else it is small talk."""
    return any(record.get(name) for name in ("passages", "abstained", "approved"))


def cited_paths(record: Mapping[str, Any]) -> list[str]:
    """The documents that an answer's record rests on, each once, in its order; that of an approved
    answer is the last."""
    source = (record.get("approved") or {}).get("source")
    cited = [*(record.get("citations") or ()), *([source] if source else ())]
    return list(dict.fromkeys(str(citation["path"]) for citation in cited))


def _kind(record: Mapping[str, Any]) -> str:
    if record.get("choices"):
        return ASKED_BACK
    return "refused" if record.get("abstained") else "answered"


# The columns of a judgement that :func:`judgement_of` makes.
JUDGED = ("kind", "question", "question_key", "seen")


def judgement_of(row: Mapping[str, Any]) -> dict[str, str | None]:
    """What the review looks for of a row of ``feedback``: its ``kind`` (a correction, thumbs down
    or up), the question with its key, and ``seen``, the fingerprint of what is said. Nothing where
    no answer was judged."""
    record = row["answer"]
    if not record or record.get("question") is None:
        return dict.fromkeys(JUDGED)
    comment, *corrected = (
        row.get(name) or "" for name in ("comment", "wrong", "right_answer", "right_document")
    )
    praise = ("up",) if row["value"] else ()
    kind = "up" if row["value"] else "correction" if any(corrected) else "down"
    question = str(record["question"])
    return {
        "kind": kind,
        "question": question,
        "question_key": question_key(question, record.get("history") or ()),
        "seen": fingerprint(comment, *corrected, *praise),
    }


def fingerprint(*said: object) -> str:
    """Tells whether what a person said was changed since somebody looked at it."""
    return hashlib.sha256(repr([str(part or "") for part in said]).encode()).hexdigest()
