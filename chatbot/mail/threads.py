"""The conversation before a letter, as turns: from the letters that it refers to, or else from what
it quotes."""

from collections.abc import Sequence

from chatbot.errors import DocumentError
from chatbot.importing.conversations import message_body
from chatbot.importing.letters import Letter, read_letter
from chatbot.knowledge.formats.quotes import quoted_words
from chatbot.memory import Turn

MOST = 6  # letters before one
_LONGEST = 2_000  # characters of a turn


def turns_before(letter: Letter, related: Sequence[bytes], own: tuple[str, ...]) -> list[Turn]:
    """What was said before the letter, oldest first. ``related`` are letters that it refers to,
    of which those from ``own`` addresses are the assistant's."""
    said: list[Turn] = []
    for data in related:
        try:
            before = read_letter(data)
        except DocumentError:
            continue
        if not before.why_automatic(own):
            _add(said, "assistant" if before.is_from(own) else "user", before.text)
    if not said and letter.refers:
        # The nearest is what this letter answers, the one before it what that answered.
        for steps, text in reversed(list(enumerate(_quoted(letter.text)))):
            _add(said, "user" if steps % 2 else "assistant", text)
    return said


def _quoted(text: str) -> list[str]:
    """The messages that a letter quotes, the nearest first."""
    found: list[str] = []
    while len(found) < MOST and (text := quoted_words(text)).strip():
        found.append(text)
    return found


def _add(said: list[Turn], role: str, text: str) -> None:
    body = message_body(text)[:_LONGEST].strip()
    if not body:
        return
    if said and said[-1]["role"] == role:
        said[-1]["content"] = f"{said[-1]['content']}\n\n{body}"
    else:
        said.append({"role": "user" if role == "user" else "assistant", "content": body})
