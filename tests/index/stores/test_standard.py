"""The vector stores keep LangChain's contract: its standard tests, sync and async."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from langchain_core.vectorstores import VectorStore
from langchain_tests.integration_tests import VectorStoreIntegrationTests

from chatbot.index.stores.faiss_store import FaissVectorStore

_WIDTH = 6  # of the vectors of the standard tests


class TestFaiss(VectorStoreIntegrationTests):
    @pytest.fixture
    def vectorstore(self) -> VectorStore:
        return FaissVectorStore.empty(self.get_embeddings(), _WIDTH)


class TestMilvus(VectorStoreIntegrationTests):
    @pytest.fixture(scope="class")
    def file(self, tmp_path_factory: pytest.TempPathFactory) -> Path:
        return tmp_path_factory.mktemp("milvus") / "lite.db"

    @pytest.fixture
    def vectorstore(self, file: Path) -> Iterator[VectorStore]:
        pytest.importorskip("langchain_milvus")
        from chatbot.index.stores.milvus_store import MilvusVectorStore

        store = MilvusVectorStore(self.get_embeddings(), "standard", str(file))
        yield store
        store.drop()
