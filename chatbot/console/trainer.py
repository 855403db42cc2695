"""Training from what was accepted: ``chatbot finetune`` in a process of its own.

``data/training/<job>/`` has what it learns from, its adapter with the checkpoints until it is
done, its log and its result. A job that was killed goes on in that folder, which goes with the job.
An adapter that is taken into use is a copy.
"""

import asyncio
import json
import os
import shutil
from asyncio.subprocess import Process
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from chatbot.cases import AnswerRow, Case
from chatbot.errors import ConflictError, TrainingError
from chatbot.files import file_hash, parse_json, write_whole
from chatbot.llm.adapters import CHECKPOINTS, WEIGHTS, AdapterStore, choose_adapter
from chatbot.llm.catalogue import LLMEntry, load_catalogue
from chatbot.llm.child import child_command
from chatbot.service import ChatService
from chatbot.settings import PROJECT_ROOT, Settings
from chatbot.store import Store
from chatbot.store.runs import Run
from chatbot.training.progress import Progress, read_progress

_LOOK_EVERY = 1.0  # seconds
_POLITE = 10  # how much the process gives way to those who are answered meanwhile
_PLAN, _RESULT, _LOG = "plan.json", "result.json", "log.txt"
_PATHS = ("knowledge", "index", "prompts", "models", "data")
_SHOWN = ("rows", "before", "after", "seconds", "cases")


@dataclass(frozen=True)
class Plan:
    """What is trained: the model ``base`` from an adapter on (``none``: from nothing), for
    ``who``, and whether it is taken into use when it is no worse on the cases."""

    base: str
    start: str
    install: bool
    who: str


@dataclass(frozen=True)
class Adapters:
    """What a model answers with; ``installed`` are those trained here, the newest last."""

    base: str
    current: str
    installed: list[str]


