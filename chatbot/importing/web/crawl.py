"""A site fetched page by page: those of its sitemap, or else those that its links lead to."""

import hashlib
from collections import deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace

from chatbot.errors import DocumentError
from chatbot.importing.documents import ImportedDocument, printable
from chatbot.importing.folder import ImportFolder
from chatbot.importing.web.addresses import Site, normalise, page_file
from chatbot.importing.web.fetch import Fetched, Fetcher, FetchError, LeftError
from chatbot.importing.web.main_text import PageText, read_page
from chatbot.importing.web.robots import NOT_FOLLOWED, NOT_INDEXED, robots_words
from chatbot.importing.web.rules import Offer, Rules
from chatbot.importing.web.state import Journal, Page
from chatbot.knowledge.formats.text import decode, is_wide

Progress = Callable[[int, int], None]

_HTML = frozenset({"text/html", "application/xhtml+xml", ""})
_TEXT = frozenset({"text/plain", "text/markdown", "text/x-markdown"})
GONE = "it is no longer there"
_GONE = (404, 410)
_FORBIDDEN = "robots.txt forbids it"
_NO_TEXT = "it holds no text"
_LOCKED = "it asks for a password"
_MOST_KNOWN = 200_000  # addresses: a calendar has more than a machine's memory
_MOST_TEXT = 10_000_000  # characters of a page: a table can say one cell very often
_HEAD = 1_000  # bytes that say what a file is
_LONGEST_TAG = 500  # characters of an ETag or a date


@dataclass(frozen=True)
class Bounds:
    """What a crawl may take: pages, links from the start, seconds, bytes, connections at once."""

    pages: int = 5_000
    depth: int = 10
    seconds: float = 3600.0
    size: int = 1_000_000_000
    connections: int = 4


@dataclass(frozen=True)
class _Visit:
    address: str
    depth: int
    plain: bool = True  # whether the file may have the plain name


