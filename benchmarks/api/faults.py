"""Faults on a running service with the small bundled model, and how it comes through.

    python -m benchmarks.api.faults [--requests 10000] [--only-requests] [--out FILE]

The model server killed and started again (the service uses llama.cpp's server as its model),
PostgreSQL killed and started again, the index folder moved away, and then a file in its place
(which stops root, too), the clock moved a day back and forth (a preloaded library, compiled
here), and malformed requests. Each fault ends with a question that must be answered by the same
process; before it a conversation is saved, that has to be there afterwards. The exit status is 1
where something was not as it has to be, and ``wrong`` says what.
"""

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from benchmarks import ROOT
from chatbot.store import Store
from tests.support.postgres import find_binaries, running_server
from tests.support.serving import LLAMA_SERVER, Replica, free_port, running, wait_for

TRIES = 3
QUESTION = {"question": "How long can customers in the EU return a product?"}

# The time of day of the process plus the seconds in a file; the monotonic clock is left alone.
CLOCK = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
static long moved(void) {
    long seconds = 0;
    FILE *file = fopen(getenv("MOVED_CLOCK"), "r");
    if (file) { if (fscanf(file, "%ld", &seconds) != 1) seconds = 0; fclose(file); }
    return seconds;
}
int clock_gettime(clockid_t id, struct timespec *out) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(id, out);
    if (id == CLOCK_REALTIME) out->tv_sec += moved();
    return result;
}
time_t time(time_t *out) {
    struct timespec now; clock_gettime(CLOCK_REALTIME, &now);
    if (out) *out = now.tv_sec;
    return now.tv_sec;
}
"""


class Run:
    """The service under test, its key, and what was found."""

    def __init__(self, replica: Replica, key: str, database: str) -> None:
        self.replica = replica
        self.database = database
        self.found: dict[str, Any] = {}
        self.wrong: list[str] = []
        headers = {"Authorization": f"Bearer {key}"}
        self.client = httpx.Client(base_url=replica.url, headers=headers, timeout=120)

    def ask(self) -> dict[str, Any]:
        """The status of a question, of a stream and of readiness, in one row."""
        predicted = self.client.post("/predict", json=QUESTION)
        body = {"model": "peregrine", "messages": [{"role": "user", "content": "EU returns?"}]}
        chat = self.client.post("/v1/chat/completions", json=body | {"stream": True})
        return {
            "predict": predicted.status_code,
            "chat": chat.status_code,
            "retry_after": predicted.headers.get("Retry-After"),
            "readyz": self.client.get("/readyz").status_code,
            "says": "" if predicted.is_success else predicted.json()["detail"],
        }

    def fault(
        self, name: str, begin: Callable[[], None], end: Callable[[], None], answers: int = 200
    ) -> None:
        """What is answered during a fault and after it, and the seconds until it is well.

        ``answers`` is the status that questions have to get meanwhile.
        """
        kept = asyncio.run(save_conversation(self.database))
        begin()
        time.sleep(4)
        during = self.ask()
        end()
        ended = time.perf_counter()
        while (after := self.ask())["predict"] != 200 and time.perf_counter() - ended < 60:
            time.sleep(0.2)
        self.found[name] = {
            "during": during,
            "after": after,
            "well_after_s": round(time.perf_counter() - ended, 1),
            "same_process": self.replica.process.poll() is None,
            "kept": asyncio.run(is_kept(self.database, *kept)),
        }
        row = self.found[name]
        right = {
            "the status meanwhile": during["predict"] == during["chat"] == answers,
            "Retry-After": answers == 200 or bool(during["retry_after"]),
            "the status after it": after["predict"] == after["chat"] == after["readyz"] == 200,
            "the process": row["same_process"],
            "the conversation": row["kept"],
        }
        self.wrong += [f"{name}: {what}" for what, good in right.items() if not good]
        print(name, json.dumps(self.found[name]), file=sys.stderr)


def malformed(count: int, seed: int = 8) -> list[tuple[str, str, dict[str, str], bytes]]:
    """(method, path, headers, body): cut, mangled, mistyped, oversized and foreign requests."""
    made = random.Random(seed)
    good = [
        ("/predict", {"question": "q", "history": [{"role": "user", "content": "c"}]}),
        ("/v1/chat/completions", {"model": "peregrine", "messages": [{"role": "user"}]}),
        ("/v1/embeddings", {"model": "peregrine-embeddings", "input": ["a"]}),
    ]
    odd: list[Any] = [None, -1, 1e308, "", "\ud800", {}, [[[]]], True, [None], 7]
    rows = []
    for _ in range(count):
        path, body = made.choice(good)
        kind = made.randrange(6)
        headers = {"Content-Type": "application/json"}
        raw = json.dumps(body).encode()
        if kind == 0:  # cut off
            raw = raw[: made.randrange(len(raw))]
        elif kind == 1:  # bytes changed
            raw = bytes(b if made.random() > 0.1 else made.randrange(256) for b in raw)
            raw = b"!" + raw
        elif kind == 2:  # a value of another kind
            raw = json.dumps(body | {made.choice(list(body)): made.choice(odd)}).encode()
        elif kind == 3:  # no JSON at all
            headers = {"Content-Type": made.choice(["text/plain", "application/xml", "a/b"])}
            raw = made.randbytes(made.randrange(200))
        elif kind == 4:  # an address or method that is not there
            path = made.choice(["/v1/", "/v1/%ff", "/v1/chat", "/v1/models/%00", "/v1//x"])
        else:  # too deep, or with unknown or empty fields
            raw = made.choice([b"[" * 3000, b'{"question": ""}', b'{"a": 1}', b"null", b"NaN"])
        rows.append((made.choice(["POST", "POST", "PUT", "PATCH"]), path, headers, raw))
    return rows


async def send_all(url: str, key: str, count: int) -> dict[str, Any]:
    """Send them 32 at a time, with raw garbage on the socket among them."""
    statuses: Counter[int] = Counter()
    resent: list[str] = []
    unanswered: list[str] = []
    rows = malformed(count)
    turns = asyncio.Semaphore(32)
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=300) as client:

        async def one(row: tuple[str, str, dict[str, str], bytes]) -> None:
            method, path, own, body = row
            async with turns:
                for _ in range(TRIES):
                    try:
                        response = await client.request(method, path, headers=own, content=body)
                    except httpx.TransportError:  # an idle connection that the server just closed
                        resent.append(path)
                    else:
                        statuses[response.status_code] += 1
                        return
            unanswered.append(f"{method} {path} {body[:60]!r}")

        await asyncio.gather(*(one(row) for row in rows))
    port = int(url.rsplit(":", 1)[1])
    for garbage in (b"\x16\x03\x01\x02", b"GET\r\n\r\n", b"POST /predict HTTP/9\r\n\r\n") * 20:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(garbage)
        writer.write_eof()
        answer = await asyncio.wait_for(reader.read(200), 10)
        statuses[int(answer.split()[1]) if answer else 0] += 1
        writer.close()
    return {
        "requests": sum(statuses.values()),
        "statuses": dict(sorted(statuses.items())),
        "resent": len(resent),
        "unanswered": unanswered,
    }


async def save_conversation(url: str) -> tuple[str, str]:
    """(thread, answer's step) of a conversation that the store has acknowledged."""
    store, thread, answer = Store(url), str(uuid.uuid4()), str(uuid.uuid4())
    user = await store.users.ensure("faults", "agent")
    said = {"threadId": thread, "output": "Within 30 days."}
    await store.threads.save_step(
        said | {"id": str(uuid.uuid4()), "type": "user_message", "output": "How long?"}, user.id
    )
    await store.threads.save_step(said | {"id": answer, "type": "assistant_message"}, user.id)
    await store.close()
    return thread, answer


async def is_kept(url: str, thread: str, answer: str) -> bool:
    """Whether that conversation is there as it was."""
    store = Store(url)
    found = await store.threads.get(thread)
    await store.close()
    steps = found["steps"] if found else []
    return len(steps) == 2 and any(
        step["id"] == answer and step["output"] == "Within 30 days." for step in steps
    )


async def make_key(url: str) -> str:
    """A key without a limit that matters."""
    store = Store(url)
    _, key = await store.keys.add("faults", 1_000_000)
    await store.close()
    return key


def compiled_clock(folder: Path) -> Path:
    """The library that moves the clock."""
    source, library = folder / "clock.c", folder / "clock.so"
    source.write_text(CLOCK)
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    return library


def break_everything(
    run: Run,
    model: list[subprocess.Popen[bytes]],
    start_model: Callable[[], subprocess.Popen[bytes]],
    postgres: Any,
    index: Path,
    clock: Path,
) -> None:
    """One fault after the other; ``model`` holds the process of the model server."""

    def kill_model() -> None:
        model[0].kill()
        model[0].wait()

    def restart_model() -> None:
        model[0] = start_model()

    run.fault("model server killed", kill_model, restart_model, answers=503)
    run.fault("PostgreSQL killed", postgres.stop, postgres.start)
    away = index.with_name("away")
    run.fault(
        "index folder away",
        lambda: os.rename(index, away),
        lambda: os.rename(away, index),
    )

    def a_file_instead() -> None:
        os.rename(index, away)
        index.write_text("no folder")

    def the_folder_again() -> None:
        index.unlink()
        os.rename(away, index)

    run.fault("index folder unreadable", a_file_instead, the_folder_again)
    for hours in (-24, 24):
        run.fault(
            f"clock moved by {hours} h",
            lambda hours=hours: _write(clock, hours * 3600),
            lambda: _write(clock, 0),
        )


def main() -> int:
    """Run the faults and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--only-requests", action="store_true", help="no other faults")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    binaries = find_binaries()
    if binaries is None:
        raise SystemExit("PostgreSQL is not installed here.")

    model_port = free_port()

    def start_model() -> subprocess.Popen[bytes]:
        started = subprocess.Popen(
            [sys.executable, *LLAMA_SERVER, str(model_port), "k"],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for(f"http://127.0.0.1:{model_port}/health", started)
        return started

    model = [start_model()]
    with tempfile.TemporaryDirectory() as name, running_server(binaries) as postgres:
        folder = Path(name)
        clock, index = folder / "clock", folder / "index"
        key = asyncio.run(make_key(postgres.url))
        environment = {
            "CHATBOT_DATABASE": postgres.url,
            "CHATBOT_INDEX": index,
            "CHATBOT_DATA": folder / "data",
            "CHATBOT_LLM": "openai",
            "CHATBOT_EMBEDDINGS": "bundled",
            "CHATBOT_OPENAI_BASE_URL": f"http://127.0.0.1:{model_port}/v1",
            "CHATBOT_OPENAI_MODEL": "bundled-small",
            "CHATBOT_OPENAI_API_KEY": "k",
            "CHATBOT_SERVER_RETRIES": 0,
            "LD_PRELOAD": compiled_clock(folder),
            "MOVED_CLOCK": clock,
        }
        try:
            with running(["-m", "chatbot", "serve"], environment) as replica:
                wait_for(f"{replica.url}/readyz", replica.process)
                run = Run(replica, key, postgres.url)
                run.found["before"] = run.ask()

                if not options.only_requests:
                    break_everything(run, model, start_model, postgres, index, clock)
                found = asyncio.run(send_all(replica.url, key, options.requests))
                run.found["malformed"] = found | {"after": run.ask()}
                failed = {status for status in found["statuses"] if status >= 500}
                run.wrong += [f"malformed: status {status}" for status in sorted(failed)]
                run.wrong += [f"malformed: no answer to {each}" for each in found["unanswered"]]
                errors = replica.log.count('"level": "error"')
                run.found["errors_logged"] = errors
        finally:
            model[0].kill()
            model[0].wait()
    text = json.dumps(run.found | {"wrong": run.wrong}, indent=1)
    print(text)
    if options.out:
        options.out.write_text(text + "\n")
    return 1 if run.wrong else 0


def _write(path: Path, seconds: int) -> None:
    path.write_text(str(seconds))


if __name__ == "__main__":
    sys.exit(main())
