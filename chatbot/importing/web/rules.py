"""What a site allows and offers: robots.txt and sitemaps."""

import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urljoin

from chatbot.errors import ImportingError
from chatbot.importing.web.addresses import normalise
from chatbot.importing.web.fetch import AGENT, Fetcher, FetchError, LeftError

_MAX_ROBOTS = 500_000  # bytes: what RFC 9309 wants to be read at least
_MAX_SITEMAP = 50_000_000  # bytes, unpacked: the protocol's own limit
_MAX_SITEMAPS = 100
_MAX_ADDRESSES = 200_000
_LONGEST_DELAY = 120.0  # seconds


class Rules:
    """The robots.txt of a site (RFC 9309)."""

    def __init__(self, text: str) -> None:
        """``text`` is the file; an empty one allows everything."""
        from protego import Protego

        self._rules = Protego.parse(text)

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
        """The sitemaps that it names."""
        return [address for each in self._rules.sitemaps if (address := normalise(each))]


def read_rules(fetcher: Fetcher, origin: str) -> Rules:
    """What the site allows; without robots.txt, everything.

    Raises:
        ImportingError: the site cannot be reached, or does not say: then nothing may be fetched.
    """
    address = f"{origin}/robots.txt"
    try:
        answer = fetcher.get(address, most=_MAX_ROBOTS)
    except FetchError as exc:
        raise ImportingError(f"'{address}' cannot be read, so nothing is fetched: {exc}.") from exc
    if answer.status >= 500 or answer.status == 429:
        raise ImportingError(
            f"'{address}' answers with HTTP {answer.status}, so nothing is fetched; try "
            "again later."
        )
    body = answer.body if answer.status == 200 else b""
    return Rules(body.decode("utf-8", "replace"))


def sitemap_addresses(
    fetcher: Fetcher, rules: Rules, origin: str, holds: Callable[[str], bool]
) -> list[str]:
    """The pages of the site that its sitemaps name, in their order; none without a sitemap.

    Raises:
        ImportingError: one cannot be fetched now: without it, pages would seem to be gone.
    """
    waiting = [*rules.sitemaps, f"{origin}/sitemap.xml"]
    seen: set[str] = set()
    found: dict[str, None] = {}
    while waiting and len(seen) < _MAX_SITEMAPS and len(found) < _MAX_ADDRESSES:
        address = waiting.pop(0)
        if address in seen or not rules.allow(address) or not address.startswith(f"{origin}/"):
            continue
        seen.add(address)
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
        for kind, place in _places(answer.body):
            place = _joined(address, place)
            if kind == "sitemap":
                waiting.append(place)
            elif place and holds(place) and len(found) < _MAX_ADDRESSES:
                found[place] = None
    return list(found)


def _joined(base: str, place: str) -> str:
    try:
        return normalise(urljoin(base, place))
    except ValueError:  # "http://[", which urllib does not take
        return ""


def _places(body: bytes) -> Iterator[tuple[str, str]]:
    """("url" or "sitemap", address) of a sitemap in XML, packed or not, or in lines of text."""
    if body[:2] == b"\x1f\x8b":
        try:
            with gzip.open(io.BytesIO(body)) as stream:
                body = stream.read(_MAX_SITEMAP)
        except (OSError, EOFError, zlib.error):
            return
    if body.lstrip()[:1] != b"<":
        for line in body.decode("utf-8", "replace").splitlines():
            if line.strip().startswith("http"):
                yield "url", line.strip()
        return
    root = _xml(body)
    for element in root if root is not None else ():
        if not isinstance(element.tag, str):
            continue
        for child in element:
            if isinstance(child.tag, str) and _bare(child.tag) == "loc" and child.text:
                yield _bare(element.tag), child.text.strip()


def _bare(tag: str) -> str:
    return tag.rpartition("}")[2]


def _xml(body: bytes) -> Any:
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True
    )
    try:
        return etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
