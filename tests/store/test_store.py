"""The store, on SQLite and on a real PostgreSQL."""

import asyncio
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from chatbot.errors import ConfigurationError, ConflictError, StoreError, UserError
from chatbot.store import Store
from chatbot.store.approved import ApprovedText
from chatbot.store.records import outcome_of
from chatbot.store.reviews import Decision, Waiting
from tests.support import ROOT
from tests.support.database import put_database
from tests.support.postgres import Server, find_binaries, running_server

ANSWER = {
    "question": "How long?",
    "history": [],
    "passages": [{"path": "us.md", "start": 0, "end": 9, "text": "45 days."}],
    "answer": "60 days.",
    "citations": [],
    "abstained": False,
    "confidence": 0.7,
    "model": "scripted",
}


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server]:
    binaries = find_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed")
    with running_server(binaries) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    if request.param == "sqlite":
        store = Store(put_database(f"sqlite:///{tmp_path / 'data' / 'desk.db'}"))
    else:
        store = Store(request.getfixturevalue("postgres").url)
        async with store.database.write() as connection:
            for table in ("users", "threads", "reviews", "approved", "runs", "sign_in_tries"):
                await connection.execute(text(f"TRUNCATE {table} CASCADE"))
    yield store
    await store.close()


def new_id() -> str:
    return str(uuid.uuid4())


def message(thread: str, output: str, kind: str = "user_message", **more: Any) -> dict[str, Any]:
    return {"id": new_id(), "threadId": thread, "type": kind, "output": output, **more}


async def thread_with_answer(store: Store, name: str = "ann") -> tuple[str, str]:
    """A thread of ``name`` with a question, a run and its answer; (thread, run)."""
    user = await store.users.add(name, "correct horse")
    thread = new_id()
    question = message(thread, "How long?", createdAt="2026-01-01T00:00:00Z")
    run = message(thread, "", "run", parentId=question["id"], createdAt="2026-01-01T00:00:01Z")
    reply = message(
        thread,
        "60 days.",
        "assistant_message",
        parentId=run["id"],
        metadata={"answer": ANSWER},
        createdAt="2026-01-01T00:00:02Z",
    )
    for step in (question, run, reply):
        await store.threads.save_step(step, user.id)
    return thread, run["id"]


async def test_thread_comes_back_as_it_was_sent(store: Store) -> None:
    thread, run = await thread_with_answer(store)
    props = {"quote": "<b>45</b>", "lines": ["a", "b"]}
    element = {"id": new_id(), "threadId": thread, "forId": run, "type": "custom", "props": props}
    await store.threads.save_element(element, b"\0bytes", None)
    await store.threads.save(thread, name="Returns", tags=["a", "b"], metadata={"k": [1]})
    await store.feedback.rate(run, 0, "wrong number")
    kept = await store.threads.get(thread)
    assert kept is not None
    assert [step["output"] for step in kept["steps"]] == ["How long?", "", "60 days."]
    assert kept["steps"][1]["feedback"]["value"] == 0
    assert kept["steps"][1]["feedback"]["comment"] == "wrong number"
    assert kept["elements"] == [element]
    assert (kept["name"], kept["tags"], kept["metadata"]) == ("Returns", ["a", "b"], {"k": [1]})
    assert kept["userIdentifier"] == "ann"
    assert await store.threads.element(thread, element["id"]) == (element, b"\0bytes")


async def test_updates_do_not_overtake_what_they_update(store: Store) -> None:
    thread = new_id()
    step = message(thread, "0")
    versions = [step | {"output": str(number)} for number in range(20)]
    await asyncio.gather(*(store.threads.save_step(v, None) for v in versions))
    kept = await store.threads.get(thread)
    assert kept is not None
    assert [s["output"] for s in kept["steps"]] == ["19"]


async def test_search_finds_names_and_messages_and_takes_signs_literally(store: Store) -> None:
    thread, _ = await thread_with_answer(store)
    user = await store.users.get("ann")
    assert user is not None
    other = new_id()
    await store.threads.save(other, name="100% wool aus Österreich", user_id=user.id)
    for words, expected in (("HOW LONG", [thread]), ("0%", [other]), ("_", []), ("wool", [other]),
                            ("österREICH", [other]), ("oesterreich", [])):  # fmt: skip
        found, more = await store.threads.list(user.id, 10, search=words)
        assert [t["id"] for t in found] == expected, words
        assert not more
    stranger = await store.users.add("bob", "correct horse")
    assert await store.threads.list(stranger.id, 10) == ([], False)


