"""The tokenizer of a GGUF file is llama.cpp's, token for token, for each pre-tokenizer."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from chatbot.errors import ModelUnavailableError
from chatbot.llm.tokens import TextTokens, read_tokens
from tests.support import ROOT
from tests.support.gguf_files import small_vocabulary, write_random
from tests.support.serving import LLAMA_SERVER

TEXTS = [
    "Customers don't have to pay; they'LL get 1,234.50 EUR back within 14 days.\n\n(See E31)",
    "  leading   spaces,\ttabs\r\nand\r\n\r\nlines \n  \n end  ",
    "Größe 36½, naïve café, Ελληνικά, Привет, 漢字かな交じり文, العربية, हिन्दी, 🦅🏽 e\u0301",
    "<|im_start|>user\nHi<|im_end|>\n<|endoftext|>",
    "1234567890 12 3 4567 v2.10.3 0x1F 1e-5 99%",
    "'S 's 'RE 'll I'M WE'VE \u2019s",
    "a" * 300 + " " * 40 + "_-_-" * 20,
    "",
]


@pytest.fixture(scope="module")
def vocabulary() -> dict[str, Any]:
    return small_vocabulary()


@pytest.fixture(
    scope="module",
    params=[("llama", "falcon3"), ("llama", "llama-bpe"), ("qwen2", "qwen2"), ("llama", "smollm")],
    ids=lambda param: param[1],
)
def file(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, vocabulary: Any
) -> Path:
    path = tmp_path_factory.mktemp("gguf") / "random.gguf"
    architecture, pre = request.param
    write_random(path, architecture, pre, vocabulary)
    return path


@pytest.fixture(scope="module")
def llama_cpp(file: Path) -> Iterator[httpx.Client]:
    """A server of llama.cpp with that file."""
    command = [sys.executable, *LLAMA_SERVER, "0", "key", "1", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                          cwd=ROOT, env={"PATH": ""}) as server:  # fmt: skip
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        headers = {"Authorization": "Bearer key"}
        with httpx.Client(base_url=address, headers=headers, timeout=60) as client:
            yield client
        server.kill()


@pytest.mark.model
def test_tokens_are_those_of_llama_cpp(file: Path, llama_cpp: httpx.Client, tmp_path: Path) -> None:
    read_tokens(file).save(tmp_path)
    tokens = TextTokens.load(tmp_path)
    for text in [*TEXTS, (ROOT / "README.md").read_text(encoding="utf-8")]:
        body = {"content": text, "add_special": False, "parse_special": True}
        theirs = llama_cpp.post("/tokenize", json=body).raise_for_status().json()["tokens"]
        assert tokens.encode(text) == theirs, text[:80]
        special = "<|" in text
        assert special or tokens.decode(theirs) == text
    assert tokens.end == 2


def test_half_a_character_waits_for_the_other_half(vocabulary: Any, tmp_path: Path) -> None:
    path = tmp_path / "random.gguf"
    write_random(path, "llama", "smollm", vocabulary)
    tokens = read_tokens(path)
    eagle = tokens.encode("🦅")
    assert len(eagle) > 1
    assert tokens.decode(eagle[:1]).endswith("\ufffd")
    assert tokens.decode(eagle) == "🦅"


def test_an_unknown_tokenizer_gets_a_sentence(vocabulary: Any, tmp_path: Path) -> None:
    path = tmp_path / "random.gguf"
    write_random(path, "llama", "some-other", vocabulary)
    with pytest.raises(ModelUnavailableError, match="'some-other', which is not known here"):
        read_tokens(path)
