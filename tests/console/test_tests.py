"""Tests and trainings from the console: jobs, comparisons, adapters."""

import asyncio
import json
import sys
import unicodedata
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from chatbot.cases import Case
from chatbot.console.casefiles import with_distinct_ids
from chatbot.console.runner import Runner
from chatbot.console.trainer import Plan
from chatbot.llm.adapters import AdapterStore
from chatbot.llm.catalogue import LLMEntry
from chatbot.service import ChatService
from chatbot.settings import Settings
from chatbot.store import Store
from chatbot.store.runs import Result, Run
from tests.console.test_console import EVIL, correction, decision, post
from tests.support.scripted import US, ScriptedEngine

# What `chatbot finetune` leaves behind, in place of the real one.
TUNE = """
import json, pathlib, sys, time
options = dict(zip(sys.argv[2::2], sys.argv[3::2]))
out = pathlib.Path(options["--out"])
out.mkdir(exist_ok=True)
(out / "progress.json").write_text(json.dumps(
    {"step": 3, "steps": 4, "trained": [[1, 2.0], [3, 1.0]], "held_out": []}))
print("3 rows in 3 packs", file=sys.stderr)
if not (out / "go").exists():
    (out / "go").touch()
    time.sleep(60)
if pathlib.Path(options["--data"]).read_text().count("FAIL"):
    sys.exit("There are too few rows.")
(out / "checkpoints" / "checkpoint-4").mkdir(parents=True)
(out / "adapter_model.safetensors").write_bytes(options["--out"].encode())
(out / "training.json").write_text("{}")
cases = {"right_before": 0.5, "right_after": 0.75, "fixed": ["a"], "broken": [], "passes": True}
print(json.dumps({"rows": 3, "before": {"loss": 2.0}, "after": {"loss": 1.0}, "seconds": 1,
                  "cases": cases, "installed": None}))
"""


async def accept(client: httpx.AsyncClient, store: Store, **more: Any) -> None:
    address, form = await decision(store, await correction(store, **more))
    assert (await post(client, address, **form)).status_code == 303


async def ended(store: Store, kind: Any = "tests") -> Run:
    for _ in range(200):
        (run, *_) = await store.runs.newest(kind, 1)
        if not run.running:
            return run
        await asyncio.sleep(0.05)
    raise AssertionError("the job goes on")


async def running(store: Store) -> Run:
    run = await store.runs.running()
    assert run is not None
    return run


def cases_file(*answers: str) -> bytes:
    lines = [
        {"id": f"c{n}", "question": US, "answers": [answer]} for n, answer in enumerate(answers)
    ]
    return "\n".join(map(json.dumps, lines)).encode()


# Tests


async def test_cases_are_run_and_what_changed_is_shown(
    olga: httpx.AsyncClient,
    store: Store,
    engine: ScriptedEngine,
) -> None:
    await accept(olga, store)
    assert await store.reviews.count_lessons() == len(await store.reviews.lessons()) == 1
    given = {"file": ("mine.jsonl", cases_file("45 days", "99 days"))}
    assert (await post(olga, "/console/tests/upload", files=given)).status_code == 303
    assert (await post(olga, "/console/tests/run", cases="all")).status_code == 303
    first = await ended(store)
    assert (first.state, first.done, first.total, first.problem) == ("done", 3, 3, "")
    assert first.generation == "g00000001"
    assert [r.correct for r in await store.runs.results(first.id)] == [True, True, False]
    engine.reply = f"99 days. {EVIL}"
    await post(olga, "/console/tests/run", cases="all")
    second = await ended(store)
    page = (await olga.get("/console/tests", params={"run": second.id})).text
    assert "Right before, wrong now (2)" in page
    assert "Wrong before, right now (1)" in page
    assert "67%" in page and "now 33%" in page
    assert "<img" not in page and "&lt;img" in page
    assert "Since the last run" in page
    assert "Since the last index" not in page
    assert (await olga.get("/console/tests/state")).json()["running"] is False