class Crawl:
    """Fills the folder of an import with the pages of a site.

    ``stopped`` says which bound ended it; ``lost`` are the pages that could not be fetched this
    time, with reasons.
    """

    def __init__(
        self,
        site: Site,
        bounds: Bounds,
        fetcher: Fetcher,
        rules: Rules,
        folder: ImportFolder,
        journal: Journal,
        before: dict[str, Page],
    ) -> None:
        """``before`` are the pages of the last import."""
        self._site, self._bounds = site, bounds
        self._fetcher, self._rules = fetcher, rules
        self._folder, self._journal, self._before = folder, journal, before
        self._queue: deque[_Visit] = deque()
        self._seen: set[str] = set()
        self._follows = False
        self._files = {page.file: page.address for page in before.values() if page.file}
        self._files |= {p.file: p.address for p in journal.pages.values() if p.file}
        self.stopped = ""
        self.lost: dict[str, str] = {}

    def run(self, offer: Offer, progress: Progress = lambda done, total: None) -> None:
        """Fetch what is not in the journal yet. Where sitemaps name pages, they and the first one
        are all; else links are followed, and where a page could not be fetched, the pages of the
        last import that nothing led to are asked for, too.

        Raises:
            ForbiddenAddressError: the site is not at a public address.
        """
        self._follows = not offer.addresses
        for address in (self._site.start, *offer.addresses):
            self._add(address, 0)
        at_once = 1 if self._rules.delay else self._bounds.connections
        done = 0
        with ThreadPoolExecutor(at_once) as pool:
            under_way: dict[Future[Page], _Visit] = {}
            try:
                while (self._queue and not self._is_over(done)) or under_way:
                    while self._queue and len(under_way) < 2 * at_once and not self.stopped:
                        visit = self._queue.popleft()
                        done += 1
                        if (known := self._journal.pages.get(visit.address)) is not None:
                            self._follow(known, visit.depth)
                        else:
                            visit = replace(visit, plain=self._may_be_plain(visit.address))
                            under_way[pool.submit(self._visit, visit)] = visit
                        if self._is_over(done):
                            break
                    if under_way:
                        ready, _ = wait(under_way, return_when=FIRST_COMPLETED)
                        for future in ready:
                            self._take(under_way.pop(future), future)
                    if self._follows and not self._queue and not under_way:
                        self._add_missed()
                    progress(done - len(under_way), done + len(self._queue))
                self.stopped = self.stopped or offer.unread
            except BaseException:
                self._fetcher.close()  # what is under way must not keep the pool open
                raise

    def _is_over(self, done: int) -> bool:
        if self._queue and not self.stopped:
            if done >= self._bounds.pages:
                self.stopped = f"it has more than {self._bounds.pages} pages; raise --pages"
            else:
                self.stopped = self._fetcher.spent
        return bool(self.stopped)

    def _add(self, address: str, depth: int) -> None:
        known = address in self._seen or len(self._seen) > _MOST_KNOWN
        if known or depth > self._bounds.depth:
            return
        self._seen.add(address)
        if self._rules.allow(address):
            self._queue.append(_Visit(address, depth))
        elif depth == 0 or address in self._before:
            self._journal.add(Page(address, reason=_FORBIDDEN))

    def _add_missed(self) -> None:
        """What the pages that were lost may lead to now; where that leads is not followed."""
        for address, page in self._before.items() if self.lost and not self.stopped else ():
            if page.file:
                self._add(address, self._bounds.depth)

    def _follow(self, page: Page, depth: int) -> None:
        if page.to:
            self._add(page.to, depth)
        if self._follows:
            for link in page.links:
                self._add(link, depth + 1)

    def _take(self, visit: _Visit, future: "Future[Page]") -> None:
        try:
            page = future.result()
        except LeftError as exc:
            page = Page(visit.address, reason=str(exc))
        except FetchError as exc:
            self.lost[visit.address] = str(exc)
            if (known := self._before.get(visit.address)) is not None:
                self._follow(known, visit.depth)  # where it led to last time
            return
        if page.address != visit.address:  # a redirect led to another page of the site
            self._journal.add(Page(visit.address, to=page.address))
            if page.address in self._journal.pages:
                return
            self._seen.add(page.address)
        if page.file:
            self._files[page.file] = page.address
        self._journal.add(page)
        self._follow(page, visit.depth)

    def _may_be_plain(self, address: str) -> bool:
        """Whether no other page has the file; it is then this one's."""
        return self._files.setdefault(page_file(address), address) == address

    def _visit(self, visit: _Visit) -> Page:
        """Fetch one page and write its file; runs in a thread of the pool."""
        known = self._before.get(visit.address)
        headers = {}
        if known is not None and known.file and (self._folder.current / known.file).is_file():
            headers = {"If-None-Match": known.etag, "If-Modified-Since": known.modified}
        answer = self._fetcher.get(
            visit.address, {name: value for name, value in headers.items() if value}, self._may
        )
        if answer.status == 304 and known is not None and self._folder.keep(known.file):
            return known
        if answer.status in _GONE:
            return Page(answer.address, reason=GONE)
        if answer.status != 200:
            raise FetchError(f"its server answers with HTTP {answer.status}")
        return self._page(answer, visit, known)

    def _may(self, address: str) -> bool:
        return self._site.holds(address) and self._rules.allow(address)

    def _page(self, answer: Fetched, visit: _Visit, known: Page | None) -> Page:
        address = answer.address
        try:
            text = _text_of(answer)
        except (DocumentError, RecursionError) as exc:
            reason = "it is nested too deeply" if isinstance(exc, RecursionError) else str(exc)
            return Page(address, reason=reason)
        following = normalise(text.refresh)
        if following and following != address:
            if not self._may(following):
                raise LeftError(following)
            return Page(address, to=following)
        asks = robots_words(answer.headers.get("x-robots-tag", ""))
        followed = text.followed and asks.isdisjoint(NOT_FOLLOWED)
        page = Page(
            address,
            etag=_tag(answer, "etag"),
            modified=_tag(answer, "last-modified"),
            links=self._links(text) if followed else (),
            canonical=normalise(text.canonical),
            digest=hashlib.sha256(f"{text.title}\n{text.markdown}".encode()).hexdigest(),
        )
        if not text.indexed or not asks.isdisjoint(NOT_INDEXED):
            return replace(page, reason="it asks robots not to index it", etag="", modified="")
        if text.locked or not text.markdown.strip():
            reason = _LOCKED if text.locked else _NO_TEXT
            return replace(page, reason=reason, etag="", modified="")
        if known is not None and known.file and address == visit.address:
            file = known.file
        else:
            file = page_file(address, apart=not visit.plain or address != visit.address)
        language = text.language or answer.headers.get("content-language", "").strip().lower()
        document = ImportedDocument(file, text.title, text.markdown, address, text.date, language)
        self._folder.write(document)
        self._fetcher.add(len(text.markdown))
        return replace(page, file=file)

    def _links(self, text: PageText) -> tuple[str, ...]:
        """The pages of the site that it links to, each once."""
        found = tuple(filter(self._site.holds, dict.fromkeys(map(normalise, text.links))))
        self._fetcher.add(sum(map(len, found)))
        return found


def _text_of(answer: Fetched) -> PageText:
    if answer.kind not in _HTML | _TEXT:
        raise DocumentError(f"it is no page but {printable(answer.kind)}")
    head = answer.body[:_HEAD].lstrip()
    if head.startswith(b"%PDF-") or (b"\0" in head and not is_wide(answer.body, answer.charset)):
        raise DocumentError("it says that it is a page, but it is a file of another kind")
    if answer.kind in _HTML:
        text = read_page(answer.body, answer.address, answer.charset)
    else:
        text = PageText("", "", "", decode(answer.body, answer.charset), "", ())
    if len(text.markdown) > _MOST_TEXT:
        raise DocumentError(f"its text has more than {_MOST_TEXT / 1e6:.0f} million characters")
    return text


def _tag(answer: Fetched, name: str) -> str:
    """What the server calls this version, if it can be said to it again."""
    said = answer.headers.get(name, "")
    return said if len(said) <= _LONGEST_TAG and said.isascii() and said.isprintable() else ""
