"""From a GGUF file to what OpenVINO runs: the file's weights, an adapter's, four and eight bits."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest

from chatbot.errors import ModelUnavailableError
from chatbot.llm.convert import convert, convert_apart
from chatbot.llm.engines.openvino import OpenVINOEngine
from chatbot.llm.engines.protocol import GenerationRequest
from tests.support.gguf_files import small_vocabulary, write_random

pytestmark = pytest.mark.model
PROMPT = "Customers can return a product within thirty days of delivery."
Q4_0, Q8_0 = gguf.GGMLQuantizationType.Q4_0, gguf.GGMLQuantizationType.Q8_0


@pytest.fixture(scope="module")
def vocabulary() -> dict[str, Any]:
    return small_vocabulary()


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


def test_an_engine_runs_what_was_converted_in_another_process(
    vocabulary: Any, tmp_path: Path
) -> None:
    file = tmp_path / "random.gguf"
    write_random(file, "llama", "falcon3", vocabulary)
    convert_apart(file, tmp_path / "graphs" / "one", 8, None, never)
    assert [path.name for path in (tmp_path / "graphs").iterdir()] == ["one"]
    engine = OpenVINOEngine(tmp_path / "graphs" / "one")
    pieces = list(engine.stream(GenerationRequest(PROMPT, 12), threading.Event()))
    assert pieces[-1].prompt_tokens == engine.count_tokens(PROMPT)
    assert pieces[-1].tokens == 12 or pieces[-1].finish_reason == "stop"
    engine.close()


def test_a_broken_file_gets_a_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF and then nothing")
    with pytest.raises(ModelUnavailableError, match=r"broken.gguf' could not be converted \("):
        convert_apart(broken, tmp_path / "graphs" / "one", 8, None, never)
    assert list((tmp_path / "graphs").iterdir()) == []


def test_a_conversion_can_be_stopped(vocabulary: Any, tmp_path: Path) -> None:
    file = tmp_path / "random.gguf"
    write_random(file, "llama", "falcon3", vocabulary)
    with pytest.raises(ModelUnavailableError, match="stopped"):
        convert_apart(file, tmp_path / "graphs" / "one", 8, None, lambda: True)
    assert not (tmp_path / "graphs" / "one").exists()


def test_the_other_process_ends_with_this_one(vocabulary: Any, tmp_path: Path) -> None:
    file = tmp_path / "random.gguf"
    write_random(file, "llama", "falcon3", vocabulary)
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
