"""The OpenVINO engine for real: many at once, pieces, cancelling, and one failure among others."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from chatbot.errors import GenerationError, ModelUnavailableError
from chatbot.llm.catalogue import load_catalogue
from chatbot.llm.convert import convert
from chatbot.llm.converted import prepare_graph
from chatbot.llm.engines.openvino import OpenVINOEngine
from chatbot.llm.engines.protocol import GenerationRequest, Piece
from chatbot.llm.tokens import TextTokens
from chatbot.settings import load_settings
from tests.support.gguf_files import short_vocabulary, write_random
from tests.support.memory import resident

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def engine() -> Iterator[OpenVINOEngine]:
    settings = load_settings()
    entry = load_catalogue(settings.models).llm["bundled-small"]
    engine = OpenVINOEngine(prepare_graph(entry, settings, None))
    yield engine
    engine.close()
    with pytest.raises(GenerationError, match="has been closed"):
        say(engine, "Hello")


def say(engine: OpenVINOEngine, prompt: str, tokens: int = 24, **options: object) -> list[Piece]:
    request = GenerationRequest(prompt, tokens, **options)  # type: ignore[arg-type]
    return list(engine.stream(request, threading.Event()))


def text_of(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


class Held:
    """A pipeline whose steps are ``step``."""

    def __init__(self, pipeline: Any, step: Callable[[], None]) -> None:
        self._pipeline, self.step = pipeline, step

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pipeline, name)


class FakeTokens:
    """Bytes as tokens."""

    end = None

    def encode(self, text: str) -> list[int]:
        return list(text.encode())

    def decode(self, ids: list[int]) -> str:
        return bytes(ids).decode(errors="replace")


PROMPTS = ["Once upon a time", "The capital of France is", "Water boils at", "Our shop opens"]
# How these go on is certain, whatever the last bits of a sum.
CERTAIN = [
    "The capital of France is",
    "Monday, Tuesday, Wednesday,",
    "One, two, three, four, five,",
    "January, February, March,",
]


def test_many_at_once_say_what_each_says_alone(engine: OpenVINOEngine) -> None:
    alone = [text_of(say(engine, prompt)) for prompt in CERTAIN]
    assert len({text[:12] for text in alone}) == len(CERTAIN)
    with ThreadPoolExecutor(len(CERTAIN)) as pool:
        together = list(pool.map(lambda prompt: say(engine, prompt), CERTAIN))
    # In bfloat16, with AMX above all, the sums of a batch differ in the last bits, so texts may
    # part later on.
    for text, pieces in zip(alone, together, strict=True):
        assert text_of(pieces)[:12] == text[:12]
    ends = [(pieces[-1].tokens, pieces[-1].finish_reason) for pieces in together]
    assert all(end == (24, "length") or end[1] == "stop" for end in ends)


def test_a_sampled_answer_comes_beside_a_greedy_one(engine: OpenVINOEngine) -> None:
    """Both take guesses from their prompts; only the sampled one may say something else."""
    copied = "Orders over 75 USD are sent free of charge within the country. " * 4
    alone = text_of(say(engine, PROMPTS[1]))
    with ThreadPoolExecutor(2) as pool:
        greedy = pool.submit(say, engine, PROMPTS[1])
        sampled = pool.submit(say, engine, copied, temperature=0.9)
        assert text_of(greedy.result(120))[:12] == alone[:12]
        assert sampled.result(120)[-1].finish_reason in {"length", "stop"}


def test_one_that_fails_takes_no_other_with_it(engine: OpenVINOEngine) -> None:
    """An answer of no tokens is refused by the library when it takes the request in."""
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(say, engine, PROMPTS[0])
        failing = pool.submit(say, engine, PROMPTS[1], 0)
        last = pool.submit(say, engine, PROMPTS[0])
        assert first.result(120)[-1].tokens == 24
        with pytest.raises(GenerationError, match="failed while answering"):
            failing.result(120)
        assert last.result(120)[-1].tokens == 24


def test_pieces_are_few_and_the_first_comes_at_once(engine: OpenVINOEngine) -> None:
    started = time.monotonic()
    pieces = say(engine, "Once upon a time", 60)
    seconds = time.monotonic() - started
    assert pieces[0].tokens <= 2
    assert len(pieces) - 2 <= seconds / 0.04
    assert pieces[-1].finish_reason in {"length", "stop"}


def test_closing_the_iterator_frees_the_model(engine: OpenVINOEngine) -> None:
    """What is left of an answer that nobody reads is not written."""
    cancel = threading.Event()
    pieces = engine.stream(GenerationRequest("Once upon a time", 4000), cancel)
    next(pieces)
    pieces.close()  # type: ignore[attr-defined]
    assert cancel.is_set()
    deadline = time.monotonic() + 60
    while engine._pipeline.has_non_finished_requests():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_closing_ends_what_waits_for_its_turn() -> None:
    """What was asked behind the end is told, too, and does not wait for a worker that is gone."""
    settings = load_settings()
    entry = load_catalogue(settings.models).llm["bundled-small"]
    engine = OpenVINOEngine(prepare_graph(entry, settings, None))
    step, stepping, gate = engine._pipeline.step, threading.Event(), threading.Event()

    def held() -> None:
        stepping.set()
        gate.wait()
        step()

    engine._pipeline = Held(engine._pipeline, held)
    with ThreadPoolExecutor() as threads:
        first = threads.submit(say, engine, PROMPTS[0], 400)
        assert stepping.wait(60)
        late = threads.submit(say, engine, PROMPTS[1])
        closing = threads.submit(engine.close)
        while not engine._closed:
            time.sleep(0.01)
        gate.set()
        for each in (first, late):
            with pytest.raises(GenerationError, match="closed"):
                each.result(timeout=60)
        closing.result(timeout=60)


def test_what_comes_while_the_worker_ends_does_not_wait_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatbot.llm.engines.openvino.load_pipeline", lambda *_: None)
    monkeypatch.setattr(TextTokens, "load", lambda _: FakeTokens())
    engine = OpenVINOEngine(tmp_path)
    engine.close()
    engine._worker = threading.current_thread()  # as if it were about to end
    with ThreadPoolExecutor() as threads, pytest.raises(GenerationError, match="closed"):
        threads.submit(say, engine, "Hello").result(timeout=20)
    engine._worker, engine._closed = threading.Thread(), False  # as if it had failed
    with ThreadPoolExecutor() as threads, pytest.raises(GenerationError, match="closed"):
        threads.submit(say, engine, "Hello").result(timeout=20)


def test_a_character_that_the_limit_cuts_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatbot.llm.engines.openvino.load_pipeline", lambda *_: None)
    monkeypatch.setattr(TextTokens, "load", lambda _: FakeTokens())
    engine = OpenVINOEngine(tmp_path)
    whole = list("Sold 🦅🦅".encode())
    for count in range(5, len(whole) + 1):
        arriving = [(whole[:3], False), (whole[3:count], True)]
        pieces = engine._pieces(arriving, (), count, 1, threading.Event())
        assert text_of(list(pieces)) == "Sold 🦅🦅"[: 5 + (count - 5) // 4]
    engine.close()


def test_a_follow_up_reads_only_what_is_new(engine: OpenVINOEngine) -> None:
    """The prefix cache holds the first turn: the next one is answered much sooner."""
    first = "Passages: " + " ".join(f"Paragraph {n} is about returns." for n in range(120))

    def seconds(prompt: str) -> float:
        started = time.monotonic()
        say(engine, prompt, 1)
        return time.monotonic() - started

    cold = seconds(first)
    assert min(seconds(f"{first} Question {n}?") for n in range(3)) < cold / 2


def test_weights_that_do_not_load_get_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match="do not load"):
        OpenVINOEngine(tmp_path)


def test_the_probability_of_a_first_token_is_that_among_all(tmp_path: Path) -> None:
    """Beside transformers with the same random weights: forbidding the others must not change
    it."""
    import torch

    from chatbot.llm.weights import load_weights

    file = tmp_path / "random.gguf"
    write_random(file, "llama", "smollm", short_vocabulary(), surest=0.5)
    convert(file, tmp_path / "graph", 8)
    engine = OpenVINOEngine(tmp_path / "graph")
    tokenizer, model = load_weights(file, "f32")
    texts = [tokenizer.decode([number]) for number in range(model.config.vocab_size)]
    whole = [number for number, text in enumerate(texts) if "\ufffd" not in text]
    for prompt in PROMPTS:
        ids = tokenizer(prompt, return_tensors="pt").input_ids
        with torch.inference_mode():
            expected = torch.softmax(model(ids).logits[0, -1], dim=-1)
        likely, rare = max(whole, key=expected.__getitem__), tokenizer(" qz").input_ids[0]
        request = GenerationRequest(prompt, 8)
        found = engine.probability(request, texts[likely], threading.Event())
        assert expected[likely] > 0.1
        assert found == pytest.approx(float(expected[likely]), rel=0.35)
        assert engine.probability(request, texts[rare], threading.Event()) < 0.02
    engine.close()


def test_a_prompt_whose_probability_was_asked_is_not_read_again(engine: OpenVINOEngine) -> None:
    prompt = "The parcel is sent on Monday. " * 80 + "When is it sent?"
    started = time.perf_counter()
    engine.probability(GenerationRequest(prompt, 4), "I", threading.Event())
    read = time.perf_counter() - started
    started = time.perf_counter()
    engine.probability(GenerationRequest(prompt, 4), "I", threading.Event())
    assert time.perf_counter() - started < read


def test_reading_ends_when_it_is_cancelled(engine: OpenVINOEngine) -> None:
    request = GenerationRequest("The parcel came on Tuesday. " * 300 + "When did it come?", 4)
    cancel = threading.Event()
    threading.Timer(0.2, cancel.set).start()
    started = time.perf_counter()
    with pytest.raises(GenerationError, match="stopped"):
        engine.probability(request, "I", cancel)
    ended = time.perf_counter() - started
    engine.probability(request, "I", threading.Event())
    assert ended < time.perf_counter() - started - ended
    with pytest.raises(GenerationError, match="stopped"):
        engine.probability(request, "I", cancel)  # it waited in vain
    assert text_of(say(engine, "Hello"))


def test_an_answer_does_not_begin_with_what_is_to_be_avoided(engine: OpenVINOEngine) -> None:
    prompt = "Count: one two three four one two three four one two three"
    first = text_of(say(engine, prompt, tokens=4))
    other = text_of(say(engine, prompt, tokens=4, avoid=first))
    assert first.split()[0] != (other.split() or [""])[0]
    assert other
    for limit in (1, 2):
        last = say(engine, prompt, tokens=limit, avoid=first)[-1]
        assert (last.tokens, last.finish_reason) == (limit, "length")


def test_what_cannot_begin_an_answer_may_stand_in_it(engine: OpenVINOEngine) -> None:
    prompt = "red blue red blue red blue red blue red blue red blue red"
    said = say(engine, prompt, tokens=24, avoid=" blue")
    text = text_of(said)
    assert not text.startswith(" blue")
    assert " blue" in text[1:]
    assert (said[-1].tokens, said[-1].finish_reason) == (24, "length")


def test_weights_are_held_once(engine: OpenVINOEngine) -> None:
    """OpenVINO's own copy stays; of the file that it was made from hardly anything."""
    say(engine, PROMPTS[0], tokens=2)
    weights = engine._weights
    assert resident(weights) < weights.stat().st_size / 4
