"""A judge of a small random model: the graph against PyTorch, and what is wrong with its files."""

import json
import math
import shutil
from collections.abc import Callable
from pathlib import Path

import gguf
import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from chatbot.errors import ConfigurationError, ModelUnavailableError
from chatbot.llm.convert import convert
from chatbot.llm.judge import Group, Judge, inputs, statement_tokens, text_tokens
from chatbot.llm.judge_graph import SETTINGS, WEIGHTS, Shape, Trained
from chatbot.llm.matrices import Matrices
from chatbot.llm.tokens import TextTokens
from chatbot.training.judge_model import JudgeModel
from tests.support.gguf_files import LAYERS, short_vocabulary, write_random

TEXTS = ("Parcels\nSmall: 4 EUR\nLarge: 9 EUR", "The shop is closed on Sunday.")
STATEMENTS = ("A small parcel costs 4 EUR.", "It is open on Sundays.", "Large ones are free.")
PAIRS = [(statement, text) for statement in STATEMENTS for text in TEXTS]


class Made:
    """A random model, what a judge of it learned, and the graph of both."""

    def __init__(self, folder: Path) -> None:
        self.weights, self.trained = folder / "model.gguf", folder / "trained"
        self.graph = folder / "graph"
        write_random(self.weights, "qwen2", "qwen2", short_vocabulary())
        self.trained.mkdir()
        torch.manual_seed(0)
        self.model = JudgeModel(Matrices(self.weights), LAYERS, 1)
        with torch.no_grad():
            for value in self.model.parameters():
                if value is not self.model.norm:
                    value.copy_(0.1 * torch.randn_like(value))
        self.model.save(self.trained)
        convert(self.weights, self.graph, 8, self.trained)

    def by_torch(self, statement: str, text: str) -> float:
        """The score of one pair read alone."""
        tokens = TextTokens.load(self.graph)
        group = Group(text_tokens(tokens, text), [statement_tokens(tokens, statement, 100)])
        with torch.no_grad():
            return float(self.model(*inputs([group])))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(tmp_path_factory.mktemp("judge"))


def test_the_graph_gives_the_scores_of_the_layers_that_were_trained(made: Made) -> None:
    judge = Judge(made.graph, made.trained)
    together = np.array(judge.scores(PAIRS))
    alone = np.array([judge.scores([pair])[0] for pair in PAIRS])
    exact = np.array([made.by_torch(*pair) for pair in PAIRS])
    assert exact.std() > 0.1
    np.testing.assert_allclose(together, alone, atol=0.02)  # nobody reads another's statement
    np.testing.assert_allclose(together, exact, atol=0.2 * exact.std())
    assert judge.scores([]) == []


def test_what_is_too_long_is_cut_and_many_pairs_are_read_in_steps(made: Made) -> None:
    judge = Judge(made.graph, made.trained)
    tokens = TextTokens.load(made.graph)
    said = statement_tokens(tokens, "word " * 400, 100)
    assert judge.reads(STATEMENTS[0]) and not judge.reads("word " * 400)
    assert len(said) == 100 and said[-3:] == tokens.encode("\nTrue?")[-3:]
    long = "A line of a very long text.\n" * 200
    scores = judge.scores([(STATEMENTS[0], long), *(PAIRS * 20)])
    assert np.isfinite(scores).all()
    np.testing.assert_allclose(scores[1:7], scores[-6:], atol=0.02)


@pytest.mark.parametrize(
    "damage",
    [
        lambda graph, trained: (graph / "judge.bin").write_bytes(b"x"),
        lambda graph, trained: (graph / "tokenizer.json").unlink(),
    ],
)
def test_a_judge_that_does_not_load_is_told(
    made: Made, tmp_path: Path, damage: Callable[[Path, Path], object]
) -> None:
    graph, trained = (
        Path(shutil.copytree(folder, tmp_path / folder.name))
        for folder in (made.graph, made.trained)
    )
    damage(graph, trained)
    with pytest.raises(ModelUnavailableError, match=r"judge in .* remove that folder"):
        Judge(graph, trained)


@pytest.mark.parametrize(
    "told", [b"{}", b"[]", b"\xff", b'{"denies": NaN, "says": 0, "overrules": 1}']
)
def test_bounds_that_are_no_numbers_are_told(made: Made, tmp_path: Path, told: bytes) -> None:
    (tmp_path / SETTINGS).write_bytes(told)
    with pytest.raises(ModelUnavailableError, match=r"judge\.json.* restore it"):
        Judge(made.graph, tmp_path)