async def test_pages_of_threads_follow_the_cursor(store: Store) -> None:
    user = await store.users.add("ann", "correct horse")
    made = [new_id() for _ in range(5)]
    for thread in made:
        await store.threads.save(thread, user_id=user.id)
    first, more = await store.threads.list(user.id, 3)
    second, last = await store.threads.list(user.id, 3, cursor=first[-1]["id"])
    assert (more, last) == (True, False)
    assert [t["id"] for t in first + second] == made[::-1]


async def test_pages_of_a_new_person_that_open_together_add_one_user(store: Store) -> None:
    made = await asyncio.gather(*(store.users.ensure("zoe", "agent") for _ in range(5)))
    assert len({user.id for user in made}) == 1
    await store.users.add("olga", "correct horse", "owner")
    assert (await store.users.ensure("olga", "agent")).role == "owner"
    with pytest.raises(UserError):
        await store.users.ensure(" ", "agent")


async def test_delete_takes_everything_of_the_thread(store: Store) -> None:
    thread, run = await thread_with_answer(store)
    await store.feedback.rate(run, 0, None)
    await store.threads.delete(thread)
    assert await store.threads.get(thread) is None
    assert await store.feedback.all() == []
    async with store.database.read() as connection:
        for table in ("steps", "elements", "feedback"):
            rows = await connection.execute(text(f"SELECT count(*) FROM {table}"))
            assert rows.scalar_one() == 0


async def test_correction_keeps_the_passages_that_were_shown(store: Store) -> None:
    thread, run = await thread_with_answer(store)
    await store.feedback.rate(run, 1, None)
    await store.feedback.rate(run, 0, None)
    judged = await store.feedback.judged(run)
    assert (judged.question, judged.shown, judged.cited) == ("How long?", ["us.md"], [])
    await store.feedback.correct(
        run, thread, wrong="number", right_answer="45 days.", right_document="us.md"
    )
    reply = (await store.threads.get(thread) or {})["steps"][2]["id"]
    await store.threads.delete_step(reply)  # as a regenerated answer does
    (given,) = await store.feedback.all()
    assert given.value == 0
    assert (given.right_answer, given.right_document, given.wrong) == (
        "45 days.",
        "us.md",
        "number",
    )
    assert given.answer == ANSWER
    for step, of in ((new_id(), thread), (run, new_id())):  # unknown; another person's thread
        with pytest.raises(StoreError, match="no thumbs down"):
            await store.feedback.correct(step, of, wrong="x", right_answer="", right_document="")


async def test_praise_takes_a_correction_back(store: Store) -> None:
    thread, run = await thread_with_answer(store)
    said = {"wrong": "number", "right_answer": "45 days.", "right_document": "us.md"}
    await store.feedback.rate(run, 0, None)
    await store.feedback.correct(run, thread, **said)
    for value in (1, 0):  # the second time nothing was said yet
        await store.feedback.rate(run, value, None)
        (given,) = await store.feedback.all()
        assert (given.wrong, given.right_answer, given.right_document) == ("", "", "")
    await store.feedback.rate(run, 1, None)
    with pytest.raises(StoreError, match="no thumbs down"):
        await store.feedback.correct(run, thread, **said)


async def test_a_step_of_another_thread_is_not_overwritten(store: Store) -> None:
    thread, _ = await thread_with_answer(store)
    kept = (await store.threads.get(thread) or {})["steps"]
    with pytest.raises(StoreError, match="another conversation"):
        await store.threads.save_step(kept[0] | {"threadId": new_id(), "output": "stolen"}, None)
    assert (await store.threads.get(thread) or {})["steps"] == kept


async def test_passwords_are_checked_and_not_kept(store: Store) -> None:
    await store.users.add("ann", "correct horse", "owner")
    user = await store.users.check("ann", "correct horse")
    assert user is not None
    assert user.role == "owner"
    for name, password in (("ann", "wrong horse"), ("bob", "correct horse"), ("ann", "")):
        assert await store.users.check(name, password) is None
    async with store.database.read() as connection:
        kept = (await connection.execute(text("SELECT password_hash FROM users"))).scalar_one()
    assert kept.startswith("$argon2id$")
    await store.users.add("sso", None)
    assert await store.users.check("sso", "") is None
    assert await store.users.passwords() == 1


async def test_a_new_password_keeps_the_role_and_an_admin(store: Store) -> None:
    await store.users.add("ada", "correct horse", "admin")
    assert (await store.users.add("ada", "another horse")).role == "admin"
    with pytest.raises(UserError, match="last admin"):
        await store.users.add("ada", "third horse", "agent")
    assert await store.users.check("ada", "another horse")
    await store.users.add("bob", "correct horse", "admin")
    assert (await store.users.add("ada", "third horse", "owner")).role == "owner"


