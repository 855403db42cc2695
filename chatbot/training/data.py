"""Training examples in exactly the text that serving renders.

The mixer samples each file, adds hard-negative passages that a lexical index finds for the
question, shuffles their order as retrieval would, and keeps refusals to a share of the rows:
taught too hard on few rows, refusal spreads to questions that the passages answer.
"""

import random
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

from chatbot.answering.conversation import search_query, turns_behind
from chatbot.answering.excerpts import Excerpts
from chatbot.cases import AnswerRow, GivenPassage, RewriteCase, Row, read_rows, to_documents
from chatbot.llm.quoting import quoted
from chatbot.memory import to_messages
from chatbot.prompts import Prompts
from chatbot.training.quoting import content, quotes_for
from chatbot.training.replies import ANSWER_CHARS, whole_reply

_DISTRACTORS = (0, 0, 0, 0, 1, 1, 2, 3)
_PASSAGE_CHARS = 3200
_HISTORY_TURNS = 6
_FOLLOW_UPS = 0.25
# Passages of a row that are learned from whole by a model that is served excerpts of more.
_WHOLE = 4
_GROUNDED = 0.5
_ASKS = ("?", "\uff1f", "\u061f")  # Latin, full-width, Arabic
# A passage that is little more than its answer leaves nothing to choose: others come beside it.
_NO_CHOICE = 0.6


@dataclass(frozen=True)
class DataFile:
    """A file of rows, and how many to take from it; ``None`` takes all."""

    path: Path
    limit: int | None = None


def parse_data_file(text: str) -> DataFile:
    """``rows.jsonl=500`` takes 500 rows of the file, ``rows.jsonl`` all."""
    path, _, limit = text.rpartition("=")
    return DataFile(Path(path), int(limit)) if path and limit.isdecimal() else DataFile(Path(text))


@dataclass(frozen=True)
class Example:
    """``prompt`` is rendered up to where the model is to write ``reply``."""

    id: str
    prompt: str
    reply: str


@dataclass(frozen=True)
class Mixture:
    """Examples in random order; ``counts`` per file, ``problems`` one sentence for each line that
    is not usable and each row that is left out."""

    examples: list[Example]
    counts: dict[str, int]
    problems: list[str]


def mix(
    files: Sequence[DataFile],
    prompts: Prompts,
    template: Callable[[Sequence[BaseMessage]], str],
    *,
    refusals: float,
    seed: int,
    reads: int | None = None,
    excerpts: Excerpts | None = None,
    quotes: bool = False,
) -> Mixture:
    """Sample the files and render their rows; ``refusals`` is the largest share of all rows that
    teach to refuse, below 1. Of the passages that were on screen the model learns from as many as
    it ``reads``, by default from all, or from their ``excerpts``, as it is served them. Rows whose
    passages were chosen for training stay as they are: they share most of their prompts. A model
    that ``quotes`` is taught each answer behind what it rests on.

    Raises:
        DataError: a file is not usable.
    """
    chance = random.Random(seed)
    taken: dict[str, list[Row]] = {}
    problems: list[str] = []
    for file in files:
        rows, bad = read_rows(file.path)
        problems += bad
        judged = [(row, _unfit(row)) for row in rows]
        problems += [f"'{file.path}', row '{row.id}': {why}." for row, why in judged if why]
        rows = [row for row, why in judged if not why]
        taken[_name(file.path, taken)] = _sample(_shuffle(rows, chance), file.limit, refusals)
    taken = _within_share(taken, refusals)
    everything = [row for rows in taken.values() for row in rows]
    pool = _Distractors(everything, reads or (_WHOLE if excerpts else None))
    earlier = _Earlier(everything)
    examples = [
        _render(row, pool, earlier, prompts, template, chance, excerpts, quotes)
        for row in everything
    ]
    chance.shuffle(examples)
    return Mixture(examples, {name: len(rows) for name, rows in taken.items()}, problems)


