"""``chatbot users`` and ``chatbot feedback``."""

import asyncio
import io
import json
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest

from chatbot.cases import Case, read_cases, read_rows
from chatbot.cli import main
from chatbot.store import Store
from chatbot.store.reviews import Decision
from tests.support.database import put_database

RECORD = {
    "question": "How long can I return it?",
    "history": [],
    "passages": [{"path": "us.md", "start": 0, "end": 8, "text": "45 days.", "score": 1.0}],
    "answer": "60 days.",
    "citations": [],
    "abstained": False,
    "confidence": 0.7,
    "model": "scripted",
}


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("CHATBOT_DATA", str(tmp_path))
    return put_database(f"sqlite:///{tmp_path / 'peregrine.db'}")


def run(*arguments: str, stdin: str = "", monkeypatch: pytest.MonkeyPatch | None = None) -> int:
    if monkeypatch:
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
    return main(arguments)


def test_a_password_is_the_same_from_a_file_of_windows(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = ("users", "add", "ann", "--password-stdin")
    assert run(*given, stdin="correct horse\r\n", monkeypatch=monkeypatch) == 0

    async def signs_in() -> bool:
        store = Store(url)
        found = await store.users.check("ann", "correct horse")
        await store.close()
        return found is not None

    assert asyncio.run(signs_in())


def test_no_password_at_a_terminal_is_said(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-D, which ends what is typed."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    def read(prompt: str) -> str:
        raise EOFError

    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr("getpass.getpass", read)
    assert main(["users", "add", "ann"]) == 1
    assert capsys.readouterr().err == "No password was given; nothing was changed.\n"


async def judge(url: str, accept: bool = False) -> None:
    """A corrected answer and a refusal, as the page keeps them; an owner accepts the first."""
    store = Store(url)
    user = await store.users.add("ann", "correct horse")
    thread, when = str(uuid.uuid4()), "2026-01-01T00:00:00Z"

    async def step(kind: str, output: str, **more: Any) -> str:
        made = {"id": str(uuid.uuid4()), "threadId": thread, "type": kind, "createdAt": when}
        await store.threads.save_step(made | {"output": output} | more, user.id)
        return made["id"]

    run_id = await step("run", "")
    await step("assistant_message", "60 days.", parentId=run_id, metadata={"answer": RECORD})
    refusal = RECORD | {"question": "Do you ship to Mars?", "abstained": True}
    await step("assistant_message", "I don't know.", metadata={"answer": refusal})
    await store.feedback.rate(run_id, 0, None)
    await store.feedback.correct(
        run_id, thread, wrong="number", right_answer="45 days.", right_document="us.md"
    )
    if accept:
        (item,) = [i for i in await store.reviews.waiting() if i.kind == "correction"]
        decision = Decision("accepted", item.wrong, item.right_answer, item.right_document)
        await store.reviews.decide(item, decision, "olga")
    await store.close()


def test_users_are_added_listed_and_removed(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    add = ("users", "add")
    assert (
        run(*add, "ann", "--password-stdin", stdin="correct horse\n", monkeypatch=monkeypatch) == 0
    )
    assert run(*add, "olga", "--role", "owner", "--no-password") == 0
    assert capsys.readouterr().out == ""
    assert run("users", "list", "--json") == 0
    users = json.loads(capsys.readouterr().out)["users"]
    assert [(u["name"], u["role"]) for u in users] == [("ann", "agent"), ("olga", "owner")]
    assert run("users", "remove", "ann") == 0
    assert run("users", "remove", "ann") == 1
    assert capsys.readouterr().err.endswith("There is no user 'ann'.\n")
    assert run("users", "list") == 0
    assert "olga" in capsys.readouterr().out


def test_bad_passwords_get_a_sentence(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    add = ("users", "add", "ann")
    assert run(*add, "--password-stdin", stdin="short\n", monkeypatch=monkeypatch) == 1
    assert capsys.readouterr().err == "A password has at least 8 characters.\n"
    assert run(*add, "--password-stdin", stdin="", monkeypatch=monkeypatch) == 1
    assert run(*add, stdin="", monkeypatch=monkeypatch) == 1
    assert "--password-stdin" in capsys.readouterr().err
    with pytest.raises(SystemExit) as usage:
        run(*add, "--role", "king")
    assert usage.value.code == 2


def test_feedback_is_exported_for_training_and_as_cases(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(judge(url, accept=True))
    out = tmp_path / "made" / "rows.jsonl"
    assert run("feedback", "export", "--json", "--out", str(out)) == 0
    captured = capsys.readouterr()
    found = json.loads(captured.out)
    assert "1 training row" in captured.err
    (row,), (case,) = found["rows"], found["cases"]
    assert row["answer"] == "45 days."
    assert row["passages"] == case["passages"] == [{"path": "us.md", "text": "45 days."}]
    assert case["answers"] == ["45 days."]
    assert case["relevant"] == [{"path": "us.md", "quote": ""}]
    assert len(read_rows(out)[0]) == 1
    assert len(read_cases(out.with_suffix(".cases.jsonl"), Case)) == 1


def test_a_correction_that_no_owner_accepted_is_not_exported(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(judge(url))
    assert run("feedback", "export", "--json") == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out) == {"rows": [], "cases": []}
    assert "1 correction waits for an owner at /console/review" in captured.err


def test_changes_from_the_command_line_are_logged(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("users", "add", "ann", "--no-password")
    run("users", "add", "ann", "--no-password", "--role", "owner")
    run("users", "remove", "ann")
    run("keys", "add", "shop")
    run("keys", "revoke", "shop")

    async def read() -> list[tuple[str, str, str]]:
        store = Store(url)
        entries = await store.audit.after(0, 10)
        await store.close()
        return [(entry.who, entry.action, entry.target) for entry in entries]

    users = [("command line", f"user.{what}", "ann") for what in ("added", "changed", "removed")]
    keys = [("command line", f"key.{what}", "shop") for what in ("added", "revoked")]
    assert asyncio.run(read()) == users + keys


def test_nothing_judged_is_no_gap_and_no_row(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("feedback", "gaps", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"gaps": []}
    assert run("feedback", "export", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"rows": [], "cases": []}


@pytest.mark.model
def test_gaps_name_the_nearest_documents(
    url: str, knowledge: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    asyncio.run(judge(url))
    for name, value in (("KNOWLEDGE", knowledge), ("INDEX", tmp_path / "index")):
        monkeypatch.setenv(f"CHATBOT_{name}", str(value))
    monkeypatch.setenv("CHATBOT_EMBEDDINGS", "bundled")
    assert run("feedback", "gaps", "--json") == 0
    gaps = json.loads(capsys.readouterr().out)["gaps"]
    kinds = {gap["examples"][0]: (gap["refused"], gap["thumbs_down"]) for gap in gaps}
    assert kinds == {"Do you ship to Mars?": (1, 0), "How long can I return it?": (0, 1)}
    assert all(gap["nearest"] for gap in gaps)
