"""The part of a page that holds its text, without what stands around the text in it."""

import re
from typing import Any

from chatbot.importing.web.asides import (
    asks_opinion,
    is_banner,
    is_pressed,
    is_trail,
    speaks_of_cookies,
)
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
_FIELDS = frozenset({"input", "select", "textarea", "button"})
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_ROLES = frozenset(
    "navigation banner contentinfo search complementary dialog alertdialog menu menubar".split()  # noqa: SIM905
)
# A word of a class or id that names what stands around a text, and one that names nothing else.
_WORDS = re.compile(
    r"(?:^|[-_\s])(nav|navbar|navigation|menu|sidebar|side-?nav|footer|header|topbar|masthead|"
    r"social|toc|table-of-contents|search|advert\w*|promo|legal|copyright)(?=$|[-_\s])",
    re.IGNORECASE,
)
_NEVER = re.compile(
    r"(?:^|[-_\s])(?:breadcrumbs?|cookies?|consent|share|sharing|related(?:-\w+)?|newsletter|"
    r"subscribe|pagination|pager|skip-?(?:link|nav|to-\w+)|helpful|(?:article-)?votes?|rating|"
    r"feedback|comments?|popup|modal|language-?(?:selector|switcher)|"
    r"recently-viewed(?:-\w+)?|recent-(?:articles|posts)|(?:jp-)?relatedposts|sharedaddy|"
    r"author-(?:bio|box|card)|about-(?:the-)?author|likes-and-labels-\w+|jumpbox|"
    r"stat-block online-list|cybotcookiebotdialog|iubenda-cs|tarteaucitron\w*)(?:$|[-_\s])",
    re.IGNORECASE,
)
# Who wrote a page, and when.
_BYLINE = re.compile(
    r"(?:^|\s)(?:(?:article|post|entry|page|blog)[-_]{1,2}(?:meta(?:data)?|author|info|byline)"
    r"|byline|avatar[-_]{1,2}info)(?:$|\s)",
    re.IGNORECASE,
)
_LONGEST_BYLINE = 200  # characters
# What "metadata" says where it is that, and not which versions a page is about.
_WRITTEN = re.compile(
    r"\b(?:by|von|par|por|updated|published|posted|created|modified|author|autor|auteur|reading"
    r"|min(?:utes?)? read|aktualisiert|veröffentlicht|publié)\b|\d{4}",
    re.IGNORECASE,
)
# The start page of a site, or of one of its languages.
_HOME = re.compile(
    r"(?:https?:)?(?://[^/?#]*)?(?:\.|(?:\./|/)?(?:(?:hc/)?[a-z]{2}(?:-[a-z]{2})?/?)?"
    r"(?:(?:index|home)(?:\.\w+)?)?)?(?:[?#].*)?",
    re.IGNORECASE,
)
_PARAGRAPHS = frozenset({"p", "li", "td", "dd"})
_TEXT = frozenset({"p", "pre", "table", *_HEADINGS})
# Classes of a section as generators of documentation write it (docutils, pandoc), and what stands
# before or behind the words in its heading or id: "5.2", "-1".
_SECTION = re.compile(r"(?:^|\s)(?:section|level\d)(?:$|\s)")
_COUNTED = re.compile(r"^(?:\d+-)+|(?:-\d+)+$")
_MOST = 0.5  # of the text; what holds more is not what stands around it
_LINKS = 0.6  # share of the characters that are links, in a menu
_SHORT = 30  # characters on average of a menu's entry
_FEWEST = 3  # links of a menu


def keep_region(root: Any) -> bool:
    """Leave of the body only what holds the text; returns whether that asks for a password."""
    body = root.find(".//body")
    if body is None:
        return False
    region = _region(body)
    locked = _asks_for_password(body if region is None else region)
    if region is not None:
        _prune(region, certain=True)
        if _length(region):
            for child in list(body):
                body.remove(child)
            body.text = region.tail = None
            body.append(region)
            return locked
    _prune(body, certain=False)
    return locked


def _asks_for_password(region: Any) -> bool:
    """Whether it has a field for one that is not at the top of every page of a site."""
    return any(
        (field.get("type") or "").lower() == "password"
        and next(field.iterancestors("header", "nav"), None) is None
        for field in region.iter("input")
    )


def _region(body: Any) -> Any:
    """The element that says that it holds the text."""
    for path in _REGIONS:
        found = [element for element in body.iterfind(path) if _length(element)]
        if len(found) == 1 or (found and path == ".//main"):
            return max(found, key=_length)
        titled = [element for element in found if element.find(".//h1") is not None]
        if len(titled) == 1 and all(e is titled[0] or _is_teaser(e) for e in found):
            products = _length(titled[0]) < _MOST * sum(map(_length, found))  # which it introduces
            if not products:
                return titled[0]
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
    titles = _titles(region)
    titled = {outer for title in titles for outer in title.iterancestors()}
    banners = not certain and not any(map(speaks_of_cookies, titles))
    for element in list(region.iter()):
        if element is region or not isinstance(element.tag, str) or element.getparent() is None:
            continue
        if element not in titled and (
            _is_around(element, certain, beside) or (banners and is_banner(element))
        ):
            if _length(element) <= _MOST * whole:
                _drop(element)
        elif element.tag == "nav" and element not in titled:
            element.tag = "div"  # the reader leaves out others


