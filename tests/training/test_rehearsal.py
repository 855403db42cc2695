"""What a model practises beside corrections."""

from typing import Any

from chatbot.cases import GivenPassage
from chatbot.knowledge.chunks import Chunk
from chatbot.training.rehearsal import rehearsal_cases, rehearsal_rows

CHUNKS = [
    Chunk("1", "a.md", 0, 40, "# Returns\n\n## Cost\n\nA return is free.", "Returns", "", ""),
    Chunk("2", "a.md", 40, 60, "It goes by post.", "Returns", "Sending it back", ""),
]


def answered(case: str, **changes: Any) -> dict[str, Any]:
    row = {
        "id": case, "question": "Returns: Cost", "answer": "A return is free.",
        "abstained": False, "unsupported": [],
        "shown": [
            {"path": "a.md", "text": "A return is free.", "title": "Returns", "section": "Cost"},
            {"path": "b.md", "text": "Parcels take two days."},
        ],
    }  # fmt: skip
    return row | changes


def test_titles_and_headings_are_asked() -> None:
    cases = rehearsal_cases(CHUNKS, 10, seed=7)
    assert {case.question for case in cases} == {"Returns", "Returns: Cost", "Sending it back"}
    assert len(rehearsal_cases(CHUNKS, 2, seed=7)) == 2
    assert rehearsal_cases(CHUNKS, 10, seed=7) == cases


def test_only_whole_answers_with_sources_are_practised() -> None:
    rows = rehearsal_rows(
        [
            answered("1"),
            answered("2", abstained=True),
            answered("3", unsupported=[{"start": 0, "end": 17}]),
            answered("4", cut=True),
        ]
    )
    (row,) = rows
    assert (row.id, row.answer) == ("1", "A return is free.")
    assert (row.passages[0].title, row.passages[0].heading) == ("Returns", "Cost")
    assert row.passages[1] == GivenPassage(path="b.md", text="Parcels take two days.")
