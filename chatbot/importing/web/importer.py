"""``chatbot import web``: a site into its folder, whole or not at all."""

import shutil
from dataclasses import asdict
from pathlib import Path
from urllib.parse import urlsplit

from chatbot.errors import ImportingError
from chatbot.importing.folder import STATE, ImportFolder, import_folder
from chatbot.importing.report import ImportReport
from chatbot.importing.web.addresses import Site, site_of
from chatbot.importing.web.crawl import GONE, Bounds, Crawl, Progress
from chatbot.importing.web.fetch import Fetcher
from chatbot.importing.web.guard import PinnedTransport
from chatbot.importing.web.rules import Offer, read_rules, read_sitemaps
from chatbot.importing.web.state import Journal, Page, read_pages
from chatbot.importing.web.twins import leave_twins_out


def import_site(
    knowledge: Path,
    address: str,
    bounds: Bounds,
    *,
    name: str = "",
    allow_private: bool = False,
    use_sitemap: bool = True,
    progress: Progress = lambda done, total: None,
    transport: PinnedTransport | None = None,
) -> ImportReport:
    """Bring the pages of a site into ``imports/<name>``, by default its host's name.

    A page that its server says has not changed is not sent again. One that cannot be fetched, or
    was not reached within ``bounds``, stays as it was; one that is gone, or that nothing leads to
    any more, is removed. After a kill the next call goes on.

    Raises:
        ImportingError: the site cannot be fetched, or not one page of it holds text; or without a
            ``name`` that of its host is taken by another part of the site.
    """
    site = site_of(address)
    chosen = name or (urlsplit(site.start).hostname or "").replace(":", "-").strip("-")
    transport = transport or PinnedTransport(allow_private)
    fetcher = Fetcher(transport, bounds.seconds, bounds.size)
    try:
        with import_folder(knowledge, chosen) as folder:
            before = read_pages(folder.current / STATE)
            if not name:
                _require_same(site, before, folder)
            crawl = {"start": site.start, "sitemap": use_sitemap} | asdict(bounds)
            journal = Journal(folder.staged / STATE, crawl)
            folder.begin(resume=journal.fits)
            journal.open()
            try:
                rules = read_rules(fetcher, site.origin)
                fetcher.delay = rules.delay
                offer = Offer([])
                if use_sitemap:
                    offer = read_sitemaps(fetcher, rules, site.origin, site.holds)
                crawling = Crawl(site, bounds, fetcher, rules, folder, journal, before)
                crawling.run(offer, progress)
                return _finish(folder, journal, crawling, before, site.start)
            finally:
                journal.close()
    finally:
        fetcher.close()


def _require_same(site: Site, before: dict[str, Page], folder: ImportFolder) -> None:
    """Two parts of a site would take each other's place in the folder that its name gives."""
    known = [address for address, page in before.items() if page.file]
    if known and not any(map(site.is_part, known)):
        raise ImportingError(
            f"'{folder.current}' has pages of elsewhere, such as {min(known, key=len)}, which this "
            "import would remove; give it a folder of its own with --name."
        )


def _finish(
    folder: ImportFolder, journal: Journal, crawl: Crawl, before: dict[str, Page], start: str
) -> ImportReport:
    """Keep what was not reached, leave out what is there twice, and take the folder into use."""
    report = ImportReport(str(folder.current))
    pages = dict(journal.pages)
    for address, page in before.items():
        missed = bool(crawl.stopped) or address in crawl.lost
        if page.file and missed and address not in pages and folder.keep(page.file):
            pages[address] = page
    leave_twins_out(pages, folder.staged)
    _tell(report, pages, crawl, start)
    if not any(page.file for page in pages.values()):
        reason = report.failed[0]["reason"] if report.failed else "no page was found"
        folder.discard()
        raise ImportingError(f"Nothing was imported from '{start}': {reason}.")
    _only(folder.staged, {page.file for page in pages.values()})
    journal.close()
    journal.save(pages.values())
    folder.commit(report)
    return report


def _tell(report: ImportReport, pages: dict[str, Page], crawl: Crawl, start: str) -> None:
    if crawl.stopped:
        report.leave_out(start, f"in part: {crawl.stopped}")
    for address, reason in sorted(crawl.lost.items()):
        kept = "; its last copy is kept" if address in pages else ""
        report.leave_out(address, reason + kept)
    for address, page in sorted(pages.items()):
        if page.reason and page.reason != GONE:
            report.leave_out(address, page.reason)


def _only(folder: Path, files: set[str]) -> None:
    """Remove files that are no page's (a kill can leave one), and folders with nothing in them."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir():
            if not any(path.iterdir()):
                shutil.rmtree(path)
        elif path.name != STATE and path.relative_to(folder).as_posix() not in files:
            path.unlink()
