"""Documents, chunks and generations: exact offsets, only new work, nothing half-written."""

from pathlib import Path

import numpy as np
import pytest
from conftest import HashedEmbeddings

from chatbot.errors import IndexUnavailableError, KnowledgeError
from chatbot.index.builder import BuildReport, update_index
from chatbot.index.fusion import fuse, promote, scale
from chatbot.index.generations import load_current
from chatbot.index.retriever import build_retriever
from chatbot.knowledge.chunks import split_document
from chatbot.knowledge.documents import Document, load_document
from chatbot.settings import Settings

ROOT = Path(__file__).resolve().parent.parent


def build(settings: Settings, embeddings: HashedEmbeddings) -> BuildReport:
    return update_index(settings, "bundled", lambda: embeddings)


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
    chunks = split_document(Document("a.md", "T", text, True), 400)
    assert max(len(chunk.text) for chunk in chunks) <= 402
    assert " ".join(c.text for c in chunks).split() == text.split()


def test_only_changes_are_embedded(settings: Settings, embeddings: HashedEmbeddings) -> None:
    assert build(settings, embeddings).added == 2
    embeddings.embedded.clear()
    assert build(settings, embeddings).reused == 2
    assert not embeddings.embedded
    (settings.knowledge / "new.txt").write_text("A third document.")
    (settings.knowledge / "eu.md").unlink()
    report = build(settings, embeddings)
    assert (report.added, report.removed, report.reused, len(embeddings.embedded)) == (1, 1, 1, 1)


def test_bad_files_are_named_and_stop_nothing(
    settings: Settings, embeddings: HashedEmbeddings
) -> None:
    (settings.knowledge / "binary.md").write_bytes(b"\x7fELF\0\0\0")
    (settings.knowledge / "broken.pdf").write_bytes(b"%PDF-1.7 broken")
    (settings.knowledge / "empty.md").write_text("")
    (settings.knowledge / "large.txt").write_bytes(b"a " * 25_000_000)
    report = build(settings, embeddings)
    reasons = {failure["path"]: failure["reason"] for failure in report.failed}
    assert report.documents == 2
    assert set(reasons) == {"binary.md", "broken.pdf", "empty.md", "large.txt"}
    assert "50 MB" in reasons["large.txt"]
    assert "binary" in reasons["binary.md"]


def test_what_is_not_read_is_told_again_without_reading(
    settings: Settings, embeddings: HashedEmbeddings
) -> None:
    import io

    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["Plus", 9])
    book.create_sheet("Old").sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    (settings.knowledge / "prices.xlsx").write_bytes(out.getvalue())
    (settings.knowledge / "draft.md").write_text("---\ndraft: true\n---\nNo.\n")
    (settings.knowledge / "logo.png").write_bytes(b"x")
    for _ in range(2):
        report = build(settings, embeddings)
        assert report.documents == 3
        assert report.failed == [
            {"path": "draft.md", "reason": "its front matter says that it is a draft"},
            {"path": "prices.xlsx", "reason": "in part: 1 hidden sheet left out"},
        ]
        assert report.skipped == [
            {
                "suffix": ".png",
                "count": 1,
                "reason": ".png files are not read",
                "example": "logo.png",
            }
        ]


def test_empty_folder_is_a_sentence(settings: Settings, embeddings: HashedEmbeddings) -> None:
    for path in settings.knowledge.iterdir():
        path.unlink()
    with pytest.raises(KnowledgeError, match="holds no document"):
        build(settings, embeddings)


@pytest.mark.parametrize("damage", ["vectors.npy", "chunks.jsonl", "manifest.json"])
def test_half_written_index_is_refused_and_rebuilt(
    settings: Settings, embeddings: HashedEmbeddings, damage: str
) -> None:
    name = build(settings, embeddings).generation
    path = settings.index / name / damage
    path.write_bytes(path.read_bytes()[:20])
    with pytest.raises(IndexUnavailableError, match="chatbot index"):
        load_current(settings.index)
    assert build(settings, embeddings).generation != name
    assert len(load_current(settings.index).chunks) == 2


def test_index_of_another_embedding_model_is_refused(
    settings: Settings, embeddings: HashedEmbeddings
) -> None:
    build(settings, embeddings)
    with pytest.raises(IndexUnavailableError, match="'bge' is in use"):
        load_current(settings.index, "bge")


def test_fusion_follows_the_formula() -> None:
    cosine = scale(np.asarray([0.9, 0.8, 0.5], dtype=np.float32), [0.9, 0.5])
    assert cosine == pytest.approx([1, 0.75, 0])
    words = np.asarray([0, 1, 0.5], dtype=np.float32)
    topics = np.asarray([0.2, 0.6], dtype=np.float32)
    fused = fuse(cosine, words, np.asarray([0, 0, 1]), topics)
    # The first document has the best of both, so each of its passages gets 0.4 of 1 beside 0.6 of
    # its own score, in which cosines count for 0.4. Then the mean with the topic.
    own = [0.4, 0.4 * 0.75 + 0.6, 0.6 * 0.5]
    whole = [1, 1, 0.3]
    about = [0.2, 0.2, 0.6]
    wanted = [(0.6 * o + 0.4 * w + t) / 2 for o, w, t in zip(own, whole, about, strict=True)]
    assert fused == pytest.approx(wanted)


def test_the_best_passage_by_words_is_third_at_the_latest() -> None:
    ranked = [(4, 0.9), (3, 0.8), (2, 0.7), (1, 0.6), (0, 0.5)]
    assert promote(ranked, [(0, 7.0), (4, 6.0)]) == [
        (4, 0.9),
        (3, 0.8),
        (0, 0.7),
        (2, 0.7),
        (1, 0.6),
    ]
    assert promote(ranked, [(3, 7.0)]) == ranked
    assert promote(ranked, []) == ranked


def test_a_short_question_finds_the_document_that_is_like_the_others_found(
    settings: Settings, embeddings: HashedEmbeddings
) -> None:
    for path in settings.knowledge.iterdir():
        path.unlink()
    for name, words in {
        "d": "Parking tulips roses lilies daisies.",
        "e": "Parking garages spaces barriers tickets.",
        "f": "Tickets barriers spaces garages lifts.",
    }.items():
        (settings.knowledge / f"{name}.txt").write_text(words)
    build(settings, embeddings)
    generation = load_current(settings.index)

    def first(question: str) -> str:
        found = build_retriever(generation, embeddings, k=3, candidates=3).invoke(question)
        return str(found[0].metadata["path"])

    assert first("Parking?") == "e.txt"
    # One that says more is taken at its word: nothing tells the two apart, and "d" comes first.
    assert first("Parking alpha beta gamma delta epsilon zeta eta theta iota?") == "d.txt"
