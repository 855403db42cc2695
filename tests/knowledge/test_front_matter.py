"""Front matter: titles, descriptions, drafts."""

from pathlib import Path

import pytest

from chatbot.errors import DocumentError
from chatbot.knowledge.chunks import split_document
from tests.support.documents import load


def test_front_matter_is_the_title_and_no_passage(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("---\ntitle: How to return\nid: 7\n---\nWithin 30 days.\n")
    document = load(path)
    chunk = split_document(document, 900)[0]
    assert document.title == "How to return"
    assert chunk.text == "Within 30 days."
    assert path.read_text()[chunk.start : chunk.end] == chunk.text


def test_front_matter_is_text(tmp_path: Path) -> None:
    text = "---\ntitle: 1.10\ndescription: How to pay.\nopens: 9:30\n---\nBody.\n"
    document = load(tmp_path / "a.md", text)
    assert document.title == "1.10"
    assert " ".join(document.text[document.body :].split()) == "How to pay. Body."


@pytest.mark.parametrize(
    ("line", "address"),
    [
        ("address: https://help.example.com/a", "https://help.example.com/a"),
        ('source_url: "http://example.com/?q=1"', "http://example.com/?q=1"),
        ("url: /relative/", ""),
        ("url: javascript:alert(1)", ""),
        ("url: https://example.com/a b", ""),
        ("url: /relative/\ncanonical_url: https://example.com/b", "https://example.com/b"),
    ],
)
def test_front_matter_names_the_address(tmp_path: Path, line: str, address: str) -> None:
    assert load(tmp_path / "a.md", f"---\n{line}\n---\nBody.\n").address == address


def test_front_matter_that_is_no_yaml_is_read_line_by_line(tmp_path: Path) -> None:
    text = '---\ntitle: Pay: now: "x\nfoo\n---\nBody.\n'
    assert load(tmp_path / "a.md", text).title == 'Pay: now: "x'


@pytest.mark.parametrize(
    "line",
    ["draft: true", "draft: yes", "published: false", "status: Draft", "hidden: true",
     "visibility: private", "status: Entwurf", "state: brouillon", "archived: true",
     "status: notpublished", "status: obsolete", "state: review", "status: Retired",
     "isDraft: true", "is_published: false",
     "expiryDate: 2020-01-01", "publishDate: 2999-01-01"],
)  # fmt: skip
def test_drafts_are_left_out_and_said(tmp_path: Path, line: str) -> None:
    with pytest.raises(DocumentError, match="front matter says"):
        load(tmp_path / "a.md", f"---\ntitle: Price\n{line}\n---\n99 euros.\n")


def test_drafts_in_other_front_matter_are_left_out(tmp_path: Path) -> None:
    for matter in ("+++\ndraft = true\n+++", '{\n "title": "X",\n "draft": true\n}'):
        with pytest.raises(DocumentError, match="a draft"):
            load(tmp_path / "a.md", f"{matter}\n\n99 euros.\n")
    assert load(tmp_path / "a.md", '{"title": "Pay"}\n\nNow.\n').title == "Pay"
