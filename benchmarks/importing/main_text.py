"""Main text of pages made from Markdown files with menus and footers, against their source.

    python -m benchmarks.importing.main_text FOLDER [--files N]

Each file is rendered in three layouts: with landmarks, with names only, and of a page as sites
were made before either. Prints for each reader and layout the share of the source's words that
came (recall), the share of what came that is the source's (precision), pages within 2% of the
source's number of words, pages with a word of the menus, and milliseconds a page. trafilatura is
compared where it is installed.
"""

import argparse
import random
import re
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from lxml import etree
from markdown_it import MarkdownIt

from chatbot.errors import DocumentError
from chatbot.importing.web.main_text import read_page
from chatbot.knowledge.front_matter import front_matter

MENU = ["Zzhome", "Zzproducts", "Zzpricing plans", "Zzcommunity", "Zzcareers", "Zzsign in"]
FOOT = ["Zzimprint", "Zzprivacy", "Zzterms of use", "Zzcookie settings", "Zzstatus page"]
_BEHIND = re.compile(r" \((?:https?://[^\s()]+|[^\s()@]+@[^\s()]+)\)")
_WORD = re.compile(r"\w+")
render = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def links(names: list[str]) -> str:
    """A list of links."""
    return "".join(f'<li><a href="/{name.split()[0].lower()}">{name}</a></li>' for name in names)


def landmarks(title: str, text: str) -> str:
    """A page whose elements say what they are."""
    return f"""<header><a href="/">Zzacme</a><nav><ul>{links(MENU)}</ul></nav></header>
    <main><nav aria-label="Breadcrumb"><ol>{links(MENU[:3])}</ol></nav><article>{text}</article>
    <div class="helpful"><p>Zzwas this helpful?</p><button>Zzyes</button></div></main>
    <aside class="related"><h3>Zzrelated articles</h3><ul>{links(MENU[2:])}</ul></aside>
    <footer><ul>{links(FOOT)}</ul><p>Zzcopyright 2026 Zzacme Ltd.</p></footer>"""


def names(title: str, text: str) -> str:
    """A page whose classes say what they are."""
    return f"""<div class="navbar navbar-default"><ul class="nav">{links(MENU)}</ul></div>
    <div class="container"><div class="sidebar col-3"><h4>Zzcontents</h4>
    <ul>{links(MENU)}</ul></div>
    <div class="breadcrumbs"><a href="/">Zzhome</a> / <a href="/a">Zzguides</a></div>
    <div class="col-9">{text}</div></div>
    <div class="cookie-banner">Zzwe use cookies. <a href="/c">Zzmore</a></div>
    <div id="footer"><ul>{links(FOOT)}</ul><p>Zzcopyright 2026 Zzacme Ltd.</p></div>"""


def tables(title: str, text: str) -> str:
    """A page that says nothing of the kind."""
    return f"""<table width="100%"><tr><td colspan="2"><ul>{links(MENU)}</ul></td></tr><tr>
    <td valign="top"><ul>{links(MENU + FOOT)}</ul></td><td>{text}</td></tr></table>
    <center><ul>{links(FOOT)}</ul></center>"""


LAYOUTS = (landmarks, names, tables)


def words(markup: str) -> Counter[str]:
    """The words that a browser shows of a piece of HTML."""
    root = etree.fromstring(f"<div>{markup}</div>".encode(), etree.HTMLParser(encoding="utf-8"))
    for element in root.iter("script", "style"):
        element.text = ""
    for element in root.iter("img"):  # readers of the text get what stands for a picture
        element.tail = f" {element.get('alt') or ''} {element.tail or ''}"
    return Counter(_WORD.findall(" ".join(root.itertext()).lower()))


def ours(page: str) -> str:
    """Without the addresses behind links, which a browser does not show either."""
    text = read_page(page.encode(), "https://acme.example/help/page").markdown
    return render.render(behind(text))


def behind(text: str) -> str:
    """The text without the addresses behind links."""
    return _BEHIND.sub("", text)


def readers() -> dict[str, Callable[[str], str]]:
    """The readers to compare, by name."""
    found: dict[str, Callable[[str], str]] = {"ours": ours}
    try:
        import trafilatura
    except ImportError:
        return found
    for name, recall in (("trafilatura", False), ("trafilatura recall", True)):
        found[name] = lambda page, recall=recall: render.render(
            trafilatura.extract(
                page, output_format="markdown", include_tables=True, favor_recall=recall
            )
            or ""
        )
    return found


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=200)
    options = parser.parse_args()
    files = sorted(options.folder.rglob("*.md"))
    files = random.Random(7).sample(files, min(options.files, len(files)))
    sources = {}
    for file in files:
        text = file.read_text(encoding="utf-8", errors="replace")
        try:
            body = render.render(text[front_matter(text).end :])
        except DocumentError:
            continue
        if sum(words(body).values()) >= 30:
            sources[file] = body
    print(f"{len(sources)} pages")
    for name, read in readers().items():
        for layout in LAYOUTS:
            measure(name, read, layout, sources)


def measure(
    name: str, read: Callable[[str], str], layout: Callable[[str, str], str], sources: dict
) -> None:
    """Print the figures of one reader and layout."""
    kept = came = total = close = menus = 0
    worst: list[tuple[float, str]] = []
    seconds = 0.0
    for file, body in sources.items():
        page = (
            f"<html lang='en'><head><title>T</title></head><body>{layout('T', body)}</body></html>"
        )
        began = time.perf_counter()
        got = words(read(page))
        seconds += time.perf_counter() - began
        want = words(body)
        kept += sum((got & want).values())
        came, total = came + sum(got.values()), total + sum(want.values())
        off = abs(sum(got.values()) / sum(want.values()) - 1)
        close += off <= 0.02
        menus += any(word.startswith("zz") for word in got - want)
        worst.append((off, file.name))
    print(
        f"{name:20} {layout.__name__:10} recall {kept / total:.4f} precision "
        f"{kept / max(came, 1):.4f} within 2% {close / len(sources):.3f} menus {menus} "
        f"{1000 * seconds / len(sources):.1f} ms; worst {max(worst)}"
    )


if __name__ == "__main__":
    main()
