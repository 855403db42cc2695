"""A question in the language of the documents, as it is searched for."""

from collections.abc import Callable, Sequence

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.runnables import RunnableLambda

from chatbot.answering.gist import gist
from chatbot.grounding.topics import changes_topic
from chatbot.prompts import Prompts

_TOKENS = 80
# Characters that are translated: what has about so many tokens. Of the question before, the rest of
# them, or so many.
_LONGEST, _LEAST = 300, 100


def build_translator(llm: BaseChatModel, prompts: Prompts) -> Callable[[str, str, str], str]:
    """(text in one line, its language, another one) to one line in the other one, in the words of
    ``llm``; the text itself where it writes nothing or says that it does not know."""
    write = llm.bind(max_tokens=_TOKENS) | RunnableLambda(first_line)

    def translate(text: str, source: str, language: str) -> str:
        written = write.invoke(prompts.render_translation(text, source, language))
        return text if not written or prompts.says_unknown(written) else written

    return translate


def to_translate(history: Sequence[BaseMessage], wording: str) -> str:
    """The question in one line, behind the one before it, which it may need; of letters their
    gist."""
    asked = gist(wording, _LONGEST)
    before = [str(turn.text) for turn in history if turn.type == "human"][-1:]
    if before and not changes_topic(before, wording):
        return f"{gist(before[0], max(_LEAST, _LONGEST - len(asked)))} {asked}"
    return asked


def first_line(message: AIMessage) -> str:
    """The first line of what a model wrote."""
    return str(message.text).strip().split("\n")[0].strip()
