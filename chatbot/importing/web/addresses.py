"""Addresses of pages: one spelling each, what belongs to a site, and the file of a page."""

import hashlib
import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from chatbot.errors import ImportingError
from chatbot.importing.documents import file_path
from chatbot.text.hosts import ascii_host

_PORTS = {"http": 80, "https": 443}
_LONGEST = 2000  # characters
_DEEPEST = 20  # folders
_TRACKING = re.compile(r"utm_\w+|gclid|fbclid|mc_[ce]id|phpsessid|jsessionid|sid", re.IGNORECASE)
_NO_PAGE = re.compile(
    r"\.(?:png|jpe?g|gif|svg|webp|ico|css|js|mjs|json|xml|rss|atom|zip|gz|tar|7z|exe|dmg|pkg|deb|"
    r"rpm|mp[34]|mov|avi|webm|wav|woff2?|ttf|eot|pdf|docx?|xlsx?|pptx?|ods|odt|epub|csv)$",
    re.IGNORECASE,
)
_FILE = re.compile(r"\.(?:html?|xhtml|php|aspx?|jsp|md|txt)$", re.IGNORECASE)


def normalise(address: str) -> str:
    """The address in one spelling: no fragment, no user, no tracking; "" for what is none."""
    if len(address) > _LONGEST:
        return ""
    try:
        parts = urlsplit(address.strip())
        host, port = (parts.hostname or "").rstrip(".").lower(), parts.port
        host = host if ":" in host else ascii_host(host)
    except (ValueError, UnicodeError):
        return ""
    if parts.scheme not in _PORTS or not host:
        return ""
    place = f"[{host}]" if ":" in host else host
    if port and port != _PORTS[parts.scheme]:
        place += f":{port}"
    query = parts.query
    if query:
        pairs = parse_qsl(query, keep_blank_values=True)
        query = urlencode([pair for pair in pairs if not _TRACKING.fullmatch(pair[0])])
    return urlunsplit((parts.scheme, place, _path(parts.path), query, ""))


def _path(path: str) -> str:
    kept: list[str] = []
    for part in path.split("/")[1:]:
        if part == "..":
            kept = kept[:-1]
        elif part != ".":
            kept.append(quote(unquote(part), safe="!$&'()*+,;=:@~-._"))
    return "/" + "/".join(kept)


@dataclass(frozen=True)
class Site:
    """What is imported: the pages of ``origin`` (scheme, host and port) below ``folder``."""

    start: str
    origin: str
    folder: str

    def holds(self, address: str) -> bool:
        """Whether a normalised address may be one of its pages."""
        if origin_of(address) != self.origin:
            return False
        path = urlsplit(address).path
        deep = path.count("/") > _DEEPEST
        return self._is_below(path) and not deep and not _NO_PAGE.search(path)

    def is_part(self, address: str) -> bool:
        """Whether a page of ``address`` is one of this part of the site, by either scheme."""
        parts = urlsplit(address)
        return parts.netloc == urlsplit(self.start).netloc and self._is_below(parts.path)

    def _is_below(self, path: str) -> bool:
        return path == self.folder.rstrip("/") or path.startswith(self.folder)


def site_of(address: str) -> Site:
    """The site that begins at ``address``: its pages are those in the same folder and below.

    Raises:
        ImportingError: it is no address of a page.
    """
    start = normalise(address)
    if not start:
        raise ImportingError(
            f"'{address}' is not an address of a page; give one such as https://example.com/help/."
        )
    path = urlsplit(start).path
    last = path.rsplit("/", 1)[-1]
    folder = path if path.endswith("/") else path[: -len(last)] if "." in last else f"{path}/"
    return Site(start, origin_of(start), folder)


def origin_of(address: str) -> str:
    """Scheme, host and port."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def page_file(address: str, apart: bool = False) -> str:
    """The file of a page, by its path; with ``apart`` a hash of the address stands behind it, for
    pages of one path (with and without ".html")."""
    parts = urlsplit(address)
    names = [unquote(name) for name in parts.path.split("/")[1:]]
    names[-1] = _FILE.sub("", names[-1]) or names[-1] or "index"
    # On some disks names differ by more than capitals.
    if not parts.query and not apart and address == address.lower():
        return file_path(*names, key=address)
    digest = hashlib.sha256(address.encode()).hexdigest()[:8]
    return file_path(*names[:-1], f"{names[-1][:60]}-{digest}")
