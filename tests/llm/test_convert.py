"""From a GGUF file to what OpenVINO runs: the file's weights, an adapter's, four and eight bits."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest
from langchain_core.messages import AIMessage, HumanMessage

from chatbot.cli import main
from chatbot.errors import ModelUnavailableError
from chatbot.llm import convert as module
from chatbot.llm.catalogue import load_catalogue
from chatbot.llm.convert import convert, convert_apart
from chatbot.llm.factory import load_chat_model
from chatbot.llm.half_made import LOCK, is_whole
from chatbot.llm.local import LocalChatModel
from chatbot.settings import load_settings
from tests.support.gguf_files import short_vocabulary, small_vocabulary, write_random
from tests.support.hub import REPOSITORY, running_hub

pytestmark = pytest.mark.model
PROMPT = "Customers can return a product within thirty days of delivery."
Q4_0, Q8_0 = gguf.GGMLQuantizationType.Q4_0, gguf.GGMLQuantizationType.Q8_0


@pytest.fixture(scope="module")
def vocabulary() -> dict[str, Any]:
    return short_vocabulary()


def never() -> bool:
    return False


def logits(graph: Path) -> Any:
    """Of a few tokens, in float32."""
    import openvino

    core = openvino.Core()
    compiled = core.compile_model(
        graph / "openvino_model.xml", "CPU",
        {"INFERENCE_PRECISION_HINT": "f32", "DYNAMIC_QUANTIZATION_GROUP_SIZE": 0},
    )  # fmt: skip
    tokens = np.array([[5, 300, 77, 1234]])
    inputs = {
        "input_ids": tokens,
        "attention_mask": np.ones_like(tokens),
        "position_ids": np.arange(4)[None],
        "beam_idx": np.zeros(1, np.int32),
    }
    return compiled(inputs)[0][0]


def expected_logits(matrices: dict[str, Any], file: Path) -> Any:
    """The same by transformers from the same file, in float32."""
    import torch
    from transformers import AutoModelForCausalLM, GgufConfig

    model = AutoModelForCausalLM.from_pretrained(
        file.parent, gguf_file=file.name, dtype=torch.float32,
        quantization_config=GgufConfig(dequantize=True),
    )  # fmt: skip
    with torch.inference_mode():
        return model(torch.tensor([[5, 300, 77, 1234]])).logits[0].numpy()


def off(said: Any, wanted: Any) -> float:
    return float(np.abs(said - wanted).mean() / np.abs(wanted).mean())


@pytest.mark.parametrize(("architecture", "pre"), [("llama", "falcon3"), ("qwen2", "qwen2")])
def test_the_graph_says_what_the_file_says(
    architecture: str, pre: str, vocabulary: Any, tmp_path: Path
) -> None:
    """Falcon3's shape, too: rows of queries and keys are where Hugging Face has them."""
    file = tmp_path / "random.gguf"
    matrices = write_random(file, architecture, pre, vocabulary, Q4_0)
    wanted = expected_logits(matrices, file)
    convert(file, tmp_path / "eight", 8)
    convert(file, tmp_path / "four", 4)
    assert off(logits(tmp_path / "eight"), wanted) < 0.03
    assert off(logits(tmp_path / "four"), wanted) < 0.3
    sizes = [(tmp_path / n / "openvino_model.bin").stat().st_size for n in ("four", "eight")]
    assert sizes[0] < sizes[1]


