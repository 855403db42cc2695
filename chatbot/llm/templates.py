"""Chat templates: a conversation as the text that a model was trained on.

Each is the model's own template, written out so that no tokenizer has to be loaded to render,
and so that training and serving cannot drift. The rendered form is shown with each.
"""

from collections.abc import Callable, Sequence

from langchain_core.messages import AIMessage, BaseMessage, SystemMessage

from chatbot.errors import ConfigurationError


def _role(message: BaseMessage) -> str:
    if isinstance(message, SystemMessage):
        return "system"
    return "assistant" if isinstance(message, AIMessage) else "user"


def _chatml(messages: Sequence[BaseMessage]) -> str:
    """``<|im_start|>user\\nHello<|im_end|>\\n<|im_start|>assistant\\n``"""
    turns = (f"<|im_start|>{_role(m)}\n{_plain(m)}<|im_end|>\n" for m in messages)
    return "".join(turns) + "<|im_start|>assistant\n"


def _falcon3(messages: Sequence[BaseMessage]) -> str:
    """``<|user|>\\nHello\\n<|assistant|>\\n``; an answer ends with ``<|endoftext|>\\n``."""
    turns = (
        f"<|{_role(m)}|>\n{_plain(m)}" + ("<|endoftext|>\n" if isinstance(m, AIMessage) else "\n")
        for m in messages
    )
    return "".join(turns) + "<|assistant|>\n"


def _plain(message: BaseMessage) -> str:
    """The message's text, in which no text of a person or document can act as a control token."""
    return str(message.text).replace("<|", "< |")


_TEMPLATES: dict[str, Callable[[Sequence[BaseMessage]], str]] = {
    "chatml": _chatml,
    "falcon3": _falcon3,
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
