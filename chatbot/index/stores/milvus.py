"""Milvus as a vector store elsewhere: which one the settings name, and what its errors say."""

import re
from collections.abc import Callable

from chatbot.errors import ConfigurationError, reason_of
from chatbot.index.stores.remote import Client, Store
from chatbot.settings import Settings


def client(settings: Settings, collection: str) -> Client:
    """The client of a server, a cluster or a file, for one collection.

    Raises:
        ConfigurationError: the address is missing.
    """
    uri = settings.milvus_uri
    if not uri:
        raise ConfigurationError(
            "vector_store is 'milvus': set CHATBOT_MILVUS_URI to a server's address, or to a file "
            "for Milvus Lite."
        )
    token = settings.milvus_token.get_secret_value() if settings.milvus_token else None

    def load() -> Callable[[], Store]:
        from chatbot.index.stores.faiss_store import NoText
        from chatbot.index.stores.milvus_store import MilvusVectorStore

        return lambda: MilvusVectorStore(NoText(), collection, uri, token)

    name = f"Milvus at {re.sub(r'//[^/@]*@', '//', uri)}"
    if "://" not in uri:
        name = f"Milvus Lite in {uri} (one process at a time)"
    return Client(name, load, _reason)


def _reason(exc: Exception) -> str:
    from pymilvus import MilvusException

    if isinstance(exc, MilvusException):  # its text has the code around the message
        return reason_of(Exception(exc.message))
    return reason_of(exc)
