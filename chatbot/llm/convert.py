"""From a GGUF file to what OpenVINO runs, in a process of its own.

OpenVINO reads the file with Python's lock held, and reading and rounding take memory that only
the end of a process gives back; the page goes on answering meanwhile.

    python -m chatbot.llm.convert FILE OUT BITS [ADAPTER]

Standard output has lines "DONE TOTAL": how far it is.
"""

import errno
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from chatbot.errors import ModelUnavailableError, reason_of
from chatbot.llm.graph import Bits, Progress, rewrite, untold
from chatbot.llm.half_made import disk_told, half_made, is_whole, put_in_place
from chatbot.llm.judge_graph import Trained, is_judge, write_judge
from chatbot.llm.matrices import Matrices
from chatbot.llm.tokens import read_tokens

PROPERTIES = "properties.json"

_TICK = 0.5
_PROGRESS = re.compile(rb"^(\d+) (\d+)\n", re.MULTILINE)
_LAST = 4096  # bytes at the end of what was told, among which the newest line is
# OpenVINO's graph and ours beside it, in sizes of the file: 2.0 of eight bits, 2.8 of four.
_ROOM = 3
# What it says where a write fails, or less free bytes than that: the disk is full.
_UNWRITTEN, _FULL = "iostream error", 1_000_000


@disk_told()
def convert_apart(
    weights: Path,
    out: Path,
    bits: Bits,
    adapter: Path | None,
    cancelled: Callable[[], bool],
    tell: Progress = untold,
) -> None:
    """Make the folder ``out`` of a GGUF file, whole or not at all; blocks for up to minutes.

    The other process ends with this one, and when ``cancelled`` says so. How far it is goes to
    ``tell``; of a judge that is not known.

    Raises:
        ModelUnavailableError: it failed or was cancelled, there is too little room, or the disk
            refuses; the message says why.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    _check_disk(weights, out.parent)
    command = [sys.executable, "-m", "chatbot.llm.convert", str(weights), str(out), str(bits)]
    with (
        tempfile.TemporaryFile("w+", errors="replace", dir=out.parent) as said,
        tempfile.TemporaryFile(dir=out.parent) as told,
    ):
        process = subprocess.Popen(
            [*command, *([str(adapter)] if adapter else [])],
            stdin=subprocess.PIPE, stdout=told, stderr=said,
        )  # fmt: skip
        try:
            while process.poll() is None:
                time.sleep(_TICK)
                if progress := _newest(told.fileno()):
                    tell(*progress)
                if cancelled():
                    raise ModelUnavailableError("The conversion was stopped.")
        finally:
            process.kill()
            process.wait()
        if process.returncode:
            said.seek(0)
            raise _failure(weights, process.returncode, said.read())


def _newest(told: int) -> tuple[int, int] | None:
    """The last whole line of progress in an open file; its place, which the writer shares, stays
    where it is."""
    size = os.fstat(told).st_size
    lines = _PROGRESS.findall(os.pread(told, _LAST, max(0, size - _LAST)))
    return (int(lines[-1][0]), int(lines[-1][1])) if lines else None


def _check_disk(weights: Path, folder: Path) -> None:
    """A full disk would trouble whatever else writes there, minutes from now."""
    needed, free = _ROOM * weights.stat().st_size, shutil.disk_usage(folder).free
    if free < needed:
        raise ModelUnavailableError(
            f"The weights '{weights}' could not be converted: that takes {needed / 1e6:,.0f} MB "
            f"for a while in '{folder}', and {free / 1e6:,.0f} MB are free; make room and start "
            "again."
        )


def _failure(weights: Path, status: int, said: str) -> ModelUnavailableError:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    why = lines[-1].rstrip(".")[:300] if lines else f"status {status}"
    if status < 0:
        why = f"its process was ended by signal {-status}; most often that is too little memory"
    if "No space left" in said:
        why = "the disk is full; make room and start again"
    return ModelUnavailableError(f"The weights '{weights}' could not be converted ({why}).")


def convert(
    weights: Path,
    out: Path,
    bits: Bits,
    adapter: Path | None = None,
    tell: Progress = untold,
) -> None:
    """Make the folder ``out``: OpenVINO's graph, its properties, and the tokenizer; of a judge,
    where ``adapter`` is what one learned. Blocks while another process makes one beside it; where
    that made this one, nothing is left to do.

    Raises:
        ModelUnavailableError: the adapter does not fit, or the tokenizer is not known.
        OSError: the disk is full.
    """
    with half_made(out.parent) as temporary:
        if is_whole(out):
            return
        folder = temporary / "graph"
        folder.mkdir()
        try:
            _fill(folder, weights, bits, adapter, tell)
            put_in_place(folder, out)
        except Exception as exc:  # OpenVINO does not say why it cannot write
            if _UNWRITTEN in str(exc) or shutil.disk_usage(folder).free < _FULL:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from exc
            raise


def _fill(folder: Path, weights: Path, bits: Bits, adapter: Path | None, tell: Progress) -> None:
    judge = adapter if adapter and is_judge(adapter) else None
    matrices = Matrices(weights, None if judge else adapter)
    read_tokens(weights, matrices.reader).save(folder)
    if judge:
        properties = write_judge(matrices, Trained(judge), folder)
    else:
        # OpenVINO's reading and ours take as long, and OpenVINO does not say how far it is.
        tell(0, 2 * matrices.size)
        graph = _write_graph(weights, folder)
        properties = rewrite(
            graph, matrices, bits, lambda done, total: tell(total + done, 2 * total)
        )
    (folder / PROPERTIES).write_text(json.dumps(properties), encoding="utf-8")


def _write_graph(weights: Path, folder: Path) -> Path:
    """OpenVINO's own reading of the file: it writes its graph beside what it reads."""
    import openvino_genai as genai

    link = folder / weights.name
    link.symlink_to(weights.absolute())
    genai.ContinuousBatchingPipeline(
        str(link), genai.SchedulerConfig(), "CPU", {"enable_save_ov_model": True}
    )
    link.unlink()
    for file in folder.glob("openvino_*tokenizer.*"):
        file.unlink()
    return folder / "openvino_model.xml"


def _end_with_parent() -> None:
    """Standard input is a pipe that ends with the process that holds its other end."""

    def wait() -> None:
        os.read(sys.stdin.fileno(), 1)
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def main(arguments: list[str]) -> Any:
    """What the command line above does; a sentence and status 1 where it fails."""
    _end_with_parent()
    os.nice(5)  # whoever is being answered goes first
    weights, out, bits, *adapter = arguments
    try:
        convert(
            Path(weights),
            Path(out),
            4 if bits == "4" else 8,
            Path(adapter[0]) if adapter else None,
            lambda done, total: print(done, total, flush=True),
        )
    except Exception as exc:  # OpenVINO, gguf, safetensors and the disk each have their own
        return reason_of(exc, -1)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
