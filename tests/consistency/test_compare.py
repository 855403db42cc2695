"""Comparing the documents of a folder, again and again."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chatbot.consistency.compare import compare_documents
from chatbot.consistency.findings import Finding, read_findings
from chatbot.consistency.kept import read_statements, write_statements
from chatbot.consistency.statements import Statement
from chatbot.index.builder import Kept, update_index
from chatbot.index.generations import Generation
from chatbot.settings import Settings
from tests.support.scripted import HashedEmbeddings

FILLING = " ".join(
    f"The {thing} of the {place} is looked after by the {people} of the harbour."
    for thing in ("roof", "gate", "crane", "clock", "well", "fence")
    for place in ("warehouse", "canteen", "ferry", "lighthouse", "boatyard")
    for people in ("wardens", "masons", "pilots", "clerks")
)
RIGHT = "Parcels for the northern islands are kept at the depot in Tromsø for 14 days."
WRONG = "Note that parcels for the northern islands are kept at the depot in Tromsø for 21 days."


@pytest.fixture
def folder(knowledge: Path) -> Path:
    (knowledge / "harbour.md").write_text(f"# Harbour\n\n{FILLING}\n")
    (knowledge / "depot.md").write_text(f"# Depot\n\nThe depot has a yard. {RIGHT}\n")
    (knowledge / "ferries.md").write_text(f"# Ferries\n\nFerries leave early. {WRONG}\n")
    return knowledge


class Folder:
    """A folder that is indexed and compared, and what was found."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._kept = settings, Kept()

    def generation(self) -> Generation:
        update_index(self._settings, "hashed", HashedEmbeddings, kept=self._kept)
        assert self._kept.generation is not None
        return self._kept.generation

    def found(self) -> list[Finding]:
        return list(compare_documents(self._settings.index, self.generation()).found)


@pytest.fixture
def compared(folder: Path, settings: Settings) -> Folder:
    return Folder(settings)


def test_two_documents_that_disagree_are_found_with_both_quotes(
    compared: Folder, settings: Settings, folder: Path
) -> None:
    [found] = compared.found()
    assert found.kind == "contradiction"
    assert [(p.path, p.said) for p in (found.one, found.other)] == [
        ("depot.md", "14 days"),
        ("ferries.md", "21 days"),
    ]
    for place in (found.one, found.other):
        assert (folder / place.path).read_text()[place.start : place.end] == place.quote
    kept = read_findings(settings.index)
    assert kept.found == (found,)
    assert kept.counts() == {"contradictions": 1, "copies": 0}


