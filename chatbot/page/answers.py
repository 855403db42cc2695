"""How an answer looks on the page."""

import re
import uuid
from collections.abc import Callable, Sequence
from typing import Any, Literal

import chainlit as cl

from chatbot.answering.answer import Answer, Approval
from chatbot.grounding.citations import MARK, mark
from chatbot.grounding.reading import read
from chatbot.knowledge.records import CSV_SUFFIXES
from chatbot.page.excerpt import excerpt, marked_parts, marked_rows
from chatbot.page.kept import UPLOADS
from chatbot.page.originals import original_address, page_address
from chatbot.page.texts import say
from chatbot.passage import Passage

_DOCUMENT_CHARS = 20_000  # of a document that is shown from its beginning
# The confidence from which an answer whose sentences all have a source counts as well supported.
_WELL = 0.8
# As many as a reader looks through before asking a colleague.
_CLOSEST = 4
# Markdown's own signs, and what would make an address into a link.
_SIGNS = re.compile(r"([\\`*_{}\[\]<>#|~!&$])")
_SCHEMES = re.compile(r"\b(https?|ftp|mailto|javascript|data|vbscript):|\bwww\.", re.IGNORECASE)


def shown_passages(answer: Answer) -> list[int]:
    """Numbers (from 1) of the passages to list: the cited ones, or the closest where it cites
    none."""
    cited = sorted({citation.passage for citation in answer.citations})
    return cited or list(range(1, min(len(answer.passages), _CLOSEST) + 1))


def body(answer: Answer, language: str) -> str:
    """The answer's text: behind each sentence the number of its source, or a sign that no passage
    supports it. What a refusal says of the closest documents is listed below it."""
    if answer.refused:
        return without_images(answer.answer.removesuffix(answer.closest).rstrip())
    # One sign is enough where it is of all that is said.
    some_rest = answer.rests_on or answer.citations
    marked = answer.unsupported if some_rest else []
    text = without_images(mark(answer.answer, marked, answer.rests_on))
    if answer.unsupported:
        text += f"\n\n{MARK.strip()} {say(language, 'unsupported')}"
    return text


def support(answer: Answer) -> Literal["well", "lead", "partly", "marked", "asked", "not"]:
    """How far to trust an answer, as the page says it: a share in percent under a wrong sentence
    would be taken for a promise.

    "lead" is a well supported answer that begins with "yes" or "no": sources say what follows, but
    whether that is a yes to this question was not decided, and a third were wrong. "marked" is one
    that says itself what is to be checked.
    """
    if answer.abstained:
        return "not" if answer.refused else "asked"
    if answer.unsupported:
        return "marked"
    if answer.confidence < _WELL or not answer.citations:
        return "partly"
    lead = read(answer.answer[answer.begins :]).lead
    return "lead" if lead and not answer.lead_agrees else "well"


def sources(
    answer: Answer, language: str, text_of: Callable[[str], str], rewritten: str = ""
) -> Any:
    """The element below an answer: its sources, the quotes marked in their documents; which
    model wrote it, and how sure the knowledge base is. A reader who has seen another text before
    learns why it is gone: ``rewritten`` is the name of the words for it."""
    if answer.approved:
        return _approval(answer.approved, language, text_of(answer.approved.path))
    listed = []
    for number in shown_passages(answer):
        passage = answer.passages[number - 1]
        quotes = [(c.start, c.end) for c in answer.citations if c.passage == number]
        document = text_of(passage.path)
        listed.append(source(passage, number, quotes, document, say(language, "original")))
    label = say(language, "sources" if answer.citations else "closest")
    return source_list(label, listed, notes(answer, language, rewritten), support(answer))


def notes(answer: Answer, language: str, rewritten: str = "") -> list[str]:
    """What is said between an answer and its sources, the weightiest first and each thing once:
    that a refusal found nothing sure, or that the marked sentences are to be checked, stands in
    the answer. The model is named as the settings name it."""
    found, said = support(answer), list[str]()
    if found == "not":
        command, tools = say(language, "handoff"), say(language, "page_tools")
        said.append(say(language, "handoff_where", command=command, tools=tools))
    elif found != "marked":
        said.append(say(language, f"supported_{found}"))
    said += answer.notes
    if rewritten:
        gone = "withdrawn" if answer.refused else rewritten
        said.append(say(language, "asked_instead" if answer.choices else gone))
    model = answer.model.partition(" (")[0]
    said.append(say(language, "read_by" if found == "not" else "answered_by", model=model))
    return said


def _approval(approved: Approval, language: str, document: str) -> Any:
    """Who approved the answer and when, above the document that it names."""
    listed = []
    if approved.path:
        parts = excerpt(document, 0, min(len(document), _DOCUMENT_CHARS), [])
        original = say(language, "original")
        listed.append(_side_view(approved.path, approved.path, approved.address, parts, original))
    note = say(language, "approved_by", by=approved.by, day=approved.at[:10])
    return source_list(say(language, "sources"), listed, [note])


def source_list(
    label: str, listed: list[dict[str, Any]], notes: Sequence[str] = (), trust: str = ""
) -> Any:
    """Buttons that open what :func:`source` made, and lines of text above them; the first line
    shows at a glance what :func:`support` found, where that is given as ``trust``."""
    props = {"label": label, "sources": listed, "notes": list(notes), "trust": trust}
    return cl.CustomElement(name="Sources", props=props)


def source(
    passage: Passage,
    number: int,
    quotes: list[tuple[int, int]],
    document: str,
    original: str,
) -> dict[str, Any]:
    """The side view of one passage; without quotes, the whole passage is marked. ``original`` is
    what the link to its file says."""
    spans = quotes or [(passage.start, passage.end)]
    kept_since = document[passage.start : passage.end] == passage.text
    if not kept_since:  # the document was changed or is gone
        document = passage.text
        spans = [(start - passage.start, end - passage.start) for start, end in spans]
    title = f"[{number}] {passage.path}"
    rows = passage.path.lower().endswith(CSV_SUFFIXES) and kept_since
    parts = (marked_rows(document, spans) if rows else None) or marked_parts(document, spans)
    view = _side_view(title, passage.path, passage.address, parts, original)
    said = " ".join(document[start:end] for start, end in spans)
    page = str(passage.metadata.get("page") or "")
    kept = passage.path.startswith(UPLOADS)
    return view | {"picture": "" if kept else page_address(passage.path, page, said)}


def _side_view(
    title: str, path: str, address: str, parts: list[dict[str, Any]], original: str
) -> dict[str, Any]:
    """The file of what was handed in with the conversation is its own download there."""
    kept = path.startswith(UPLOADS)
    return {
        "id": str(uuid.uuid4()),
        "title": title,
        "path": path,
        "address": address,
        "parts": parts,
        "file": "" if kept else original_address(path),
        "original": original,
    }


def inert(text: str) -> str:
    """Text for a Markdown message in which nothing of it is markup, a link or an image."""
    escaped = _SIGNS.sub(r"\\\1", text)
    return _SCHEMES.sub(lambda match: match[0][:-1] + "\u200b" + match[0][-1], escaped)


def without_images(text: str) -> str:
    """A model's Markdown without images and with links as plain words: it cites, it does not
    link, and an address in an answer is one that a document or a question planted."""
    text = text.replace("![", "!\u200b[").replace("](", "]\u200b(").replace("<", "\\<")
    return _SCHEMES.sub(lambda match: match[0][:-1] + "\u200b" + match[0][-1], text)