def test_falcon_is_pulled_converted_in_another_process_and_answers(
    vocabulary: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The catalogue's own entry, with a random file of Falcon3's kind on the hub."""
    from huggingface_hub import constants

    shipped = (load_settings().models / "catalogue.toml").read_text(encoding="utf-8")
    models = tmp_path / "models"
    models.mkdir()
    (models / "catalogue.toml").write_text(
        shipped.replace('"tiiuae/Falcon3-1B-Instruct-GGUF"', f'"{REPOSITORY}"'), encoding="utf-8"
    )
    monkeypatch.setenv("CHATBOT_MODELS", str(models))
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    write_random(tmp_path / "random.gguf", "llama", "falcon3", vocabulary)
    name = "Falcon3-1B-Instruct-q8_0.gguf"
    with running_hub({name: (tmp_path / "random.gguf").read_bytes()}) as hub:
        monkeypatch.setattr(constants, "ENDPOINT", hub.endpoint)
        place = hub.endpoint + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", place)
        assert main(["pull", "falcon"]) == 0
    assert capsys.readouterr().out.strip().endswith(name)
    settings = load_settings(llm="falcon", answer_tokens=12)
    assert settings.models == models
    model = load_chat_model(load_catalogue(models).choose_llm("falcon"), settings)
    assert isinstance(model, LocalChatModel)
    graphs = models / "converted" / "falcon"
    assert len(list(graphs.iterdir())) == 2  # the graph and the lock
    assert model.engine.name == "openvino"
    assert model.render([HumanMessage(PROMPT)]) == f"<|user|>\n{PROMPT}\n<|assistant|>\n"
    said = model.invoke(PROMPT)
    assert isinstance(said, AIMessage) and said.usage_metadata is not None
    assert (
        said.usage_metadata["output_tokens"] == 12
        or said.response_metadata["finish_reason"] == "stop"
    )
    model.engine.close()


def test_what_a_kill_left_is_removed_and_a_damaged_graph_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(folder: Path, *_: Any) -> None:
        made.append(folder)
        (folder / "openvino_model.bin").write_bytes(b"weights")

    made: list[Path] = []
    monkeypatch.setattr(module, "_fill", fill)
    file, graph = tmp_path / "some.gguf", tmp_path / "graphs" / "one"
    left = tmp_path / "graphs" / ".half-killed"
    left.mkdir(parents=True)
    (left / "openvino_model.bin").write_bytes(bytes(1000))
    for _ in range(2):  # the second finds it there
        convert(file, graph, 8)
    assert is_whole(graph)
    (graph / "openvino_model.bin").write_bytes(b"half")
    assert not is_whole(graph)
    convert(file, graph, 8)
    assert (graph / "openvino_model.bin").read_bytes() == b"weights"
    assert {path.name for path in graph.parent.iterdir()} == {"one", LOCK}
    assert len(made) == 2


def test_a_broken_file_gets_a_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF and then nothing")
    with pytest.raises(ModelUnavailableError, match=r"broken.gguf' could not be converted \("):
        convert_apart(broken, tmp_path / "graphs" / "one", 8, None, never)
    assert [path.name for path in (tmp_path / "graphs").iterdir()] == [LOCK]


def test_how_far_a_conversion_is_is_told(
    vocabulary: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_TICK", 0.01)
    file = tmp_path / "random.gguf"
    write_random(file, "llama", "falcon3", vocabulary)
    told: list[tuple[int, int]] = []
    convert_apart(file, tmp_path / "graphs" / "one", 8, None, never, lambda *now: told.append(now))
    done, totals = zip(*told, strict=True)
    assert list(done) == sorted(done)
    assert done[0] < done[-1] <= totals[0]
    assert len(set(totals)) == 1
    assert is_whole(tmp_path / "graphs" / "one")


def test_what_openvino_prints_is_no_progress(tmp_path: Path) -> None:
    with (tmp_path / "told").open("w+b") as told:
        size = told.write(b"Loading 3 of 4\n10 200\n20 200\nhalf a line 30 20")
        told.flush()
        assert module._newest(told.fileno()) == (20, 200)
        assert told.tell() == size


def test_a_folder_that_cannot_be_made_gets_a_sentence(tmp_path: Path) -> None:
    blocked = tmp_path / "graphs"
    blocked.write_text("a file, where a folder has to be")
    with pytest.raises(ModelUnavailableError, match=str(blocked)):
        convert_apart(tmp_path / "some.gguf", blocked / "one", 8, None, never)


def test_too_little_room_is_told_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "some.gguf"
    file.write_bytes(bytes(1_000_000))
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=2_000_000))
    with pytest.raises(ModelUnavailableError, match=r"takes 3 MB .* and 2 MB are free; make room"):
        convert_apart(file, tmp_path / "graphs" / "one", 8, None, never)
    assert list((tmp_path / "graphs").iterdir()) == []


def test_a_disk_that_fills_up_leaves_nothing_and_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(folder: Path, *_: Any) -> None:
        (folder / "openvino_model.bin").write_bytes(b"half")
        raise RuntimeError("basic_ios::clear: iostream error")  # all that OpenVINO 2026.4.1 says

    monkeypatch.setattr(module, "_fill", fill)
    (tmp_path / "graphs").mkdir()
    with pytest.raises(OSError, match="No space left on device") as raised:
        convert(tmp_path / "some.gguf", tmp_path / "graphs" / "one", 8)
    assert [path.name for path in (tmp_path / "graphs").iterdir()] == [LOCK]
    told = module._failure(tmp_path / "some.gguf", 1, f"{raised.value}\n")
    assert "could not be converted (the disk is full; make room and start again)" in str(told)


def test_a_conversion_can_be_stopped(tmp_path: Path) -> None:
    file = tmp_path / "random.gguf"
    write_random(file, "llama", "falcon3", small_vocabulary())
    with pytest.raises(ModelUnavailableError, match="stopped"):
        convert_apart(file, tmp_path / "graphs" / "one", 8, None, lambda: True)
    assert not (tmp_path / "graphs" / "one").exists()


def test_the_other_process_ends_with_this_one(tmp_path: Path) -> None:
    file = tmp_path / "random.gguf"
    write_random(file, "llama", "falcon3", small_vocabulary())
    code = (
        "import sys; from pathlib import Path; from chatbot.llm.convert import convert_apart; "
        "convert_apart(Path(sys.argv[1]), Path(sys.argv[2]), 8, None, lambda: False)"
    )
    out = tmp_path / "graphs" / "one"
    parent = subprocess.Popen([sys.executable, "-c", code, str(file), str(out)])
    marker = str(out).encode()
    deadline = time.monotonic() + 60
    while not (children := [pid for pid in running(marker) if pid != parent.pid]):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    while any(Path(f"/proc/{pid}").exists() for pid in children):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def running(marker: bytes) -> list[int]:
    """Processes whose command line holds ``marker``."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                command = Path(f"/proc/{name}/cmdline").read_bytes()
            except OSError:
                continue
            if marker in command:
                found.append(int(name))
    return found


def test_what_the_other_process_says_may_be_of_any_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python, weights = tmp_path / "python", tmp_path / "model.gguf"
    python.write_text("#!/bin/sh\nprintf 'caf\\351.gguf is none\\n' >&2\nexit 1\n")
    python.chmod(0o755)
    weights.write_bytes(b"GGUF")
    monkeypatch.setattr("sys.executable", str(python))
    with pytest.raises(ModelUnavailableError, match="gguf is none"):
        convert_apart(weights, tmp_path / "out", 8, None, lambda: False)
