"""``/console/gaps``: what was asked and not known, by topic."""

import asyncio
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.requests import Request
from starlette.responses import HTMLResponse, Response

from chatbot.console.approved import hashes
from chatbot.console.forms import form_of, text_of
from chatbot.console.parts import console_of, user_of
from chatbot.console.render import back, page
from chatbot.console.words import say
from chatbot.desk.review import Group, group_items, topics
from chatbot.errors import UserError
from chatbot.store.reviews import Status

router = APIRouter(prefix="/gaps")

_TOPICS = 50
_EXAMPLES = 6
_AT_ONCE = 5000  # questions that one form marks; the rest is a gap after that
_NEAREST = 3
_ID_CHARS = 37  # with a blank; all of them fit into a field
_MARKS: dict[str, Status] = {"done": "done", "ignored": "ignored"}
# A correction says what is right: it is decided upon in the review, not here.
_KINDS = ("refused", "down")


@router.get("")
async def list_topics(request: Request) -> HTMLResponse:
    """Topics, the most asked first."""
    console = console_of(request)
    items = [i for i in await console.store.reviews.waiting() if i.kind in _KINDS]
    groups = group_items(items)
    questions = [group.question for group in groups]
    vectors = await asyncio.to_thread(console.likeness.vectors, questions)
    found = (await asyncio.to_thread(topics, groups, vectors))[:_TOPICS]
    leads = [topic[0].items[0] for topic in found]
    records = await console.store.reviews.records(leads)
    shown = [
        _topic(topic, records.get(lead.id, {})) for topic, lead in zip(found, leads, strict=True)
    ]
    return page(request, "gaps.html", topics=shown, known=await hashes(console))


@router.post("")
async def mark_topic(request: Request) -> Response:
    """Mark the questions of a topic as done or ignored: all that were on the page."""
    form = await form_of(request)
    status = _MARKS.get(text_of(form, "mark"))
    if status is None:
        raise UserError(say(request.state.language, "choose_mark"))
    store, wanted = (
        console_of(request).store,
        set(text_of(form, "items", _AT_ONCE * _ID_CHARS).split()),
    )
    items = [i for i in await store.reviews.waiting() if i.id in wanted and i.kind in _KINDS]
    await store.reviews.decide_all(items, status, user_of(request).name)
    return back("gaps", said=status)


def _topic(topic: list[Group], record: Mapping[str, Any]) -> dict[str, Any]:
    items = [item for group in topic for item in group.items]
    return {
        "groups": topic[:_EXAMPLES],
        "more": max(0, len(topic) - _EXAMPLES),
        "ids": [item.id for item in items[:_AT_ONCE]],
        "size": len(items),
        "refused": sum(item.kind == "refused" for item in items),
        "down": sum(item.kind == "down" for item in items),
        "first": min(group.oldest for group in topic),
        "last": max(group.newest for group in topic),
        "askers": sorted({name for group in topic for name in group.askers}),
        "nearest": _nearest(record),
    }


def _nearest(record: Mapping[str, Any]) -> list[str]:
    """The documents that were found for the question when it was asked."""
    paths = (str(passage["path"]) for passage in record.get("passages", ()))
    return list(dict.fromkeys(paths))[:_NEAREST]
