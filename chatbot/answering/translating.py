"""A question in the language of the documents, as it is searched for."""

from collections.abc import Callable, Sequence

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.runnables import RunnableLambda

from chatbot.grounding.lexicon import is_polite
from chatbot.grounding.topics import changes_topic
from chatbot.prompts import Prompts
from chatbot.text.sentences import sentences

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
    """The question in one line, behind the one before it, which it may need; of letters as much as
    :func:`gist` keeps."""
    asked = gist(wording, _LONGEST)
    before = [str(turn.text) for turn in history if turn.type == "human"][-1:]
    if before and not changes_topic(before, wording):
        return f"{gist(before[0], max(_LEAST, _LONGEST - len(asked)))} {asked}"
    return asked


def gist(text: str, room: int) -> str:
    """A text in one line of at most ``room`` characters. Of a longer one, such as a letter, what it
    asks, its beginning and then its end, without greetings and the names below it."""
    line = " ".join(text.split())
    if len(line) <= room:
        return line
    said = _body([" ".join(text[start:end].split()) for start, end in sentences(text)])
    places = range(len(said))
    questions = [at for at in places if said[at].endswith("?")]
    chosen: list[int] = []
    for at in dict.fromkeys([*questions, *places[:1], *reversed(places)]):
        if len(said[at]) <= room:
            chosen.append(at)
            room -= len(said[at]) + 1
    if chosen:
        return " ".join(said[at] for at in sorted(chosen))
    return said[(questions or [-1])[0]][:room].rpartition(" ")[0]


def _body(parts: Sequence[str]) -> list[str]:
    """The sentences of a letter: nothing polite, and no lines behind its closing."""
    polite = [at for at, part in enumerate(parts) if is_polite(part)]
    end = len(parts)
    if polite and not any(part.endswith((".", "!", "?")) for part in parts[polite[-1] + 1 :]):
        end = polite[-1]
    return [part for at, part in enumerate(parts[:end]) if at not in polite] or list(parts)


def first_line(message: AIMessage) -> str:
    """The first line of what a model wrote."""
    return str(message.text).strip().split("\n")[0].strip()
