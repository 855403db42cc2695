"""A question in the language of the documents, as it is searched for."""

from collections.abc import Callable

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage
from langchain_core.runnables import RunnableLambda

from chatbot.llm.local import LocalChatModel
from chatbot.prompts import Prompts

_TOKENS = 80


def build_translator(llm: BaseChatModel, prompts: Prompts) -> Callable[[str, str, str], str]:
    """(text in one line, its language, another one) to one line in the other one, in the words of
    ``llm``; the text itself where it writes nothing or says that it does not know, with which a
    model that was trained to refuse does not begin."""
    limits = {"avoid": prompts.unknown} if isinstance(llm, LocalChatModel) else {}
    write = llm.bind(max_tokens=_TOKENS, **limits) | RunnableLambda(first_line)

    def translate(text: str, source: str, language: str) -> str:
        written = write.invoke(prompts.render_translation(text, source, language))
        return text if not written or prompts.says_unknown(written) else written

    return translate


def first_line(message: AIMessage) -> str:
    """The first line of what a model wrote."""
    return str(message.text).strip().split("\n")[0].strip()
