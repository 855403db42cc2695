"""Documents that a person hands in with a question: read, and indexed for one conversation.

They are never part of the knowledge folder. Their text is kept with the conversation, and their
index only in memory.
"""

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from langchain_core.embeddings import Embeddings

from chatbot.errors import DocumentError
from chatbot.index.embeddings import window_of
from chatbot.index.generations import Generation
from chatbot.index.lexical import LexicalIndex
from chatbot.index.manifest import Manifest
from chatbot.knowledge.chunks import split_document
from chatbot.knowledge.documents import Document, load_document

# Nothing that runs, and no archive or picture.
ACCEPTED = (".pdf", ".docx", ".eml", ".txt", ".md", ".csv")


def read_upload(name: str, path: Path, max_bytes: int) -> Document:
    """An uploaded file with its pages, headings and tables; ``name`` is what the person called it.

    Raises:
        DocumentError: it is of another kind, too large, or cannot be read; the message completes
            the sentence "<name> was left out: ...".
    """
    suffix = Path(name).suffix.lower()
    if suffix not in ACCEPTED:
        raise DocumentError(f"only {', '.join(ACCEPTED)} files are read")
    # The file stands under a made-up name; the readers go by the ending.
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / f"upload{suffix}"
        try:
            shutil.copyfile(path, copy)
        except OSError as exc:
            raise DocumentError(f"it cannot be read ({exc.strerror})") from exc
        document = load_document(Path(folder), copy.name, max_bytes)
    name = name.replace("\\", "/").encode("utf-8", "replace").decode()
    title = Path(name).name or "upload"
    return replace(document, path=f"upload/{title}", title=title, name="")


def index_documents(
    documents: Sequence[Document], embeddings: Embeddings, chunk_chars: int
) -> Generation:
    """An index of these documents, in memory only."""
    window = window_of(embeddings)
    chunks = [
        chunk for document in documents for chunk in split_document(document, chunk_chars, window)
    ]
    vectors = np.asarray(
        embeddings.embed_documents([chunk.search_text for chunk in chunks]), dtype=np.float32
    )
    return Generation(
        manifest=Manifest("uploads", "", chunk_chars, {}, {}, len(chunks), {}),
        chunks=chunks,
        texts={document.path: document.text for document in documents},
        vectors=vectors,
        lexical=LexicalIndex.build([chunk.search_text for chunk in chunks]),
    )
