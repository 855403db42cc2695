"""How long the console's pages take over a large database and a large folder.

    python -m benchmarks.console.pages [--conversations 10000] [--documents 5000] [--rounds 40]
        [--database sqlite|postgresql]

Conversations of three questions each are written into the database: a fifth of the answers are
refusals, one in twelve has thumbs, half of what waits was decided; the folder has short Markdown
documents, each compared with each. Every page is asked for through the whole application (door,
handler, template), by an owner who is signed in, without a socket. Beside the clock stands the
processor time of this process, which other work on the machine disturbs less, and the mean of that
of the PostgreSQL server. Prints a JSON line for each page: milliseconds at the median and at the
95th percentile, first round apart.
"""

import argparse
import asyncio
import json
import os
import random
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import Table, insert

from chatbot.consistency.compare import compare_documents
from chatbot.console import create_console
from chatbot.service import ChatService
from chatbot.settings import Settings, load_settings
from chatbot.store import Store
from chatbot.store.records import judgement_of, outcome_of
from chatbot.store.schema import (
    approved,
    audit,
    case_results,
    cited,
    feedback,
    outcomes,
    requests,
    reviews,
    runs,
    steps,
    threads,
)
from chatbot.text.questions import question_key
from tests.support.postgres import find_binaries, running_server
from tests.support.scripted import HashedEmbeddings, ScriptedEngine, scripted_model

_OWNER = "olga"
_ASKED = ("return", "repair", "exchange", "cancel", "insure", "track", "gift-wrap", "collect")
_ABOUT = ("lamp", "pump", "bicycle", "wardrobe", "kettle", "tent", "saddle", "printer", "boat")
_PLACES = ("Norway", "Chile", "Malta", "Kenya", "Japan", "Peru", "Iceland", "Ghana", "Nepal")
_BATCH = 500
_APPROVED, _REQUESTS, _RUNS, _CASES = 1000, 400, 100, 200
_TABLES = (
    threads, steps, outcomes, cited, feedback, reviews, audit, approved, requests, runs,
    case_results,
)  # fmt: skip
_PAGES = (
    "", "/documents", "/documents?page=20", "/documents?find=saddle", "/documents?state=indexed",
    "/documents/view?path=part7/document1007.md", "/contradictions", "/contradictions?show=copy",
    "/review", "/review?order=frequent", "/review?kind=down&page=2", "/review/decided",
    "/contradictions?show=dismissed", "/review/{key}", "/review?kind=up", "/gaps",
    "/approved", "/approved?page=5", "/approved?find=saddle", "/approved/new",
    "/approved/view?id={approved}", "/requests", "/tests", "/tests?run={run}", "/training",
    "/audit", "/audit?before=500", "/users",
)  # fmt: skip


def write_folder(folder: Path, count: int) -> None:
    """Short documents in folders of a hundred or so; every fiftieth pair disagrees."""
    chance = random.Random(3)
    for number in range(count):
        place = folder / f"part{number % 50}"
        place.mkdir(parents=True, exist_ok=True)
        what, where = chance.choice(_ABOUT), chance.choice(_PLACES)
        days = 20 + (number % 50 == 0)
        (place / f"document{number}.md").write_text(
            f"# How to {chance.choice(_ASKED)} a {what} in {where} ({number})\n\n"
            f"Whoever bought a {what} in shop {number} can bring it to the counter in {where}.\n\n"
            f"A {what} of the series S{number // 2} stays at the workshop in {where} for {days} "
            f"days, and its owner is told by letter.\n"
        )


def question(chance: random.Random) -> str:
    """One of some thousand questions, those in front more often."""
    shop = int(chance.paretovariate(1.2)) % 40
    words = (chance.choice(_ASKED), chance.choice(_ABOUT), chance.choice(_PLACES), shop)
    return "Can I {} a {} in {} at shop {}?".format(*words)


async def fill(store: Store, conversations: int, documents: int) -> None:
    """Write conversations with what is counted of them, judgements, decisions and the log."""
    chance = random.Random(5)
    people = [await store.users.ensure(f"agent{number}", "agent") for number in range(50)]
    for name, role in ((_OWNER, "admin"), *((f"keeper{n}", "owner") for n in range(5))):
        await store.users.ensure(name, role)
    rows: dict[Table, list[dict[str, Any]]] = {}
    begin = datetime.now(UTC) - timedelta(days=90)
    for number in range(conversations):
        at = begin + timedelta(days=90) * (number / conversations)
        _conversation(rows, people[number % 50].id, at, documents, chance)
        if number % _BATCH == _BATCH - 1 or number == conversations - 1:
            await _write(store, rows)
            rows = {}
    _beside(rows, documents, chance)
    await _write(store, rows)


