"""Chunks: verbatim slices, no word lost, no longer than allowed, with what they are searched by."""

import unicodedata
from pathlib import Path

import pytest

from chatbot.knowledge.chunks import split_document
from chatbot.knowledge.documents import Document, load_document
from tests.support import ROOT
from tests.support.documents import load


@pytest.mark.parametrize(
    "path",
    sorted(p.relative_to(ROOT / "knowledge").as_posix() for p in ROOT.glob("knowledge/*/*.*")),
)
def test_chunks_are_verbatim_slices(path: str) -> None:
    document = load_document(ROOT / "knowledge", path, 10**7)
    chunks = split_document(document, 300)
    assert chunks
    assert all(chunk.text == document.text[chunk.start : chunk.end] for chunk in chunks)
    assert len({chunk.id for chunk in chunks}) == len(chunks)


def test_long_text_keeps_every_word() -> None:
    text = "# T\n\n" + "".join(f"Sentence {n} says a thing. " for n in range(500))
    chunks = split_document(Document(path="a.md", title="T", text=text, markdown=True), 400)
    assert max(len(chunk.text) for chunk in chunks) <= 402
    assert " ".join(c.text for c in chunks).split() == text.split()


@pytest.mark.parametrize(
    "text",
    [
        "# " + "long " * 100_000,
        "# a" + " " * 400_000 + "x\n\nWords.",
        "---\ntitle: " + "long " * 3000 + "\n---\nWords.",
        "---\na: &a [x, x, x, x, x, x, x, x, x]\n"
        + "".join(
            f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n"
            for a, b in zip("abcdefgh", "bcdefghi", strict=True)
        )
        + "title: *i\n---\nWords.",
        "a\n" * 1_500_000,
    ],
    ids=["heading", "blanks", "title", "aliases", "lines"],
)
def test_no_part_of_a_text_grows_in_the_index(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.md").write_text(text)
    chunks = split_document(load(tmp_path / "a.md"), 900)
    assert max(len(chunk.search_text) for chunk in chunks) <= 900 + 2 * 300 + 10


def test_a_line_without_an_end_is_split(tmp_path: Path) -> None:
    text = "word " * 600_000
    chunks = split_document(Document(path="a.txt", title="a", text=text, markdown=False), 900)
    assert max(len(chunk.text) for chunk in chunks) <= 900
    assert sum(len(chunk.text.split()) for chunk in chunks) == 600_000


def test_every_chunk_of_a_table_knows_its_columns(tmp_path: Path) -> None:
    rows = [f"| E-{n} | Fault {n} of the unit | customer |" for n in range(60)]
    table = "\n".join(["# Codes", "", "| Code | Meaning | Who pays |", "|---|---|---|", *rows])
    chunks = split_document(load(tmp_path / "a.md", table), 400)
    assert len(chunks) > 3
    assert chunks[1].text.startswith("| Code |")
    assert all(c.columns == "Code | Meaning | Who pays" for c in chunks[1:])
    assert all(chunk.text.startswith("| E-") for chunk in chunks[2:])


def test_folders_and_file_names_are_searched(tmp_path: Path) -> None:
    path = tmp_path / "knowledge" / "harbor-pro" / "warranty-rules.md"
    path.parent.mkdir(parents=True)
    path.write_text("# Warranty\n\nFive years.\n")
    document = load_document(tmp_path / "knowledge", "harbor-pro/warranty-rules.md", 1000)
    chunk = split_document(document, 900)[0]
    assert chunk.search_text.startswith("harbor pro > warranty rules > Warranty\n")
    assert chunk.title == "Warranty"


def test_words_are_searched_in_one_spelling(tmp_path: Path) -> None:
    text = (
        unicodedata.normalize("NFD", "Störung")
        + " Kün\u00addi\u00adgung \ufb01rm Premium\u200bPlan 10¹"
    )
    chunk = split_document(load(tmp_path / "a.txt", text), 900)[0]
    assert chunk.text == text
    assert chunk.search_text.endswith("\nStörung Kündigung firm PremiumPlan 10 1")


class Words:
    """Reads forty words, what stands over a text among them."""

    limit = 40

    def count(self, texts: list[str]) -> list[int]:
        return [len(text.split()) for text in texts]


def test_nothing_is_cut_from_a_vector(tmp_path: Path) -> None:
    text = "# T\n\n" + " ".join(f"Word{n} is so." for n in range(200))
    chunks = split_document(load(tmp_path / "a.md", text), 900, Words())  # type: ignore[arg-type]
    assert max(Words().count([chunk.search_text for chunk in chunks])) <= 40
    assert " ".join(chunk.text for chunk in chunks).split() == text.split()
