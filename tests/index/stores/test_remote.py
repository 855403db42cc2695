"""Vector stores elsewhere: the same results as FAISS, and in step with the generations."""

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chatbot.audience import EVERYTHING, VISITOR, staff
from chatbot.cli.doctor import run_checks
from chatbot.errors import ConfigurationError, VectorStoreError
from chatbot.index.builder import BuildReport, forget_old, roll_back, update_index
from chatbot.index.generations import Generation, load_current
from chatbot.index.retriever import build_retriever
from chatbot.index.stores import remote
from chatbot.index.stores.mirror import read_held
from chatbot.index.stores.remote import RemoteSearch, open_store
from chatbot.service import ChatService
from chatbot.settings import Settings
from tests.support.pinecone_server import KEY, PineconeServer
from tests.support.scripted import HashedEmbeddings

WIDTH = len(HashedEmbeddings().embed_query("width"))
WORDS = [
    "returns",
    "refund",
    "parcel",
    "delivery",
    "battery",
    "invoice",
    "account",
    "sensor",
    "valve",
    "router",
    "alarm",
    "card",
]
BUILD = """
from tests.support.scripted import HashedEmbeddings
from chatbot.index.builder import update_index
from chatbot.settings import load_settings
update_index(load_settings(), "bundled", HashedEmbeddings)
"""


@pytest.fixture(scope="module")
def lite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("milvus") / "lite.db"


@pytest.fixture
def server() -> Iterator[PineconeServer]:
    server = PineconeServer(WIDTH)
    yield server
    server.close()


def write_documents(folder: Path, count: int = 60) -> None:
    numbers = random.Random(1)
    for number in range(count):
        words = " ".join(numbers.choices(WORDS, k=12))
        (folder / f"page{number}.md").write_text(f"# Help\n\nIn short: {words}.\n")
    (folder / "twin.md").write_text((folder / "page0.md").read_text())


@pytest.fixture(params=["milvus", "pinecone"])
def chosen(
    request: pytest.FixtureRequest, settings: Settings, lite: Path, server: PineconeServer
) -> Settings:
    write_documents(settings.knowledge)
    if request.param == "milvus":
        pytest.importorskip("langchain_milvus")
        # A collection for each test: a file of Milvus Lite stays open as long as the process.
        name = f"c{abs(hash(settings.index)) % 10**12}"
        changes: dict[str, Any] = {"milvus_uri": str(lite), "vector_collection": name}
    else:
        changes = in_pinecone(server)
    return settings.model_copy(update=changes | {"vector_store": request.param})


@pytest.fixture
def pinecone(settings: Settings, server: PineconeServer) -> Settings:
    write_documents(settings.knowledge)
    return settings.model_copy(update=in_pinecone(server))


def in_pinecone(server: PineconeServer) -> dict[str, Any]:
    from pydantic import SecretStr

    pytest.importorskip("langchain_pinecone")
    key = SecretStr(KEY)
    return {"vector_store": "pinecone", "pinecone_index": server.url, "pinecone_api_key": key}


def build(settings: Settings, embeddings: str = "bundled") -> BuildReport:
    return update_index(settings, embeddings, HashedEmbeddings)


def stored(settings: Settings, embeddings: str = "bundled") -> set[str]:
    store = open_store(settings, embeddings)
    assert store is not None
    return store.keys()


def keys(*generations: Generation) -> set[str]:
    return {chunk.content_hash for generation in generations for chunk in generation.chunks}


def assert_same_as_faiss(
    settings: Settings, generation: Generation, embeddings: str = "bundled"
) -> None:
    """Equal scores at every rank, and equal chunks at each score that is not the last one."""
    store = open_store(settings, embeddings)
    assert store is not None
    search = RemoteSearch(store, generation)
    for query in ("refund of a parcel", "alarm of the sensor", "invoice", "router battery card"):
        for mode in ("dense", "hybrid"):
            here, there = (
                build_retriever(generation, HashedEmbeddings(), 5, 10, mode, nearest=nearest)
                for nearest in (None, search)
            )
            expected, found = here.invoke(query), there.invoke(query)
            scores = [d.metadata["score"] for d in expected]
            assert [d.metadata["score"] for d in found] == pytest.approx(scores, abs=1e-5)
        vector = np.asarray(HashedEmbeddings().embed_query(query), dtype=np.float32)
        exact, got = generation.nearest.search(vector, 10), search.search(vector, 10)
        assert [s for _, s in got] == pytest.approx([s for _, s in exact], abs=1e-5)
        last = exact[-1][1] + 1e-5
        assert {r for r, s in got if s > last} == {r for r, s in exact if s > last}


