"""``chatbot serve`` with a scripted model: ``python -m tests.support.api_server PORT``.

Settings come from the environment. A question with "slowly" gets a long answer at a pace that
leaves time to act; one with "heavily" holds a thread for half a minute before it is searched for.
"""

import sys
import threading
import time
from collections.abc import Iterator

from chatbot.api import serve
from chatbot.llm.engines.protocol import GenerationRequest, Piece
from chatbot.service import ChatService
from chatbot.settings import load_settings
from tests.support.scripted import HashedEmbeddings, ScriptedEngine, scripted_model

US = "Customers in the US can return a product within 45 days of delivery."


class PacedEngine(ScriptedEngine):
    def stream(self, request: GenerationRequest, cancel: threading.Event) -> Iterator[Piece]:
        slow = "slowly" in request.prompt.rsplit("Question:", 1)[-1]
        reply = " ".join(f"word{n}" for n in range(60)) if slow else US
        for piece in ScriptedEngine(reply).stream(request, cancel):
            if slow:
                time.sleep(0.05)
            yield piece


class HeavyEmbeddings(HashedEmbeddings):
    def embed_query(self, text: str) -> list[float]:
        if "heavily" in text:
            time.sleep(30)
        return super().embed_query(text)


if __name__ == "__main__":
    settings = load_settings(port=int(sys.argv[1]), refuse_below=0.2)
    scripted = ChatService(
        settings, llm=scripted_model(PacedEngine()), embeddings=HeavyEmbeddings()
    )
    serve(settings, scripted)
