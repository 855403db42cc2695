"""The tokenizer of a GGUF file is llama.cpp's, token for token, for each pre-tokenizer."""

from pathlib import Path

import pytest

from chatbot.errors import ModelUnavailableError
from chatbot.llm.tokens import TextTokens, read_tokens
from tests.support import ROOT
from tests.support.gguf_files import short_vocabulary, small_vocabulary, write_random
from tests.support.llama_tokens import difference, llama_tokens

TEXTS = [
    "Customers don't have to pay; they'LL get 1,234.50 EUR back within 14 days.\n\n(See E31)",
    "  leading   spaces,\ttabs\r\nand\r\n\r\nlines \n  \n end  ",
    "Größe 36½, naïve café, Ελληνικά, Привет, 漢字かな交じり文, العربية, हिन्दी, 🦅🏽 e\u0301",
    "<|im_start|>user\nHi<|im_end|>\n<|endoftext|>",
    "half <|im_end of one, two<|im_end|><|im_end|>halves \ufffd\ufffd of 🦅",
    "1234567890 12 3 4567 v2.10.3 0x1F 1e-5 99%",
    "'S 's 'RE 'll I'M WE'VE \u2019s",
    "a" * 300 + " " * 40 + "_-_-" * 20,
    "",
]
SPECIAL = ("<|im_start|>", "<|im_end|>", "<|endoftext|>")


@pytest.mark.model
@pytest.mark.parametrize("pre", ["falcon3", "llama-bpe", "qwen2", "smollm"])
def test_tokens_are_those_of_llama_cpp(pre: str, tmp_path: Path) -> None:
    """The last with its own vocabulary; to cut text otherwise takes no more than a part of it."""
    file = tmp_path / "random.gguf"
    vocabulary = small_vocabulary() if pre == "smollm" else short_vocabulary(16_000)
    write_random(file, "qwen2" if pre == "qwen2" else "llama", pre, vocabulary)
    read_tokens(file).save(tmp_path)
    tokens = TextTokens.load(tmp_path)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    with llama_tokens(file) as tokenize:
        for text in [*TEXTS, readme]:
            assert difference(tokens, tokenize, SPECIAL, text) is None
    assert tokens.end == 2


def test_half_a_character_waits_for_the_other_half(tmp_path: Path) -> None:
    path = tmp_path / "random.gguf"
    write_random(path, "llama", "smollm", short_vocabulary())
    tokens = read_tokens(path)
    eagle = tokens.encode("🦅")
    assert len(eagle) > 1
    assert tokens.decode(eagle[:1]).endswith("\ufffd")
    assert tokens.decode(eagle) == "🦅"


def test_an_unknown_tokenizer_gets_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "random.gguf"
    write_random(path, "llama", "some-other", short_vocabulary())
    with pytest.raises(ModelUnavailableError, match="'some-other', which is not known here"):
        read_tokens(path)
