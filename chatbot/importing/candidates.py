"""Question-and-answer candidates out of conversations: what staff wrote to customers, with personal
data masked and near-copies joined. They wait for a person; nothing is answered from them.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chatbot.cases import AnswerRow
from chatbot.files import write_whole
from chatbot.importing.conversations import Conversation, message_body, question_of, words_of
from chatbot.text.masking import mask

_WORD = re.compile(r"\w+")
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")
_FEWEST = 6  # words of an answer
_LONGEST = 4_000  # characters of a question or an answer; what is longer is no answer to keep
_MOST_READ = 100_000  # characters of a message; what is longer is not read
_ALIKE = 0.8  # share of their words (Jaccard) that near-copies have in common
_SHINGLE = 3  # words in a row: texts without any in common are no near-copies
_FEW_WORDS = 3
# Sentences that promise, ask back, thank or say that something was done: no answers to keep.
_CHATTER = re.compile(
    r"\b(?:(?:i|we)(?:'ll|’ll| will| am going to| are going to)\b.*\b(?:check|look|investigat\w*"
    r"|get back|be in touch|forward|escalat\w*|follow up|update you|let you know|keep you)"
    r"|(?:get|come) back to you|looking into (?:it|this)"
    r"|(?:we|i) have (?:forwarded|escalated|passed)"
    r"|bear with (?:me|us)|thank(?:s| you) for (?:\w+ing|your|the)|sorry (?:for|to hear|about)"
    r"|apologi[sz]e for|hope (?:this|that) helps|glad (?:to|it|that)|you(?:'|’)re welcome"
    r"|have a (?:nice|great|good)|let (?:me|us) know if|feel free to|don(?:'|’)t hesitate"
    r"|is there anything else|happy to help|any (?:other|further) questions"
    r"|(?:could|can|would) you (?:please )?(?:send|provide|confirm|tell|share|let|try|give)"
    r"|please (?:send|provide|confirm|share|reply|let) (?:me|us|your|the)"
    r"|wir (?:prüfen|melden uns|kümmern uns|leiten)|ich (?:prüfe|melde mich|leite)"
    r"|vielen dank für|danke für|tut (?:mir|uns) leid|entschuldig\w+|bei (?:weiteren )?fragen"
    r"|nous (?:allons|vérifions|revenons)|merci (?:pour|de|d')|désolés? (?:pour|de)"
    r"|vamos a|gracias por|lamentamos|le responderemos)",
    re.IGNORECASE,
)
_PERSON = r"[A-ZÀ-ÖØ-Þ][\w'’-]+"
# Words before a name; behind those of the second kind only two capitals are one.
_NAMED = re.compile(
    r"\b((?i:my name is|ich heiße|mein name ist|je m'appelle|me llamo|mi nombre es|dear|hi|hello"
    r"|hey|hallo|liebe|lieber|bonjour|hola|mr\.?|mrs\.?|ms\.?|herr|frau))[ ,]+"
    rf"{_PERSON}(?: {_PERSON}){{0,2}}(?=[ ,.!\n]|$)"
)
_MAYBE_NAMED = re.compile(
    rf"\b((?i:this is|i am|i'm|ich bin|je suis|soy)) {_PERSON} {_PERSON}(?=[ ,.!\n]|$)"
)
_ALONE = re.compile(r"^\W*\[name\]\W*$\n?", re.MULTILINE)
_COMMON = frozenset(
    "support team service customer help desk info admin sales office the and".split()  # noqa: SIM905
)


@dataclass
class Candidate:
    """``answer`` was written by a person of the staff; ``history`` is what came before the
    question. ``sources`` are the conversations in which nearly the same was said."""

    question: str
    answer: str
    history: list[dict[str, str]] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    alike: list[str] = field(default_factory=list)

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
        extra = {"sources": self.sources, "alike": self.alike, "review": "waiting"}
        return row.model_dump() | extra


def candidates_of(conversation: Conversation) -> list[Candidate]:
    """Each turn in which the staff told the customer something."""
    found: list[Candidate] = []
    asked: list[str] = []
    history: list[dict[str, str]] = []
    hide = Masker(conversation.people)
    for message in conversation.messages:
        if len(message.text) > _MOST_READ:
            continue
        text = hide(message_body(message.text))
        if not text or len(text) > _LONGEST:
            continue
        if message.side == "customer":
            asked.append(text)
            continue
        if not asked:
            continue
        question = question_of(
            hide(conversation.subject) if not history else "", "\n\n".join(asked)
        )
        answer = _substance(text)
        if not answer:
            continue  # the customer's question is still open
        if question:
            found.append(Candidate(question, answer, list(history), [conversation.key]))
        history += [
            {"role": "user", "content": "\n\n".join(asked)},
            {"role": "assistant", "content": text},
        ]
        asked = []
    return found


def _substance(text: str) -> str:
    """A reply without promises, thanks and questions back; nothing where no answer is left."""
    paragraphs = []
    for paragraph in text.split("\n"):
        kept = [s for s in _SENTENCE.findall(paragraph) if s.strip() and not _is_chatter(s)]
        paragraphs.append("".join(kept).strip())
    answer = re.sub(r"\n{3,}", "\n\n", "\n".join(paragraphs)).strip()
    return answer if len(_WORD.findall(answer)) >= _FEWEST else ""


def _is_chatter(sentence: str) -> bool:
    if len(_WORD.findall(sentence)) < _FEW_WORDS and not re.search(r"\d", sentence):
        return sentence.rstrip().endswith(("!", "?"))
    return sentence.rstrip().endswith("?") or bool(_CHATTER.search(sentence))


class Masker:
    """Masks addresses, numbers, and the names of a conversation's people."""

    def __init__(self, people: Iterable[str]) -> None:
        """``people`` are names as records have them, whole."""
        whole: set[str] = set()
        parts: set[str] = set()
        for name in people:
            words = [w for w in re.findall(r"[\w'’-]+", name) if not w.isdigit()]
            if "@" in name or not words:
                continue
            whole |= {" ".join(words)} if len(words) > 1 else set()
            parts |= {w for w in words if len(w) > 2 and w.lower() not in _COMMON}
        # A part alone may be a word ("Mark", "Will"), but for its capital.
        either = [rf"(?i:{re.escape(name)})" for name in sorted(whole, key=len, reverse=True)]
        either += map(re.escape, sorted(parts | {part.upper() for part in parts}, reverse=True))
        self._names = re.compile(rf"(?<!\w)(?:{'|'.join(either)})(?!\w)") if either else None

    def __call__(self, text: str) -> str:
        """The text without them."""
        text = mask(text)
        if self._names:
            text = self._names.sub("[name]", text)
        for pattern in (_NAMED, _MAYBE_NAMED):
            text = pattern.sub(lambda match: f"{match[1]} [name]", text)
        text = re.sub(r"\[name\](?:[ ,]+\[name\])+", "[name]", text)
        return _ALONE.sub("", text).strip()


def merge_copies(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The candidates, near-copies of an answer as one; the first stands for all."""
    kept: list[Candidate] = []
    words: list[frozenset[str]] = []
    places: dict[str, list[int]] = {}
    for candidate in candidates:
        said = list(_WORD.findall(candidate.answer.lower()))
        mine = frozenset(said)
        shingles = {" ".join(said[at : at + _SHINGLE]) for at in range(len(said) - _SHINGLE + 1)}
        near = {at for shingle in shingles for at in places.get(shingle, ())}
        alike = (at for at in sorted(near) if _share(mine, words[at]) >= _ALIKE)
        twin = next((at for at in alike if _same(candidate, kept[at])), None)
        if twin is not None:
            kept[twin].sources += candidate.sources
            if candidate.question not in (kept[twin].question, *kept[twin].alike):
                kept[twin].alike.append(candidate.question)
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
