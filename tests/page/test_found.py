"""Search results: whole sentences with the wanted words marked, and nothing else as markup."""

from pathlib import Path

from chatbot.grounding.words import content_words
from chatbot.page.found import _as_rows, _day_in, result
from chatbot.passage import Passage

TEXT = (
    "Lamps are sold in the shop. A lamp can be returned within 45 days of delivery. "
    "<b>Bold</b> words and [links](https://example.org) are plain."
)


def test_whole_sentences_with_the_words_marked() -> None:
    shown = result(f"# Lamps\n\n{TEXT}", content_words("When are lamps returned?"))
    assert "#" not in shown
    assert "A **lamp** can be **returned** within 45 days of delivery." in shown
    assert "<b>" not in shown.replace("\\<", "")
    assert "](https:" not in shown


def test_a_long_passage_is_cut_between_sentences() -> None:
    shown = result("Nothing here matters at all. " * 30 + TEXT, content_words("returned lamp"))
    assert "A **lamp** can be **returned** within 45 days of delivery." in shown
    assert len(shown) < 600


def test_rows_of_tables_stand_on_lines_of_their_own_below_the_names_of_their_columns() -> None:
    rows = "".join(f"| Crimp {n} | 1.2 Nm and {'a good deal more ' * 3}|\n" for n in range(9))
    text = f"Keep it in the van.\n\n| Part | Torque |\n|---|---|\n{rows}| Hinge | 4 Nm |\n\nEnd."
    shown = result(text, content_words("torque of the hinge"))
    lines = [line.replace("\\", "") for line in shown.split("  \n")]
    assert "**Hinge** | 4 Nm" in lines and any("Part | **Torque**" in line for line in lines)
    assert not any(line.startswith("|") for line in lines)
    assert result("Part | Size\nA | 1", {"size"}).replace("\\", "") == "Part | **Size**  \nA | 1"


def test_the_day_is_what_the_page_says(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text('---\ntitle: "A"\ndate: "2026-03-04T10:00"\n---\nText.\n')
    (tmp_path / "b.md").write_text("Text.\n")
    (tmp_path / "c.md").write_bytes(b"\xff\xfe---\ndate: 2026-01-01\n---\n")
    days = [_day_in(tmp_path, name) for name in ("a.md", "b.md", "c.md", "d.md", "e.pdf")]
    assert days == ["2026-03-04", "", "", "", ""]


def test_rows_of_a_file_of_rows_stand_below_each_other() -> None:
    text = 'part,price\n"hinge, left",3\nlid,5\n'
    rows = _as_rows(Passage(page_content=text, metadata={"path": "a.csv"}))
    assert rows == "part | price\nhinge, left | 3\nlid | 5"
    assert _as_rows(Passage(page_content=text, metadata={"path": "a.md"})) == text
