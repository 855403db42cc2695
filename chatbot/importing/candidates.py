"""Question-and-answer candidates out of conversations: what staff wrote to customers, with personal
data masked and near-copies joined. They wait for a person; nothing is answered from them.
"""

import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chatbot.cases import AnswerRow
from chatbot.files import write_whole
from chatbot.importing.chatter import WORD, Formulas, substance
from chatbot.importing.conversations import (
    Conversation,
    Message,
    Side,
    bare_subject,
    is_away,
    message_body,
    question_of,
    without_signature,
    words_of,
)
from chatbot.importing.names import Names
from chatbot.importing.personal import Masker, join_names, without_lone_names

_FEWEST = 6  # words of an answer
_FEW_WORDS = 5  # with fewer nobody asks anything
_LONGEST = 4_000  # characters of a question or an answer; what is longer is no answer to keep
_MOST_KEPT = 2 * _LONGEST  # with a signature that is taken away later
_MOST_READ = 100_000  # characters of a message; what is longer is not read
_ALIKE = 0.8  # share of their words (Jaccard) that near-copies have in common
_COLLEAGUE = 3  # conversations that somebody is in who is no customer
_QUOTED = re.compile(r"^>.*\n*", re.MULTILINE)  # lines
_SHINGLE = 3  # words in a row: texts without any in common are no near-copies


@dataclass
class Candidate:
    """``answer`` was written by a person of the staff; ``history`` is what came before the
    question. ``sources`` are the conversations in which nearly the same was said, and
    ``possible_names`` what may be somebody's name and stands in it."""

    question: str
    answer: str
    history: list[dict[str, str]] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    alike: list[str] = field(default_factory=list)
    possible_names: list[str] = field(default_factory=list)

    def as_row(self) -> dict[str, Any]:
        """A training row without passages, with where it is from."""
        text = f"{self.question}\n{self.answer}"
        row = AnswerRow(
            id=hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16],
            question=self.question,
            history=self.history,  # type: ignore[arg-type]
            passages=[],
            answer=self.answer,
        )
        extra = {name: getattr(self, name) for name in ("sources", "alike", "possible_names")}
        extra["review"] = "waiting"
        return row.model_dump() | extra


def candidates_from(conversations: Sequence[Conversation]) -> list[Candidate]:
    """Each turn of the conversations in which the staff told the customer something."""
    # Who is in several conversations signs in others, too.
    seen = Counter(name for each in conversations for name in set(each.people))
    colleagues = [name for name, count in seen.most_common() if count >= _COLLEAGUE]
    masked = [_masked(each, colleagues) for each in conversations]
    said = [(_of(each, "customer"), _of(each, "staff")) for each in masked]
    names = Names(said, seen)
    made = [
        _trimmed(each, names, records.people)
        for each, records in zip(masked, conversations, strict=True)
    ]
    formulas = Formulas([(_first(each), _replies(each)) for each in made])
    found = [found for each in made for found in _turns(each, formulas)]
    for each in found:
        each.possible_names = names.possible(f"{each.question}\n{each.answer}")
    return found


def _masked(conversation: Conversation, colleagues: Iterable[str]) -> Conversation:
    """The conversation with what its people wrote and no more, without what records know."""
    hide = Masker(conversation.people, colleagues)
    bodies = (
        (message.side, _said(message))
        for message in _begun(conversation)
        if len(message.text) <= _MOST_READ and not is_away(message.text)
    )
    # What is much too long is not kept, so nobody need look for names in it.
    messages = tuple(Message(side, hide(text)) for side, text in bodies if len(text) <= _MOST_KEPT)
    return Conversation(conversation.key, hide(conversation.subject[:_LONGEST]), messages)


def _said(message: Message) -> str:
    """What its writer wrote; of a customer also the question back that it answers."""
    body = message_body(message.text)
    return body if message.side == "customer" else _QUOTED.sub("", body).strip()


def _begun(conversation: Conversation) -> tuple[Message, ...]:
    """The messages; the subject is the first one where the customer has written nothing below it,
    or the export does not have it."""
    first, *others = conversation.messages or (Message("staff", ""),)
    if first.side == "customer" and not first.text.strip():
        first = Message("customer", bare_subject(conversation.subject))
    return first, *others


def _of(conversation: Conversation, side: Side) -> str:
    said = [message.text for message in conversation.messages if message.side == side]
    return "\n".join([conversation.subject, *said] if side == "customer" else said)


