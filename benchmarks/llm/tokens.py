"""Token for token: our tokenizer and llama.cpp's on many texts, for each pre-tokenizer.

    python -m benchmarks.llm.tokens FOLDER... [--count 2000]

Texts are the strings of the ``.jsonl`` files and the documents below the folders. Into every fourth
special tokens are put at random places, every fourth is cut in the middle of characters. Those of
``bundled`` (which must be here) and ``bundled-small`` are read with the vocabularies of their own
files; the other pre-tokenizers cut for the vocabulary of ``bundled``.
"""

import argparse
import json
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from chatbot.llm.tokens import PRE_TOKENIZERS, read_tokens
from tests.support.gguf_files import small_vocabulary, vocabulary_of, write_random
from tests.support.llama_tokens import difference, llama_tokens

_LONGEST = 4000  # characters
_SPECIAL = 3  # of ``tokenizer.ggml.token_type``


def strings(value: Any) -> Iterator[str]:
    """All texts within a value of JSON."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from strings(part)


def texts_below(folders: list[Path], count: int) -> list[str]:
    """``count`` texts, always the same."""
    found: set[str] = set()
    for folder in folders:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            content = file.read_text(encoding="utf-8", errors="replace")
            if file.suffix == ".jsonl":
                for line in content.splitlines():
                    found.update(strings(json.loads(line)))
            else:
                found.add(content)
    return random.Random(1).sample(sorted(found), count)


def harder(text: str, number: int, special: list[str]) -> str:
    """Every second text with something in it that a text of people seldom has."""
    chance = random.Random(number)
    text = text[:_LONGEST]
    for _ in range(3 if number % 2 else 0):
        at = chance.randrange(len(text) + 1)
        if number % 4 == 1:
            put = chance.choice(special).encode()
        else:  # the first bytes of a longer character
            put = chance.choice(["é", "漢", "🦅", "\u0301"]).encode()[:-1]
        text = (text[:at].encode() + put + text[at:].encode()).decode("utf-8", "replace")
    return text


def main() -> None:
    """One line for each pre-tokenizer; status 1 where something differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--count", type=int, default=2000)
    options = parser.parse_args()
    texts = texts_below(options.folders, options.count)
    small, large = small_vocabulary(), vocabulary_of("bundled")
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        for pre in PRE_TOKENIZERS:
            vocabulary = small if pre in ("smollm", "gpt-2") else large
            kinds = zip(vocabulary["tokens"], vocabulary["token_type"], strict=True)
            special = [token for token, kind in kinds if kind == _SPECIAL]
            file = Path(folder) / f"{pre}.gguf"
            write_random(file, "qwen2" if pre == "qwen2" else "llama", pre, vocabulary)
            tokens = read_tokens(file)
            with llama_tokens(file) as tokenize:
                hard = [harder(text, number, special) for number, text in enumerate(texts)]
                told = [difference(tokens, tokenize, special, text) for text in hard]
            wrong = [said for said in told if said]
            size = sum(len(text) for text in hard)
            print(f"{pre}: {len(wrong)} of {len(hard)} texts ({size:,} characters) differ")
            print("".join(f"  {said[:300]}\n" for said in wrong[:5]), end="", flush=True)
            failed = failed or bool(wrong)
            file.unlink()
    raise SystemExit(failed)


if __name__ == "__main__":
    main()
