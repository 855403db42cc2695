"""What a site allows and offers: robots.txt and sitemaps."""

import codecs
import gzip
import io
import itertools
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from chatbot.errors import ImportingError
from chatbot.importing.web.addresses import normalise
from chatbot.importing.web.fetch import AGENT, Fetcher, FetchError, LeftError
from chatbot.knowledge.formats.text import is_wide

_MAX_ROBOTS = 500_000  # bytes: what RFC 9309 wants to be read at least
_MAX_SITEMAP = 50_000_000  # bytes, unpacked: the protocol's own limit
_MAX_SITEMAPS = 1_000
_MAX_ADDRESSES = 200_000
_LONGEST_DELAY = 120.0  # seconds
_AGENT_LINE = re.compile(r"\s*user[- ]?agent\s*:?\s*([^#]*)", re.IGNORECASE)
_OTHERS = "User-agent: others"
_ROOTS = ("urlset", "sitemapindex")
_END = re.compile(rb"</(?:[\w.-]+:)?(?:urlset|sitemapindex)\s*>|<(?:urlset|sitemapindex)[^<>]*/>")


class Rules:
    """The robots.txt of a site (RFC 9309)."""

    def __init__(self, text: str) -> None:
        """``text`` is the file; an empty one allows everything."""
        from protego import Protego

        self._rules = Protego.parse("\n".join(map(_agent_line, text.splitlines())))

    def allow(self, address: str) -> bool:
        """Whether the page may be fetched."""
        return bool(self._rules.can_fetch(address, AGENT))

    @property
    def delay(self) -> float:
        """Seconds between two requests.

        Raises:
            ImportingError: so many that no site can be fetched.
        """
        seconds = float(self._rules.crawl_delay(AGENT) or 0.0)
        if not seconds <= _LONGEST_DELAY:  # nor what is no number
            raise ImportingError(
                f"Its robots.txt wants {seconds:g} seconds between two pages, and at most "
                f"{_LONGEST_DELAY:g} are waited; ask the site's owner."
            )
        return max(0.0, seconds)

    @property
    def sitemaps(self) -> list[str]:
        """The sitemaps that it names, as it names them."""
        return list(self._rules.sitemaps)


def _agent_line(line: str) -> str:
    """The line, or if it names another robot, that of all others: a group may name ten thousand
    robots, and would be kept for each of them."""
    match = _AGENT_LINE.match(line)
    if match is None:
        return line
    name = match[1].strip().lower()
    token = name.strip("*")
    return line if name == "*" or (token and AGENT.lower().startswith(token)) else _OTHERS


@dataclass(frozen=True)
class Offer:
    """What sitemaps name: pages of the site in order; ``unread`` says which bound ended it."""

    addresses: list[str]
    unread: str = ""


def read_rules(fetcher: Fetcher, origin: str) -> Rules:
    """What the site allows; without robots.txt, everything.

    Raises:
        ImportingError: the site cannot be reached, or does not say: then nothing may be fetched.
    """
    address = f"{origin}/robots.txt"
    try:
        answer = fetcher.get(address, most=_MAX_ROBOTS, part=True)
    except FetchError as exc:
        raise ImportingError(f"'{address}' cannot be read, so nothing is fetched: {exc}.") from exc
    if answer.status >= 500 or answer.status == 429:
        raise ImportingError(
            f"'{address}' answers with HTTP {answer.status}, so nothing is fetched; try "
            "again later."
        )
    body = answer.body if answer.status == 200 else b""
    return Rules(body.decode("utf-8-sig", "replace"))


def read_sitemaps(
    fetcher: Fetcher, rules: Rules, origin: str, holds: Callable[[str], bool]
) -> Offer:
    """The pages of the site that its sitemaps name; none without a sitemap.

    Raises:
        ImportingError: one cannot be fetched now: without it, pages would seem to be gone.
    """
    named = (_joined(f"{origin}/robots.txt", each) for each in rules.sitemaps[:_MAX_SITEMAPS])
    waiting = dict.fromkeys(
        address for address in [*named, f"{origin}/sitemap.xml"] if address.startswith(f"{origin}/")
    )
    found: dict[str, None] = {}
    unread = ""
    for address in _growing(waiting):
        if fetcher.spent or len(found) >= _MAX_ADDRESSES:
            unread = fetcher.spent or f"its sitemaps name more than {_MAX_ADDRESSES:,} pages"
            break
        if not rules.allow(address):
            continue
        try:
            answer = fetcher.get(
                address, allowed=lambda to: to.startswith(f"{origin}/"), most=_MAX_SITEMAP
            )
        except LeftError:
            continue
        except FetchError as exc:
            raise ImportingError(f"The sitemap '{address}' cannot be read: {exc}.") from exc
        if answer.status >= 500 or answer.status == 429:
            raise ImportingError(
                f"The sitemap '{address}' answers with HTTP {answer.status}; try again later."
            )
        if answer.status != 200:
            continue
        try:
            places = _places(answer.body)
        except _CutOffError as exc:
            raise ImportingError(
                f"The sitemap '{address}' is cut off or damaged; try again later, or follow links "
                "with --no-sitemap."
            ) from exc
        for kind, place in places:
            place = _joined(address, place)
            if kind == "sitemap" and place.startswith(f"{origin}/"):
                if len(waiting) < _MAX_SITEMAPS:
                    waiting[place] = None
                elif place not in waiting:
                    unread = f"it has more than {_MAX_SITEMAPS:,} sitemaps"
            elif kind == "url" and place and holds(place):
                found[place] = None
    return Offer(list(found)[:_MAX_ADDRESSES], unread)


class _CutOffError(Exception):
    """Not all of a sitemap came."""


def _growing(items: dict[str, None]) -> Iterator[str]:
    """The keys in order, with those that are added meanwhile."""
    at = 0
    while fresh := list(itertools.islice(items, at, None)):
        yield from fresh
        at += len(fresh)


def _joined(base: str, place: str) -> str:
    """A place that the file at ``base`` names; one of its own host is reached as that file is, also
    where it was written before the site had another scheme."""
    try:
        address = normalise(urljoin(base, place))
    except ValueError:  # "http://[", which urllib does not take
        return ""
    here, there = urlsplit(base), urlsplit(address)
    return (
        urlunsplit(there._replace(scheme=here.scheme)) if there.netloc == here.netloc else address
    )


def _places(body: bytes) -> list[tuple[str, str]]:
    """("url" or "sitemap", address) of a sitemap in XML, packed or not, or in lines of text.

    Raises:
        _CutOffError: it has no end.
    """
    if body[:2] == b"\x1f\x8b":
        try:
            with gzip.open(io.BytesIO(body)) as stream:
                body = stream.read(_MAX_SITEMAP)
        except (OSError, EOFError, zlib.error) as exc:
            raise _CutOffError from exc
    head = body[:100].lstrip(codecs.BOM_UTF8 + b" \t\r\n")
    if head[:1] != b"<" and not is_wide(body, ""):
        lines = map(str.strip, body.decode("utf-8-sig", "replace").splitlines())
        return [("url", line) for line in lines if line.startswith("http")]
    root = _xml(body)
    return [
        (_bare(element), child.text.strip())
        for element in (root if root is not None else ())
        for child in element
        if _bare(child) == "loc" and child.text
    ]


def _bare(element: Any) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _xml(body: bytes) -> Any:
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    # The parser goes on behind what is wrong, and its errors do not tell a wrong sign from the end.
    cut = root is not None and _bare(root) in _ROOTS and not _END.search(body.replace(b"\0", b""))
    if cut:
        raise _CutOffError
    return root
