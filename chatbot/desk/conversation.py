"""What one session knows of its conversation: the turns, the answers' records, the uploads."""

from dataclasses import dataclass, field
from typing import Any

from chatbot.index.generations import Generation
from chatbot.knowledge.documents import Document
from chatbot.memory import Turn
from chatbot.store.records import is_from_knowledge


@dataclass
class Entry:
    """One turn; ``record`` is that of :class:`chatbot.answering.answer.Answer`."""

    id: str
    turn: Turn
    record: dict[str, Any] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether it is an answer that was stopped before its first word."""
        return self.turn["role"] == "assistant" and not self.turn["content"]


@dataclass
class Conversation:
    """The turns in order; ``index`` is over ``documents`` and made anew when they change. ``draft``
    is the reply that was written to the last question, if one was. ``beside`` are the messages that
    ask nothing (commands, files), with how many turns stand in front of each."""

    entries: list[Entry] = field(default_factory=list)
    documents: dict[str, Document] = field(default_factory=dict)
    index: Generation | None = None
    draft: str = ""
    beside: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of_thread(cls, thread: dict[str, Any]) -> "Conversation":
        """The conversation of a kept thread; its uploads are not read yet."""
        conversation = cls()
        for step in thread["steps"]:
            metadata = step.get("metadata") or {}
            if step.get("type") == "user_message":
                asked = step.get("output") or ""
                if asked.strip() and not step.get("command"):  # else a file was handed in
                    conversation.add_question(step["id"], asked)
                else:
                    conversation.go_on_from(step["id"], asks=False)
            elif "answer" in metadata:
                record = metadata["answer"]
                conversation.add_answer(step["id"], record["answer"], record)
            elif "partial" in metadata and conversation.unanswered:  # Stop ended it
                conversation.add_answer(step["id"], metadata["partial"], None)
        return conversation

    @property
    def history(self) -> list[Turn]:
        """The turns as the chain takes them, without questions that were stopped before the first
        word of their answer."""
        pairs = zip(self.entries, [*self.entries[1:], None], strict=False)
        kept = [entry for entry, later in pairs if not (later and later.is_empty)]
        return [entry.turn for entry in kept if not entry.is_empty]

    def before(self, message_id: str) -> list[Turn]:
        """The turns in front of a message, all of them where it is new."""
        self.cut(message_id)
        return self.history

    def cut(self, message_id: str) -> None:
        """Forget a message and what follows it, as an edited question does."""
        ids = [entry.id for entry in self.entries]
        if message_id in ids:
            del self.entries[ids.index(message_id) :]
            self.draft = ""

    def go_on_from(self, message_id: str, asks: bool) -> None:
        """A message came that ``asks`` something, or else stands beside the questions. One that
        stood there before was edited: what follows it is gone from the page, and is forgotten."""
        place = self.beside.pop(message_id, len(self.entries))
        if place < len(self.entries):
            del self.entries[place:]
            self.draft = ""
        if not asks:
            self.beside[message_id] = len(self.entries)

    def after(self, message_id: str) -> set[str]:
        """The ids of the turns that follow a message."""
        ids = [entry.id for entry in self.entries]
        return set(ids[ids.index(message_id) + 1 :]) if message_id in ids else set()

    def add_question(self, message_id: str, text: str) -> None:
        """A question was asked."""
        self.draft = ""
        self.entries.append(Entry(message_id, {"role": "user", "content": text}))

    def add_answer(self, message_id: str, text: str, record: dict[str, Any] | None) -> None:
        """It was answered, wholly or until Stop."""
        self.entries.append(Entry(message_id, {"role": "assistant", "content": text}, record))

    def question(self, message_id: str) -> str | None:
        """The words of an earlier question."""
        found = (e.turn["content"] for e in self.entries if e.id == message_id)
        return next(found, None)

    @property
    def last_question(self) -> str:
        """The newest question; empty where nothing was asked."""
        return self.last_case()[0]

    def last_case(self) -> tuple[str, dict[str, Any] | None]:
        """The newest question, and the record of its answer if that is whole. Small talk ("Can I
        talk to a human?") is no question, unless nothing else was said, and never an answer."""
        replies = [*self.entries[1:], None]
        asked = [
            (entry.turn["content"], reply.record if reply else None)
            for entry, reply in zip(self.entries, replies, strict=False)
            if entry.turn["role"] == "user"
        ]
        cases = [case for case in asked if case[1] is None or is_from_knowledge(case[1])]
        return (cases or [(said, None) for said, _ in asked] or [("", None)])[-1]

    def last_record(self) -> dict[str, Any] | None:
        """The newest whole answer to a question."""
        records = (entry.record for entry in reversed(self.entries) if entry.record)
        return next(filter(is_from_knowledge, records), None)

    @property
    def unanswered(self) -> bool:
        """Whether the last question has no answer."""
        return bool(self.entries) and self.entries[-1].turn["role"] == "user"
