"""The tokenizer of a GGUF file, built from the file's own vocabulary, merges and pre-tokenizer.

OpenVINO GenAI reads the tokenizer of such a file itself, but splits text wrongly where
``tokenizer.ggml.pre`` is ``llama-bpe`` or ``falcon3``, and drops half characters when it decodes
(2026.4.1). Here the text is cut as llama.cpp cuts it and merged by the ``tokenizers`` library.
"""

import json
from pathlib import Path
from typing import Any

from chatbot.errors import ModelUnavailableError
from chatbot.files import parse_json

# How text is cut into words before bytes are merged, by ``tokenizer.ggml.pre``: the expressions of
# llama.cpp (``src/llama-vocab.cpp``), applied one after the other to what the last one left.
_CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
_WORDS = (
    f"{_CONTRACTIONS}|"
    r"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}%s| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_LLAMA3 = (_WORDS % "{1,3}",)
_GPT2 = (r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)",)
_SPLITS: dict[str, tuple[str, ...]] = {
    "llama-bpe": _LLAMA3,
    "llama3": _LLAMA3,
    "falcon3": _LLAMA3,
    "qwen2": (_WORDS % "",),
    "smollm": (r"\p{N}", *_GPT2),
    "gpt-2": _GPT2,
}
PRE_TOKENIZERS = tuple(sorted(_SPLITS))
# Words that are tokens as a whole are taken before any merge.
_WHOLE_WORDS = frozenset({"llama-bpe", "llama3", "falcon3"})
# ``tokenizer.ggml.token_type``: tokens that stand for themselves wherever their text appears.
_CONTROL, _USER_DEFINED = 3, 4

_TOKENIZER, _CONFIG = "tokenizer.json", "config.json"


class TextTokens:
    """Text to token numbers and back; safe to use from several threads."""

    def __init__(self, tokenizer: Any, end: int | None) -> None:
        self._tokenizer = tokenizer
        self.end = end

    @classmethod
    def load(cls, folder: Path) -> "TextTokens":
        """From ``tokenizer.json`` and ``config.json`` in ``folder``, as Hugging Face names them.

        Raises:
            Exception: a file is missing or damaged (``tokenizers`` raises plain exceptions).
        """
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(folder / _TOKENIZER))
        end = parse_json((folder / _CONFIG).read_text(encoding="utf-8")).get("eos_token_id")
        return cls(tokenizer, end[0] if isinstance(end, list) else end)

    def save(self, folder: Path) -> None:
        """Write what :meth:`load` reads."""
        self._tokenizer.save(str(folder / _TOKENIZER), pretty=False)
        (folder / _CONFIG).write_text(json.dumps({"eos_token_id": self.end}), encoding="utf-8")

    def encode(self, text: str) -> list[int]:
        """The tokens of ``text``, special ones in it included, none added."""
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    @property
    def count(self) -> int:
        """How many tokens there are, special ones included."""
        return int(self._tokenizer.get_vocab_size(with_added_tokens=True))

    def decode(self, ids: list[int]) -> str:
        """The text of tokens without special ones; half characters become U+FFFD."""
        return str(self._tokenizer.decode(ids, skip_special_tokens=True))


def read_tokens(gguf_file: Path, reader: Any = None) -> TextTokens:
    """The tokenizer of a GGUF file; ``reader`` is gguf's, where the file is open already.

    Raises:
        ModelUnavailableError: the file has none, or one of a kind that is not known here.
    """
    import gguf

    fields = (reader or gguf.GGUFReader(str(gguf_file))).fields

    def value(key: str) -> Any:
        field = fields.get(f"tokenizer.ggml.{key}")
        return None if field is None else field.contents()

    model, split = value("model"), value("pre") or "gpt-2"
    if model != "gpt2" or split not in _SPLITS:
        raise ModelUnavailableError(
            f"'{gguf_file}' has a tokenizer '{model}' with the pre-tokenizer '{split}', which is "
            f"not known here (known: gpt2 with {', '.join(PRE_TOKENIZERS)}); use the model's "
            "safetensors with CHATBOT_ENGINE=transformers."
        )
    tokens, merges, kinds = value("tokens"), value("merges"), value("token_type")
    special = [
        token for token, kind in zip(tokens, kinds or (), strict=False)
        if kind in (_CONTROL, _USER_DEFINED)
    ]  # fmt: skip
    return TextTokens(_build_tokenizer(tokens, merges, split, special), value("eos_token_id"))


def _build_tokenizer(tokens: list[str], merges: list[str], split: str, special: list[str]) -> Any:
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers

    numbers = {token: number for number, token in enumerate(tokens)}
    pairs = [(first, second) for first, second in (merge.split(" ") for merge in merges)]
    tokenizer = Tokenizer(
        models.BPE(vocab=numbers, merges=pairs, ignore_merges=split in _WHOLE_WORDS)
    )
    cuts = [
        pre_tokenizers.Split(Regex(expression), behavior="isolated")
        for expression in _SPLITS[split]
    ]
    as_bytes = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([*cuts, as_bytes])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, normalized=False) for token in special])
    return tokenizer
