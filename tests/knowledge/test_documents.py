"""Which files of a folder are read."""

import time
from pathlib import Path

import pytest

from chatbot.errors import DocumentError
from chatbot.knowledge.documents import list_files, list_skipped, load_document
from tests.support.documents import load


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


@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson", "a.json", "a.csv", "a.md", "a.yaml"])
@pytest.mark.parametrize("text", ["\n\n", "\ufeff", "\ufeff \n", " "])
def test_a_file_of_blank_lines_stops_nothing(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(DocumentError, match=r"empty|not valid"):
        load_document(tmp_path, name, 1000)


def test_whatever_a_reader_of_text_raises_leaves_the_file_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(text: str, mdx: bool) -> None:
        raise KeyError("odd")

    monkeypatch.setattr("chatbot.knowledge.plain.read_markdown", fail)
    (tmp_path / "a.md").write_text("x")
    with pytest.raises(DocumentError, match=r"it cannot be read as \.md \('odd'\)"):
        load_document(tmp_path, "a.md", 1000)


def test_what_is_not_read_is_named(tmp_path: Path) -> None:
    for name in ("a.md", "b.png", "sub/c.png", "d", ".hidden", ".starters", "~$a.docx"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    kinds = {kind.suffix: (kind.count, kind.reason) for kind in list_skipped(tmp_path)}
    assert kinds == {
        ".png": (2, ".png files are not read"),
        "": (1, "nameless files are not read"),
        ".*": (1, "its name begins with a dot"),
        "~$*": (1, "an Office program notes by it who has a document open"),
    }
    assert list(list_files(tmp_path)) == ["a.md"]


@pytest.mark.parametrize(
    ("name", "text", "title"),
    [
        ("000418.txt", "Notice for tenants\n\nUse stair C.\n", "Notice for tenants"),
        ("2211.md", "**Dial 77** to reach Serin. He is in.\n", "Dial 77 to reach Serin"),
        ("scan_0012.txt", "a " * 80, " ".join("a" * 45) + "…"),
        ("4f1c2d3e.html", "<p><b>Unlock a safe</b></p><p>Turn it.</p>", "Unlock a safe"),
        ("000418.csv", "Plan,Price\nPlus,9\n", "000418"),
        ("guarantee.txt", "It lasts a year.\n", "guarantee"),
        ("0.md", "# Kün\u00addi\u00adgung\n\nYes.\n", "Kündigung"),
        (
            "api.yaml",
            "openapi: 3.0.3\ninfo:\n  version: '1'\n  title: Booking API\n",
            "Booking API",
        ),
    ],
)
def test_titles_of_files_whose_name_tells_nothing(
    tmp_path: Path, name: str, text: str, title: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    found = load_document(tmp_path, name, 10_000)
    assert found.title == title
    assert name[:6] != "000418" or "000418" in f"{found.name} {found.title}"  # found by it, too


def test_an_interface_without_a_title_is_read_in_time(tmp_path: Path) -> None:
    for line in ("  version: 1\n", " " * 40 + "\n"):
        began = time.process_time()
        document = load(tmp_path / "api.yaml", "info:\n" + line * 60)
        assert (document.title, time.process_time() - began < 3) == ("api", True)  # it took years


def test_names_without_blanks_count_by_their_words(tmp_path: Path) -> None:
    file = tmp_path / "TernMini" / "batteryLife.md"
    file.parent.mkdir()
    file.write_text("# Battery\n\n14 hours.\n")
    document = load_document(tmp_path, "TernMini/batteryLife.md", 1_000)
    assert document.folders == "TernMini Tern Mini" and document.name == "batteryLife battery Life"


@pytest.mark.parametrize(
    ("path", "folders", "name"),
    [
        ("returns_UK.md", "", "returns UK"),
        ("returns-us.md", "", "returns us"),
        ("returns_X10.md", "", "returns X10"),
        ("2025-01 returns.md", "", "2025 01 returns"),
        ("returns v2.1.md", "", "returns v2.1"),
        ("v10.0/returns.md", "v10.0", ""),
        ("2025/returns.md", "2025", ""),
        ("us/returns.md", "us", ""),
        # A language, a copy, a place in an order and what a scanner counts say nothing.
        ("en-us/returns.md", "", ""),
        ("returns (2).md", "", ""),
        ("03/02 - returns.md", "", ""),
        ("scan0012.md", "", ""),
    ],
)
def test_regions_years_versions_and_models_in_names_count(
    tmp_path: Path, path: str, folders: str, name: str
) -> None:
    file = tmp_path / path
    file.parent.mkdir(exist_ok=True)
    file.write_text("# Returns\n\n14 days.\n")
    document = load_document(tmp_path, path, 1_000)
    assert (document.folders, document.name) == (folders, name)


@pytest.mark.parametrize("where", ["", "index/"])
def test_an_index_in_the_folder_is_no_document(tmp_path: Path, where: str) -> None:
    """Read again, each would hold the one before, and "serve" would index without an end."""
    for name in ("a.md", f"{where}g00000001/chunks.jsonl", f"{where}findings.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("# A\n\nA text.")
    assert len(list_files(tmp_path)) == 3  # names alone are no index
    (tmp_path / where / "CURRENT").write_text("g00000001\n")
    (tmp_path / where / ".lock").touch()
    assert list(list_files(tmp_path)) == ["a.md"]
    assert list_skipped(tmp_path) == []