@pytest.mark.parametrize(
    ("name", "password", "role"), [(" ", "long enough", "agent"), ("a", "short", "agent"),
                                   ("a", "long enough", "king")]
)  # fmt: skip
async def test_bad_users_get_a_sentence(store: Store, name: str, password: str, role: str) -> None:
    with pytest.raises(UserError, match=r"^[A-Z].*\.$"):
        await store.users.add(name, password, role)


async def test_full_disk_is_said_and_what_was_saved_stays(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'desk.db'}")
    thread, _ = await thread_with_answer(store)
    async with store.database.write() as connection:
        pages = (await connection.execute(text("PRAGMA page_count"))).scalar_one()
        await connection.execute(text(f"PRAGMA max_page_count={pages}"))
    with pytest.raises(StoreError, match=r"was not saved.*full"):
        await store.threads.save_step(message(thread, "x" * 1_000_000), None)
    kept = await store.threads.get(thread)
    assert kept is not None
    assert len(kept["steps"]) == 3
    await store.close()


async def reviewed(store: Store) -> tuple[str, Waiting]:
    thread, run = await thread_with_answer(store)
    await store.feedback.rate(run, 0, None)
    await store.feedback.correct(
        run, thread, wrong="", right_answer="45 days.", right_document="us.md"
    )
    (item,) = await store.reviews.waiting()
    return thread, item


async def test_what_waits_and_what_teaches(store: Store) -> None:
    thread, item = await reviewed(store)
    assert (item.kind, item.question, item.asked_by) == ("correction", "How long?", "ann")
    assert await store.reviews.lessons() == []
    accepted = Decision("accepted", "", "45 days.", "us.md")
    await asyncio.gather(*(store.reviews.decide(item, accepted, "olga") for _ in range(3)))
    with pytest.raises(ConflictError, match="olga decided"):
        await store.reviews.decide(item, Decision("rejected"), "adam")
    assert await store.reviews.waiting() == []
    await store.threads.delete(thread)
    (lesson,) = await store.reviews.lessons()
    assert (lesson.id, lesson.answer, lesson.value) == (item.id, ANSWER, 0)
    await store.reviews.reopen(item.id, "olga")
    assert await store.reviews.lessons() == []
    with pytest.raises(StoreError, match="not kept any more"):
        await store.reviews.decide(item, accepted, "olga")


async def test_a_decision_is_saved_with_its_entry_in_the_log_or_not_at_all(store: Store) -> None:
    _, item = await reviewed(store)
    last = await store.audit.newest(1)
    with pytest.raises(StoreError):
        await store.reviews.decide(item, Decision("rejected"), None)  # type: ignore[arg-type]
    assert await store.audit.newest(1) == last
    assert await store.reviews.waiting() == [item]


def test_an_approved_answer_counts_as_answered_from_its_source() -> None:
    source = {"path": "us.md", "address": ""}
    kept = ANSWER | {"passages": [], "approved": {"by": "olga", "at": "2026", "source": source}}
    step = {"id": "s", "thread_id": "t", "parent_id": None, "created_at": "2026", "answer": kept}
    counted = outcome_of(step)
    assert counted is not None
    assert (counted[0]["kind"], counted[1]) == ("answered", ["us.md"])
    assert outcome_of(step | {"answer": ANSWER | {"passages": [], "approved": None}}) is None


APPROVED = ApprovedText("How long in the US?", "45 days.", "us.md", "f" * 64)


async def test_an_approved_answer_is_changed_by_whoever_saw_it_last(store: Store) -> None:
    stamps = {await store.approved.stamp()}
    made = await store.approved.add(APPROVED, "olga")
    with pytest.raises(UserError, match="already"):
        await store.approved.add(replace(APPROVED, question="how long, in the us"), "adam")
    later = replace(APPROVED, answer="60 days.")
    tries = [store.approved.change(made, later, who, 1) for who in ("olga", "adam")]
    ended = await asyncio.gather(*tries, return_exceptions=True)
    assert [type(result) for result in ended].count(ConflictError) == 1
    stamps.add(await store.approved.stamp())
    await store.approved.withdraw(made, "olga", 2)
    await store.approved.withdraw(made, "olga", 2)
    stamps.add(await store.approved.stamp())
    assert await store.approved.add(later, "olga") == made
    (one,) = await store.approved.all()
    assert (one.text, one.withdrawn, one.revision) == (later, False, 4)
    assert len(stamps) == 3


