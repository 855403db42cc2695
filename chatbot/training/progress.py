"""How far a training is: a file beside the adapter that another process may read."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from chatbot.files import parse_json, write_whole

_FILE = "progress.json"


@dataclass(frozen=True)
class Progress:
    """``step`` of ``steps``; ``trained`` and ``held_out`` are (step, mean loss in nats a token)."""

    step: int
    steps: int
    trained: list[tuple[int, float]]
    held_out: list[tuple[int, float]]


def read_progress(out: Path) -> Progress | None:
    """How far the training into ``out`` is; ``None`` before its first step."""
    try:
        return Progress(**parse_json((out / _FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def write_progress(out: Path, step: int, steps: int, history: list[dict[str, Any]]) -> None:
    """Write it whole or not at all; ``history`` is the Trainer's log."""
    curves = {
        name: [(point["step"], round(point[key], 4)) for point in history if key in point]
        for name, key in (("trained", "loss"), ("held_out", "eval_loss"))
    }
    progress = Progress(step, steps, **curves)
    out.mkdir(parents=True, exist_ok=True)
    write_whole(out / _FILE, [json.dumps(asdict(progress))])
