"""Counting tokens beside a model that embeds."""

from types import SimpleNamespace
from typing import Any

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from chatbot.index.embeddings import count_tokens, window_of

LIMIT = 8


@pytest.fixture
def model() -> Any:
    """As LangChain's embeddings hold a model of sentence-transformers, at work."""
    words = Tokenizer(models.WordLevel({"[PAD]": 0, "[UNK]": 1}, unk_token="[UNK]"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=words, pad_token="[PAD]", unk_token="[UNK]", model_max_length=LIMIT
    )
    tokenizer(["a", "b c"], padding=True, truncation=True)
    return SimpleNamespace(_client=SimpleNamespace(tokenizer=tokenizer, max_seq_length=LIMIT))


def test_counts_leave_the_tokenizer_of_the_model_as_it_is(model: Any) -> None:
    own = model._client.tokenizer._tokenizer
    before = (own.truncation, own.padding)
    window = window_of(model)
    assert window is not None
    assert window.count(["one two", "word " * 20]) == [2, 20]
    assert count_tokens(model, ["one two", "word " * 20]) == 2 + LIMIT
    assert (own.truncation, own.padding) == before


def test_without_a_tokenizer_words_are_counted() -> None:
    assert window_of(SimpleNamespace()) is None  # type: ignore[arg-type]
    assert count_tokens(SimpleNamespace(), ["one two", "three"]) == 3  # type: ignore[arg-type]
