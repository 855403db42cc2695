"""Indexes of a small folder, with embeddings of hashed words."""

from chatbot.index.builder import BuildReport, update_index
from chatbot.settings import Settings
from tests.support.scripted import HashedEmbeddings


def build(settings: Settings, embeddings: HashedEmbeddings | None = None) -> BuildReport:
    return update_index(settings, "bundled", lambda: embeddings or HashedEmbeddings())