def _titles(region: Any) -> list[Any]:
    """The headings that a text has; the name of the site, which leads home, is none beside them."""
    found = list(region.iter("h1"))
    linked = [
        h1
        for h1 in found
        if sum(map(_length, h1.iter("a"))) == _length(h1)
        and all(_HOME.fullmatch(a.get("href") or "/") for a in h1.iter("a"))
    ]
    return [h1 for h1 in found if h1 not in linked] or found


def _is_around(element: Any, certain: bool, beside: dict[Any, Any]) -> bool:
    tag = element.tag
    if tag in _AROUND or element.get("role") in _ROLES:
        return not opens_panel(element) and not _is_said(element)
    if is_trail(element) or asks_opinion(element):
        return True
    if tag in ("header", "aside"):
        return not certain or _is_menu(element) or _is_links(element)
    if tag in ("div", "section", "ul", "ol", "p", "table", "td"):
        names = element.get("class") or ""
        if not _is_chapter(element):
            names += f" {element.get('id') or ''}"
        if _NEVER.search(names):
            return True
        if (byline := _BYLINE.search(names)) and _length(element) <= _LONGEST_BYLINE:
            written = "data" not in byline[0] or _WRITTEN.search("".join(element.itertext()))
            return bool(written) and not _holds_region(element)
        if _WORDS.search(names):
            return not certain or _is_menu(element) or not _says_something(element, names)
        whole = _outermost_list(element)
        return not certain and not _is_among_text(whole, beside) and _is_menu(element)
    return False


def _is_teaser(article: Any) -> bool:
    """Whether an article only leads to one: its heading is a link, or in one."""
    heading = next(article.iter(*_HEADINGS), None)
    if heading is None:
        return False
    around = (outer.tag for outer in heading.iterancestors("a"))
    return heading.find(".//a") is not None or next(around, None) is not None


def _holds_region(element: Any) -> bool:
    """Whether a text stands in it, and not only who wrote one."""
    return any(not _names(inner).isdisjoint(_NAMED) for inner in element.iter("div", "section"))


def _says_something(element: Any, names: str) -> bool:
    """Whether what has the name of a menu or a header is of the text all the same: it has
    paragraphs, is a table, or heads a part of the text."""
    if element.find(".//p") is not None:
        return True
    if element.tag == "table":
        return len(list(element.iter("tr"))) > 1
    said = {match[1].lower() for match in _WORDS.finditer(names)}
    return said == {"header"} and not _is_links(element) and _heads_part(element)


def _heads_part(element: Any) -> bool:
    """Whether it holds a heading or what opens its text, or is the head of a box whose body is
    behind it: "card-header" and "card-body"."""
    if next(element.iter(*_HEADINGS), None) is not None or any(map(is_pressed, element.iter())):
        return True
    body = element.getnext()
    boxes = {name.partition("header")[0] for name in _names(element) if "header" in name} - {""}
    behind = set() if body is None else _names(body)
    return any(name.startswith(box) for box in boxes for name in behind)


def _is_said(element: Any) -> bool:
    """Whether it is a form around a table without fields, what a heading of Webflow's opens, or a
    button in a sentence."""
    if element.tag == "nav":
        opened = "w-dropdown-list" in _names(element)
        return opened and not _is_menu(element) and not _is_links(element)
    if element.tag == "form":
        tables = (table for table in element.iter("table") if len(list(table.iter("tr"))) > 1)
        return any(next(table.iter(*_FIELDS), None) is None for table in tables)
    if element.tag != "button":
        return False
    before, parent = element.getprevious(), element.getparent()
    said = ((parent.text if before is None else before.tail) or "").strip()
    behind = (element.tail or "").strip()
    begun = not said.endswith((".", "?", "!")) if said else parent.tag in _PARAGRAPHS
    return begun and (behind[:1].islower() or behind[:1] in tuple(".,;:)"))


def _is_chapter(element: Any) -> bool:
    """Whether its id is made of its own heading and so says what it is about: "sharing" of the
    section "Sharing" of a manual, but not of one that holds nothing but links or buttons."""
    name = _slug(element.get("id") or "")
    heading = next(element.iter(*_HEADINGS), None) if name else None
    if heading is None or _slug("".join(heading.itertext())) != name:
        return False
    if _SECTION.search(element.get("class") or ""):
        return True
    inner = (each for each in element.iter() if each is not element and isinstance(each.tag, str))
    others = any(each.tag in _FIELDS or _NEVER.search(each.get("class") or "") for each in inner)
    return not others and not _is_menu(element) and not _is_links(element)


def _slug(text: str) -> str:
    return _COUNTED.sub("", re.sub(r"[\W_]+", "-", text.lower()).strip("-"))


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
    headings = sum(map(_length, element.iter(*_HEADINGS[1:])))
    return linked > 0 and linked + headings >= _length(element)


def _drop(element: Any) -> None:
    parent, before = element.getparent(), element.getprevious()
    if element.tail:
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)