Change = Callable[[dict[str, torch.Tensor]], dict[str, torch.Tensor]]


def changed(made: Made, folder: Path, change: Change, **told: object) -> Path:
    """What a judge learned, with other tensors and settings."""
    values = change(load_file(made.trained / WEIGHTS))
    save_file({name: value.contiguous() for name, value in values.items()}, folder / WEIGHTS)
    settings = json.loads((made.trained / SETTINGS).read_text())
    (folder / SETTINGS).write_text(json.dumps(settings | told))
    return folder


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda v: v | {"norm": torch.ones(1)}, "'norm' is of another size"),
        (lambda v: v | {"head": v["head"] * torch.nan}, "'head' has what is no number"),
        (lambda v: {k: one for k, one in v.items() if k != "bias"}, "'bias' is .* missing"),
        (lambda v: {k.replace("layers", "blk"): one for k, one in v.items()}, "'blk"),
        (lambda v: v | {"layers.1.out.b": v["layers.1.out.b"][:1]}, "'layers.1.out.b'"),
        (lambda v: v | {"layers.1.out.a": v["layers.1.out.a"][:, :5]}, "'layers.1.out.a'"),
    ],
)
def test_what_was_learned_beside_another_model_is_told(
    made: Made, tmp_path: Path, change: Change, why: str
) -> None:
    with pytest.raises(ModelUnavailableError, match=f"does not fit them: {why}"):
        Trained(changed(made, tmp_path, change)).require_fit(Matrices(made.weights))


@pytest.mark.parametrize(
    "told", [{"layers": 0}, {"layers": 99}, {"layers": 1}, {"scale": math.nan}, {"scale": "x"}]
)
def test_settings_of_another_model_are_told(
    made: Made, tmp_path: Path, told: dict[str, object]
) -> None:
    with pytest.raises(ModelUnavailableError, match="does not fit them"):
        Trained(changed(made, tmp_path, dict, **told)).require_fit(Matrices(made.weights))


def test_half_a_file_of_what_was_learned_is_told(made: Made, tmp_path: Path) -> None:
    whole = (changed(made, tmp_path, dict) / WEIGHTS).read_bytes()
    (tmp_path / WEIGHTS).write_bytes(whole[:500])
    with pytest.raises(ModelUnavailableError, match="does not fit them"):
        Trained(tmp_path)


def test_scores_that_are_no_numbers_are_told(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    judge = Judge(made.graph, made.trained)

    class Broken:
        found: object = np.array([np.nan])

        def infer(self, given: object) -> object:
            if isinstance(self.found, Exception):
                raise self.found
            return [self.found]

    broken = Broken()
    monkeypatch.setattr(judge, "_request", broken)
    with pytest.raises(ModelUnavailableError, match="no number"):
        judge.scores(PAIRS[:1])
    broken.found = RuntimeError("out of memory")
    with pytest.raises(ModelUnavailableError, match="out of memory"):
        judge.scores(PAIRS[:1])


def test_a_model_of_another_architecture_makes_none(made: Made, tmp_path: Path) -> None:
    other = tmp_path / "llama.gguf"
    write_random(other, "llama", "smollm", short_vocabulary(300), gguf.GGMLQuantizationType.Q8_0)
    with pytest.raises(ModelUnavailableError, match="'qwen2' model only"):
        Shape.read(Matrices(other))


def test_what_was_learned_is_taken_up_again(made: Made, tmp_path: Path) -> None:
    again = JudgeModel(Matrices(made.weights), LAYERS, 1)
    again.take(made.trained)
    again.save(tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == [SETTINGS, WEIGHTS]
    assert (tmp_path / WEIGHTS).read_bytes() == (made.trained / WEIGHTS).read_bytes()


def test_what_cannot_be_taken_up_is_told(made: Made, tmp_path: Path) -> None:
    again = JudgeModel(Matrices(made.weights), LAYERS, 0)
    with pytest.raises(ConfigurationError, match="of other layers"):
        again.take(made.trained)
    with pytest.raises(ConfigurationError, match="holds no judge"):
        again.take(tmp_path)


@pytest.mark.parametrize(("layers", "first"), [(0, 0), (99, 1), (2, 2), (2, -1)])
def test_layers_that_a_model_has_not_are_told(made: Made, layers: int, first: int) -> None:
    with pytest.raises(ConfigurationError, match="--layers"):
        JudgeModel(Matrices(made.weights), layers, first)
