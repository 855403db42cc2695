"""``chatbot mcp`` with a scripted model; something in it writes to stdout, as libraries do."""

import asyncio
import os

from chatbot.api.mcp import serve_stdio
from chatbot.service import ChatService
from chatbot.settings import load_settings
from tests.support.scripted import HashedEmbeddings, ScriptedEngine, scripted_model

US = "Customers in the US can return a product within 45 days of delivery."


class LoudEngine(ScriptedEngine):
    def count_tokens(self, text: str) -> int:
        print("a line that is no message")
        os.write(1, b"another one\n")
        return super().count_tokens(text)


if __name__ == "__main__":
    service = ChatService(
        load_settings(refuse_below=0.2),
        llm=scripted_model(LoudEngine(US)),
        embeddings=HashedEmbeddings(),
    )
    service.warm_up()
    asyncio.run(serve_stdio(service))
