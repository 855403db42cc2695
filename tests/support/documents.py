"""Documents: read from a file, or made for a test."""

import io
from pathlib import Path
from typing import Any

from langchain_core.documents import Document as Passage

from chatbot.knowledge.documents import Document, load_document

SHIPPING = """# Shipping

Standard shipping takes 3 to 5 working days. Express shipping takes 1 working day.

| Parcel | EU | US |
|---|---|---|
| Small | 4.90 EUR | 9.50 USD |
| Large | 8.90 EUR | 19.00 USD |
"""
TEXT = (
    "Customers in the EU can return a product within 30 days of delivery. It costs 4.90 EUR.\n"
    "See https://shop.example.com/returns for more. Error E-17 needs a reset."
)
PASSAGE = Passage(
    TEXT, metadata={"path": "eu.md", "start": 5, "title": "Returns", "heading": "EU returns"}
)


def load(path: Path, text: str | bytes | None = None) -> Document:
    """The document of a file, which is written first where there is a ``text``."""
    if text is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_document(path.parent, path.name, 20_000_000)


def saved(document: Any) -> bytes:
    """The file of a document of python-docx, openpyxl or python-pptx."""
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
