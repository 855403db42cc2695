"""What odd sites are made of: answers, byte by byte. ``{o}`` in one is the site's own address."""

import gzip
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Pieces = bytes | Iterator[bytes]
Served = Pieces | Callable[[str], Pieces]  # of the path that was asked for
HTML = "text/html; charset=utf-8"
FUSE = "<p>Fuse seven is in the cellar.</p>"


@dataclass
class Odd:
    """``pages`` by path, ``rest`` for every other one. ``documents`` come of it, ``said`` (a
    pattern) is in the error or a reason, ``lacks`` in no document."""

    documents: int
    said: str = ""
    pages: dict[str, Served] = field(default_factory=dict)
    rest: Served | None = None
    lacks: str = "§"
    size: int = 50_000_000
    seconds: float = 60.0


def answer(
    body: bytes | str = b"", status: str = "200 OK", kind: str = HTML, *headers: str
) -> bytes:
    """A whole answer."""
    data = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(data)}", *headers]
    if kind:
        lines.append(f"Content-Type: {kind}")
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1") + data


def moved(to: str, status: str = "302 Found", *headers: str) -> bytes:
    """A redirect."""
    return answer(b"", status, "", f"Location: {to}", *headers)


def page(text: str, *links: str, head: str = "", title: str = "Page") -> str:
    """A page with a menu; ``text`` is its main part."""
    menu = "".join(f'<a href="{link}">{link[:9]}</a> ' for link in links)
    return (
        f'<!DOCTYPE html><html lang="en"><head><title>{title}</title>{head}</head><body><nav>{menu}'
        f"</nav><main><h1>{title}</h1>{text}</main></body></html>"
    )


def one(text: str = FUSE, *links: str, **named: str) -> bytes:
    """A page as an answer."""
    return answer(page(text, *links, **named))


def packed(body: bytes, *headers: str) -> bytes:
    """``body`` as it is, said to be packed."""
    return answer(body, "200 OK", HTML, "Content-Encoding: gzip", *headers)


def bomb(size: int) -> bytes:
    """A page that unpacks to ``size`` bytes of text."""
    return packed(gzip.compress(page("<p>fuse cellar</p>" * (size // 18)).encode()))


def drip(data: bytes, pause: float, size: int = 1) -> Iterator[bytes]:
    """``size`` bytes at a time."""
    for at in range(0, len(data), size):
        yield data[at : at + size]
        time.sleep(pause)


def forever(head: bytes, piece: bytes, pause: float = 0.0) -> Iterator[bytes]:
    """An answer without an end."""
    yield head
    while True:
        yield piece
        time.sleep(pause)


def urls(*addresses: str) -> str:
    """A sitemap."""
    body = "".join(f"<url><loc>{address}</loc></url>" for address in addresses)
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{body}</urlset>'


def maps(*addresses: str) -> str:
    """A sitemap of sitemaps."""
    body = "".join(f"<sitemap><loc>{address}</loc></sitemap>" for address in addresses)
    return f"<sitemapindex>{body}</sitemapindex>"


def home(text: Served, **more: Served) -> dict[str, Served]:
    """A home page that leads to ``/a``, which answers with ``text``."""
    return {"/": one(FUSE, "/a"), "/a": text}


NONE: dict[str, Served] = {path: answer("", "404 No") for path in ("/robots.txt", "/sitemap.xml")}
LINES = "".join(f"<p>Fuse {n} is in the cellar of house {n}.</p>" for n in range(400))