async def test_a_table_of_approved_answers_is_taken_whole_or_not_at_all(store: Store) -> None:
    await store.approved.add(APPROVED, "olga")
    seen_by_nobody = replace(APPROVED, document_hash="0" * 64)
    other = ApprovedText("How long in the EU?", "30 days.")
    done = await store.approved.put_all([seen_by_nobody, other], "adam")
    assert done == {"added": 1, "changed": 0, "unchanged": 1}
    assert {one.document_hash for one in await store.approved.all()} == {"f" * 64, ""}
    with pytest.raises(StoreError):
        broken = ApprovedText("How long in Norway?", None)  # type: ignore[arg-type]
        await store.approved.put_all([ApprovedText("New?", "Yes."), broken], "adam")
    assert len(await store.approved.all()) == 2


def kill_while_accepting(url: str) -> None:
    program = [sys.executable, "-m", "tests.support.accepting", url]
    with subprocess.Popen(program, stdout=subprocess.PIPE, cwd=ROOT) as accepting:
        assert accepting.stdout is not None
        accepting.stdout.readline()  # the first is decided upon
        accepting.kill()


async def test_a_kill_in_the_middle_of_accepting_leaves_all_of_a_decision_or_nothing(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    store = Store(url)
    thread, _ = await thread_with_answer(store)
    for number in range(40):
        told = ANSWER | {"question": f"How long is trial number {number}?", "abstained": True}
        step = message(thread, "No.", "assistant_message", metadata={"answer": told})
        await store.threads.save_step(step, None)
    await store.close()
    await asyncio.to_thread(kill_while_accepting, url)
    decided = await store.reviews.list_decisions()
    approved = await store.approved.all()
    logged = [entry.action for entry in await store.audit.newest(200)]
    await store.close()
    assert 1 <= len(decided) < 40
    assert {one.question for one in approved} == {one.question for one in decided}
    assert logged.count("review.accepted") == logged.count("approved.added") == len(decided)


async def test_the_log_of_changes_only_grows(store: Store) -> None:
    await store.audit.add("olga", "test", "a", "b")
    (entry,) = await store.audit.newest(1)
    for statement in ("UPDATE audit SET who = 'eve'", "DELETE FROM audit"):
        with pytest.raises(StoreError, match="only grows"):
            async with store.database.write() as connection:
                await connection.execute(text(statement))
    assert (await store.audit.newest(1))[0] == entry
    assert entry in await store.audit.after(entry.id - 1, 10)


async def test_an_older_database_is_counted_and_its_corrections_wait(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    store = Store(f"sqlite:///{path}")
    _, item = await reviewed(store)
    refusal = ANSWER | {"question": "To Mars?", "abstained": True}
    told = message(new_id(), "No.", "assistant_message", metadata={"answer": refusal})
    await store.threads.save_step(told, None)
    counted = await store.statistics.days("2000")
    await store.close()
    with sqlite3.connect(path) as connection:  # as version 2 left it
        for table in ("cited", "outcomes", "reviews", "audit", "approved"):
            connection.execute(f"DROP TABLE {table}")
        connection.execute("DROP INDEX feedback_by_time")
        connection.execute("UPDATE schema_version SET version = 2")
    assert await store.statistics.days("2000") == counted
    assert {i.kind for i in await store.reviews.waiting()} == {"correction", "refused"}
    assert item in await store.reviews.waiting()
    assert await store.reviews.lessons() == []
    await store.close()


async def test_unwritable_place_gets_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = Store(f"sqlite:///{tmp_path / 'file' / 'desk.db'}")
    with pytest.raises(StoreError, match="database failed"):
        await store.users.all()


async def test_a_newer_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    store = Store(f"sqlite:///{path}")
    await store.users.all()
    await store.close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE schema_version SET version = 99")
    with pytest.raises(ConfigurationError, match="update the program"):
        await store.users.all()


def test_other_databases_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="sqlite:///"):
        Store("mysql://somewhere/else")


async def test_postgresql_stopped_and_started_again(postgres: Server) -> None:
    store = Store(postgres.url)
    thread, _ = await thread_with_answer(store, "pat")
    postgres.stop()
    try:
        with pytest.raises(StoreError, match="was not saved"):
            await store.threads.save_step(message(thread, "lost"), None)
        with pytest.raises(StoreError, match="could not be read"):
            await store.threads.get(thread)
    finally:
        postgres.start()
    kept = await store.threads.get(thread)
    assert kept is not None
    assert [s["output"] for s in kept["steps"]] == ["How long?", "", "60 days."]
    await store.threads.save_step(message(thread, "back"), None)
    await store.close()