def _trimmed(conversation: Conversation, names: Names, people: Sequence[str]) -> Conversation:
    """The conversation of ``people`` without signatures and the names that no record has."""
    messages = []
    for message in conversation.messages:
        hidden = join_names(names.hide(message.text, people))
        text = without_lone_names(without_signature(hidden))
        if text and len(text) <= _LONGEST:
            messages.append(Message(message.side, text))
    subject = without_lone_names(join_names(names.hide(conversation.subject, people)))
    return Conversation(conversation.key, subject, tuple(messages))


def _first(conversation: Conversation) -> str:
    asked = (message.text for message in conversation.messages if message.side == "customer")
    return f"{conversation.subject} {next(asked, '')}"


def _replies(conversation: Conversation) -> list[str]:
    return [message.text for message in conversation.messages if message.side == "staff"]


def _turns(conversation: Conversation, formulas: Formulas) -> Iterator[Candidate]:
    asked: list[str] = []
    before: list[str] = []  # what was asked before that
    history: list[dict[str, str]] = []
    for message in conversation.messages:
        if message.side == "customer":
            if not asked and _is_detail(message.text):
                asked, history = before, history[:-2]
            if message.text not in asked:  # a transcript has it again
                asked = [*asked, message.text]
            continue
        if not asked:
            continue
        question = question_of(conversation.subject if not history else "", "\n\n".join(asked))
        answer = substance(message.text, formulas)
        if len(WORD.findall(answer)) < _FEWEST:
            continue  # the customer's question is still open
        if question:
            yield Candidate(question, answer, list(history), [conversation.key])
        history += [
            {"role": "user", "content": "\n\n".join(asked)},
            {"role": "assistant", "content": message.text},
        ]
        asked, before = [], asked


def _is_detail(text: str) -> bool:
    """Whether a customer's words belong to the question before them: "It is number 5"."""
    return len(WORD.findall(text)) < _FEW_WORDS and "?" not in text


def merge_copies(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The candidates, near-copies of an answer as one; the first stands for all."""
    kept: list[Candidate] = []
    words: list[frozenset[str]] = []
    places: dict[str, list[int]] = {}
    for candidate in candidates:
        said = list(WORD.findall(candidate.answer.lower()))
        mine = frozenset(said)
        shingles = {" ".join(said[at : at + _SHINGLE]) for at in range(len(said) - _SHINGLE + 1)}
        near = {at for shingle in shingles for at in places.get(shingle, ())}
        alike = (at for at in sorted(near) if _share(mine, words[at]) >= _ALIKE)
        twin = next((at for at in alike if _same(candidate, kept[at])), None)
        if twin is not None:
            kept[twin].sources += candidate.sources
            if candidate.question not in (kept[twin].question, *kept[twin].alike):
                kept[twin].alike.append(candidate.question)
                marked = [*kept[twin].possible_names, *candidate.possible_names]
                kept[twin].possible_names = list(dict.fromkeys(marked))
            continue
        for shingle in shingles:
            places.setdefault(shingle, []).append(len(kept))
        kept.append(candidate)
        words.append(mine)
    return kept


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(1, len(one | other))


def _same(one: Candidate, other: Candidate) -> bool:
    """Whether alike answers say the same: with other numbers, or where what one question is about
    stands in one of them only, they do not."""
    about = (words_of(one.question) | words_of(other.question)) & (
        words_of(one.answer) ^ words_of(other.answer)
    )
    return not about and _numbers(one.answer) == _numbers(other.answer)


def _numbers(text: str) -> list[str]:
    return sorted(re.findall(r"\d+", text))


class Rows:
    """Candidates as JSON lines in a file, which take the place of the last ones with
    :meth:`commit`."""

    def __init__(self, path: Path) -> None:
        """Only names the file."""
        self.path = path
        self._new = path.with_name(f".{path.name}.new")

    def write(self, candidates: Iterable[Candidate]) -> int:
        """Write them beside the file; returns how many."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        lines = [json.dumps(each.as_row(), ensure_ascii=False) + "\n" for each in candidates]
        write_whole(self._new, (line.encode("utf-8", "replace").decode() for line in lines))
        return len(lines)

    def commit(self) -> None:
        """Take what was written into use."""
        os.replace(self._new, self.path)
