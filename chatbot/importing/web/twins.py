"""Pages that a site has at several addresses: one of them has the document.

Pages are by their address; ``folder`` holds their files. One that is left out loses its file, and
is asked for again the next time.
"""

from collections import Counter
from dataclasses import replace
from pathlib import Path

from chatbot.importing.web.state import Page

_ALIKE = 0.8  # share of the longer text's words that two pages have together to be nearly one
_FEW_WORDS = 5  # that a print view may have more where a page is short


def leave_twins_out(pages: dict[str, Page], folder: Path) -> None:
    """Of pages with one text, that which another names as the right one, or the shortest address,
    has a file; of two that say nearly the same, the one that the other names."""
    named = {page.canonical for page in pages.values() if page.canonical}
    groups: dict[str, list[Page]] = {}
    for page in pages.values():
        if page.file:
            groups.setdefault(page.digest, []).append(page)
    for twins in groups.values():
        twins.sort(key=lambda page: (page.address not in named, len(page.address), page.address))
        for twin in twins[1:]:
            _drop(pages, twin, folder)
    for address in sorted(pages):
        page = pages[address]
        right = pages.get(page.canonical)
        # Whole sites name their start page by mistake, so the two texts count.
        if page.file and right and right.file and right is not page and _alike(page, right, folder):
            _drop(pages, page, folder)


def _alike(page: Page, other: Page, folder: Path) -> bool:
    one, two = (_words(folder / each.file) for each in (page, other))
    most = max(one.total(), two.total())
    return most - (one & two).total() <= max(_FEW_WORDS, most * (1 - _ALIKE))


def _words(file: Path) -> Counter[str]:
    """The words of a document, how often each; its front matter, which names its address, apart."""
    return Counter(file.read_text("utf-8").partition("\n---\n")[2].split())


def _drop(pages: dict[str, Page], page: Page, folder: Path) -> None:
    (folder / page.file).unlink(missing_ok=True)
    pages[page.address] = replace(page, file="", etag="", modified="")
