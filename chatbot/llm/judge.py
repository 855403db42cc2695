"""A judge at work: whether texts say what statements say, on OpenVINO."""

import math
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from chatbot.errors import ModelUnavailableError, reason_of
from chatbot.files import file_hash, parse_json
from chatbot.llm.catalogue import LLMEntry, require_weights
from chatbot.llm.convert import PROPERTIES, convert_apart
from chatbot.llm.converted import graph_folder, mark_used
from chatbot.llm.graph import Bits
from chatbot.llm.half_made import is_whole
from chatbot.llm.hardware import processors
from chatbot.llm.judge_graph import GRAPH, SETTINGS, WEIGHTS
from chatbot.llm.mapped import drop_mapped
from chatbot.llm.tokens import TextTokens
from chatbot.settings import Settings

# Tokens that are read in one step; who waits for another model waits for a step at most.
_STEP = 512
# Tokens of a text, and of a statement: what was trained was shorter.
LONGEST_TEXT, LONGEST_STATEMENT = 400, 100
_ASKED = "\nTrue?"
_BITS: Bits = 8


@dataclass
class Group:
    """A text's tokens and those of statements about it; each reads the text and itself."""

    text: list[int]
    statements: list[list[int]] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Tokens of all of it."""
        return len(self.text) + sum(map(len, self.statements))


def judge_graph(entry: LLMEntry, settings: Settings) -> Path:
    """Where the graph of the model's judge lies, or will lie once it is made.

    Raises:
        ModelUnavailableError: the weights or what it learned are missing.
    """
    weights, trained = require_weights(entry, "openvino"), settings.models / str(entry.judge)
    try:
        _, digest = file_hash(trained / SETTINGS), file_hash(trained / WEIGHTS)
    except OSError as exc:
        raise ModelUnavailableError(
            f"'{exc.filename}' cannot be read: {exc.strerror}; restore it from the repository."
        ) from exc
    folder = settings.models / "converted" / f"{entry.name}-judge"
    return graph_folder(folder, weights, digest, _BITS)


def prepare_judge(entry: LLMEntry, settings: Settings, cancelled: Callable[[], bool]) -> Path:
    """The folder of the model's judge; made once, in another process, and kept. Blocks: it takes a
    minute.

    Raises:
        ModelUnavailableError: weights are missing or cannot be converted, or ``cancelled`` said so.
    """
    graph = judge_graph(entry, settings)
    if not is_whole(graph):
        trained = settings.models / str(entry.judge)
        convert_apart(require_weights(entry, "openvino"), graph, _BITS, trained, cancelled)
    return graph


class Judge:
    """Scores pairs of a statement and a text by the logarithm of the odds that the text says the
    statement. Safe to use from several threads, one after the other.

    ``denies``, ``says`` and ``overrules`` as of :class:`chatbot.grounding.entailment.Entailment`.
    """

    def __init__(self, graph: Path, trained: Path) -> None:
        """Load ``graph``, the folder that was made of the weights and of ``trained``.

        Raises:
            ModelUnavailableError: it does not load.
        """
        try:
            import openvino

            self._tokens = TextTokens.load(graph)
            properties = parse_json((graph / PROPERTIES).read_text(encoding="utf-8"))
            properties |= {"INFERENCE_NUM_THREADS": processors(), "PERFORMANCE_HINT": "LATENCY"}
            compiled = openvino.Core().compile_model(graph / GRAPH, "CPU", properties)
            self._request = compiled.create_infer_request()
        except Exception as exc:  # OpenVINO and tokenizers raise plain exceptions
            raise ModelUnavailableError(
                f"The judge in '{graph}' does not load ({reason_of(exc)}); remove that folder, and "
                "it is made again."
            ) from exc
        self.denies, self.says, self.overrules = _bounds(trained / SETTINGS)
        self._graph = graph / GRAPH
        self._lock = threading.Lock()
        mark_used(graph)

    def reads(self, statement: str) -> bool:
        """Whether all of a statement is read; of a longer one the end may be wrong."""
        return len(_statement(self._tokens, statement)) <= LONGEST_STATEMENT

    def scores(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """A score for each (statement, text).

        Raises:
            ModelUnavailableError: it fails, or gives what is no number.
        """
        places: dict[str, list[int]] = {}
        for place, (_, text) in enumerate(pairs):
            places.setdefault(text, []).append(place)
        found = [0.0] * len(pairs)
        for groups, where in self._steps(pairs, places):
            for place, score in zip(where, self._infer(groups), strict=True):
                found[place] = score
        return found

    def _steps(
        self, pairs: Sequence[tuple[str, str]], places: dict[str, list[int]]
    ) -> Iterator[tuple[list[Group], list[int]]]:
        """Groups of at most some ``_STEP`` tokens together, with the places of their pairs."""
        groups, where, size = list[Group](), list[int](), 0
        for text, wanted in places.items():
            group = Group(text_tokens(self._tokens, text)[:LONGEST_TEXT])
            for place in wanted:
                statement = statement_tokens(self._tokens, pairs[place][0], LONGEST_STATEMENT)
                fresh = 0 if group.statements else len(group.text)
                if where and size + fresh + len(statement) > _STEP:
                    yield ([*groups, group] if group.statements else groups), where
                    groups, where, size, group = [], [], 0, Group(group.text)
                    fresh = len(group.text)
                group.statements.append(statement)
                where.append(place)
                size += fresh + len(statement)
            groups.append(group)
        if where:
            yield groups, where

    def _infer(self, groups: Sequence[Group]) -> list[float]:
        try:
            with self._lock:
                found = self._request.infer(list(inputs(groups)))[0].tolist()
                drop_mapped(self._graph.with_suffix(".bin"))
        except Exception as exc:  # OpenVINO raises plain ones
            raise ModelUnavailableError(f"The judge failed ({reason_of(exc)}).") from exc
        if not all(map(math.isfinite, found)):
            raise ModelUnavailableError("The judge gives what is no number.")
        return [float(score) for score in found]


def _bounds(file: Path) -> tuple[float, float, float]:
    """``denies``, ``says`` and ``overrules``."""
    try:
        told = parse_json(file.read_text(encoding="utf-8"))
        denies, says, overrules = (float(told[name]) for name in ("denies", "says", "overrules"))
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise _no_bounds(file) from exc
    if not all(map(math.isfinite, (denies, says, overrules))):
        raise _no_bounds(file)
    return denies, says, overrules


def _no_bounds(file: Path) -> ModelUnavailableError:
    return ModelUnavailableError(
        f"'{file}' does not say from which scores on a judge decides; restore it from the "
        "repository."
    )


def text_tokens(tokens: Any, text: str) -> list[int]:
    """What stands before the statements."""
    return list(tokens.encode(f"Documentation:\n{text.strip()}\n\n"))


def statement_tokens(tokens: Any, statement: str, longest: int) -> list[int]:
    """A statement and what asks for the verdict, ``longest`` tokens at most."""
    found = _statement(tokens, statement)
    if len(found) <= longest:
        return found
    asked = list(tokens.encode(_ASKED))
    return found[: longest - len(asked)] + asked


def _statement(tokens: Any, statement: str) -> list[int]:
    return list(tokens.encode(f"Statement: {statement.strip()}{_ASKED}"))


def inputs(groups: Sequence[Group]) -> tuple[Any, Any, Any, Any]:
    """The graph's inputs for groups that are read in one step."""
    total = sum(group.size for group in groups)
    tokens, places, ends = list[int](), list[int](), list[int]()
    reads = np.zeros((total, total), bool)
    for group in groups:
        begin, end = len(tokens), len(tokens) + len(group.text)
        reads[begin:end, begin:end] = _before(len(group.text))
        tokens += group.text
        places += range(len(group.text))
        for statement in group.statements:
            at, stop = len(tokens), len(tokens) + len(statement)
            reads[at:stop, begin:end] = True
            reads[at:stop, at:stop] = _before(len(statement))
            tokens += statement
            places += range(len(group.text), len(group.text) + len(statement))
            ends.append(stop - 1)
    return np.array(tokens), np.array(places), reads, np.array(ends)


def _before(size: int) -> Any:
    return np.tril(np.ones((size, size), bool))
