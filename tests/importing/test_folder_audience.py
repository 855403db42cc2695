"""Whom an import is for is somebody's word, which the next import keeps."""

from pathlib import Path

from chatbot.importing.folder import import_folder
from chatbot.importing.report import ImportReport


def test_the_file_of_a_folder_stays_when_it_is_imported_again(knowledge: Path) -> None:
    acme = knowledge / "imports" / "acme"
    for place in (acme, acme / "law"):
        place.mkdir(parents=True)
        (place / ".audience").write_text("legal")
    with import_folder(knowledge, "acme") as folder:
        folder.begin()
        (folder.staged / "a.md").write_text("x")
        folder.commit(ImportReport("acme"))
    assert (acme / "a.md").exists()
    assert [(place / ".audience").read_text() for place in (acme, acme / "law")] == ["legal"] * 2
