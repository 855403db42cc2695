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
from chatbot.importing.web.robots import NOT_FOLLOWED, NOT_INDEXED, robots_words
from chatbot.knowledge.blocks import Heading, one_line
from chatbot.knowledge.formats.html import html_blocks, parse_page
from chatbot.knowledge.formats.style_sheets import hidden_by_style
from chatbot.knowledge.formats.tabs import opens_panel

_REGIONS = (
    ".//main",
    ".//*[@role='main']",
    ".//*[@itemprop='articleBody']",
    ".//article",
)
# Names of the element that holds the text, in the order in which they are believed.
_NAMED = (
    "article-body",
    "article__body",
    "wiki-content",
    "markdown-body",
    "post-content",
    "entry-content",
    "article-content",
    "main-content",
    "maincontent",
    "page-content",
    "content-body",
    "main",
    "content",
)
_AROUND = frozenset({"nav", "footer", "dialog", "button", "form"})
_ROLES = frozenset(
    "navigation banner contentinfo search complementary dialog alertdialog menu menubar".split()  # noqa: SIM905
)
# A word of a class or id that names what stands around a text, and one that names nothing else.
_WORDS = re.compile(
    r"(?:^|[-_\s])(?:nav|navbar|navigation|menu|sidebar|side-?nav|footer|header|topbar|masthead|"
    r"social|toc|table-of-contents|search|advert\w*|promo|legal|copyright)(?:$|[-_\s])",
    re.IGNORECASE,
)
_NEVER = re.compile(
    r"(?:^|[-_\s])(?:breadcrumbs?|cookies?|consent|share|sharing|related(?:-\w+)?|newsletter|"
    r"subscribe|pagination|pager|skip-?(?:link|nav|to-\w+)|helpful|(?:article-)?votes?|rating|"
    r"feedback|comments?|popup|modal|language-?(?:selector|switcher)|"
    r"recently-viewed(?:-\w+)?|recent-(?:articles|posts))(?:$|[-_\s])",
    re.IGNORECASE,
)
# Who wrote a page, and when.
_BYLINE = re.compile(
    r"(?:^|\s)(?:(?:article|post|entry|page|blog)[-_]{1,2}(?:meta|author|info|byline)|byline)(?:$|\s)",
    re.IGNORECASE,
)
_LONGEST_BYLINE = 200  # characters
_TEXT = frozenset({"p", "pre", "table", "h1", "h2", "h3", "h4", "h5", "h6"})
_MOST = 0.5  # of the text; what holds more is not what stands around it
_LINKS = 0.6  # share of the characters that are links, in a menu
_SHORT = 30  # characters on average of a menu's entry
_FEWEST = 3  # links of a menu
_LOGIN = 600  # characters of a page that asks for a password and says little else
_MOMENT = 5.0  # seconds
_REFRESH = re.compile(
    r"\s*(\d{0,6})[\d.]*\s*[;,]\s*(?:url\s*=\s*)?[\"']?\s*([^\s\"']+)", re.IGNORECASE
)
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
    locked = any((e.get("type") or "").lower() == "password" for e in root.iter("input"))
    _unlink(root, base)
    hidden = hidden_by_style(root)  # its scripts go with what stands around the text
    _keep_region(root)
    blocks = list(html_blocks(root, hidden=hidden))
    first = next((b.text for b in blocks if isinstance(b, Heading) and b.level == 1), "")
    while len(blocks) > 1 and isinstance(blocks[-1], Heading) and blocks[-1].level > 1:
        blocks.pop()  # nothing stands under it
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


def _keep_region(root: Any) -> None:
    """Leave of the body only what holds the text."""
    body = root.find(".//body")
    if body is None:
        return
    region = _region(body)
    if region is not None:
        _prune(region, certain=True)
        if _length(region):
            for child in list(body):
                body.remove(child)
            body.text = region.tail = None
            body.append(region)
            return
    _prune(body, certain=False)


def _region(body: Any) -> Any:
    """The element that says that it holds the text."""
    for path in _REGIONS:
        found = [element for element in body.iterfind(path) if _length(element)]
        if len(found) == 1 or (found and path == ".//main"):
            return max(found, key=_length)
    words = [(element, _names(element)) for element in body.iter("div", "section", "td")]
    for name in _NAMED:
        found = [e for e, names in words if name in names and _length(e)]
        if found:
            return max(found, key=_length)
    return None


def _names(element: Any) -> set[str]:
    return {*f"{element.get('class') or ''} {element.get('id') or ''}".lower().split()}


def _length(element: Any) -> int:
    return sum(len(text.strip()) for text in element.itertext())


def _prune(region: Any, certain: bool) -> None:
    """Take away what stands around the text; ``certain`` that the region is the text's own."""
    whole = _length(region)
    beside: dict[Any, Any] = {}
    for element in list(region.iter()):
        if element is region or not isinstance(element.tag, str) or element.getparent() is None:
            continue
        if _is_around(element, certain, beside) and _length(element) <= _MOST * whole:
            _drop(element)


def _is_around(element: Any, certain: bool, beside: dict[Any, Any]) -> bool:
    tag = element.tag
    holds_title = element.find(".//h1") is not None
    if tag in _AROUND or element.get("role") in _ROLES:
        return not holds_title and not opens_panel(element)
    if tag in ("header", "aside"):
        return not holds_title and (not certain or _is_menu(element) or _is_links(element))
    if tag in ("div", "section", "ul", "ol", "p", "table", "td"):
        names = f"{element.get('class') or ''} {element.get('id') or ''}"
        if not holds_title and _NEVER.search(names):
            return True
        if not holds_title and _BYLINE.search(names) and _length(element) <= _LONGEST_BYLINE:
            return True
        if not holds_title and _WORDS.search(names):
            return not certain or _is_menu(element) or element.find(".//p") is None
        whole = _outermost_list(element)
        return not certain and not _is_among_text(whole, beside) and _is_menu(element)
    return False


def _outermost_list(element: Any) -> Any:
    """The list that a list in an item belongs to, of others the element itself."""
    while element.tag in ("ul", "ol"):
        item = element.getparent()
        outer = item.getparent() if item.tag == "li" else None
        if outer is None or outer.tag not in ("ul", "ol") or outer.getparent() is None:
            break  # it was taken away, if it has no parent
        element = outer
    return element


def _is_among_text(element: Any, beside: dict[Any, Any]) -> bool:
    """Whether paragraphs or headings are beside it: a list of links in a text is a part of it.

    ``beside`` remembers one of them for each parent (``None`` where there is none): a parent may
    have a hundred thousand children."""
    parent = element.getparent()
    if parent in beside:
        known = beside[parent]
        if known is None or (known is not element and known.getparent() is parent):
            return known is not None
    texts = (child for child in parent if child.tag in _TEXT and _length(child))
    found = next((child for child in texts if child is not element), None)
    if found is not None or element.tag not in _TEXT or not _length(element):
        beside[parent] = found
    return found is not None


def _is_menu(element: Any) -> bool:
    """Whether it is mostly short links."""
    links = list(element.iter("a"))
    if len(links) < _FEWEST:
        return False
    linked = sum(map(_length, links))
    return linked > _LINKS * max(1, _length(element)) and linked / len(links) < _SHORT


def _is_links(element: Any) -> bool:
    """Whether it is links and nothing else, but for a heading above them."""
    linked = sum(map(_length, element.iter("a")))
    headings = sum(map(_length, element.iter("h2", "h3", "h4", "h5", "h6")))
    return linked > 0 and linked + headings >= _length(element)


def _drop(element: Any) -> None:
    parent, before = element.getparent(), element.getprevious()
    if element.tail:
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)
