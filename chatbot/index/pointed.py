"""Documents that a question names by their address or file: "what does
https://help.example.org/returns say about sale items?", "is that in prices.xlsx?".
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from urllib.parse import unquote, urlsplit

_ADDRESS = re.compile(r"https?://[^\s<>\"'\])]+", re.IGNORECASE)
_ENDING = re.compile(r"\.[a-z][a-z0-9]{1,4}(?![\w/-])")
_SIGNS = re.compile(r"[^\w.-]")
_STOPS = ".,;:!?"
_LONGEST = 300  # characters of a path


def pointed_at(question: str, paths: Iterable[str], addresses: Mapping[str, str]) -> list[str]:
    """The paths of documents that a question names, by their address of origin, or by a name of a
    file, which may have spaces, with as many of its folders as are given; in the order of
    ``paths``."""
    said = [match[0].rstrip(_STOPS) for match in _ADDRESS.finditer(question)]
    files = _files(_ADDRESS.sub(" ", question))
    if not said and not files:
        return []
    pages = {_page(address) for address in said}
    return [
        path
        for path in paths
        if (pages and path in addresses and _page(addresses[path]) in pages)
        or (files and _is_named(_plain(path), files))
    ]


def _page(address: str) -> tuple[str, str, str]:
    """What is the same of two addresses of one page."""
    parts = urlsplit(address)
    host = (parts.netloc or "").lower().removeprefix("www.")
    return host, unquote(parts.path).rstrip("/"), parts.query


def _files(question: str) -> dict[str, list[str]]:
    """What was said up to the end of each name of a file, by its last word."""
    text = _plain(question)
    found: defaultdict[str, list[str]] = defaultdict(list)
    for match in _ENDING.finditer(text):
        said = text[max(0, match.end() - _LONGEST) : match.end()]
        found[_last_word(said)].append(said)
    return found


def _is_named(path: str, files: Mapping[str, list[str]]) -> bool:
    parts = path.split("/")
    names = ["/".join(parts[at:]) for at in range(len(parts))]
    return any(
        said.endswith(name) and not re.match(r"[\w.@/-]", said.removesuffix(name)[-1:])
        for said in files.get(_last_word(parts[-1]), ())
        for name in names
    )


def _last_word(text: str) -> str:
    return _SIGNS.split(text)[-1]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).lower().replace("\\", "/")
