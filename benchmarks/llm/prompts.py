"""The conversations that every contender gets, rendered by the renderer that serves.

A number in front of the system message makes each conversation's prompt unlike all others from
its first tokens on, so nothing but its own earlier turn can have been cached.
"""

from dataclasses import dataclass

from langchain_core.documents import Document
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from benchmarks import ROOT
from benchmarks.served import ENTRY
from chatbot.llm.templates import chat_template
from chatbot.prompts import load_prompts

FOLDERS = ("returns", "shipping", "privacy")
QUESTION = "How long do I have to send something back, and who pays for the parcel?"
ANSWER = "You have 30 days from delivery, and we pay for the parcel."
FOLLOW_UP = "And if it arrived broken?"


@dataclass(frozen=True)
class Conversation:
    """Prompts of the first turn (about 910 tokens) and of the next one (about 945)."""

    first: str
    follow_up: str


def conversation(number: int) -> Conversation:
    """The ``number``-th conversation about the same documents of the sample knowledge."""
    prompts = load_prompts(ROOT / "prompts")
    passages = [
        Document(file.read_text(encoding="utf-8"), metadata={"title": file.stem, "heading": ""})
        for folder in FOLDERS
        for file in sorted((ROOT / "knowledge" / folder).glob("*.md"))
    ]

    def render(history: list[BaseMessage], question: str) -> str:
        messages = prompts.render_answer(history, passages, question).to_messages()
        system = SystemMessage(f"Conversation {number}. {messages[0].text}")
        return chat_template(ENTRY.template)([system, *messages[1:]])

    history = [HumanMessage(QUESTION), AIMessage(ANSWER)]
    return Conversation(render([], QUESTION), render(history, FOLLOW_UP))
