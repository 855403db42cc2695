"""Draws a page of a PDF in a process of its own, with limits: files are not trusted.

``python -m chatbot.knowledge.drawn_page PATH NUMBER`` reads the quote from stdin and writes a PNG.
"""

import os
import resource
import subprocess
import sys
from pathlib import Path

from chatbot.errors import DocumentError
from chatbot.knowledge.formats.drawing import draw_page

_SECONDS = 20.0
_PROCESSOR_SECONDS = 10
_MEMORY = 2_000_000_000  # bytes of address space
_QUOTE_CHARS = 4000


def draw_apart(path: Path, number: int, quote: str) -> bytes:
    """Page ``number`` (from 0) of a PDF as PNG, with the quote marked. Blocks.

    Raises:
        DocumentError: it cannot be drawn, or takes too long or too much memory.
    """
    root = str(Path(__file__).resolve().parents[2])
    paths = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))
    command = [sys.executable, "-P", "-m", "chatbot.knowledge.drawn_page", str(path), str(number)]
    try:
        done = subprocess.run(
            command,
            input=quote[:_QUOTE_CHARS].encode("utf-8", "replace"),
            capture_output=True,
            timeout=_SECONDS,
            env=os.environ | {"PYTHONPATH": paths},
            check=False,
        )
    except subprocess.TimeoutExpired as exc:
        raise DocumentError("drawing it takes too long") from exc
    if done.returncode or not done.stdout:
        raise DocumentError("it cannot be drawn")
    return done.stdout


def main(path: str, number: str) -> None:
    """Draw and write."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_PROCESSOR_SECONDS, _PROCESSOR_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    quote = sys.stdin.buffer.read().decode("utf-8", "replace")
    drawn = draw_page(Path(path).read_bytes(), int(number), quote)
    sys.stdout.buffer.write(drawn)


if __name__ == "__main__":
    main(*sys.argv[1:])
