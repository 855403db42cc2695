"""How sure the knowledge base makes us, before the model says a word.

Features of retrieval are combined by a model that was fitted on questions whose document was
there and questions whose document was not (:mod:`chatbot.evaluation.calibration`). It is stored
as numbers in JSON and evaluated here, so that serving needs no learning library and no pickle.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from chatbot.errors import ConfigurationError
from chatbot.files import parse_json

CALIBRATION = Path(__file__).with_name("calibration.json")
FORMAT = 1

# Passages were searched for, or came with the question; "other" models leave out cosines, whose
# scale differs from one embedding model to the next.
Kind = Literal["retrieved", "given", "retrieved_other", "given_other"]


# A leaf is a number; a node is [feature, threshold, at most the threshold, above it].
Tree = float | list[Any]


@dataclass(frozen=True)
class Scorer:
    """Boosted trees over ``features``, then Platt's sigmoid; ``thresholds`` is by risk in
    hundredths: confidence at which at most that share of the answered questions was uncovered."""

    features: list[str]
    base: float
    trees: list[Tree]
    slope: float
    offset: float
    thresholds: dict[str, float]

    def confidence(self, values: Mapping[str, float]) -> float:
        """From 0 to 1: how probable it is that the passages answer."""
        row = [values[name] for name in self.features]
        score = self.base + sum(leaf(tree, row) for tree in self.trees)
        return _sigmoid(self.slope * score + self.offset)

    def threshold(self, risk: float) -> float:
        """The lowest confidence to answer with, at an accepted share ``risk`` of answers to
        questions that are not covered."""
        return _threshold(self.thresholds, risk)


def _sigmoid(score: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def _threshold(thresholds: Mapping[str, float], risk: float) -> float:
    accepted = [int(key) for key in thresholds if int(key) <= risk * 100 + 1e-9]
    return thresholds[str(max(accepted))] if accepted else 1.0


@dataclass(frozen=True)
class Reading:
    """What one model's reading adds to retrieval: logistic regression over the log-odds that the
    model refuses, and those of retrieval's confidence. ``thresholds`` as those of a scorer."""

    refusal: float
    retrieval: float
    offset: float
    thresholds: dict[str, float]

    def confidence(self, refuses: float, retrieval: float) -> float:
        """From 0 to 1; ``refuses`` is the probability of the model's refusal, ``retrieval`` the
        confidence of a :class:`Scorer`."""
        score = self.refusal * log_odds(refuses) + self.retrieval * log_odds(retrieval)
        return _sigmoid(score + self.offset)

    def threshold(self, risk: float) -> float:
        """As :meth:`Scorer.threshold`."""
        return _threshold(self.thresholds, risk)


# Weighs nothing, and refuses nothing at a threshold of 0.
UNFITTED = Reading(0.0, 0.0, 0.0, {})


def log_odds(probability: float) -> float:
    """Natural logarithm of p / (1 - p), with p kept a millionth away from 0 and 1."""
    p = min(max(probability, 1e-6), 1 - 1e-6)
    return math.log(p / (1 - p))


@dataclass(frozen=True)
class Calibration:
    """Fitted scorers by kind, the embeddings whose cosines they know, and ``readings`` by the name
    of the model in the catalogue."""

    version: str
    embeddings: str
    scorers: dict[str, Scorer]
    readings: dict[str, Reading] = field(default_factory=dict)

    def scorer(self, supplied: bool, embeddings: str) -> Scorer:
        """The scorer for passages ``supplied`` with the question, or retrieved with ``embeddings``.

        Raises:
            ConfigurationError: this calibration has none of the kind.
        """
        kind = "given" if supplied else "retrieved"
        name = kind if embeddings == self.embeddings else f"{kind}_other"
        if name not in self.scorers:
            raise ConfigurationError(
                f"The calibration '{self.version}' has no part '{name}'; fit it with cases of "
                "that kind, or unset CHATBOT_CALIBRATION."
            )
        return self.scorers[name]


@lru_cache(maxsize=4)
def load_calibration(path: Path) -> Calibration:
    """Read what :func:`save_calibration` wrote.

    Raises:
        ConfigurationError: the file is missing, damaged or of another format.
    """
    try:
        values = parse_json(path.read_text(encoding="utf-8-sig"))
        if values.pop("format") != FORMAT:
            raise ConfigurationError(
                f"The calibration '{path}' is of another version; fit it again with "
                "'chatbot calibrate --out'."
            )
        scorers = {name: Scorer(**scorer) for name, scorer in values.pop("scorers").items()}
        readings = {name: Reading(**one) for name, one in values.pop("readings", {}).items()}
        return Calibration(scorers=scorers, readings=readings, **values)
    except OSError as exc:
        raise ConfigurationError(
            f"The calibration '{path}' cannot be read: {exc.strerror}."
        ) from exc
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        raise ConfigurationError(
            f"The calibration '{path}' is damaged; fit it again with 'chatbot calibrate --out'."
        ) from exc


def save_calibration(calibration: Calibration, path: Path) -> None:
    """Write it as JSON, a scorer a line."""
    scorers = ",\n".join(
        f" {json.dumps(name)}: {json.dumps(vars(scorer), separators=(',', ':'))}"
        for name, scorer in calibration.scorers.items()
    )
    head = {"format": FORMAT, "version": calibration.version, "embeddings": calibration.embeddings}
    readings = json.dumps({name: vars(one) for name, one in calibration.readings.items()})
    text = f'{json.dumps(head)[:-1]}, "readings": {readings}, "scorers": {{\n{scorers}\n}}}}\n'
    path.write_text(text, encoding="utf-8")


def leaf(tree: Tree, row: Sequence[float]) -> float:
    """What a tree adds to the score of a row of features."""
    while isinstance(tree, list):
        feature, threshold, low, high = tree
        tree = low if row[feature] <= threshold else high
    return tree
