"""Stand-ins for models: an engine that says what it is told, and embeddings of hashed words."""

import threading
import zlib
from collections.abc import Iterator

from langchain_core.embeddings import Embeddings

from chatbot.llm.engines.protocol import FinishReason, GenerationRequest, Piece, StopFilter
from chatbot.llm.local import LocalChatModel

US = "How long can customers in the US return a product?"


class ScriptedEngine:
    """Says ``reply`` word by word, honouring stop strings, limits and cancellation."""

    name = "scripted"

    def __init__(self, reply: str = "Hello there, how can I help you today?") -> None:
        self.reply = reply
        self.refuses = 0.0
        self.prompts: list[str] = []
        self.requests: list[GenerationRequest] = []
        self.cancelled = threading.Event()

    def stream(self, request: GenerationRequest, cancel: threading.Event) -> Iterator[Piece]:
        self.prompts.append(request.prompt)
        self.requests.append(request)
        stops = StopFilter(request.stop)
        prompt_tokens = self.count_tokens(request.prompt)
        request.room(prompt_tokens)
        words = [word + " " for word in self.reply.split(" ")]
        for count, word in enumerate(words, start=1):
            if cancel.is_set():
                self.cancelled.set()
                yield Piece("", count, "cancelled", prompt_tokens)
                return
            yield Piece(stops.push(word), count, None)
            if stops.stopped or count >= request.max_new_tokens:
                reason: FinishReason = "stop" if stops.stopped else "length"
                yield Piece("", count, reason, prompt_tokens)
                return
        yield Piece(stops.flush().rstrip(" "), len(words), "stop", prompt_tokens)

    def probability(self, request: GenerationRequest, text: str, cancel: threading.Event) -> float:
        self.prompts.append(request.prompt)
        request.room(self.count_tokens(request.prompt))
        return self.refuses

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    def close(self) -> None: ...


class HashedEmbeddings(Embeddings):
    """A bag of hashed words as a normalised vector: alike words, alike vectors."""

    def __init__(self) -> None:
        self.embedded: list[str] = []

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        self.embedded += texts
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        vector = [0.0] * 256
        for word in text.lower().split():
            vector[zlib.crc32(word.strip(".,?:;#").encode()) % 256] += 1.0
        norm = sum(x * x for x in vector) ** 0.5 or 1.0
        return [x / norm for x in vector]


def scripted_model(engine: ScriptedEngine) -> LocalChatModel:
    return LocalChatModel(engine=engine, model_name="scripted", template="chatml")