def test_the_same_results_as_faiss_and_only_new_chunks_are_sent(chosen: Settings) -> None:
    build(chosen)
    first = load_current(chosen.index)
    assert stored(chosen) == keys(first)
    assert_same_as_faiss(chosen, first)
    (chosen.knowledge / "page3.md").write_text("# Help\n\nAnother page about a refund.\n")
    (chosen.knowledge / "page4.md").unlink()
    build(chosen)
    second = load_current(chosen.index)
    # Who still reads the first generation loses nothing, and can go back to it.
    assert stored(chosen) == keys(first, second) > keys(second)
    assert_same_as_faiss(chosen, first)
    assert_same_as_faiss(chosen, second)
    assert roll_back(chosen) == first.manifest.generation
    assert_same_as_faiss(chosen, load_current(chosen.index))
    build(chosen)
    forget_old(chosen)
    assert stored(chosen) == keys(load_current(chosen.index))


def test_the_store_leaves_out_what_the_asker_may_not_see(chosen: Settings) -> None:
    for number in range(0, 60, 3):
        page = chosen.knowledge / f"page{number}.md"
        page.write_text(f"---\naudience: legal\n---\n{page.read_text()}")
    build(chosen)
    generation = load_current(chosen.index)
    view = generation.views.of(staff())
    assert view is not None and 0 < view.count < len(generation.chunks)
    store = open_store(chosen, "bundled")
    assert store is not None
    search = RemoteSearch(store, generation)
    vector = np.asarray(HashedEmbeddings().embed_query("refund of a parcel"), dtype=np.float32)
    own = {generation.chunks[row].content_hash for row in np.flatnonzero(view.rows)}
    named, _ = store.nearest(vector, 60, sorted(view.names))
    assert set(named) == own  # the store itself, before anything is looked at here
    exact = generation.nearest.search(vector, 10, view)
    found = search.search(vector, 10, view)
    assert [score for _, score in found] == pytest.approx([s for _, s in exact], abs=1e-5)
    assert all(view.rows[row] for row, _ in found)


def test_no_store_is_asked_for_one_who_may_see_nothing(
    pinecone: Settings, server: PineconeServer
) -> None:
    build(pinecone)
    generation = load_current(pinecone.index)
    nothing = generation.views.of(VISITOR)
    assert nothing is not None and not nothing.count
    store = open_store(pinecone, "bundled")
    assert store is not None
    search = RemoteSearch(store, generation)
    server.calls.clear()
    vector = np.asarray(HashedEmbeddings().embed_query("refund"), dtype=np.float32)
    assert search.search(vector, 10, nothing) == []
    assert not server.calls


def test_a_change_of_audiences_reaches_the_store_without_embedding(chosen: Settings) -> None:
    build(chosen)
    (chosen.knowledge / ".audience").write_text("legal")
    assert build(chosen).reused == len(load_current(chosen.index).chunks)
    forget_old(chosen)
    store = open_store(chosen, "bundled")
    assert store is not None
    vector = np.asarray(HashedEmbeddings().embed_query("refund"), dtype=np.float32)
    assert store.nearest(vector, 5, ["internal", "public"])[0] == []
    assert len(store.nearest(vector, 5, ["legal"])[0]) == 5


def test_what_was_lost_there_comes_back_with_the_next_run(chosen: Settings) -> None:
    report = build(chosen)
    store = open_store(chosen, "bundled")
    assert store is not None
    store.drop()
    assert build(chosen).generation == report.generation
    assert stored(chosen) == keys(load_current(chosen.index))
    store.delete([next(iter(stored(chosen)))])
    build(chosen)
    assert stored(chosen) == keys(load_current(chosen.index))


def test_a_service_that_was_there_first_finds_what_comes_later(chosen: Settings) -> None:
    build(chosen.model_copy(update={"vector_store": "faiss"}))
    service = ChatService(chosen, embeddings=HashedEmbeddings())
    words_only = service.search("refund of a parcel", EVERYTHING)
    assert words_only and "run 'chatbot index'" in service.vector_store
    build(chosen)
    service._search.remote[1]._again_at = 0.0  # type: ignore[index]
    assert service.search("refund of a parcel", EVERYTHING)
    assert service.vector_store == "ok"


