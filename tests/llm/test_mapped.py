"""Letting go of a mapped file."""

import mmap
import sys
from pathlib import Path

import pytest

from chatbot.llm.mapped import drop_mapped
from tests.support.memory import resident

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux tells what lies in memory")

SIZE = 1 << 20


@pytest.mark.parametrize("kind", [mmap.MAP_SHARED, mmap.MAP_PRIVATE])
def test_a_file_that_is_only_read_is_let_go_and_can_be_read_again(
    tmp_path: Path, kind: int
) -> None:
    file = tmp_path / "weights of mine.bin"
    content = bytes(range(256)) * (SIZE // 256)
    file.write_bytes(content)
    with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, kind, mmap.PROT_READ) as mapped:
        assert mapped[:] == content
        assert resident(file) == SIZE
        assert drop_mapped(file) == SIZE
        assert resident(file) == 0
        assert mapped[:] == content


def test_what_was_changed_in_memory_stays(tmp_path: Path) -> None:
    file = tmp_path / "weights.bin"
    file.write_bytes(bytes(SIZE))
    with (
        file.open("rb") as opened,
        mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_COPY) as mapped,
    ):
        mapped[:4] = b"mine"
        assert drop_mapped(file) == 0
        assert mapped[:4] == b"mine"


def test_a_file_that_is_not_mapped_costs_nothing(tmp_path: Path) -> None:
    assert drop_mapped(tmp_path / "nowhere.bin") == 0


def test_what_took_the_place_of_the_file_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "weights.bin"
    file.write_bytes(bytes(SIZE))
    stale = Path("/proc/self/maps").read_text(encoding="utf-8").splitlines()
    with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, prot=mmap.PROT_READ):
        now = Path("/proc/self/maps").read_text(encoding="utf-8")
    assert any(str(file) in line for line in now.splitlines() if line not in stale)
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: now)
    assert drop_mapped(file) == 0
