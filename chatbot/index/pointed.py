"""Documents that a question names by their address or file: "what does
https://help.example.org/returns say about sale items?", "is that in prices.xlsx?".
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

_ADDRESS = re.compile(r"https?://[^\s<>\"'\])]+", re.IGNORECASE)
_FILE = re.compile(r"(?<![\w/@.-])[\w-][\w./-]*\.[a-z][a-z0-9]{1,4}(?![\w/-])", re.IGNORECASE)
_STOPS = ".,;:!?"


def pointed_at(question: str, paths: Iterable[str], addresses: Mapping[str, str]) -> list[str]:
    """The paths of documents that a question names, by their address of origin, or by a name of a
    file with as many of its folders as are given; in the order of ``paths``."""
    said = [match[0].rstrip(_STOPS) for match in _ADDRESS.finditer(question)]
    files = [match[0].lower() for match in _FILE.finditer(_ADDRESS.sub(" ", question))]
    if not said and not files:
        return []
    pages = {_page(address) for address in said}
    return [
        path
        for path in paths
        if (pages and path in addresses and _page(addresses[path]) in pages)
        or any(_ends_with(path, file) for file in files)
    ]


def _page(address: str) -> tuple[str, str, str]:
    """What is the same of two addresses of one page."""
    parts = urlsplit(address)
    host = (parts.netloc or "").lower().removeprefix("www.")
    return host, unquote(parts.path).rstrip("/"), parts.query


def _ends_with(path: str, file: str) -> bool:
    given, parts = PurePosixPath(file).parts, PurePosixPath(path.lower()).parts
    return parts[-len(given) :] == given
