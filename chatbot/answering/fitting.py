"""Making a prompt fit into a model's context: what goes first, and how it is said."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from langchain_core.messages import BaseMessage

from chatbot.errors import QuestionError
from chatbot.passage import Passage

Render = Callable[[Sequence[BaseMessage], Sequence[Passage]], str]

_LAST_TURN = 2
_SHORTEST = 100


@dataclass(frozen=True)
class Fitted:
    """What is left of history and passages; ``note`` says so to people, empty if all is."""

    history: list[BaseMessage]
    passages: list[Passage]
    note: str = ""


def fit(
    render: Render,
    count_tokens: Callable[[str], int],
    room: int,
    history: Sequence[BaseMessage],
    passages: Sequence[Passage],
) -> Fitted:
    """Drop old turns, then the last passages, then shorten the first one, until it fits.

    ``render`` gives the text that the model would get; ``room`` is in tokens.

    Raises:
        QuestionError: the question alone does not fit.
    """

    def fits(turns: Sequence[BaseMessage], kept: Sequence[Passage]) -> bool:
        text = render(turns, kept)
        # No token is shorter than a byte, so most prompts need no counting.
        return len(text.encode()) <= room or count_tokens(text) <= room

    turns, kept = list(history), list(passages)
    while not fits(turns, kept):
        if len(turns) > _LAST_TURN:
            del turns[:_LAST_TURN]
        elif len(kept) > 1:
            kept.pop()
        elif turns:
            turns = []
        elif kept and len(kept[0].page_content) > _SHORTEST:
            kept = [_halve(kept[0])]
        else:
            raise QuestionError(
                f"The question alone does not fit into the {room:,} tokens that the model can "
                "read; shorten it, or ask its parts one by one."
            )
    return Fitted(turns, kept, _note(len(history) - len(turns), list(passages), kept))


def _halve(passage: Passage) -> Passage:
    """The first half of a passage; its offsets still hold."""
    text = passage.page_content[: len(passage.page_content) // 2]
    meta = dict(passage.metadata)
    if {"start", "end"} <= meta.keys():
        meta["end"] = min(meta["end"], meta["start"] + len(text))
    return passage.model_copy(update={"page_content": text, "metadata": meta})


def _note(turns: int, passages: list[Passage], kept: list[Passage]) -> str:
    left_out = []
    if turns:
        left_out.append("the older part of the conversation")
    if len(kept) < len(passages):
        left_out.append(f"{len(passages) - len(kept)} of {len(passages)} passages")
    if kept and kept[0] is not passages[0]:
        left_out.append("the end of the first passage")
    return unread(*left_out) if left_out else ""


def unread(*parts: str) -> str:
    """What says to people that the model did not read these ``parts``."""
    return f"The model's memory is short, so it did not read {' and '.join(parts)}."
