"""Conversation memory: the newest turns that fit into a budget of tokens."""

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Literal

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, trim_messages
from typing_extensions import TypedDict  # pydantic takes no other on Python 3.11

_HALF_WORD = re.compile(r"\A\S{0,30}\s+")  # where a text was cut


class Turn(TypedDict):
    """One message of a conversation, as front ends and case files keep it."""

    role: Literal["user", "assistant"]
    content: str


def to_messages(history: Sequence[Turn]) -> list[BaseMessage]:
    """The history as LangChain messages, in order; empty ones are left out."""
    return [
        HumanMessage(turn["content"]) if turn["role"] == "user" else AIMessage(turn["content"])
        for turn in history
        if turn["content"].strip()
    ]


def newest_turns(
    messages: Sequence[BaseMessage], budget: int, count_tokens: Callable[[str], int]
) -> list[BaseMessage]:
    """The longest end of the conversation within ``budget`` tokens that a user's turn begins. Where
    even the newest turn is too long, what it ends with and what its reply begins with: there
    stands what a follow-up refers to."""

    def counter(counted: list[BaseMessage]) -> int:
        return sum(count_tokens(str(message.text)) for message in counted)

    if budget <= 0:
        return []
    kept = trim_messages(
        list(messages),
        max_tokens=budget,
        token_counter=counter,
        strategy="last",
        start_on="human",
    )
    return kept or _newest_cut(messages, budget, count_tokens)


def _newest_cut(
    messages: Sequence[BaseMessage], budget: int, count_tokens: Callable[[str], int]
) -> list[BaseMessage]:
    newest = [at for at, message in enumerate(messages) if message.type == "human"][-1:]
    if not newest:
        return []
    asked, *replies = (str(message.text) for message in messages[newest[0] :])
    reply = "\n".join(replies)
    reply = reply[: _most(reply, budget // 2, lambda size: count_tokens(reply[:size]))]
    left = budget - count_tokens(reply)
    size = _most(asked, left, lambda size: count_tokens(asked[len(asked) - size :]))
    cut = _HALF_WORD.sub("", asked[len(asked) - size :]) if size < len(asked) else asked
    said = [HumanMessage(cut), AIMessage(reply)]
    return [message for message in said if message.text.strip()]


def _most(text: str, budget: int, tokens_of: Callable[[int], int]) -> int:
    """How many characters of ``text`` have at most ``budget`` tokens."""
    return bisect_right(range(1, len(text) + 1), budget, key=tokens_of)
