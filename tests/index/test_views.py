"""Nobody finds what is for others, and everybody the rest as if it were all that there is."""

import random
from collections.abc import Iterator

import numpy as np
import pytest

from chatbot.audience import EVERYTHING, FOR_NOBODY, Asker, Audience, staff
from chatbot.index.generations import Generation
from chatbot.index.lexical import LexicalIndex
from chatbot.index.manifest import Manifest
from chatbot.index.retriever import HybridRetriever, Mode, build_retriever
from chatbot.index.stores.vectors import VectorIndex
from chatbot.knowledge.chunks import split_document
from chatbot.knowledge.documents import Document
from chatbot.passage import Passage
from tests.support.scripted import HashedEmbeddings

WORDS = [a + b for a in ("par", "bat", "rou", "inv", "val") for b in ("cel", "tery", "ter", "ve")]
GROUPS = ["legal", "sales", "board"]
AUDIENCES: list[Audience] = [
    frozenset({"public"}),
    frozenset({"internal"}),
    frozenset({"legal"}),
    frozenset({"legal", "sales"}),
    frozenset({"board"}),
    FOR_NOBODY,
]
MODES: list[Mode] = ["hybrid", "hybrid", "lexical", "dense"]
EMBEDDINGS = HashedEmbeddings()


def generation_of(documents: list[Document], audiences: dict[str, Audience]) -> Generation:
    chunks = [chunk for document in documents for chunk in split_document(document, 200)]
    texts = [chunk.search_text for chunk in chunks]
    named = {document.path: sorted(audiences[document.path]) for document in documents}
    return Generation(
        Manifest("g", "", 200, {}, {}, len(chunks), {}, audiences=named),
        chunks,
        {document.path: document.text for document in documents},
        np.asarray(EMBEDDINGS.embed_documents(texts), dtype=np.float16).reshape(len(texts), -1),
        LexicalIndex.build(texts),
    )


def library(chance: random.Random) -> tuple[list[Document], dict[str, Audience]]:
    """Documents of a few words each, some of them twice, for some audiences."""
    documents = []
    for number in range(chance.randint(2, 9)):
        lines = [
            " ".join(chance.choices(WORDS, k=chance.randint(3, 25))) + "."
            for _ in range(chance.randint(1, 4))
        ]
        if documents and chance.random() < 0.2:
            lines = [chance.choice(documents).text]
        folder = chance.choice(["", "a/", "b/"])
        path, title = f"{folder}{number}.txt", " ".join(chance.choices(WORDS, k=2))
        text = "\n\n".join(lines)
        documents.append(Document(path=path, title=title, text=text, markdown=False))
    return documents, {document.path: chance.choice(AUDIENCES) for document in documents}


def askers(chance: random.Random, count: int) -> Iterator[Asker]:
    for _ in range(count):
        names = {*chance.sample(GROUPS, chance.randint(0, 2))}
        names |= chance.choice([{"public"}, {"public", "internal"}])
        yield Asker(frozenset(names))


def retriever(generation: Generation, asker: Asker, mode: Mode, candidates: int) -> HybridRetriever:
    view = generation.views.of(asker)
    return build_retriever(generation, EMBEDDINGS, 4, candidates, mode, view=view)


def said(found: list[Passage]) -> list[tuple[object, ...]]:
    return [
        (
            *(passage.metadata[name] for name in ("id", "start", "also", "dense_rank")),
            passage.metadata["lexical_rank"],
            passage.text,
            *(
                pytest.approx(passage.metadata[name], abs=1e-5)
                for name in ("score", "similarity", "lexical_score")
            ),
        )
        for passage in found
    ]


def test_ten_thousand_askers_find_what_an_index_of_theirs_alone_would_give() -> None:
    chance = random.Random(25)
    tried = compared = empty = 0
    for _ in range(50):
        documents, audiences = library(chance)
        whole = generation_of(documents, audiences)
        for asker in askers(chance, 4):
            own = [d for d in documents if asker.may_see(audiences[d.path])]
            alone = generation_of(own, audiences) if own else None
            for _ in range(50):
                query = " ".join(chance.choices(WORDS, k=chance.randint(1, 12)))
                mode, candidates = chance.choice(MODES), chance.choice([5, 50])
                searched = retriever(whole, asker, mode, candidates)
                found = searched.search(query)
                seen = {path for p in found for path in (p.path, *p.metadata["also"])}
                assert all(asker.may_see(audiences[path]) for path in seen)
                assert all(asker.may_see(passage.audience) for passage in found)
                tried += 1
                if alone is None:
                    empty += 1
                    assert found == []
                    continue
                expected = retriever(alone, EVERYTHING, mode, candidates).search(query)
                assert said(found) == said(expected)
                compared += bool(expected)
                word = query.split()[0]
                words = searched._lexical
                assert words.holds(word) == alone.lexical.holds(word)
                assert words.rarity(word) == alone.lexical.rarity(word)
    assert tried == 10_000 and compared > 8_000 and empty


def test_who_may_see_all_there_is_searches_without_a_filter() -> None:
    documents, _ = library(random.Random(1))
    of_staff = generation_of(documents, {d.path: frozenset({"internal"}) for d in documents})
    assert of_staff.views.of(EVERYTHING) is of_staff.views.of(staff()) is None
    assert of_staff.views.of(Asker(frozenset({"public"}))) is not None


@pytest.mark.parametrize("exact_up_to", [10_000, 100])
def test_rows_that_may_not_be_seen_are_never_candidates(exact_up_to: int) -> None:
    random_numbers = np.random.default_rng(0)
    vectors = random_numbers.normal(size=(2_000, 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    index = VectorIndex.build(vectors, exact_up_to)
    documents = [
        Document(path=f"{n}.txt", title="", text=f"word{n}.", markdown=False) for n in range(2_000)
    ]
    few: Audience = frozenset({"board"})
    audiences = {d.path: few if n % 40 == 0 else FOR_NOBODY for n, d in enumerate(documents)}
    view = generation_of(documents, audiences).views.of(Asker(few))
    assert view is not None and view.count == 50
    found = index.search(vectors[7], 60, view)
    assert sorted(row for row, _ in found) == list(range(0, 2_000, 40))
    nearest = int(np.argmax(np.where(view.rows, vectors @ vectors[7], -1)))
    assert found[0][0] == nearest
