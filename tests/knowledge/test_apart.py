"""Damaged, hostile and endless files end with a reason, in a process apart."""

import io
import random
import zipfile
from pathlib import Path

import pytest

from chatbot.errors import DocumentError
from chatbot.knowledge.apart import extract_apart
from tests.support import ROOT
from tests.support.documents import load


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(6):
            archive.writestr(f"word/{number}.xml", b" " * 60_000_000)
    return out.getvalue()


def damaged(count: int) -> list[tuple[str, bytes]]:
    """Truncated and bit-flipped copies of real files of every format, by a fixed seed."""
    seeds = [p.read_bytes() for p in sorted(ROOT.glob("knowledge/*/*.*"))]
    suffixes = [p.suffix for p in sorted(ROOT.glob("knowledge/*/*.*"))]
    risky = [n for n, s in enumerate(suffixes) if s in {".pdf", ".docx", ".html"}]
    random.seed(0)
    files = []
    for number in range(count):
        which = risky[number % len(risky)]
        data = bytearray(seeds[which])
        if number % 2:
            del data[random.randrange(len(data)) :]
        for _ in range(random.randrange(1, 40)):
            if data:
                data[random.randrange(len(data))] = random.randrange(256)
        files.append((suffixes[which], bytes(data)))
    return files


def test_hostile_files_end_with_a_reason(tmp_path: Path) -> None:
    hostile = [
        (".docx", bomb()),
        (".html", b"<div>" * 5_000),
        (".json", b"[" * 200_000),
        (".xlsx", b"\xd0\xcf\x11\xe0" + b"0" * 600),
        (".pptx", b"PK\x03\x04"),
        (".eml", b"\xff" * 5000),
        (".pdf", b"%PDF-1.7\n" + b"1 0 obj\n<<" * 10_000),
        *damaged(24),
    ]
    outcomes = []
    for number, (suffix, data) in enumerate(hostile):
        path = tmp_path / f"{number}{suffix}"
        path.write_bytes(data)
        try:
            outcomes.append(len(load(path).text))
        except DocumentError as exc:
            assert str(exc)
            outcomes.append(0)
    assert outcomes[0] == 0 and outcomes[2] == 0
    assert load(ROOT / "knowledge/company/contact.html").text  # the reader still works


def test_a_reader_that_hangs_is_ended(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "pipe.pdf")  # opening it waits for a writer for ever
    with pytest.raises(DocumentError, match="more than 1 seconds"):
        extract_apart(tmp_path / "pipe.pdf", seconds=1)


def test_a_reader_out_of_processor_time_says_so(tmp_path: Path) -> None:
    import os
    import signal
    import threading

    from chatbot.knowledge import apart

    os.mkfifo(tmp_path / "pipe.pdf")
    (tmp_path / "a.html").write_text("<p>Words.</p>")
    assert extract_apart(tmp_path / "a.html").text == "Words.\n"  # so that there is a worker
    assert apart._worker is not None
    out_of_time = (apart._worker._process.pid, signal.SIGXCPU)
    threading.Timer(0.5, os.kill, out_of_time).start()
    with pytest.raises(DocumentError, match="more than 20 seconds"):
        extract_apart(tmp_path / "pipe.pdf")


def test_a_file_that_takes_too_much_memory_says_so_and_the_next_one_is_read(tmp_path: Path) -> None:
    import json
    import subprocess
    import sys

    (tmp_path / "large.html").write_bytes(b"<p " + b"a=1 " * 3_000_000 + b">x")  # 230 MB to read
    (tmp_path / "small.html").write_text("<p>Words.</p>")
    limited = "from chatbot.knowledge import apart; apart._FOR_A_FILE = 80_000_000; apart.serve()"
    asked = "".join(json.dumps(str(tmp_path / f"{n}.html")) + "\n" for n in ("large", "small"))
    done = subprocess.run(
        [sys.executable, "-c", limited], input=asked.encode(), cwd=ROOT, capture_output=True
    )
    large, small = map(json.loads, done.stdout.splitlines())
    assert large["reason"] == "reading it takes too much memory"
    assert small["text"] == "Words.\n"