def _name(path: Path, taken: Container[str]) -> str:
    """What a file is called in the report: none is called as another one is."""
    others = (f"{path} ({number})" for number in count(2))
    return next(name for name in chain((path.name, str(path)), others) if name not in taken)


def _unfit(row: Row) -> str:
    """Why a reply would teach a bad habit: it is empty, asks back, runs on, or says what no passage
    says; empty of others."""
    if isinstance(row, RewriteCase):
        return "" if row.standalone.strip() else "its standalone question is empty"
    if row.answer is None:
        return ""
    reply = row.answer.strip()
    if not reply:
        return "its answer is empty"
    if row.retrieved:
        return ""
    if reply.endswith(_ASKS):
        return "its answer asks back"
    if len(reply) > ANSWER_CHARS:
        return f"its answer has more than {ANSWER_CHARS} characters"
    said = content(reply)
    have = content(" ".join(passage.text for passage in row.passages))
    # "Yes, you can." says nothing that would have to stand there, and rests on the passages.
    if not row.passages or len(said & have) < _GROUNDED * len(said):
        return "most of its answer stands in none of its passages"
    return ""


def _shuffle(rows: Sequence[Row], chance: random.Random) -> list[Row]:
    """In random order, with rows about the same passages together: a sample of them then shares
    most of its prompts (:mod:`chatbot.training.packing`)."""
    groups: dict[object, list[Row]] = {}
    for number, row in enumerate(rows):
        key = _texts(row) if isinstance(row, AnswerRow) and row.passages else number
        groups.setdefault(key, []).append(row)
    order = list(groups.values())
    chance.shuffle(order)
    return [row for group in order for row in group]


def _sample(rows: Sequence[Row], limit: int | None, refusals: float) -> list[Row]:
    """At most ``limit`` rows, of which refusals are at most their share where there are as many
    others."""
    if limit is None:
        return list(rows)
    replying, refusing = _parted(rows)
    replying = replying[: limit - min(len(refusing), round(limit * refusals))]
    return [*replying, *refusing[: limit - len(replying)]]


def _within_share(taken: dict[str, list[Row]], refusals: float) -> dict[str, list[Row]]:
    """The rows of each file without the refusals that are too many for their share of all."""
    parted = {name: _parted(rows) for name, rows in taken.items()}
    many = sum(len(refusing) for _, refusing in parted.values())
    replies = sum(len(replying) for replying, _ in parted.values())
    kept = min(1.0, round(replies * refusals / (1 - refusals)) / many) if many else 1.0
    return {
        name: [*replying, *refusing[: round(kept * len(refusing))]]
        for name, (replying, refusing) in parted.items()
    }


