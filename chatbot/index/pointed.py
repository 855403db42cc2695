"""Documents that a question names by their address or file: "what does
https://help.example.org/returns say about sale items?", "is that in prices.xlsx?".
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Set
from urllib.parse import unquote, urlsplit

_ADDRESS = re.compile(r"https?://[^\s<>\"'\])]+", re.IGNORECASE)
# The same without its beginning, which may be the path of a file as well.
_BARE = re.compile(r"(?<![\w@./:-])(?:[\w-]+\.)+[a-z]{2,}/[^\s<>\"'\])]*", re.IGNORECASE)
_TRACKED = re.compile(r"(?:^|&)(?:utm_\w+|gclid|fbclid|mc_[ce]id)=[^&]*")
_ENDING = re.compile(r"\.[a-z][a-z0-9]{1,4}(?![\w/-])")
_BEFORE = re.compile(r"^|[^\w.@/-]")  # the name of a file
_STOPS = ".,;:!?"
_LONGEST = 300  # characters of a path


def pointed_at(question: str, paths: Iterable[str], addresses: Mapping[str, str]) -> list[str]:
    """The paths of documents that a question names, by their address of origin, or by a name of a
    file, which may have spaces, with as many of its folders as are given; in the order of
    ``paths``, which are looked at only where it names something."""
    said = [match[0].rstrip(_STOPS) for match in _ADDRESS.finditer(question)]
    said += [f"https://{match[0].rstrip(_STOPS)}" for match in _BARE.finditer(question)]
    pages = {_page(address) for address in said} - {None}
    files = _files(_ADDRESS.sub(" ", question))
    if not pages and not files:
        return []
    return [
        path
        for path in paths
        if (pages and path in addresses and _page(addresses[path]) in pages)
        or (files and _is_named(_plain(path), files))
    ]


def _page(address: str) -> tuple[str, str, str] | None:
    """What is the same of two addresses of one page; ``None`` for what is no address, such as
    "https://[2001:db8"."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    host = (parts.netloc or "").lower().removeprefix("www.")
    return host, unquote(parts.path).rstrip("/"), _TRACKED.sub("", parts.query).removeprefix("&")


def _files(question: str) -> set[str]:
    """What can be the name of a file that ends at each ending: from each beginning of a word."""
    text = _plain(question)
    begins = [match.end() for match in _BEFORE.finditer(text)]
    return {
        text[at : match.end()]
        for match in _ENDING.finditer(text)
        for at in begins[bisect_left(begins, match.end() - _LONGEST) :][:_LONGEST]
        if at < match.end()
    }


def _is_named(path: str, files: Set[str]) -> bool:
    parts = path.split("/")
    return any("/".join(parts[at:]) in files for at in range(len(parts)))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).lower().replace("\\", "/")
