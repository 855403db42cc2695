"""Which files of a folder are read."""

from pathlib import Path

import pytest

from chatbot.errors import DocumentError
from chatbot.knowledge.documents import list_files, list_skipped, load_document


def test_links_that_leave_the_folder_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "knowledge"
    folder.mkdir()
    (tmp_path / "secret.md").write_text("secret")
    (folder / "link.md").symlink_to(tmp_path / "secret.md")
    (folder / "dangling.md").symlink_to(tmp_path / "nothing.md")
    (folder / "circle.md").symlink_to(folder / "circle.md")
    (folder / "up").symlink_to(tmp_path)
    found = list_files(folder)
    assert set(found) == {"link.md", "dangling.md", "circle.md"}
    for path in found:
        with pytest.raises(DocumentError):
            load_document(folder, path, 1000)


def test_what_is_not_read_is_named(tmp_path: Path) -> None:
    for name in ("a.md", "b.png", "sub/c.png", "d", ".hidden"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    kinds = {kind.suffix: (kind.count, kind.reason) for kind in list_skipped(tmp_path)}
    assert kinds == {
        ".png": (2, ".png files are not read"),
        "": (1, "nameless files are not read"),
        ".*": (1, "its name begins with a dot"),
    }