def _parted(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Those that teach a reply, and those that teach to refuse."""
    parted: tuple[list[Row], list[Row]] = ([], [])
    for row in rows:
        parted[isinstance(row, AnswerRow) and row.answer is None].append(row)
    return parted


def _render(
    row: Row,
    pool: "_Distractors",
    earlier: "_Earlier",
    prompts: Prompts,
    template: Callable[[Sequence[BaseMessage]], str],
    chance: random.Random,
    excerpts: Excerpts | None,
    quotes: bool,
) -> Example:
    history = to_messages(row.history[-_HISTORY_TURNS:])
    if isinstance(row, RewriteCase):
        value = prompts.render_condense(history, row.question)
        return Example(row.id, template(value.to_messages()), row.standalone)
    given = _excerpts(row, history, excerpts) or pool.beside(row, chance)
    passages = to_documents(given)
    if not row.retrieved:
        history = history or earlier.turns(row, chance)
    value = prompts.render_answer(history, passages, row.question)
    reply = prompts.unknown if row.answer is None else whole_reply(row.answer, row)
    if quotes:
        # A refusal rests on nothing; where it has quotes they are what comes near, and is not it.
        own = quotes_for(reply, given) if row.answer is not None else []
        reply = quoted(row.quotes or own, reply)
    return Example(row.id, template(value.to_messages()), reply)


def _excerpts(
    row: AnswerRow, history: Sequence[BaseMessage], excerpts: Excerpts | None
) -> list[GivenPassage]:
    """What the model is served of a row's passages; none where that lacks some of what the answer
    rests on, or where nothing is left out."""
    if excerpts is None or row.retrieved or len(row.passages) <= _WHOLE:
        return []
    query = search_query(turns_behind(history, row.question), row.question)
    shown = excerpts.of(to_documents(row.passages), query, row.question)
    read = [
        row.passages[place].model_copy(
            update={"text": part.page_content, "columns": part.metadata["columns"]}
        )
        for place, part in shown
    ]
    said = content(row.answer or "")
    held = said & content(" ".join(passage.text for passage in row.passages))
    return read if held <= content(" ".join(passage.text for passage in read)) else []


class _Earlier:
    """Other questions about a row's passages, as the earlier turns of its conversation."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._by_passages: dict[tuple[str, ...], list[AnswerRow]] = {}
        for row in rows:
            if isinstance(row, AnswerRow) and row.answer is not None and row.passages:
                self._by_passages.setdefault(_texts(row), []).append(row)

    def turns(self, row: AnswerRow, chance: random.Random) -> list[BaseMessage]:
        """Mostly none; for a share of the rows one earlier question with its reply."""
        others = [other for other in self._by_passages.get(_texts(row), ()) if other is not row]
        if not others or chance.random() >= _FOLLOW_UPS:
            return []
        other = chance.choice(others)
        return [HumanMessage(other.question), AIMessage(whole_reply(other.answer or "", other))]


def _texts(row: AnswerRow) -> tuple[str, ...]:
    return tuple(sorted(passage.text for passage in row.passages))


class _Distractors:
    """Passages that look right for a question and are not its own."""

    def __init__(self, rows: Iterable[Row], reads: int | None) -> None:
        from chatbot.index.lexical import LexicalIndex

        self._reads = reads
        own = (p for row in rows if isinstance(row, AnswerRow) for p in row.passages)
        self._passages = list({p.text: p for p in own if len(p.text) > 80}.values())
        self._index = LexicalIndex.build([p.text for p in self._passages] or ["none"])
        self._chosen: dict[tuple[str, ...], list[GivenPassage]] = {}

    def beside(self, row: AnswerRow, chance: random.Random) -> list[GivenPassage]:
        """The row's passages among zero to three distractors, in random order.

        A correction comes with what was on screen, which may be more than the model reads: then
        it learns from those that hold most of the answer, as many as it reads, and no others.
        Other rows about the same passages get the same ones, so that they share most of their
        prompt.
        """
        if row.retrieved:
            return list(row.passages)
        if self._reads and len(row.passages) > self._reads:
            said = content(row.answer or "")
            holding = sorted(row.passages, key=lambda passage: -len(said & content(passage.text)))
            return holding[: self._reads]
        own = _texts(row)
        if own not in self._chosen:
            self._chosen[own] = self._choose(row, chance)
        return self._chosen[own]

    def _choose(self, row: AnswerRow, chance: random.Random) -> list[GivenPassage]:
        passages = list(row.passages)
        wanted = chance.choice(_DISTRACTORS)
        if len(row.answer or "") > _NO_CHOICE * sum(len(p.text) for p in passages):
            wanted = max(wanted, 1)
        room = _PASSAGE_CHARS - sum(len(p.text) for p in passages)
        stems = {_source(p) for p in passages}
        for at, _ in self._index.search(row.question, 12) if wanted and self._passages else ():
            other = self._passages[at]
            # A passage of the same source could hold the answer too.
            if _source(other) in stems or len(other.text) > room:
                continue
            passages.append(other)
            room -= len(other.text)
            wanted -= 1
            if not wanted:
                break
        chance.shuffle(passages)
        return passages


def _source(passage: GivenPassage) -> str:
    return passage.path.rpartition("-")[0] or passage.path
