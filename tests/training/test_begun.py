"""What trains into a folder, alone, and what stops it."""

import errno
from pathlib import Path

import pytest

from chatbot.errors import TrainingError
from chatbot.training.begun import training_into


def test_two_trainings_into_one_folder_do_not_meet(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with training_into(out):
        second = training_into(out)
        with pytest.raises(TrainingError, match="Another training writes into"), second:
            pass
        with training_into(tmp_path / "other"):
            pass
    with training_into(out):
        pass


@pytest.mark.parametrize(
    ("exc", "says"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "disk of .* is full"),
        (RuntimeError("I/O error: No space left on device (os error 28)"), "disk of .* is full"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), "too little memory"),
        (RuntimeError("CUDA out of memory. Tried to allocate 2 GiB"), "too little memory"),
        (MemoryError(), "too little memory"),
    ],
)
def test_a_full_disk_or_memory_is_a_sentence(tmp_path: Path, exc: Exception, says: str) -> None:
    with pytest.raises(TrainingError, match=says), training_into(tmp_path):
        raise exc


def test_what_torch_does_not_say_is_told_by_what_is_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails = RuntimeError("[enforce fail at inline_container.cc:672] . unexpected pos 576 vs 534")
    with pytest.raises(RuntimeError, match="inline_container"), training_into(tmp_path):
        raise fails
    monkeypatch.setattr("chatbot.training.begun._FREE", 10**18)
    with pytest.raises(TrainingError, match="is full"), training_into(tmp_path):
        raise fails
