"""Rows to train a small random checkpoint on, and rows of its evaluation."""

from pathlib import Path
from typing import Any

from chatbot.cases import AnswerRow, GivenPassage, RewriteCase
from chatbot.llm.catalogue import LLMEntry, Source
from chatbot.llm.templates import chat_template
from chatbot.prompts import load_prompts
from chatbot.settings import load_settings
from chatbot.training.data import DataFile, Mixture, mix
from tests.support.checkpoints import TARGETS

PROMPTS = load_prompts(load_settings().prompts)
PASSAGE = (
    "Customers can return a product within {n} days of delivery, and it costs {n} EUR to send "
    "it back by post."
)


def rows_file(folder: Path, count: int = 8) -> Path:
    rows: list[Any] = []
    for n in range(count):
        passages = [GivenPassage(path=f"doc{n}-1.md", text=PASSAGE.format(n=n))]
        answer = None if n % 4 == 3 else f"customers can return a product within {n} days"
        rows.append(AnswerRow(id=f"a{n}", question=f"how long {n}?", passages=passages,
                              answer=answer, answerable=answer is not None))  # fmt: skip
        rows.append(AnswerRow(id=f"b{n}", question=f"what does it cost {n}?", passages=passages,
                              answer=f"it costs {n} EUR"))  # fmt: skip
    rows.append(RewriteCase(id="r", question="and there?", standalone="And in the US?"))
    path = folder / "rows.jsonl"
    path.write_text("".join(row.model_dump_json() + "\n" for row in rows))
    return path


def mixture(path: Path, refusals: float = 0.2, seed: int = 7, limit: int | None = None) -> Mixture:
    return mix(
        [DataFile(path, limit)], PROMPTS, chat_template("chatml"), refusals=refusals, seed=seed
    )


def entry_of(checkpoint: Path, architecture: str) -> LLMEntry:
    return LLMEntry(
        name="small", title="small", licence="none", source=Source(path=checkpoint), context=2048,
        template="chatml", lora_targets=tuple(TARGETS[architecture]), engines=("transformers",),
        rewrites=False,
    )  # fmt: skip


def row(case: str, answerable: bool, abstained: bool, gold: bool) -> dict[str, Any]:
    return {"id": case, "question": f"<{case}>", "answer": "x", "answerable": answerable,
            "abstained": abstained, "expected": ["x" if gold else "y"]}  # fmt: skip
