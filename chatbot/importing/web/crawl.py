"""A site fetched page by page: those of its sitemap, or else those that its links lead to."""

import hashlib
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace

from chatbot.errors import DocumentError
from chatbot.importing.documents import ImportedDocument
from chatbot.importing.folder import ImportFolder
from chatbot.importing.web.addresses import Site, normalise, page_file
from chatbot.importing.web.fetch import Fetched, Fetcher, FetchError, LeftError
from chatbot.importing.web.main_text import PageText, read_page
from chatbot.importing.web.rules import Rules
from chatbot.importing.web.state import Journal, Page

Progress = Callable[[int, int], None]

_HTML = frozenset({"text/html", "application/xhtml+xml", ""})
_TEXT = frozenset({"text/plain", "text/markdown", "text/x-markdown"})
GONE = "it is no longer there"
_GONE = (404, 410)
_FORBIDDEN = "robots.txt forbids it"
_NO_TEXT = "it holds no text"


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

    def run(self, sitemap: list[str], progress: Progress = lambda done, total: None) -> None:
        """Fetch what is not in the journal yet. With a ``sitemap``, its pages and the first one
        are all; else links are followed.

        Raises:
            ForbiddenAddressError: the site is not at a public address.
        """
        self._follows = not sitemap
        for address in (self._site.start, *sitemap):
            self._add(address, 0)
        until = time.monotonic() + self._bounds.seconds
        at_once = 1 if self._rules.delay else self._bounds.connections
        done = 0
        with ThreadPoolExecutor(at_once) as pool:
            under_way: dict[Future[Page], _Visit] = {}
            try:
                while (self._queue and not self._is_over(done, until)) or under_way:
                    while self._queue and len(under_way) < 2 * at_once and not self.stopped:
                        visit = self._queue.popleft()
                        done += 1
                        if (known := self._journal.pages.get(visit.address)) is not None:
                            self._follow(known, visit.depth)
                        else:
                            visit = replace(visit, plain=self._may_be_plain(visit.address))
                            under_way[pool.submit(self._visit, visit)] = visit
                        if self._is_over(done, until):
                            break
                    if under_way:
                        ready, _ = wait(under_way, return_when=FIRST_COMPLETED)
                        for future in ready:
                            self._take(under_way.pop(future), future)
                    progress(done - len(under_way), done + len(self._queue))
            except BaseException:
                self._fetcher.close()  # what is under way must not keep the pool open
                raise

    def _is_over(self, done: int, until: float) -> bool:
        bounds = self._bounds
        if self._queue and not self.stopped:
            if done >= bounds.pages:
                self.stopped = f"it has more than {bounds.pages} pages; raise --pages"
            elif time.monotonic() > until:
                self.stopped = f"it took {bounds.seconds / 60:.0f} minutes; raise --minutes"
            elif self._fetcher.received > bounds.size:
                self.stopped = f"it has more than {bounds.size / 1e6:.0f} MB; raise --megabytes"
        return bool(self.stopped)

    def _add(self, address: str, depth: int) -> None:
        if address in self._seen or depth > self._bounds.depth:
            return
        self._seen.add(address)
        if self._rules.allow(address):
            self._queue.append(_Visit(address, depth))
        elif depth == 0 or address in self._before:
            self._journal.add(Page(address, reason=_FORBIDDEN))

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
            visit.address,
            {name: value for name, value in headers.items() if value},
            lambda to: self._site.holds(to) and self._rules.allow(to),
        )
        if answer.status == 304 and known is not None and self._folder.keep(known.file):
            return known
        if answer.status in _GONE:
            return Page(answer.address, reason=GONE)
        if answer.status != 200:
            raise FetchError(f"its server answers with HTTP {answer.status}")
        return self._page(answer, visit, known)

    def _page(self, answer: Fetched, visit: _Visit, known: Page | None) -> Page:
        address = answer.address
        try:
            text = _text_of(answer)
        except (DocumentError, RecursionError) as exc:
            reason = "it is nested too deeply" if isinstance(exc, RecursionError) else str(exc)
            return Page(address, reason=reason)
        links = (
            ()
            if not text.followed
            else tuple(filter(self._site.holds, dict.fromkeys(map(normalise, text.links))))
        )
        page = Page(
            address,
            etag=answer.headers.get("etag", ""),
            modified=answer.headers.get("last-modified", ""),
            links=links,
            canonical=normalise(text.canonical),
            digest=hashlib.sha256(f"{text.title}\n{text.markdown}".encode()).hexdigest(),
        )
        if not text.indexed or "noindex" in answer.headers.get("x-robots-tag", "").lower():
            return replace(page, reason="it asks robots not to index it", etag="", modified="")
        if not text.markdown.strip():
            return replace(page, reason=_NO_TEXT, etag="", modified="")
        if known is not None and known.file and address == visit.address:
            file = known.file
        else:
            file = page_file(address, apart=not visit.plain or address != visit.address)
        document = ImportedDocument(
            file, text.title, text.markdown, address, text.date, text.language
        )
        self._folder.write(document)
        return replace(page, file=file)


def _text_of(answer: Fetched) -> PageText:
    if answer.kind in _HTML:
        return read_page(answer.body, answer.address, answer.charset)
    if answer.kind in _TEXT:
        from chatbot.knowledge.formats.text import decode

        return PageText("", "", "", decode(answer.body, answer.charset), "", ())
    raise DocumentError(f"it is no page but {answer.kind}")
