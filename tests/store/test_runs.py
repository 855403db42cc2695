"""Jobs and wrong tries in the database, on SQLite and on a real PostgreSQL."""

import asyncio

import pytest

from chatbot.errors import ConflictError
from chatbot.store import Store, runs, tries
from chatbot.store.runs import Result
from tests.store.test_store import postgres, store  # noqa: F401


async def test_one_job_at_a_time_whoever_begins_it(store: Store) -> None:  # noqa: F811
    begun = await asyncio.gather(
        *(store.runs.begin("tests", "all", f"olga{n}", 3) for n in range(4)), return_exceptions=True
    )
    (run,) = [found for found in begun if not isinstance(found, BaseException)]
    assert sum(isinstance(found, ConflictError) for found in begun) == 3
    assert await store.runs.running() == run
    await store.runs.end(run.id, "done", result={"changed": {}})
    assert await store.runs.running() is None
    second = await store.runs.begin("training", "", "olga")
    await store.runs.end(second.id, "failed", "Why.")
    (found,) = await store.runs.newest("training", 9)
    assert (found.state, found.problem, found.running) == ("failed", "Why.", False)


async def test_a_silent_job_is_interrupted_and_goes_on(
    store: Store,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = await store.runs.begin("training", "", "olga")
    assert await store.runs.beat(run.id, done=1, total=9)
    with pytest.raises(ConflictError):
        await store.runs.resume(run.id, "adam")
    monkeypatch.setattr(runs, "SILENT", -1.0)
    found = await store.runs.find(run.id)
    assert found is not None
    assert (found.state, found.done) == ("interrupted", 1)
    assert not await store.runs.beat(run.id)  # a process that wakes up again stops
    await store.runs.end(run.id, "done")
    assert (await store.runs.newest("training", 1))[0].state == "interrupted"
    monkeypatch.undo()
    await store.runs.resume(run.id, "adam")
    assert await store.runs.beat(run.id)
    await store.runs.cancel(run.id, "adam")
    assert not await store.runs.beat(run.id)
    actions = [(e.who, e.action) for e in await store.audit.newest(3)]
    assert actions == [
        ("adam", "job.cancelled"),
        ("adam", "training.resumed"),
        ("olga", "training.started"),
    ]


async def test_results_are_kept_in_order(store: Store) -> None:  # noqa: F811
    run = await store.runs.begin("tests", "all", "olga", 2)
    for number, correct in enumerate((True, False)):
        await store.runs.add_result(run.id, number, Result(f"c{number}", correct, {"answer": "x"}))
    assert await store.runs.correct([run.id]) == {run.id: (1, 2)}
    assert [(r.case_id, r.correct) for r in await store.runs.results(run.id)] == [
        ("c0", True),
        ("c1", False),
    ]


async def test_a_name_pauses_at_one_address_after_five_wrong_tries(store: Store) -> None:  # noqa: F811
    counted = await asyncio.gather(*(store.tries.count("ann", "192.0.2.1") for _ in range(9)))
    assert counted.count(True) == 5
    assert await store.tries.count("ann", "192.0.2.2")
    assert await store.tries.count("bob", "192.0.2.1")
    assert [e.action for e in await store.audit.newest(99)].count("signin.paused") == 1


async def test_a_right_try_is_forgotten_and_a_pause_ends(
    store: Store,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for _ in range(12):
        assert await store.tries.count("eve", "192.0.2.7")
        await store.tries.forget("eve", "192.0.2.7")
    for _ in range(5):
        assert await store.tries.count("eve", "192.0.2.7")
    assert not await store.tries.count("eve", "192.0.2.7")
    monkeypatch.setattr(tries, "PAUSE", -1.0)
    assert await store.tries.count("eve", "192.0.2.7")


async def test_an_address_that_tries_many_names_pauses(
    store: Store,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tries, "OF_ADDRESS", 3)
    counted = [await store.tries.count(f"name{n}", "192.0.2.9") for n in range(5)]
    assert counted == [True, True, True, False, False]
