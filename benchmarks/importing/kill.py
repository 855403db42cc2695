"""Importers killed (SIGKILL) at random moments: after each kill, what is answered from is one whole
version; after the next import nothing is lost, doubled or left over.

    python -m benchmarks.importing.kill FOLDER [--source web|zendesk] [--pages 300] [--times 50]

The Markdown files in FOLDER become a site of another process, or the articles of a Zendesk export
with as many tickets. A first import says how long one takes; each kill comes at a moment of that
time or a quarter later, and an import that was faster makes way for the next version of the
source, in which every tenth text is another. Prints one line of JSON.
"""

import argparse
import json
import multiprocessing
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from multiprocessing.queues import Queue
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import Protocol

from benchmarks.importing.site import bodies, serve

_CHANGED = re.compile(r"It was changed (\d+) times")
_PAGE = re.compile(r"^Page (\d+)\.$", re.MULTILINE)
_TICKET = re.compile(r"Replace fuse (\d+) of cabinet \d+ in version (\d+)")


class Source(Protocol):
    """Texts that can be imported; ``changed`` of them say which version they are of."""

    arguments: list[str]
    changed: int
    tickets: int

    @property
    def version(self) -> int:
        """Of what is there now."""

    def next_version(self) -> None:
        """Change them."""


class WebSource:
    """A site served by another process."""

    tickets = 0

    def __init__(self, pages: list[str]) -> None:
        ports: Queue[int] = multiprocessing.Queue()
        self.changed = len(pages) // 10
        self._version: Synchronized[int] = multiprocessing.Value("i", 0)
        served = (pages, self.changed, ports, self._version)
        multiprocessing.Process(target=serve, args=served, daemon=True).start()
        self.arguments = ["web", f"http://127.0.0.1:{ports.get()}/", "--allow-private"]

    @property
    def version(self) -> int:
        """Of what is served."""
        return self._version.value

    def next_version(self) -> None:
        """Others under some addresses."""
        self._version.value += 1


class ZendeskSource:
    """Articles and tickets in one file, replaced in one step."""

    def __init__(self, pages: list[str], folder: Path) -> None:
        self._pages, self._file = pages, folder / "export.json"
        self.changed, self.tickets = len(pages) // 10, len(pages)
        self.version = 0
        self.arguments = ["zendesk", str(self._file)]
        self._write()

    def next_version(self) -> None:
        """Another export."""
        self.version += 1
        self._write()

    def _write(self) -> None:
        version = self.version
        texts = [
            page + (f"<p>It was changed {version} times.</p>" if n < self.changed else "")
            for n, page in enumerate(self._pages)
        ]
        articles = [
            {"id": n, "title": f"Page {n}", "locale": "en", "body": text}
            for n, text in enumerate(texts)
        ]
        users = [{"id": 1, "role": "agent"}, {"id": 2, "role": "end-user"}]
        tickets = [_ticket(n, version) for n in range(self.tickets)]
        beside = self._file.with_suffix(".new")
        beside.write_text(json.dumps({"articles": articles, "tickets": tickets, "users": users}))
        os.replace(beside, self._file)


def _ticket(number: int, version: int) -> dict[str, object]:
    said = [
        (2, f"Which fuse does cabinet {number} need when lamp {number * 7} is dark?"),
        (1, f"Replace fuse {number} of cabinet {number * 3} in version {version}, then wait."),
    ]
    comments = [
        {"id": at, "author_id": who, "public": True, "plain_body": text,
         "created_at": f"2026-01-01T10:0{at}:00Z"}
        for at, (who, text) in enumerate(said)
    ]  # fmt: skip
    subject = f"Cabinet {number}"
    return {"id": number, "subject": subject, "requester_id": 2, "comments": comments}


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--source", choices=["web", "zendesk"], default="web")
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    pages = bodies(options.folder, options.pages)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "knowledge").mkdir()
        web = options.source == "web"
        source: Source = WebSource(pages) if web else ZendeskSource(pages, root)
        began = time.perf_counter()
        _start(source, root).wait()
        whole = time.perf_counter() - began
        figures = Counter[str]()
        while figures["kills"] < options.times:
            source.next_version()
            while figures["kills"] < options.times and _killed(source, root, chance, whole):
                figures["kills"] += 1
                _versions(root, source, len(pages))
                figures["left_staged"] += any((root / "knowledge/imports").glob(".*.new"))
            figures["versions"] += 1
        last = _start(source, root).wait()
        left = [*(root / "knowledge/imports").glob(".[!l]*"), *(root / "data").rglob("*.new")]
        said = _versions(root, source, len(pages))
        assert said == {source.version}, said
    ends = {"last_status": last, "left_over": len(left)}
    print(json.dumps({"source": options.source, "seconds": round(whole, 1)} | figures | ends))


def _start(source: Source, root: Path) -> "subprocess.Popen[bytes]":
    options = ["--name", "it", "--knowledge", str(root / "knowledge")]
    return subprocess.Popen(
        [sys.executable, "-m", "chatbot", "import", *source.arguments, *options],
        env=os.environ | {"CHATBOT_DATA": str(root / "data")},
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )


def _killed(source: Source, root: Path, chance: random.Random, whole: float) -> bool:
    """Whether an import was killed before it was through."""
    process = _start(source, root)
    try:
        process.wait(chance.uniform(0, 1.25 * whole))
    except subprocess.TimeoutExpired:
        os.kill(process.pid, signal.SIGKILL)
    return process.wait() != 0


def _versions(root: Path, source: Source, pages: int) -> set[int]:
    """The versions that what is answered from is of.

    Raises:
        AssertionError: a text is missing, doubled, cut off, or of another version than the others.
    """
    texts = [file.read_text() for file in (root / "knowledge/imports/it").rglob("*.md")]
    numbers = [int(found) for text in texts for found in _PAGE.findall(text)[:1]]
    assert sorted(numbers) == list(range(pages)), Counter(numbers).most_common(3)
    marks = [int(found) for text in texts for found in _CHANGED.findall(text)]
    assert len(marks) in (0, source.changed), len(marks)
    versions = set(marks or [0])
    if source.tickets:
        assert len(versions) == 1, versions  # an export is one version, a site is not
        rows = (root / "data/candidates/it.jsonl").read_text().splitlines()
        answers = [_TICKET.search(json.dumps(json.loads(row))) for row in rows]
        told = [found.groups() for found in answers if found]
        assert sorted(int(number) for number, _ in told) == list(range(source.tickets)), len(told)
        assert len({version for _, version in told}) == 1
    return versions


if __name__ == "__main__":
    main()