def _beside(rows: dict[Table, list[dict[str, Any]]], documents: int, chance: random.Random) -> None:
    """Approved answers, requests of visitors, and jobs: as many as are kept of each kind."""
    moment = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    for number in range(_APPROVED):
        asked = f"{question(chance)} ({number})"
        _add(rows, approved, id=f"approved-{number}", key=question_key(asked), question=asked,
             answer="Bring it to the counter within 20 days.", document=_path(number % documents),
             document_hash="", expires_on=None, audience="internal", withdrawn=number % 10 == 0,
             approved_by=_OWNER, approved_at=moment, revision=1, review_id=None)  # fmt: skip
    turn = {"role": "user", "content": "Can I return it? " * 10}
    for number in range(_REQUESTS):
        packet = {"question": question(chance), "summary": "Please call me. " * 10,
                  "history": [turn] * 4, "customer": "zoe@example.org"}  # fmt: skip
        done = number % 2 == 0
        _add(rows, requests, id=f"request-{number}", site="shop", packet=packet, created_at=moment,
             done_at=moment if done else None, done_by=_OWNER if done else None)  # fmt: skip
    curve = {"step": 200, "steps": 200, "trained": [(n, 1 / (n + 1)) for n in range(200)],
             "held_out": [(0, 1.0), (200, 0.1)]}  # fmt: skip
    gate = {"passes": True, "right_before": 0.5, "right_after": 0.6, "fixed": [], "broken": []}
    trained = {"rows": 500, "before": {"loss": 1.0}, "after": {"loss": 0.1}, "seconds": 900,
               "installed": "", "cases": gate, "curve": curve}  # fmt: skip
    for number in range(_RUNS):
        for kind, result in (("tests", {}), ("training", trained)):
            _add(rows, runs, id=f"{kind}-{number:03}", kind=kind, state="done", active=None,
                 cancelled=0, beat=0.0, done=_CASES, total=_CASES, started_by=_OWNER,
                 started_at=f"2026-01-01T{number:03}", ended_at=moment, about="all",
                 model="m", adapter="", generation="g", problem="", result=result)  # fmt: skip
        for case in range(_CASES):
            right = chance.random() < 0.8
            row = {
                "id": str(case),
                "question": f"{question(chance)} ({case})",
                "answer": "20 days" if right else "30 days",
                "expected": ["20 days"],
                "answerable": True,
                "abstained": False,
            }
            _add(rows, case_results, run_id=f"tests-{number:03}", case_id=str(case), position=case,
                 correct=int(right), row=row)  # fmt: skip


def _add(rows: dict[Table, list[dict[str, Any]]], table: Table, **values: Any) -> None:
    rows.setdefault(table, []).append(values)


async def _write(store: Store, rows: dict[Table, list[dict[str, Any]]]) -> None:
    async with store.database.write() as connection:
        for table in _TABLES:
            if values := rows.get(table):
                await connection.execute(insert(table), values)


def _conversation(
    rows: dict[Table, list[dict[str, Any]]],
    user: str,
    at: datetime,
    documents: int,
    chance: random.Random,
) -> None:
    add = partial(_add, rows)
    thread = str(uuid.UUID(int=chance.getrandbits(128)))
    moment = at.isoformat().replace("+00:00", "Z")
    add(threads, id=thread, user_id=user, name="A conversation", metadata={}, tags=None,
        created_at=moment, updated_at=moment)  # fmt: skip
    for _ in range(3):
        step, run = (str(uuid.UUID(int=chance.getrandbits(128))) for _ in range(2))
        record = _record(documents, chance)
        values = {"id": step, "thread_id": thread, "parent_id": run, "created_at": moment}
        add(steps, **values, type="assistant_message", output=record["answer"], answer=record,
            data={"id": step, "output": record["answer"]})  # fmt: skip
        outcome, paths = outcome_of(values | {"answer": record}) or ({}, [])
        add(outcomes, **outcome)
        for path in paths:
            add(cited, outcome_id=step, path=path)
        judged = chance.random() < 1 / 12
        if judged:
            down = chance.random() < 0.6
            right = "It can, within 20 days." if down and chance.random() < 0.5 else None
            said = {"value": int(not down), "comment": None, "wrong": None, "right_answer": right,
                    "right_document": None, "answer": record}  # fmt: skip
            add(feedback, id=str(uuid.UUID(int=chance.getrandbits(128))), thread_id=thread,
                step_id=step, created_at=moment, **said, **judgement_of(said))  # fmt: skip
        elif record["abstained"] and chance.random() < 0.5:
            add(reviews, id=step, status="ignored", kind="refused", question=record["question"],
                seen="", wrong="", right_answer="", right_document="", answer=None, lead=None,
                decided_by=_OWNER, decided_at=moment)  # fmt: skip
            add(audit, at=moment, who=_OWNER, action="review.ignored", target=record["question"],
                detail="")  # fmt: skip