def test_only_new_chunks_are_sent(pinecone: Settings, server: PineconeServer) -> None:
    build(pinecone)
    server.calls.clear()
    (pinecone.knowledge / "page3.md").write_text("# Help\n\nAnother page about a refund.\n")
    build(pinecone)
    sent = [
        row for path, body in server.calls if path == "/vectors/upsert" for row in body["vectors"]
    ]
    assert len(sent) == 1
    # No text leaves this machine.
    assert sent[0]["metadata"] == {"text": "", "audience": ["internal"]}
    assert not any(path in ("/vectors/list", "/vectors/delete") for path, _ in server.calls)


def test_a_build_that_was_killed_heals(pinecone: Settings, server: PineconeServer) -> None:
    build(pinecone)
    (pinecone.knowledge / "page5.md").write_text("# Help\n\nNobody will need this soon.\n")
    changes = in_pinecone(server) | {"pinecone_api_key": KEY, "knowledge": pinecone.knowledge}
    environment = {f"CHATBOT_{name.upper()}": str(value) for name, value in changes.items()}
    environment |= {"CHATBOT_INDEX": str(pinecone.index), "PYTHONPATH": os.pathsep.join(sys.path)}
    child = subprocess.Popen(
        [sys.executable, "-c", BUILD], env=os.environ | environment, stderr=subprocess.DEVNULL
    )
    server.after_upsert = child.kill
    assert child.wait(60) == -signal.SIGKILL
    server.after_upsert = lambda: None
    assert read_held(pinecone.index) == {"bundled": None}
    (pinecone.knowledge / "page5.md").write_text("# Help\n\nThis is what stays.\n")
    build(pinecone)
    build(pinecone)
    forget_old(pinecone)
    assert stored(pinecone) == keys(load_current(pinecone.index))
    assert_same_as_faiss(pinecone, load_current(pinecone.index))


def test_after_an_upgrade_that_reads_no_earlier_generation_builds_go_on(
    pinecone: Settings, server: PineconeServer
) -> None:
    def outdate(name: str) -> None:
        manifest = pinecone.index / name / "manifest.json"
        manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"format": 3}))

    outdate(build(pinecone).generation)
    (pinecone.knowledge / "page3.md").write_text("# Help\n\nAnother page about a refund.\n")
    outdate(build(pinecone).generation)
    build(pinecone, "bge")
    build(pinecone, "bge")
    assert set(server.namespaces) == {"peregrine_bge"}
    assert_same_as_faiss(pinecone, load_current(pinecone.index), "bge")
    assert stored(pinecone, "bge") == keys(load_current(pinecone.index))


def test_a_store_that_refuses_a_build_gets_the_rest_later(
    pinecone: Settings, server: PineconeServer
) -> None:
    server.refuse = True
    with pytest.raises(VectorStoreError, match=r"index is built.*over its quota"):
        build(pinecone)
    assert len(load_current(pinecone.index).chunks) > 60
    server.refuse = False
    assert build(pinecone).added == 0
    assert stored(pinecone) == keys(load_current(pinecone.index))


def test_vectors_of_another_model_go_with_its_last_generation(
    pinecone: Settings, server: PineconeServer
) -> None:
    build(pinecone)
    build(pinecone, "bge")
    assert set(server.namespaces) == {"peregrine_bundled", "peregrine_bge"}
    forget_old(pinecone)
    assert set(server.namespaces) == {"peregrine_bge"}


