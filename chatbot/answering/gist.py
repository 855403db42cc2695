"""What of a long text is searched for where there is no room for all of it."""

from collections.abc import Sequence

from langchain_core.messages import BaseMessage

from chatbot.grounding.lexicon import is_polite
from chatbot.grounding.topics import changes_topic
from chatbot.index.codes import codes
from chatbot.text.sentences import sentences

# Characters of a question in short: the translator writes about as much. Of the question before,
# the rest of them, or so many.
_LONGEST, _LEAST = 300, 100


def gist(text: str, room: int) -> str:
    """A text in one line of at most ``room`` characters. Of a longer one, such as a letter, what it
    asks, its beginning, the codes that it names and then its end, without greetings and the names
    below it."""
    line = " ".join(text.split())
    if len(line) <= room:
        return line
    said = _body([" ".join(text[start:end].split()) for start, end in sentences(text)])
    places = range(len(said))
    questions = [at for at in places if said[at].endswith("?")]
    chosen: list[int] = []
    coded = [at for at in places if "://" in said[at] or codes(said[at])]
    for at in dict.fromkeys([*questions, *places[:1], *coded, *reversed(places)]):
        if len(said[at]) <= room:
            chosen.append(at)
            room -= len(said[at]) + 1
    if chosen:
        return " ".join(said[at] for at in sorted(chosen))
    return beginning(said[(questions or [-1])[0]] if said else line, room)


def _body(parts: Sequence[str]) -> list[str]:
    """The sentences of a letter: nothing polite, and no lines behind its closing."""
    polite = [at for at, part in enumerate(parts) if is_polite(part)]
    end = len(parts)
    if polite and not any(part.endswith((".", "!", "?")) for part in parts[polite[-1] + 1 :]):
        end = polite[-1]
    return [part for at, part in enumerate(parts[:end]) if at not in polite] or list(parts)


def asked_in_short(history: Sequence[BaseMessage], wording: str) -> str:
    """The question in one line, behind the one before it, which it may need; of letters their
    gist."""
    asked = gist(wording, _LONGEST)
    before = [str(turn.text) for turn in history if turn.type == "human"][-1:]
    if before and not changes_topic(before, wording):
        return f"{gist(before[0], max(_LEAST, _LONGEST - len(asked)))} {asked}"
    return asked


def beginning(text: str, room: int) -> str:
    """A text's first ``room`` characters, in whole words where it has blanks."""
    if len(text) <= room:
        return text
    return text[:room].rpartition(" ")[0] or text[:room]
