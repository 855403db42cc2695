"""Conversation memory: the newest turns that fit into a budget of tokens."""

from collections.abc import Callable, Sequence
from typing import Literal

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, trim_messages
from typing_extensions import TypedDict  # pydantic takes no other on Python 3.11


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
    """The longest end of the conversation within ``budget`` tokens that a user's turn begins."""

    def counter(counted: list[BaseMessage]) -> int:
        return sum(count_tokens(str(message.text)) for message in counted)

    if budget <= 0:
        return []
    return trim_messages(
        list(messages),
        max_tokens=budget,
        token_counter=counter,
        strategy="last",
        start_on="human",
    )
