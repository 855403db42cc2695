"""The check of a written answer, before it counts as one."""

from collections.abc import Sequence

from langchain_core.documents import Document

from chatbot.grounding.citations import Verified, verify
from chatbot.grounding.injection import copies
from chatbot.text.sentences import sentences


def check(
    answer: str,
    passages: Sequence[Document],
    secret: str,
    strict: bool,
    question: str = "",
    before: Sequence[str] = (),
) -> tuple[str, Verified]:
    """The answer as it may be shown, and what it rests on; the ``question``, and those ``before``
    it that it goes on from, newest first, give quantities and names that may be in no passage.

    A sentence that copies the ``secret`` system prompt is left out; where an instruction was
    found in the conversation (``strict``), so is every sentence that rests on no passage. The
    text is empty where nothing is left.
    """
    answer = _without(answer, [s for s in sentences(answer) if copies(answer[s[0] : s[1]], secret)])
    if copies(answer, secret):
        answer = ""
    verified = verify(answer, passages, question, before)
    if strict and verified.unsupported:
        answer = _without(answer, [(item.start, item.end) for item in verified.unsupported])
        verified = verify(answer, passages, question, before)
    return answer, verified


def _without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    for start, end in reversed(spans):
        text = text[:start] + text[end:]
    return text.strip()