class Trainer:
    """Trainings and adapters of the model that answers."""

    def __init__(
        self,
        settings: Settings,
        service: ChatService,
        store: Store,
        program: Callable[[], list[str]] = lambda: child_command("chatbot"),
    ) -> None:
        """``program`` gives the command line that ``finetune`` with its options follows."""
        self._settings, self._service, self._store = settings, service, store
        self._program = program
        self._changing = asyncio.Lock()

    def adapters(self) -> Adapters:
        """What the model answers with now. Blocks."""
        entry = self._service.models.llm_entry
        current = self._current(entry)
        return Adapters(entry.name, current.name if current else "", self._of(entry).history())

    def plan(self, install: bool, who: str) -> Plan:
        """A training of the model that answers, from its adapter on. Blocks.

        Raises:
            TrainingError: adapters of this model are not kept here, or the settings name one.
        """
        entry = self._service.models.llm_entry
        if entry.hosted:
            raise TrainingError(f"'{entry.name}' runs on a server, and adapters belong there.")
        if self._settings.adapter:
            raise TrainingError(
                f"The settings name the adapter '{self._settings.adapter}', so another one would "
                "not be used; take CHATBOT_ADAPTER out of them first."
            )
        current = self._current(entry)
        return Plan(entry.name, str(current.resolve()) if current else "none", install, who)

    def progress(self, run_id: str) -> Progress | None:
        """How far a training is; ``None`` before its first step, and elsewhere than on the
        machine that does it. Blocks."""
        return read_progress(self._folder(run_id) / "adapter")

    async def train(
        self,
        run_id: str,
        plan: Plan | None = None,
        rows: Sequence[AnswerRow] = (),
        cases: Sequence[Case] = (),
    ) -> dict[str, Any]:
        """Train, judge, and take the adapter into use if that is wanted and it is no worse.
        Without a plan it goes on with the one in the job's folder.

        Returns:
            ``rows``, ``before`` and ``after`` (held-out loss), ``seconds``, ``cases`` as
            ``chatbot finetune --json`` says them, ``curve`` (a :class:`Progress`) and
            ``installed`` (the adapter's name, or empty).

        Raises:
            TrainingError: with what the process said last.
        """
        folder = self._folder(run_id)
        if plan is None:
            plan = await asyncio.to_thread(_read_plan, folder)
        else:
            await asyncio.to_thread(_write_plan, folder, plan, rows, cases)
        await self._store.runs.beat(run_id, model=plan.base, adapter=_name_of(plan.start))
        process = await self._start(folder, plan)
        try:
            await self._follow(run_id, process)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        result = await asyncio.to_thread(_read_result, folder, process.returncode or 0)
        curve = await asyncio.to_thread(self.progress, run_id)
        await asyncio.to_thread(shutil.rmtree, folder / "adapter" / CHECKPOINTS, ignore_errors=True)
        result |= {"curve": asdict(curve) if curve else None, "installed": ""}
        if plan.install and result["cases"]["passes"]:
            result["installed"] = await self._install(run_id, plan.base, plan.who)
        return result

    async def forget(self, run_ids: Iterable[str]) -> None:
        """Delete what is kept here of jobs that nobody can name any more."""
        for run_id in run_ids:
            await asyncio.to_thread(shutil.rmtree, self._folder(run_id), ignore_errors=True)

    async def install(self, run: Run, who: str) -> None:
        """Take the adapter of a training into use; twice is once.

        Raises:
            ConflictError: it was worse on the cases, or the training is not done.
            StoreError: it was not logged, and so not done.
        """
        if run.state != "done" or not run.result["cases"]["passes"]:
            raise ConflictError("This adapter is worse on the cases, so the one before stays.")
        name = await self._install(run.id, run.model, who)
        await self._store.runs.set_result(run.id, run.result | {"installed": name})

    async def roll_back(self, current: str, who: str) -> None:
        """Go back from the adapter of that name to the one before.

        Raises:
            ConflictError: it is not in use any more.
            StoreError: it was not logged, and so not done.
        """
        kept = self._of(self._service.models.llm_entry)
        async with self._changing:
            if [current] != (await asyncio.to_thread(kept.history))[-1:]:
                raise ConflictError(f"The adapter '{current}' is not in use any more.")
            await self._store.audit.add(who, "adapter.rolled_back", current)
            await asyncio.to_thread(kept.rollback)
        self._take_up()

    async def _install(self, run_id: str, base: str, who: str) -> str:
        entry = load_catalogue(self._settings.models).choose_llm(base)
        adapter = self._folder(run_id) / "adapter"
        async with self._changing:
            current = await asyncio.to_thread(self._current, entry)
            if current is not None and await asyncio.to_thread(_are_same, current, adapter):
                return current.name
            await self._store.audit.add(who, "adapter.installed", base, run_id)
            installed = await asyncio.to_thread(self._of(entry).install, adapter)
        self._take_up()
        return installed.name

    def _take_up(self) -> None:
        """Answer with another adapter from now on; loading it takes a while."""
        asyncio.get_running_loop().run_in_executor(None, self._service.refresh)

    async def _start(self, folder: Path, plan: Plan) -> Process:
        command = [
            *self._program(), "finetune", "--base", plan.base, "--from", plan.start,
            "--data", str(folder / "rows.jsonl"), "--cases", str(folder / "cases.jsonl"),
            "--out", str(folder / "adapter"), "--json",
        ]  # fmt: skip
        paths = {f"CHATBOT_{n.upper()}": str(getattr(self._settings, n).resolve()) for n in _PATHS}
        found = os.pathsep.join(filter(None, (str(PROJECT_ROOT), os.environ.get("PYTHONPATH"))))
        with (folder / _RESULT).open("wb") as out, (folder / _LOG).open("ab") as said:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out,
                stderr=said,
                env=os.environ | paths | {"PYTHONPATH": found},
            )
        with suppress(OSError, AttributeError):  # it may be over, or the system has no such call
            os.setpriority(os.PRIO_PROCESS, process.pid, _POLITE)
        return process

    async def _follow(self, run_id: str, process: Process) -> None:
        """Tell the database how far it is until it ends."""
        ending = asyncio.create_task(process.wait())
        trained = self._folder(run_id) / "adapter" / "training.json"
        try:
            while not (await asyncio.wait([ending], timeout=_LOOK_EVERY))[0]:
                progress = await asyncio.to_thread(self.progress, run_id)
                # The first look at the held-out loss comes before the steps are counted.
                phase = "training" if progress and progress.steps else "before"
                phase = "after" if trained.is_file() else phase
                step, steps = (progress.step, progress.steps) if progress else (0, 0)
                new = {"done": step, "total": steps, "result": {"phase": phase}}
                await self._store.runs.beat(run_id, **new)
        finally:
            ending.cancel()

    def _folder(self, run_id: str) -> Path:
        return self._settings.data / "training" / run_id

    def _of(self, entry: LLMEntry) -> AdapterStore:
        return AdapterStore(self._settings.data, entry)

    def _current(self, entry: LLMEntry) -> Path | None:
        settings = self._settings
        return choose_adapter(entry, settings.models, settings.data, settings.adapter)


def _write_plan(folder: Path, plan: Plan, rows: Sequence[AnswerRow], cases: Sequence[Case]) -> None:
    """The plan last: where it is, all is there."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, records in (("rows.jsonl", rows), ("cases.jsonl", cases)):
        write_whole(folder / name, (f"{record.model_dump_json()}\n" for record in records))
    write_whole(folder / _PLAN, [json.dumps(asdict(plan))])


def _read_plan(folder: Path) -> Plan:
    try:
        return Plan(**parse_json((folder / _PLAN).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as exc:
        raise TrainingError(
            "Nothing is kept of this training on this machine; begin a new one."
        ) from exc


def _read_result(folder: Path, status: int) -> dict[str, Any]:
    """What the process found out, without what is long."""
    said = [line for line in (folder / _LOG).read_text("utf-8", "replace").splitlines() if line]
    if status < 0:
        raise TrainingError(
            f"The training was ended by signal {-status}; where memory is short, that is why. It "
            "can go on from its last checkpoint."
        )
    if status:
        raise TrainingError(said[-1][:500] if said else f"The training ended with {status}.")
    result = parse_json((folder / _RESULT).read_text(encoding="utf-8"))
    return {name: result[name] for name in _SHOWN}


def _are_same(one: Path, other: Path) -> bool:
    return file_hash(one / WEIGHTS) == file_hash(other / WEIGHTS)


def _name_of(start: str) -> str:
    return "" if start == "none" else Path(start).name
