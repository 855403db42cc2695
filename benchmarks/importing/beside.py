"""A site imported and indexed, beside indexing the Markdown that it was made of, by turns.

    python -m benchmarks.importing.beside FOLDER [--pages 3000] [--groups 6] [--only GROUP]

The pages are dealt into groups. Of each, one turn imports its site (served by a process of its own)
and builds an index from nothing, the other indexes the Markdown files from nothing, with the
bundled embedding model, which is loaded once. After each group a line of JSON is printed: seconds
so far by the clock and of processor time (of this process and its readers, not of the server), and
chunks. With ``--only`` one group is taken, so that a busy machine can have its turns apart. The
wanted ratio of the sums is 1.2 at most.
"""

import argparse
import json
import multiprocessing
import tempfile
from functools import partial
from multiprocessing.queues import Queue
from pathlib import Path

from benchmarks.importing.main_text import render
from benchmarks.importing.site import serve, sources
from benchmarks.knowledge.rate import seconds
from chatbot.importing.web.crawl import Bounds
from chatbot.importing.web.importer import import_site
from chatbot.index.builder import update_index
from chatbot.index.embeddings import load_embeddings
from chatbot.index.generations import load_current
from chatbot.knowledge.front_matter import front_matter
from chatbot.llm.catalogue import load_catalogue, require_weights
from chatbot.settings import load_settings


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pages", type=int, default=3000)
    parser.add_argument("--groups", type=int, default=6)
    parser.add_argument("--only", type=int, help="the number of one group, from 0")
    options = parser.parse_args()
    texts = sources(options.folder, options.pages)
    entry = load_catalogue(load_settings().models).choose_embeddings("bundled")
    model = load_embeddings(require_weights(entry), entry.query_prefix)
    model.embed_documents(["warm up"] * 64)
    sums: dict[str, list[float]] = {}
    groups = range(options.groups) if options.only is None else [options.only]
    done = 0
    for group in groups:
        mine = texts[group :: options.groups]
        ports: Queue[int] = multiprocessing.Queue()
        pages = [render.render(text[front_matter(text).end :]) for text in mine]
        server = multiprocessing.Process(
            target=serve, args=(pages, 0, ports, multiprocessing.Value("i", 0)), daemon=True
        )
        server.start()
        address = f"http://127.0.0.1:{ports.get()}/"
        with tempfile.TemporaryDirectory() as folder:
            for name in ("site", "markdown")[:: 1 - 2 * (group % 2)]:
                knowledge = Path(folder) / name
                knowledge.mkdir()
                settings = load_settings(knowledge=knowledge, index=Path(folder) / f"{name}.index")
                if name == "site":
                    take = partial(
                        import_site, knowledge, address, Bounds(pages=10**6), name="site",
                        allow_private=True,
                    )  # fmt: skip
                    _add(sums, "import", seconds(take))
                else:
                    for number, text in enumerate(mine):
                        (knowledge / f"{number}.md").write_text(text, encoding="utf-8")
                build = seconds(partial(update_index, settings, entry.name, lambda: model))
                chunks = len(load_current(settings.index).chunks)
                _add(sums, name, (*build, chunks))
        server.kill()
        done += len(mine)
        print(json.dumps(_figures(sums, done)), flush=True)


def _add(sums: dict[str, list[float]], name: str, values: tuple[float, ...]) -> None:
    sums[name] = [a + b for a, b in zip(sums.get(name, [0.0] * 3), values, strict=False)]


def _figures(sums: dict[str, list[float]], pages: int) -> dict[str, object]:
    """Sums, and import with index over index of the Markdown."""
    ratios = [(sums["import"][at] + sums["site"][at]) / sums["markdown"][at] for at in (0, 1)]
    return {
        "pages": pages,
        "ratio": round(ratios[0], 3),
        "ratio_cpu": round(ratios[1], 3),
        **{name: [round(value, 1) for value in values] for name, values in sums.items()},
    }


if __name__ == "__main__":
    main()
