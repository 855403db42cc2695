"""What a reader sees while an answer is waited for: one line in its place, that is not kept."""

import asyncio
from collections.abc import Iterable

import chainlit as cl
from chainlit.step import StepDict

from chatbot.answering.events import Event, PassagesFound, Queued, Rereading
from chatbot.knowledge.blocks import one_line
from chatbot.page.answers import inert
from chatbot.page.session import language, unsaved_step
from chatbot.page.texts import say
from chatbot.passage import Passage

# public/page.js knows a line by how its id begins: it reads it out, and hides it with Stop.
_ID = "waiting-"
_TITLES = 3  # of the documents that are read
_TITLE_CHARS = 60
# Seconds in which a line leaves for the browser before a model begins to read: each step of one on
# this machine may hold Python's lock, and everything else, for some.
_LEAVE = 0.02


class Notice:
    """The line of one answer, or none."""

    def __init__(self) -> None:
        self._shown: str | None = None

    async def show(self, key: str, **values: object) -> None:
        """Say the text of ``key`` in the reader's language, instead of what was said before."""
        step = self._step(say(language(), key, **values))
        emitter = cl.context.emitter
        if self._shown is None:
            self._shown = step["id"] = f"{_ID}{step['id']}"
            await emitter.send_step(step)
        else:
            step["id"] = self._shown
            await emitter.update_step(step)

    async def show_before_reading(self, key: str, **values: object) -> None:
        """Say it, and go on when it is on its way: a model reads next."""
        await self.show(key, **values)
        await asyncio.sleep(_LEAVE)

    async def tell(self, event: Event) -> bool:
        """Say what the service tells before there are words to read; whether it did."""
        if isinstance(event, Queued):
            await self.show("queued", position=event.position)
        elif isinstance(event, PassagesFound):
            if event.passages:
                count, titles = len(event.passages), titles_of(event.passages)
                await self.show_before_reading("reading", count=count, titles=titles)
        elif isinstance(event, Rereading):
            await self.show("rereading")
        else:
            return False
        return True

    async def remove(self) -> None:
        """Take the line away; the words are there, or nothing comes any more."""
        if self._shown is not None:
            step = self._step("")
            step["id"], self._shown = self._shown, None
            await cl.context.emitter.delete_step(step)

    def _step(self, sentence: str) -> StepDict:
        """Within the run of the answer, where it takes the place of Chainlit's dot."""
        step = unsaved_step(sentence, cl.context.session.thread_id)
        step["isError"] = False
        run = cl.context.current_run
        step["parentId"] = run.id if run else None
        return step


def titles_of(passages: Iterable[Passage]) -> str:
    """The titles of the documents that passages are of, the first ones, as Markdown."""
    every = [one_line(str(p.metadata.get("title") or p.path)) for p in passages]
    titles = list(dict.fromkeys(every))
    named = [_shortened(title) for title in titles[:_TITLES]]
    return ", ".join([*map(inert, named), *(["…"] if len(titles) > _TITLES else [])])


def _shortened(title: str) -> str:
    return title if len(title) <= _TITLE_CHARS else f"{title[: _TITLE_CHARS - 1].rstrip()}…"
