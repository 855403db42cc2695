"""The main text of a page, without menus, footers and what else stands around it.

Pages say where their text is (``main``, ``article``, the names that help centres use); where one
does not, what is around it is taken away by its names and its share of links. What is left is read
as every HTML file is, so tables, lists and code stay (docs/experiments.md, "trafilatura").
"""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from chatbot.importing.documents import day_of
from chatbot.importing.markdown import to_markdown
from chatbot.importing.web.faq_data import scripts_of, unseen_questions
from chatbot.importing.web.region import keep_region
from chatbot.importing.web.robots import NOT_FOLLOWED, NOT_INDEXED, robots_words
from chatbot.knowledge.blocks import Heading, one_line, render
from chatbot.knowledge.formats.html import html_blocks, parse_page
from chatbot.knowledge.formats.styled import apply_styles

_LOGIN = 600  # characters of a page that asks for a password and says little else
_MOMENT = 5.0  # seconds
_REFRESH = re.compile(
    r"\s*(\d{0,6})[\d.]*\s*[;,]\s*(?:url\s*=\s*)?[\"']?\s*([^\s\"']+)", re.IGNORECASE
)
_DATED = re.compile(r'"dateModified"\s*:\s*"([^"]{1,40})"')
_MOST_LINKS = 10_000  # of a page
_LONGEST_LINKS = 1_000_000  # characters of them together


@dataclass(frozen=True)
class PageText:
    """A page read: its text as Markdown, what it says of itself, and where its links lead.

    ``links`` are absolute and without fragments, at most ten thousand; ``canonical`` is empty where
    the page names none. ``indexed`` and ``followed`` are what it asks of robots. ``refresh`` is
    where it sends its reader at once, ``locked`` whether it only asks for a password.
    """

    title: str
    language: str
    date: str
    markdown: str
    canonical: str
    links: tuple[str, ...]
    indexed: bool = True
    followed: bool = True
    refresh: str = ""
    locked: bool = False


def read_page(data: bytes, address: str, charset: str = "") -> PageText:
    """Read a page that was fetched from ``address``; ``charset`` is what its server says.

    Raises:
        DocumentError: its encoding is not recognised.
    """
    root = parse_page(data, charset)
    if root is None:
        return PageText("", "", "", "", "", ())
    base = _base(root, address)
    robots = _robots(root)
    links = _links(root, base)
    canonical = next((e.get("href") or "" for e in root.iterfind(".//link[@rel='canonical']")), "")
    title, language, date = _title(root), _language(root), _date(root)
    # Its sheets and scripts go with what stands around the text.
    hidden, scripts = apply_styles(root), scripts_of(root)
    locked = keep_region(root)
    _unlink(root, base)
    blocks = list(html_blocks(root, hidden=hidden))
    first = next((b.text for b in blocks if isinstance(b, Heading) and b.level == 1), "")
    while len(blocks) > 1 and isinstance(blocks[-1], Heading) and blocks[-1].level > 1:
        blocks.pop()  # nothing stands under it
    if scripts:
        blocks += unseen_questions(scripts, render(blocks).text)
    markdown = to_markdown(blocks)
    return PageText(
        one_line(first) or title,
        language,
        date,
        markdown,
        _absolute(base, canonical),
        links,
        indexed=robots.isdisjoint(NOT_INDEXED),
        followed=robots.isdisjoint(NOT_FOLLOWED),
        refresh=_refresh(root, base),
        locked=locked and len(markdown) < _LOGIN,
    )


def _refresh(root: Any, base: str) -> str:
    """Where a page leads that shows itself for a moment only."""
    for element in root.iterfind(".//meta[@http-equiv]"):
        if element.get("http-equiv").strip().lower() == "refresh":
            match = _REFRESH.match(element.get("content") or "")
            if match and float(match[1] or 0) <= _MOMENT:
                return _absolute(base, match[2])
    return ""


def _base(root: Any, address: str) -> str:
    element = root.find(".//base[@href]")
    return address if element is None else _absolute(address, element.get("href")) or address


def _absolute(base: str, link: str) -> str:
    """``link`` of a page as an absolute address; empty for what is none, or leads nowhere."""
    try:
        joined = urljoin(base, link.strip()) if link.strip() else ""
        return joined.partition("#")[0] if urlsplit(joined).scheme in ("http", "https") else ""
    except ValueError:  # "http://[", which urllib does not take
        return ""


def _links(root: Any, base: str) -> tuple[str, ...]:
    """Each address once; of very many the first ones: with a long base they fill the memory."""
    found: dict[str, None] = {}
    length = 0
    for element in root.iter("a", "area", "frame"):
        if "nofollow" in (element.get("rel") or "").lower().split():
            continue
        link = _absolute(base, element.get("href") or element.get("src") or "")
        if link and link not in found:
            length += len(link)
            if length > _LONGEST_LINKS or len(found) >= _MOST_LINKS:
                break
            found[link] = None
    return tuple(found)


def _robots(root: Any) -> frozenset[str]:
    said = ",".join(
        element.get("content") or ""
        for element in root.iterfind(".//meta[@name]")
        if element.get("name").lower() in ("robots", "peregrine")
    )
    return robots_words(said)


def _meta(root: Any, *names: str) -> str:
    for name in names:
        for kind in ("property", "name"):
            element = root.find(f".//meta[@{kind}='{name}']")
            if element is not None and (element.get("content") or "").strip():
                return one_line(element.get("content"))
    return ""


def _title(root: Any) -> str:
    element = root.find(".//title")
    named = one_line("".join(element.itertext())) if element is not None else ""
    return _meta(root, "og:title") or named


def _language(root: Any) -> str:
    html = root if root.tag == "html" else root.find(".//html")
    if html is None:
        return ""
    return (html.get("lang") or html.get("xml:lang") or "").strip().lower()


def _date(root: Any) -> str:
    said = _meta(root, "article:modified_time", "og:updated_time", "last-modified", "dateModified")
    dated = (_DATED.search(script) for script in scripts_of(root))
    said = said or next((match[1] for match in dated if match), "")
    element = root.find(".//time[@datetime]")
    said = said or (element.get("datetime") if element is not None else "")
    return day_of(said)


def _unlink(root: Any, base: str) -> None:
    """Addresses within the site say nothing in a text."""
    host = urlsplit(base).hostname
    for element in root.iter("a"):
        link = (element.get("href") or "").strip()
        relative = ":" not in link and not link.startswith("//")
        try:
            if relative or urlsplit(urljoin(base, link)).hostname == host:
                element.attrib.pop("href", None)
        except ValueError:
            element.attrib.pop("href", None)