async def test_a_run_is_seen_by_everybody_and_cancelled(
    olga: httpx.AsyncClient,
    adam: httpx.AsyncClient,
    store: Store,
    service: ChatService,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await accept(olga, store)
    gate = asyncio.Event()

    async def wait(*_: Any) -> Any:
        await gate.wait()

    monkeypatch.setattr("chatbot.console.runner.answer_cases", wait)
    await post(olga, "/console/tests/run", cases="corrections")
    job = await running(store)
    state = (await adam.get("/console/tests/state")).json()
    assert (state["running"], state["total"]) == (True, 1)
    assert "0 of 1 cases" in state["text"]
    for page in ("tests", "training"):
        shown = (await adam.get(f"/console/{page}")).text
        assert 'data-running="yes"' in shown and f'value="{job.id}"' in shown
    for path in ("tests/run", "training/start"):
        assert (await post(adam, f"/console/{path}")).status_code == 409
    await post(adam, "/console/tests/cancel", job=job.id)
    assert (await ended(store)).state == "cancelled"
    assert (await post(adam, "/console/tests/cancel", job="x")).status_code == 404


async def test_a_case_that_cannot_be_answered_is_wrong(
    olga: httpx.AsyncClient,
    store: Store,
) -> None:
    long = json.dumps({"id": "a", "question": "x" * 9000, "answers": ["y"]}).encode()
    given = {"file": ("long.jsonl", long + b"\n" + long)}
    await post(olga, "/console/tests/upload", files=given)
    await post(olga, "/console/tests/run", cases="long.jsonl")
    run = await ended(store)
    assert (run.state, run.done) == ("done", 2)
    (one, other) = await store.runs.results(run.id)
    assert not one.correct and "4,000" in one.row["answer"]
    assert [one.case_id, other.case_id] == ["long/a", "long/a (2)"]
    page = (await olga.get("/console/tests", params={"run": run.id})).text
    assert 'name="beside"' not in page  # there is no other run to compare with


async def test_files_of_cases_are_checked_and_deleted(
    olga: httpx.AsyncClient,
    store: Store,
    desk: Settings,
) -> None:
    for name, content in (
        ("a.jsonl", b"{}"), ("b.txt", cases_file("x")), (".c.jsonl", cases_file("x")),
        ("..\\..\\.d.jsonl", cases_file("x")), ("e.jsonl", b"\xff"),
    ):  # fmt: skip
        refused = await post(olga, "/console/tests/upload", files={"file": (name, content)})
        assert refused.status_code == 422
        assert str(desk.data) not in refused.text
    assert not list((desk.data / "cases").iterdir())
    (desk.data / "cases" / "copied.jsonl").write_bytes(cases_file("x") + b"\n{")  # by hand
    shown = (await olga.get("/console/tests")).text
    tried = (await post(olga, "/console/tests/run", cases="copied.jsonl")).text
    for page in (shown, tried):
        assert "line 2: it is not valid JSON" in page and str(desk.data) not in page
    (desk.data / "cases" / "copied.jsonl").unlink()
    (desk.data / "cases" / "a\\b.jsonl").write_bytes(cases_file("x"))  # a folder, on some systems
    for wrong in ("../peregrine.db", "none.jsonl", "a\\b.jsonl"):
        assert (await post(olga, "/console/tests/run", cases=wrong)).status_code == 422
    assert (await post(olga, "/console/tests/run", cases="all")).status_code == 422
    await post(olga, "/console/tests/upload", files={"file": ("a.jsonl", cases_file("x"))})
    assert (await post(olga, "/console/tests/delete", name="a.jsonl")).status_code == 422
    for _ in range(2):
        await post(olga, "/console/tests/delete", name="a.jsonl", sure="yes")
    said = [e.action for e in await store.audit.newest(2)]
    assert said == ["cases.deleted", "cases.uploaded"]


@pytest.mark.parametrize(
    "name", ["cases (1).jsonl", "Fälle – März.jsonl", "[old] Q3'26, de+fr & es.jsonl"]
)
async def test_files_of_cases_are_called_what_people_call_them(
    olga: httpx.AsyncClient, desk: Settings, name: str
) -> None:  # fmt: skip
    given = unicodedata.normalize("NFD", name)  # as a Mac sends it
    sent = await post(olga, "/console/tests/upload", files={"file": (given, cases_file("x"))})
    assert sent.status_code == 303
    assert [file.name for file in (desk.data / "cases").iterdir()] == [name]
    assert f"{name} (1)" in unescape((await olga.get("/console/tests")).text)
    await post(olga, "/console/tests/delete", name=name, sure="yes")
    assert not list((desk.data / "cases").iterdir())


async def test_runs_are_compared_with_the_last_index_and_adapter(
    olga: httpx.AsyncClient,
    store: Store,
) -> None:
    made = []
    for generation, adapter, correct in (("g1", "", 1), ("g1", "a1", 1), ("g2", "a1", 0)):
        run = await store.runs.begin("tests", "all", "olga", 1)
        await store.runs.beat(run.id, generation=generation, adapter=adapter, done=1)
        said = "So." if correct else "No."
        row = {"id": "c", "question": "Why?", "answer": said, "expected": ["So."]}
        row |= {"answerable": True, "abstained": False}
        await store.runs.add_result(run.id, 0, Result("c", bool(correct), row))
        await store.runs.end(run.id, "done", result={"changed": {}})
        made.append(run.id)
    page = (await olga.get("/console/tests", params={"run": made[2]})).text
    for since, other in (("run", 1), ("index", 1), ("adapter or model", 0)):
        link = f'beside={made[other]}"'
        (line,) = [li for li in page.split("<li>") if f"Since the last {since}<" in li]
        assert link in line
    beside = {"run": made[2], "beside": made[0]}
    assert "Right before, wrong now (1)" in (await olga.get("/console/tests", params=beside)).text
    assert (await olga.get("/console/tests", params={"run": "x"})).status_code == 404
    other = await store.runs.begin("tests", "other.jsonl", "olga", 1)
    await store.runs.end(other.id, "done", result={"changed": {}})
    nothing = {"run": made[2], "beside": other.id}
    page = (await olga.get("/console/tests", params=nothing)).text
    assert "1 case is in one of the two only" in page and "0% of them" not in page


# Training


@pytest.fixture
def entry(service: ChatService) -> LLMEntry:
    return service.models.llm_entry


@pytest.fixture
def runner(
    desk: Settings,
    service: ChatService,
    store: Store,
    tmp_path: Path,
) -> Runner:
    program = tmp_path / "tune.py"
    program.write_text(TUNE)
    runner = Runner(desk, service, store)
    runner.trainer._program = lambda: [sys.executable, str(program)]
    return runner


async def lessons(store: Store, olga: httpx.AsyncClient) -> tuple[Any, Any]:
    from chatbot.desk.corrections import regression_cases, training_rows

    await accept(olga, store)
    found = await store.reviews.lessons()
    return training_rows(found), regression_cases(found)


async def test_a_killed_training_goes_on_and_its_adapter_is_taken_and_given_back(
    olga: httpx.AsyncClient,
    store: Store,
    desk: Settings,
    runner: Runner,
    entry: LLMEntry,
) -> None:
    rows, cases = await lessons(store, olga)
    run = await runner.start_training(rows, cases, Plan(entry.name, "none", False, "olga"))
    for _ in range(100):
        if (await running(store)).done == 3:
            break
        await asyncio.sleep(0.1)
    shown = (await olga.get("/console/training")).text
    assert "Training: step 3 of 4." in shown
    await store.runs.cancel(run.id, "adam")
    assert (await ended(store, "training")).state == "cancelled"
    await runner.resume_training(run.id, "olga")
    done = await ended(store, "training")
    assert (done.id, done.state, done.problem) == (run.id, "done", "")
    assert done.result["curve"]["trained"] == [[1, 2.0], [3, 1.0]]
    kept = {path.name for path in (desk.data / "training" / run.id / "adapter").iterdir()}
    assert "adapter_model.safetensors" in kept and "checkpoints" not in kept
    shown = (await olga.get("/console/training")).text
    assert "2 → 1" in shown and "50%" in shown and "75%" in shown
    assert "<polyline" in shown
    for _ in range(2):
        assert (await post(olga, "/console/training/install", job=run.id)).status_code == 303
    (name,) = AdapterStore(desk.data, entry).history()
    assert f"taken into use as {name}" in (await olga.get("/console/training")).text
    assert (await post(olga, "/console/training/rollback", current="a0")).status_code == 409
    assert (await post(olga, "/console/training/rollback", current=name)).status_code == 303
    assert AdapterStore(desk.data, entry).history() == []
    assert (await post(olga, "/console/training/rollback", current=name)).status_code == 409
    said = [e.action for e in await store.audit.newest(2)]
    assert said == ["adapter.rolled_back", "adapter.installed"]


async def test_the_folder_of_a_training_goes_with_it(
    store: Store, desk: Settings, runner: Runner, entry: LLMEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatbot.store.runs._KEPT", 1)
    plan = Plan(entry.name, "none", False, "olga")
    made = []
    for _ in range(2):
        run = await runner.start_training([], [], plan)
        made.append(desk.data / "training" / run.id)
        (made[-1] / "adapter").mkdir(parents=True, exist_ok=True)
        (made[-1] / "adapter" / "go").touch()
        assert (await ended(store, "training")).id == run.id
    assert [folder.is_dir() for folder in made] == [False, True]


async def test_a_failed_training_says_why_and_installs_nothing(
    olga: httpx.AsyncClient,
    store: Store,
    desk: Settings,
    runner: Runner,
    entry: LLMEntry,
) -> None:
    rows, cases = await lessons(store, olga)
    broken = [row.model_copy(update={"question": "FAIL"}) for row in rows]
    folder = desk.data / "training"
    run = await runner.start_training(broken, cases, Plan(entry.name, "none", True, "olga"))
    (folder / run.id / "adapter").mkdir(parents=True)
    (folder / run.id / "adapter" / "go").touch()
    failed = await ended(store, "training")
    assert (failed.state, failed.problem) == ("failed", "There are too few rows.")
    assert (await post(olga, "/console/training/install", job=run.id)).status_code == 409
    assert AdapterStore(desk.data, entry).history() == []


async def test_nothing_is_trained_from_nothing(
    olga: httpx.AsyncClient,
    store: Store,
) -> None:
    refused = await post(olga, "/console/training/start")
    assert refused.status_code == 422
    assert "accept an answer in the review first" in refused.text
    for path in ("resume", "install"):
        assert (await post(olga, f"/console/training/{path}", job="x")).status_code == 404
    assert await store.runs.running() is None


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["a", "a", "a (2)", "a"], ["a", "a (2)", "a (2) (2)", "a (3)"]),
        (["x" * 300 + "1", "x" * 300 + "2"], ["x" * 280, "x" * 280 + " (2)"]),
    ],
)
def test_ids_tell_cases_apart_whatever_they_are(given: list[str], told: list[str]) -> None:
    made = with_distinct_ids(Case(id=name, question="How long?") for name in given)
    assert [case.id for case in made] == told
