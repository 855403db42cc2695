"""Files of cases as other programs write them, and as they break."""

import json
from pathlib import Path

import pytest

from chatbot.cases import Case, read_cases
from chatbot.errors import DataError


def test_marks_and_line_ends_of_other_programs_are_read(tmp_path: Path) -> None:
    file = tmp_path / "cases.jsonl"
    asked = "How long\u2028in the US?\x85"
    lines = [json.dumps({"id": name, "question": asked}, ensure_ascii=False) for name in "ab"]
    file.write_bytes("\r\n".join(lines).encode("utf-8-sig"))
    assert [case.question for case in read_cases(file, Case)] == [asked, asked]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"id":' + "[" * 100_000, "nested too deeply"),
        ('{"id": "a", "question": "q \\ud800"}', "half a character"),
        ('{"id": "a", "question": "q", "answers": ["\\ud800"]}', "half a character"),
        ('{"id": "a", "question": ' + "9" * 5000 + "}", "not valid JSON"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(tmp_path: Path, line: str, reason: str) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_text('{"id": "0", "question": "q \\ud83d\\ude00"}\n' + line + "\n")
    with pytest.raises(DataError, match=rf"line 2.*{reason}"):
        read_cases(file, Case)