def _record(documents: int, chance: random.Random) -> dict[str, Any]:
    """As large as those of real answers: four passages of some 900 characters."""
    refused = chance.random() < 0.2
    paths = [_path(chance.randrange(documents)) for _ in range(4)]
    passages = [{"path": path, "text": "It is brought to the counter. " * 30} for path in paths]
    answer = "This is not known." if refused else "Bring it to the counter within 20 days."
    return {
        "question": question(chance),
        "history": [],
        "answer": answer,
        "abstained": refused,
        "passages": passages,
        "citations": [] if refused else [{"path": paths[0], "quote": "It is brought"}],
        "first_token": None if refused else chance.uniform(0.3, 4),
    }


def _path(number: int) -> str:
    return f"part{number % 50}/document{number}.md"


@asynccontextmanager
async def console_client(
    settings: Settings, service: ChatService, store: Store
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the console as the proxy's signed-in owner."""
    console = create_console(settings, service, store)
    transport = httpx.ASGITransport(console, client=("127.0.0.1", 1234))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://127.0.0.1", headers={"x-user": _OWNER}
    ) as client:
        yield client


async def measure(
    client: httpx.AsyncClient, store: Store, rounds: int, children: Path | None
) -> AsyncIterator[dict[str, Any]]:
    """A row for each page; ``children`` is the file with the id of a database server."""
    items = await store.reviews.waiting()
    for page in _PAGES:
        named = {"key": items[0].key, "approved": "approved-1", "run": f"tests-{_RUNS - 1:03}"}
        address = f"/console{page}".format(**named)
        clock, processor = [], []
        database = processor_of(children)
        for _ in range(rounds + 1):
            began, used = time.perf_counter(), time.process_time()
            answered = await client.get(address)
            clock.append((time.perf_counter() - began) * 1000)
            processor.append((time.process_time() - used) * 1000)
            assert answered.status_code == 200, (address, answered.status_code, answered.text[:500])
        yield {
            "page": page or "/",
            "clock": _figures(clock[1:]),
            "processor": _figures(processor[1:]),
            "first": round(processor[0]),
            "server": round((processor_of(children) - database) * 1000 / (rounds + 1)),
            "kilobytes": len(answered.content) // 1000,
        }


def _figures(values: list[float]) -> dict[str, int]:
    ranked = sorted(values)
    return {
        "median": round(ranked[len(ranked) // 2]),
        "p95": round(ranked[min(len(ranked) - 1, int(len(ranked) * 0.95))]),
    }


def processor_of(pid_file: Path | None) -> float:
    """Seconds of processor time that a PostgreSQL server and those who work for it have used; 0
    without one. Of Linux."""
    if pid_file is None:
        return 0.0
    server, used = pid_file.read_text().split()[0], 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended meanwhile
            told = stat.read_text().rpartition(")")[2].split()
            if told[1] == server or stat.parent.name == server:
                used += sum(map(int, told[11:13]))
    return used / os.sysconf("SC_CLK_TCK")


@contextmanager
def database(kind: str) -> Iterator[tuple[str | None, Path | None]]:
    """The address of a fresh database, and the file with the id of its server; ``None`` is SQLite
    in the data folder."""
    if kind == "sqlite":
        yield None, None
        return
    binaries = find_binaries()
    if binaries is None:
        raise SystemExit("There is no PostgreSQL on this machine.")
    with running_server(binaries) as server:
        yield server.url, server.pid_file


async def run(
    options: argparse.Namespace, place: Path, url: str | None, pid_file: Path | None
) -> None:
    """Fill, then measure."""
    folder = place / "knowledge"
    write_folder(folder, options.documents)
    settings = load_settings(
        knowledge=folder,
        index=place / "index",
        data=place / "data",
        database=url,
        auth_header="X-User",
        auth_proxies=("127.0.0.1",),
    )
    service = ChatService(
        settings, llm=scripted_model(ScriptedEngine()), embeddings=HashedEmbeddings()
    )
    service.warm_up()
    compare_documents(settings.index, service.current_generation())
    store = Store(settings.database_url)
    try:
        await fill(store, options.conversations, options.documents)
        async with console_client(settings, service, store) as client:
            async for row in measure(client, store, options.rounds, pid_file):
                print(json.dumps({"database": store.database.kind, **row}), flush=True)
    finally:
        await store.close()


def main() -> None:
    """Measure one database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conversations", type=int, default=10_000)
    parser.add_argument("--documents", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    options = parser.parse_args()
    os.environ.setdefault("CHAINLIT_APP_ROOT", tempfile.mkdtemp())
    with tempfile.TemporaryDirectory() as place, database(options.database) as found:
        asyncio.run(run(options, Path(place), *found))


if __name__ == "__main__":
    main()
