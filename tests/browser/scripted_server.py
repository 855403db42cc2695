"""The whole web application with a scripted model, for tests:
``python -m tests.browser.scripted_server PORT``.

What the model writes depends on words of the question: "slowly" gives a long answer at a pace
that can be stopped and "calmly" a shorter one, "markup" an answer that tries to run in the page,
"secret" the first secret that stands in the prompt; "patiently" makes it read for long before its
first word. An answer to "twice" is read again, one to "which" asked back.
"""

import asyncio
import re
import sys
import threading
import time
from collections.abc import AsyncGenerator, Iterator
from dataclasses import replace

import uvicorn

from chatbot.answering.events import Answered, Event, Rereading, Rewritten
from chatbot.answering.question import Question
from chatbot.api import create_app
from chatbot.llm.engines.protocol import GenerationRequest, Piece
from chatbot.service import ChatService
from chatbot.settings import load_settings
from tests.support.scripted import HashedEmbeddings, ScriptedEngine, scripted_model

US = "Customers in the US can return a product within 45 days of delivery."
MARKUP = (
    "<script>window.hacked=1</script> <img src=x onerror=window.hacked=1> "
    "[click](javascript:window.hacked=1) ![x](https://example.org/x.png)"
)


PACED = {"slowly": 240, "calmly": 12}  # words, each a quarter of a second
READING = 20  # seconds, unless it is stopped


class PacedEngine(ScriptedEngine):
    def stream(self, request: GenerationRequest, cancel: threading.Event) -> Iterator[Piece]:
        question = request.prompt.rsplit("Question:", 1)[-1]
        words = next((count for word, count in PACED.items() if word in question), 0)
        if "patiently" in question:
            cancel.wait(READING)
        for piece in ScriptedEngine(_reply(request.prompt, question, words)).stream(
            request, cancel
        ):
            if words:
                time.sleep(0.25)
            yield piece


class RereadingService(ChatService):
    async def answer(self, question: Question) -> AsyncGenerator[Event, None]:
        async for event in super().answer(question):
            if isinstance(event, Answered) and "twice" in question.text:
                yield Rereading()
                await asyncio.sleep(4)  # so long the page shows it, on a slow machine, too
                yield Rewritten(event.answer.answer)
            if isinstance(event, Answered) and "which" in question.text:
                asked = replace(event.answer, abstained=True, choices=["US", "EU"])
                event = Answered(asked)
            yield event


def _reply(prompt: str, question: str, words: int) -> str:
    if words:
        return " ".join(f"word{n}" for n in range(words))
    if "secret" in question and (secret := re.search(r"SECRET-\w+", prompt)):
        return f"The secret code of this customer is {secret[0]}."
    return MARKUP if "markup" in question else US


def main(port: int) -> None:
    settings = load_settings(port=port, refuse_below=0.3)
    model = scripted_model(PacedEngine())
    model.max_tokens = 1000
    service = RereadingService(settings, llm=model, embeddings=HashedEmbeddings())
    uvicorn.run(create_app(settings, service), host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    main(int(sys.argv[1]))