def test_what_another_index_sent_stays(
    pinecone: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    build(pinecone)
    mine = keys(load_current(pinecone.index))
    (other := tmp_path / "other").mkdir()
    (other / "a.md").write_text("# Other\n\nA refund of another shop.\n")
    beside = pinecone.model_copy(update={"knowledge": other, "index": tmp_path / "beside"})
    for text in ("A refund.", "No refund.", "A parcel."):
        (other / "a.md").write_text(f"# Other\n\n{text}\n")
        build(beside)
    assert "vectors that this index did not send" in caplog.text
    forget_old(beside)
    assert stored(pinecone) == mine | keys(load_current(beside.index))
    build(beside, "bge")
    forget_old(beside)
    assert stored(pinecone) == mine
    assert_same_as_faiss(pinecone, load_current(pinecone.index))


def test_what_was_sent_before_ids_were_noted_is_noted_with_the_next_change(
    pinecone: Settings,
) -> None:
    build(pinecone)
    (pinecone.index / "vectors.ids").unlink()
    (pinecone.knowledge / "page3.md").write_text("# Help\n\nAnother page about a refund.\n")
    build(pinecone)
    noted = (pinecone.index / "vectors.ids").read_text().splitlines()
    assert sorted(noted) == sorted(f"bundled\t{key}" for key in stored(pinecone))


def test_an_index_of_another_width_is_named(settings: Settings) -> None:
    server = PineconeServer(WIDTH + 1)
    chosen = settings.model_copy(update=in_pinecone(server))
    with pytest.raises(VectorStoreError, match=f"{WIDTH + 1} numbers and these have {WIDTH}"):
        build(chosen)
    server.close()


def test_a_store_that_is_gone_leaves_the_search_by_words(
    pinecone: Settings,
    server: PineconeServer,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from pinecone.openapi_support.retry_urllib3 import JitterRetry

    build(pinecone)
    service = ChatService(pinecone, embeddings=HashedEmbeddings())
    # Not short: those are ranked from the centre of the candidates, and here there are fewer.
    question = "another refund of the invoice: alpha beta gamma delta epsilon zeta eta"
    before = service.search(question, EVERYTHING)
    assert service.vector_store == "ok"
    server.close()
    # The library's own tries have seconds between them.
    monkeypatch.setattr(JitterRetry, "get_backoff_time", lambda retry: 0.0)
    monkeypatch.setattr(remote, "SEARCH", 1.0)
    after = service.search(question, EVERYTHING)
    assert after[0].path == before[0].path
    assert after[0].score == pytest.approx(before[0].score, abs=1e-5)
    assert after[0].similarity == pytest.approx(before[0].similarity, abs=1e-5)
    assert service.retriever(EVERYTHING, mode="dense").invoke("refund")
    assert server.url in service.vector_store
    warnings = [r.message for r in caplog.records if "Searching by words only" in r.message]
    assert len(warnings) == 1
    check = next(c for c in run_checks(pinecone, offline=False) if c.name == "vector store")
    assert not check.ok and server.url in check.detail
    monkeypatch.setattr(remote, "SEARCH", 30.0)
    service._search.remote[1]._again_at = 0.0  # type: ignore[index]
    back = PineconeServer(WIDTH, server.port)
    back.namespaces = server.namespaces
    assert service.search(question, EVERYTHING) == before
    assert service.vector_store == "ok"
    back.close()


def test_a_store_that_hangs_is_given_up(
    pinecone: Settings, server: PineconeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    build(pinecone)
    service = ChatService(pinecone, embeddings=HashedEmbeddings())
    service.search("refund", EVERYTHING)
    hang, answer = threading.Event(), server.answer
    monkeypatch.setattr(remote, "SEARCH", 0.2)
    monkeypatch.setattr(server, "answer", lambda *a: (hang.wait(10), answer(*a))[1])
    assert service.search("refund", EVERYTHING)
    assert "did not answer in time" in service.vector_store
    hang.set()


def test_what_a_store_needs_is_named(settings: Settings, server: PineconeServer) -> None:
    for store, wanted in (("milvus", "CHATBOT_MILVUS_URI"), ("pinecone", "CHATBOT_PINECONE_INDEX")):
        wrong = settings.model_copy(update={"vector_store": store})
        with pytest.raises(ConfigurationError, match=wanted):
            ChatService(wrong)
        with pytest.raises(ConfigurationError, match=wanted):
            build(wrong)
    from pydantic import SecretStr

    wrong = settings.model_copy(update=in_pinecone(server) | {"pinecone_api_key": SecretStr("no")})
    with pytest.raises(VectorStoreError, match="Invalid API Key"):
        build(wrong)


def test_milvus_that_cannot_be_reached_is_named(settings: Settings) -> None:
    pytest.importorskip("langchain_milvus")
    away = settings.model_copy(
        update={"vector_store": "milvus", "milvus_uri": "http://nobody:secret@127.0.0.1:9"}
    )
    with pytest.raises(VectorStoreError, match=r"Milvus at http://127\.0\.0\.1:9") as told:
        build(away)
    assert "secret" not in str(told.value)
    assert load_current(away.index).chunks
    service = ChatService(away, embeddings=HashedEmbeddings())
    assert service.search("returns within 30 days", EVERYTHING)[0].path == "eu.md"
