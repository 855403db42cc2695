"""Answers of a model that first writes down what they rest on.

Before its answer such a model copies the sentences and rows of the passages that decide it, each on
a line behind ">", as quotes stand in Markdown; then the words of the answer follow from them (as in
RAFT, Zhang et al. 2024, arXiv:2403.10131, whose models quote within their reasoning). A small model
that begins with "Yes", or with the name of a product, has chosen before it has read. Who asks for
an answer gets what stands behind the quotes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from chatbot.llm.engines.protocol import FinishReason, Piece, StopFilter

_SIGN = ">"
# Tokens that quotes may have beside those of the answer.
ROOM = 240


def quoted(quotes: Sequence[str], answer: str) -> str:
    """An answer behind what it rests on, as it is taught; ``quotes`` have no line breaks."""
    lines = "".join(f"{_SIGN} {quote}\n" for quote in quotes)
    return f"{lines}\n{answer}" if quotes else answer


def lines_of(quotes: str) -> list[str]:
    """What is quoted in the lines of :func:`quotes_in`, each once."""
    lines = (line.lstrip(f"{_SIGN} ").strip() for line in quotes.splitlines())
    return list(dict.fromkeys(line for line in lines if line))


def answer_at(text: str) -> int:
    """Where the answer begins in a whole ``text`` that may have quotes in front of it."""
    behind = _behind(text, ended=True)
    return len(text) - len(behind or "")


def quotes_in(pieces: Iterator[Piece]) -> str:
    """The quotes that a reply begins with, as they are written, with the empty line behind them;
    without the last one where it is not whole, and empty where there is none. Nothing more is
    taken from ``pieces``."""
    held = ""
    for piece in pieces:
        held += piece.text
        if (behind := _behind(held, piece.finish_reason is not None)) is not None:
            held = held[: len(held) - len(behind)]
            break
    whole = held[: held.rfind("\n") + 1].strip()
    return f"{whole}\n\n" if whole.startswith(_SIGN) else ""


def answer_of(pieces: Iterator[Piece], stop: Sequence[str], most: int) -> Iterator[Piece]:
    """The pieces behind the quotes: up to a ``stop`` string, and ``most`` tokens or the few more
    that came with the last of them. ``tokens`` still counts all that was written."""
    held, before, stops = "", None, StopFilter(stop)
    for piece in pieces:
        text = piece.text
        if before is None:
            held += text
            ended = piece.finish_reason is not None
            if (behind := _behind(held, ended)) is None:
                if ended:  # nothing but quotes
                    yield replace(piece, text="")
                continue
            text, before = behind, 0 if behind == held else piece.tokens
        text = stops.push(text)
        reason: FinishReason | None = "stop" if stops.stopped else piece.finish_reason
        if reason is None and piece.tokens - before >= most:
            reason = "length"
        if reason is not None and not stops.stopped:
            text += stops.flush()
        yield replace(piece, text=text, finish_reason=reason)
        if reason is not None:
            return


def _behind(text: str, ended: bool) -> str | None:
    """What stands behind the quotes at the beginning of ``text``; ``None`` where that is not
    certain yet."""
    if not text.lstrip().startswith(_SIGN):
        return text if text.strip() or ended else None
    at = 0
    while True:
        at = len(text) - len(text[at:].lstrip())
        if at == len(text):
            return None
        if text[at] != _SIGN:
            return text[at:]
        line = text.find("\n", at)
        if line < 0:
            return None
        at = line + 1
