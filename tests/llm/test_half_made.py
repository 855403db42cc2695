"""What a killed process leaves half made: never taken for whole, removed by the next one."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from chatbot.llm.half_made import LOCK, half_made, is_whole, put_in_place
from tests.support import ROOT


def make(parent: Path, out: Path, text: str = "weights") -> None:
    with half_made(parent) as folder:
        made = folder / "graph"
        made.mkdir()
        (made / "model.bin").write_text(text)
        (made / "tokenizer.json").write_text("{}")
        put_in_place(made, out)


def test_it_is_there_whole_and_nothing_beside_it(tmp_path: Path) -> None:
    out = tmp_path / "graphs" / "one"
    make(out.parent, out)
    assert is_whole(out)
    assert {path.name for path in out.parent.iterdir()} == {"one", LOCK}


def test_an_error_leaves_what_was_there(tmp_path: Path) -> None:
    out = tmp_path / "one"
    make(tmp_path, out, "first")
    with pytest.raises(OSError, match="full"), half_made(tmp_path) as folder:
        (folder / "half").touch()
        raise OSError("the disk is full")
    assert (out / "model.bin").read_text() == "first"
    assert {path.name for path in tmp_path.iterdir()} == {"one", LOCK}


def test_a_killed_process_leaves_what_the_next_removes(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from chatbot.llm.half_made import half_made\n"
        "with half_made(Path(sys.argv[1])) as folder:\n"
        "    (folder / 'half').touch(); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT)
    assert len(list(tmp_path.glob(".half-*/half"))) == 1
    make(tmp_path, tmp_path / "one")
    assert {path.name for path in tmp_path.iterdir()} == {"one", LOCK}


@pytest.mark.parametrize("name", ["model.bin", "tokenizer.json", "sizes.json"])
@pytest.mark.parametrize("damage", ["shorter", "gone"])
def test_a_folder_without_all_of_its_files_is_not_whole(
    tmp_path: Path, name: str, damage: str
) -> None:
    out = tmp_path / "one"
    make(tmp_path, out)
    if damage == "gone":
        (out / name).unlink()
    else:
        (out / name).write_bytes((out / name).read_bytes()[:1])
    # Without the note of the sizes it may be an earlier version's, or a person's own.
    assert is_whole(out) is (name == "sizes.json" and damage == "gone")
    make(tmp_path, out)
    assert is_whole(out)


def test_nothing_and_a_file_are_not_whole(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert not is_whole(tmp_path / "nothing")
    assert not is_whole(tmp_path / "file")


def test_one_makes_and_the_others_wait(tmp_path: Path) -> None:
    begun, order = threading.Event(), []

    def second() -> None:
        begun.set()
        with half_made(tmp_path) as folder:
            order.append(f"second beside {len(list(tmp_path.glob('.half-*')))}")
            assert folder.is_dir()

    with half_made(tmp_path) as first:
        thread = threading.Thread(target=second)
        thread.start()
        begun.wait()
        thread.join(0.3)
        assert first.is_dir()
        order.append("first")
    thread.join(10)
    assert order == ["first", "second beside 1"]
