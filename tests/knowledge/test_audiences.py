"""Whom documents are for, as they and their folders say; what is unclear is for nobody."""

from pathlib import Path

import pytest

from chatbot.audience import FOR_NOBODY, FOR_STAFF
from chatbot.errors import DocumentError
from chatbot.knowledge.audiences import Said, audience_of, folders_said
from chatbot.knowledge.documents import list_folder, list_skipped
from chatbot.knowledge.front_matter import front_matter

LEGAL = {"legal"}


def said_by(text: str) -> set[str] | None:
    """The audience of a document that nothing stands over; ``None`` where it says nothing."""
    audience = front_matter(text).audience
    said = Said()
    if audience is None:
        return None
    said.add("a.md", audience)
    return set(audience_of("a.md", said.names))


@pytest.mark.parametrize(
    ("front", "audience"),
    [
        ("---\naudience: Public\n---\n", {"public"}),
        ("---\naudience: internal\n---\n", {"internal"}),
        ("---\ntitle: x\nAudience: [legal, sales]\n---\n", {"legal", "sales"}),
        ("---\naudience:\n  - legal\n  - sales\n---\n", {"legal", "sales"}),
        ('+++\naudience = ["legal"]\n+++\n', LEGAL),
        ('{"audience": ["legal", "sales"], "title": "x"}\n\n', {"legal", "sales"}),
        ("---\naudience: Intern\n---\n", {"intern"}),  # it may be a group's name
        ("---\ntitle: x\n---\n", None),
        ("The audience: everybody.\n", None),
        ("# Audience: everybody\n", None),
        # A slip shows it to nobody else.
        ("---\naudience:\n---\n", set()),
        ("---\naudience: public, legal\n---\n", set()),
        ("---\naudience: public\naudience: legal\n---\n", set()),
        ("---\ntitle: a: b\naudience: legal\nAudience: public\n---\n", set()),
        ('+++\nAudience = "legal"\naudience = "public"\n+++\n', set()),
        ('{"audience": "legal", "audience": "public"}\n\n', set()),
        ('{"Audience": "legal", "audience": "public"}\n\n', set()),
        ("---\naudience: {who: legal}\n---\n", set()),
        ("---\nmeta:\n\n  audience: legal\n---\n", set()),
        ("---\ntitle: a: b\naudience:\n  - legal\n---\n", set()),
        ("+++\ntitle = \naudience = 'legal'\n+++\n", set()),
        ("+++\n[audience]\nname = 'legal'\n+++\n", set()),
        ('{"title": "x", "audience": "legal",}\n\n', set()),
        ("---\naudience: legal\n", set()),
        ("\n---\naudience: legal\n---\n", set()),
    ],
)
def test_front_matter_says_whom_a_page_is_for(front: str, audience: set[str] | None) -> None:
    assert said_by(f"{front}Text.\n") == audience


@pytest.mark.parametrize("state", ["draft", "hidden", "private", "WIP", "deleted"])
def test_a_state_that_hides_a_page_hides_it_still(state: str) -> None:
    with pytest.raises(DocumentError):
        front_matter(f"---\naudience: {state}\n---\nText.\n")


def test_the_nearest_counts(tmp_path: Path) -> None:
    for path, text in {
        "a.md": "x",
        "site/b.md": "x",
        "site/law/c.md": "x",
        "site/law/old/d.md": "x",
        "site/.audience": "public\n",
        "site/law/.audience": "legal\nsales\n",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    listing = list_folder(tmp_path)
    said = folders_said(tmp_path, {p: s.size for p, s in listing.audiences.items()})
    said.add("site/law/c.md", "public")
    assert not said.unclear and not list_skipped(tmp_path)
    assert {path: set(audience_of(path, said.names)) for path in listing.documents} == {
        "a.md": set(FOR_STAFF),
        "site/b.md": {"public"},
        "site/law/c.md": {"public"},
        "site/law/old/d.md": {"legal", "sales"},
    }


@pytest.mark.parametrize("kind", ["empty", "bytes", "large", "folder", "link", "words"])
def test_a_file_that_cannot_be_read_is_named_and_counts_as_for_nobody(
    tmp_path: Path, kind: str
) -> None:
    (tmp_path / ".audience").write_text("public")
    law = tmp_path / "law"
    law.mkdir()
    (law / "a.md").write_text("x")
    file = law / ".audience"
    match kind:
        case "folder":
            file.mkdir()
        case "link":
            file.symlink_to(law / "gone")
        case _:
            said = {"empty": b"", "bytes": b"\xff\xfe\xfa", "large": b"a\n" * 9_000}
            file.write_bytes(said.get(kind, b"everybody of us"))
    listing = list_folder(tmp_path)
    read = folders_said(tmp_path, {p: s.size for p, s in listing.audiences.items()})
    assert list(read.unclear) == ["law/.audience"]
    assert audience_of("law/a.md", read.names) == FOR_NOBODY


@pytest.mark.parametrize("name", [".audience.txt", ".Audience", ".AUDIENCE.TXT"])
@pytest.mark.parametrize("beside", [False, True])
def test_a_name_that_a_program_changed_opens_nothing(
    tmp_path: Path, name: str, beside: bool
) -> None:
    law = tmp_path / "law"
    law.mkdir()
    (law / "a.md").write_text("x")
    (law / name).write_text("legal")
    if beside:
        (law / ".audience").write_text("public")
    listing = list_folder(tmp_path)
    read = folders_said(tmp_path, {p: s.size for p, s in listing.audiences.items()})
    assert "is called .audience" in read.unclear[f"law/{name}"]
    assert audience_of("law/a.md", read.names) == FOR_NOBODY
    assert not list_skipped(tmp_path)
