"""Fixtures: the scripted parts that stand in for models, and a small knowledge folder."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from langchain_core.embeddings import Embeddings

from chatbot.llm.engines.protocol import FinishReason, GenerationRequest, Piece, StopFilter
from chatbot.llm.local import LocalChatModel
from chatbot.service import ChatService
from chatbot.settings import Settings, load_settings

ROOT = Path(__file__).resolve().parent.parent

# Whatever else is on this machine: services and commands that tests start answer with the small
# model, and none begins to fetch the large one.
os.environ.setdefault("CHATBOT_LLM", "bundled-small")


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

    def probability(self, request: GenerationRequest, text: str) -> float:
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
        import zlib

        vector = [0.0] * 256
        for word in text.lower().split():
            vector[zlib.crc32(word.strip(".,?:;#").encode()) % 256] += 1.0
        norm = sum(x * x for x in vector) ** 0.5 or 1.0
        return [x / norm for x in vector]


def scripted_model(engine: ScriptedEngine) -> LocalChatModel:
    return LocalChatModel(engine=engine, model_name="scripted", template="chatml")


@pytest.fixture
def knowledge(tmp_path: Path) -> Path:
    folder = tmp_path / "knowledge"
    folder.mkdir()
    (folder / "eu.md").write_text(
        "# EU returns\n\nCustomers in the EU can return a product within 30 days of delivery.\n"
    )
    (folder / "us.md").write_text(
        "# US returns\n\nCustomers in the US can return a product within 45 days of delivery.\n"
    )
    return folder


@pytest.fixture
def settings(knowledge: Path, tmp_path: Path) -> Settings:
    return load_settings(knowledge=knowledge, index=tmp_path / "index", refuse_below=0.3)


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine("Customers in the US can return a product within 45 days of delivery.")


@pytest.fixture
def embeddings() -> HashedEmbeddings:
    return HashedEmbeddings()


@pytest.fixture
def service(
    settings: Settings, engine: ScriptedEngine, embeddings: HashedEmbeddings
) -> ChatService:
    service = ChatService(settings, llm=scripted_model(engine), embeddings=embeddings)
    service.warm_up()
    return service
