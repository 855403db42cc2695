"""The noted hashes of large files."""

import hashlib
from pathlib import Path

import pytest

from chatbot.llm.checked import content_hash


def sha256(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()


def test_a_file_that_is_replaced_while_it_is_hashed_is_hashed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "model.gguf"
    file.write_bytes(b"old")

    def replaced(path: Path) -> str:
        found = sha256(path.read_bytes())
        (tmp_path / "new").write_bytes(b"another one")
        (tmp_path / "new").replace(path)
        return found

    with monkeypatch.context() as patched:
        patched.setattr("chatbot.llm.checked.file_hash", replaced)
        assert content_hash(file) == sha256(b"old")
    assert content_hash(file) == sha256(b"another one")
