"""Marks of Jira in exports."""

import time
from pathlib import Path

from tests.support.documents import load

ROWS = (
    "Issue key,Summary,Description,Comment\n"
    'CRN-41,Crane stops,"h2. Cause\n\n*Sensor* _S4_ reports {{E-77}}.\n||Load||Limit||\n'
    "|wood|1,260 kg|\n* see [manual|https://d.example/c]\n{code:java}\nreset(*6*);\n{code}\n"
    '{color:red}Do not lift.{color}",Fixed by *3.9.2*. {quote}works{quote}\n'
    "CRN-42,Horn,below -14 °C; -old fuse- new fuse,!photo.png|thumbnail!\n"
)


def test_cells_of_jira_read_as_people_see_them(tmp_path: Path) -> None:
    document = load(tmp_path / "a.csv", ROWS)
    assert len(document.text) == len(ROWS)
    assert document.tables[0].columns == "Issue key | Summary | Description | Comment"
    read = " ".join(document.text.split())
    for told in (
        '" Cause Sensor S4 reports E-77.', "Load ·Limit wood·1,260 kg", "manual (https://d.example/c)",
        " reset(*6*); ", "Do not lift.", "Fixed by 3.9.2. works", "below -14 °C; new fuse,",
    ):  # fmt: skip
        assert told in read
    assert "photo" not in read and "{" not in read


def test_other_files_keep_such_signs(tmp_path: Path) -> None:
    text = "Key,Text\na,*must* be {{ticket.id}}\nb,a || b || c\n"
    assert load(tmp_path / "a.csv", text).text == text


def test_hostile_marks_are_read_in_no_time(tmp_path: Path) -> None:
    for part in ("{code}", "[a|", "*a", "{{", "!a", "-a ", "|a\\n", "{code:"):
        begin = time.perf_counter()
        load(tmp_path / "a.csv", f'Key,Text\na,"{{quote}}{part * 60_000}"\n')
        assert time.perf_counter() - begin < 5, part
