"""Chat templates: a conversation as the text that a model was trained on.

Each is the model's own template, written out so that no tokenizer has to be loaded to render,
and so that training and serving cannot drift; tests compare them with the published ones, token
by token. The rendered form is shown with each.
"""

import re
from collections.abc import Callable, Iterable, Sequence

from langchain_core.messages import AIMessage, BaseMessage, SystemMessage

from chatbot.errors import ConfigurationError

_SMOLLM2_SYSTEM = "You are a helpful AI assistant named SmolLM, trained by Hugging Face"

# Words that are control tokens of SmolLM2 without looking like it: a document may well have
# "<filename>", which would be taken for one, and left out of an answer.
_SMOLLM2_WORDS = re.compile(
    r"<(?=(?:repo_?name|file_sep|filename|gh_stars|issue_(?:start|comment|closed)|"
    r"jupyter_(?:start|text|code|output|script)|empty_output)>)"
)

# The published template writes the day in; a fixed one keeps the prefix cache warm overnight.
_LLAMA3_DATES = "Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n"


def _role(message: BaseMessage) -> str:
    if isinstance(message, SystemMessage):
        return "system"
    return "assistant" if isinstance(message, AIMessage) else "user"


def _chatml(messages: Sequence[BaseMessage]) -> str:
    """``<|im_start|>user\\nHello<|im_end|>\\n<|im_start|>assistant\\n``"""
    return _chatml_turns((_role(m), _plain(m)) for m in messages)


def _chatml_turns(turns: Iterable[tuple[str, str]]) -> str:
    """Of roles and texts."""
    text = "".join(f"<|im_start|>{role}\n{said}<|im_end|>\n" for role, said in turns)
    return text + "<|im_start|>assistant\n"


def _smollm2(messages: Sequence[BaseMessage]) -> str:
    """ChatML; a conversation without a system message gets the one SmolLM2 was trained with."""
    if messages and not isinstance(messages[0], SystemMessage):
        messages = [SystemMessage(_SMOLLM2_SYSTEM), *messages]
    return _chatml_turns((_role(m), _SMOLLM2_WORDS.sub("< ", _plain(m))) for m in messages)


def _falcon3(messages: Sequence[BaseMessage]) -> str:
    """``<|user|>\\nHello\\n<|assistant|>\\n``; an answer ends with ``<|endoftext|>\\n``."""
    turns = (
        f"<|{_role(m)}|>\n{_plain(m)}" + ("<|endoftext|>\n" if isinstance(m, AIMessage) else "\n")
        for m in messages
    )
    return "".join(turns) + "<|assistant|>\n"


def _falcon(messages: Sequence[BaseMessage]) -> str:
    """``<system>\\n\\nUser: Hello\\n\\nAssistant:``; no empty lines inside a turn."""
    system, turns = _split(messages)
    text = "".join(f"\n\n{_role(m).title()}: {_one_block(m)}" for m in turns)
    return system + text + "\n\nAssistant:"


def _llama3(messages: Sequence[BaseMessage]) -> str:
    """``<|start_header_id|>user<|end_header_id|>\\n\\nHello<|eot_id|>`` for each turn."""
    system, turns = _split(messages)
    text = _llama3_turn("system", _LLAMA3_DATES + system)
    text += "".join(_llama3_turn(_role(m), _plain(m).strip()) for m in turns)
    return f"<|begin_of_text|>{text}<|start_header_id|>assistant<|end_header_id|>\n\n"


def _llama3_turn(role: str, text: str) -> str:
    return f"<|start_header_id|>{role}<|end_header_id|>\n\n{text}<|eot_id|>"


def _instruction(messages: Sequence[BaseMessage]) -> str:
    """``<system>\\n\\nHello\\nAnswer:``, for models trained on instructions, not on chats.

    BLOOMZ publishes no template; it wants a prompt that plainly ends where the answer begins.
    """
    parts = [
        f"Answer: {_plain(m)}\n\n"
        if isinstance(m, AIMessage)
        else _plain(m) + ("\n\n" if isinstance(m, SystemMessage) else "\n")
        for m in messages
    ]
    return "".join(parts) + "Answer:"


def _split(messages: Sequence[BaseMessage]) -> tuple[str, Sequence[BaseMessage]]:
    """The first system message's text, and what follows it."""
    if messages and isinstance(messages[0], SystemMessage):
        return _plain(messages[0]).strip(), messages[1:]
    return "", messages


def _one_block(message: BaseMessage) -> str:
    return _plain(message).strip().replace("\r\n", "\n").replace("\n\n", "\n")


def _plain(message: BaseMessage) -> str:
    """The message's text, in which no text of a person or document can act as a control token."""
    return str(message.text).replace("<|", "< |").replace("</s>", "< /s>")


_TEMPLATES: dict[str, Callable[[Sequence[BaseMessage]], str]] = {
    "chatml": _chatml,
    "falcon": _falcon,
    "falcon3": _falcon3,
    "instruction": _instruction,
    "llama3": _llama3,
    "smollm2": _smollm2,
}


def chat_template(name: str) -> Callable[[Sequence[BaseMessage]], str]:
    """The renderer of a template; it ends where the model is to answer.

    Raises:
        ConfigurationError: the catalogue names a template that does not exist.
    """
    if name not in _TEMPLATES:
        known = ", ".join(sorted(_TEMPLATES))
        raise ConfigurationError(f"There is no chat template '{name}'; known are {known}.")
    return _TEMPLATES[name]
