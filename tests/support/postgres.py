"""A real PostgreSQL server for tests, from the binaries of this machine."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def find_binaries() -> Path | None:
    """The folder of ``initdb`` and ``pg_ctl``."""
    if found := shutil.which("pg_ctl"):
        return Path(found).resolve().parent
    return next((p.parent for p in sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))), None)


class Server:
    """A server in a folder of its own, that can be stopped and started again."""

    def __init__(self, binaries: Path, folder: Path) -> None:
        self._binaries, self._folder = binaries, folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.pid_file = folder / "data" / "postmaster.pid"
        self.url = f"postgresql://peregrine@127.0.0.1:{self.port}/postgres"
        # The server refuses to run as root.
        self._user = "nobody" if os.geteuid() == 0 else None
        if self._user:
            shutil.chown(folder, self._user)
        self._run("initdb", "-D", str(folder / "data"), "-U", "peregrine", "-A", "trust")

    def start(self) -> None:
        options = f"-p {self.port} -h 127.0.0.1 -k {self._folder} -c fsync=off"
        log = str(self._folder / "log")
        self._run("pg_ctl", "-D", f"{self._folder}/data", "-l", log, "-o", options, "-w", "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", f"{self._folder}/data", "-m", "immediate", "-w", "stop")

    def _run(self, name: str, *arguments: str) -> None:
        command = [str(self._binaries / name), *arguments]
        subprocess.run(
            command,
            user=self._user,
            cwd=self._folder,
            check=True,
            stdout=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
        )


@contextmanager
def running_server(binaries: Path) -> Iterator[Server]:
    # Not in pytest's folder: its parents are closed to the user that the server runs as.
    with tempfile.TemporaryDirectory(prefix="peregrine-pg-") as folder:
        os.chmod(folder, 0o755)
        server = Server(binaries, Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()