def test_only_what_changed_is_compared_again(
    compared: Folder, settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = compared.found()
    assert compared.found() == before  # the same generation: nothing is done
    read: list[str] = []
    from chatbot.consistency import compare

    def counted(chunks):  # type: ignore[no-untyped-def]
        read.append(chunks[0].path)
        return statements_of(chunks)

    statements_of = compare.statements_of
    monkeypatch.setattr(compare, "statements_of", counted)
    (folder / "eu.md").write_text("# EU\n\nCustomers in the EU may return a lamp.\n")
    assert compared.found() == before
    assert read == ["eu.md"]
    (folder / "third.md").write_text(f"# Third\n\n{RIGHT.replace('14', '35')}\n")
    paths = {(f.one.path, f.other.path) for f in compared.found()}
    wanted = {("depot.md", "ferries.md"), ("depot.md", "third.md"), ("ferries.md", "third.md")}
    assert paths == wanted
    (folder / "ferries.md").unlink()
    paths = {(f.one.path, f.other.path) for f in compared.found()}
    assert paths == {("depot.md", "third.md")}
    (folder / "third.md").write_text(f"# Third\n\n{RIGHT}\n")
    assert compared.found() == []


def test_a_form_that_each_document_fills_in_is_no_contradiction(
    compared: Folder, folder: Path
) -> None:
    for number in range(40, 46):
        said = RIGHT.replace("14", str(number))
        (folder / f"form{number}.md").write_text(f"# Form\n\n{said}\n")
    assert compared.found() == []
    # Whatever came first: what is a form is seen from all that fill it in.
    for path in folder.glob("form4[1-5].md"):
        path.unlink()
    assert len(compared.found()) == 3
    (folder / "form41.md").write_text(f"# Form\n\n{RIGHT.replace('14', '41')}\n")
    assert compared.found() == []


def test_a_file_that_is_read_otherwise_is_compared_again(
    compared: Folder, settings: Settings, folder: Path
) -> None:
    """By another version of the program."""
    generation = compared.generation()
    (before,) = compare_documents(settings.index, generation).found
    texts = {path: f"Draft. {text}" for path, text in generation.texts.items()}
    chunks = [c._replace(start=c.start + 7, end=c.end + 7) for c in generation.chunks]
    manifest = replace(generation.manifest, generation="g00000099")
    other = replace(generation, manifest=manifest, chunks=chunks, texts=texts)
    (found,) = compare_documents(settings.index, other).found
    assert found.id == before.id
    for place in (found.one, found.other):
        assert texts[place.path][place.start : place.end] == place.quote


def test_sentences_without_blanks_are_compared(compared: Folder, folder: Path) -> None:
    for name, days in (("guide.md", 30), ("shop.md", 14)):
        (folder / name).write_text(f"# 返品\n\n商品の返品は、到着後{days}日以内に限ります。\n")
    found = [f for f in compared.found() if f.one.path == "guide.md"]
    assert [(f.one.said, f.other.said) for f in found] == [("30", "14")]


def test_rows_of_tables_and_questions_are_not_compared(compared: Folder, folder: Path) -> None:
    (folder / "ferries.md").write_text(
        "# Ferries\n\n| Parcels | Days |\n|---|---|\n"
        "| Parcels for the northern islands are kept at the depot in Tromsø | 21 days |\n\n"
        "Are parcels for the northern islands kept at the depot in Tromsø for 21 days?\n"
    )
    assert compared.found() == []


def test_a_document_that_stands_in_another_is_a_near_copy(compared: Folder, folder: Path) -> None:
    text = FILLING.replace("roof", "mast", 2)
    (folder / "copy.md").write_text(f"# Copy\n\n{text}\n\nAnd one sentence more.\n")
    copies = [found for found in compared.found() if found.kind == "copy"]
    assert [(f.one.path, f.other.path) for f in copies] == [("copy.md", "harbour.md")]
    assert copies[0].share > 0.8
    (folder / "copy.md").write_text("# Copy\n\nNothing of it is left.\n")
    assert all(found.kind != "copy" for found in compared.found())


def test_damaged_notes_are_made_anew(compared: Folder, settings: Settings, folder: Path) -> None:
    before = compared.found()
    for damaged in (b"{", b"5", b"[1]", b'"x"', b"null"):
        for name in ("findings.json", "statements.npz"):
            (settings.index / name).write_bytes(damaged)
        assert read_statements(settings.index, {}) == {}
        assert read_findings(settings.index).generation == ""
    assert compared.found() == before


@pytest.mark.parametrize(
    "changed",
    [
        {"documents": np.asarray([99])},
        {"documents": np.asarray([-1])},
        {"hashes": np.asarray([], dtype=np.str_)},
        {"spans": np.asarray([[1, 2, 3]])},
        {"spans": np.asarray(5)},
        {"texts": np.asarray([[1, 2]], dtype=np.uint32)},
        {"words": np.asarray(["a"])},
        {"bounds": np.asarray([], dtype=np.int64)},
        {"format": np.asarray([3, 3])},
    ],
)
def test_statements_that_do_not_fit_each_other_are_made_anew(
    tmp_path: Path, changed: dict[str, Any]
) -> None:
    one = Statement("a.md", 0, 9, frozenset({1, 2}), 7)
    write_statements(tmp_path, {"a.md": "x"}, {"a.md": [one]})
    file = tmp_path / "statements.npz"
    assert read_statements(tmp_path, {"a.md": "x"}) == {"a.md": [one]}
    with np.load(file) as kept:
        values = dict(kept)
    np.savez(file, **{**values, **changed})
    assert read_statements(tmp_path, {"a.md": "x"}) == {}
