"""What the model writes beside answers: drafts of replies, and summaries of conversations."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from langchain_core.prompt_values import ChatPromptValue

from chatbot.memory import Turn, newest_turns, to_messages
from chatbot.prompts import Prompts
from chatbot.service.ending import Ending
from chatbot.service.live import LiveLoader
from chatbot.service.waiting import WaitingLine
from chatbot.settings import Settings


class Writer:
    """Writes with the model that answers; each text has its turn in the waiting line."""

    def __init__(
        self,
        settings: Settings,
        prompts: Prompts,
        loader: LiveLoader,
        line: WaitingLine,
        ending: Ending,
    ) -> None:
        self._settings = settings
        self._prompts = prompts
        self._loader = loader
        self._line = line
        self._ending = ending

    async def draft(
        self, question: str, answer: str, tone: str, language: str, note: str = ""
    ) -> AsyncGenerator[str, None]:
        """The body of a reply to a customer that says what ``answer`` says, and ``note``, as pieces
        of text; ``tone`` and ``language`` are words for the prompt.

        Raises:
            BusyError: too many are waiting already.
            StoppingError: the service stops.
            IndexUnavailableError, ModelUnavailableError, GenerationError: see their sentences.
        """
        prompt = self._prompts.render_draft(
            question=question, answer=answer, tone=tone, language=language, note=note or "-"
        )
        async with aclosing(self._write(prompt)) as pieces:
            async for piece in pieces:
                yield piece

    async def summarise(self, history: Sequence[Turn]) -> AsyncGenerator[str, None]:
        """The newest part of a conversation, at most ``history_tokens``, in a few sentences, as
        pieces of text.

        Raises: as :meth:`draft`.
        """
        llm = (await asyncio.to_thread(self._loader.ready)).llm
        budget = self._settings.history_tokens
        newest = newest_turns(to_messages(history), budget, llm.get_num_tokens)
        async with aclosing(self._write(self._prompts.render_summary(newest))) as pieces:
            async for piece in pieces:
                yield piece

    async def _write(self, prompt: ChatPromptValue) -> AsyncGenerator[str, None]:
        async with self._ending.under_way(), self._line.turn():
            llm = (await asyncio.to_thread(self._loader.ready)).llm
            async for chunk in llm.astream(prompt):
                if chunk.text:
                    yield str(chunk.text)
