"""llama.cpp's tokenizer of a GGUF file, and where ours is not the same."""

import subprocess
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from chatbot.llm.tokens import TextTokens
from tests.support import ROOT
from tests.support.serving import LLAMA_SERVER

# Text to (number, bytes) of its tokens, special ones in it included.
Tokenize = Callable[[str], list[tuple[int, bytes]]]


@contextmanager
def llama_tokens(file: Path) -> Iterator[Tokenize]:
    """That of llama.cpp's server with ``file``."""
    command = [sys.executable, *LLAMA_SERVER, "0", "key", "1", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                          cwd=ROOT, env={"PATH": ""}) as server:  # fmt: skip
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        headers = {"Authorization": "Bearer key"}
        with httpx.Client(base_url=address, headers=headers, timeout=60) as client:

            def tokenize(text: str) -> list[tuple[int, bytes]]:
                body = {
                    "content": text, "add_special": False, "parse_special": True,
                    "with_pieces": True,
                }  # fmt: skip
                found = client.post("/tokenize", json=body).raise_for_status().json()["tokens"]
                return [(token["id"], _bytes(token["piece"])) for token in found]

            yield tokenize
        server.kill()


def _bytes(piece: str | list[int]) -> bytes:
    """JSON has a list of bytes where they are no text, such as half a character."""
    return piece.encode() if isinstance(piece, str) else bytes(piece)


def difference(
    tokens: TextTokens, tokenize: Tokenize, special: Collection[str], text: str
) -> str | None:
    """What ``tokens`` does with ``text`` other than llama.cpp: its tokens, the text of them
    without ``special`` ones, or the text up to a token that ends within a character."""
    theirs, ours = tokenize(text), tokens.encode(text)
    numbers = [number for number, _ in theirs]
    if ours != numbers:
        at = next((i for i, (a, b) in enumerate(zip(ours, numbers, strict=False)) if a != b), -1)
        return f"token {at} of {text!r}: {ours[at:][:5]} instead of {numbers[at:][:5]}"
    hidden = {token.encode() for token in special}
    written = b""
    for count, (_, piece) in enumerate(theirs, start=1):
        written += b"" if piece in hidden else piece
        half = written.decode("utf-8", "replace").endswith("\ufffd")
        if half or count == len(theirs):
            said = tokens.decode(numbers[:count])
            if said != written.decode("utf-8", "replace"):
                return f"the first {count} tokens of {text!r}: {said[-20:]!r}"
    return None
