"""Prompts as files: how they may be saved, and what is said of those that cannot be used."""

import shutil
from pathlib import Path

import pytest
from langchain_core.documents import Document

from chatbot.answering.smalltalk import load_small_talk
from chatbot.errors import PromptError
from chatbot.llm.catalogue import load_catalogue
from chatbot.prompts import load_prompts, render_passages
from tests.support import ROOT


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "prompts", tmp_path / "prompts"))


def save(path: Path, encoding: str, newline: str = "\n") -> None:
    path.write_text(path.read_text() + "\n", encoding=encoding, newline=newline)


def test_files_of_a_windows_editor_are_read(prompts: Path, tmp_path: Path) -> None:
    before = load_prompts(prompts), load_small_talk(prompts)
    for path in prompts.iterdir():
        save(path, "utf-8-sig", "\r\n")
    assert (load_prompts(prompts), load_small_talk(prompts)) == before
    catalogue = tmp_path / "catalogue.toml"
    shutil.copy(ROOT / "models" / "catalogue.toml", catalogue)
    save(catalogue, "utf-8-sig")
    assert load_catalogue(tmp_path).llm


def test_a_prompt_in_another_encoding_gets_a_sentence(prompts: Path) -> None:
    path = prompts / "refuse.md"
    path.write_text(f"{path.read_text()}\nDésolé.\n", encoding="latin-1")
    with pytest.raises(PromptError, match=r"refuse\.md' is not UTF-8 text"):
        load_prompts(prompts)


@pytest.mark.parametrize(
    ("columns", "text", "given"),
    [
        ("Plan | Basic | Pro", "Basic reports | yes | yes\nProject Plan | no | yes", True),
        (" | S | M | L", "Standard Mount Large | 4 | 5 | 6", True),
        ("code | name", "P-1,A lamp", True),
        ("code | name", "Our prices.\n\ncode,name\nP-1,A lamp", False),
        ("Plan | Basic", "| **Plan** | Basic |\n|---|---|\n| Reports | yes |", False),
        ("", "Within 45 days.", False),
    ],
)
def test_rows_have_the_names_of_their_columns_unless_a_line_holds_them(
    columns: str, text: str, given: bool
) -> None:
    shown = render_passages([Document(text, metadata={"title": "Plans", "columns": columns})])
    assert shown == (f"[1] Plans\n{columns}\n{text}" if given else f"[1] Plans\n{text}")


def test_what_was_wrapped_is_one_line_and_all_else_as_it_is() -> None:
    wrapped = "Parcels are packed on the day on which the order comes in and\nleave us at six."
    kept = "Harbor Supplies\n12 Mill Road\n\n| plan | price |\n|---|---|\n| basic | 5 |\n\n- one"
    shown = render_passages([Document(f"{wrapped}\n\n{kept}", metadata={"title": "Parcels"})])
    assert shown == "[1] Parcels\n" + wrapped.replace("\n", " ") + f"\n\n{kept}"


@pytest.mark.parametrize(
    ("meta", "said"),
    [
        ("name: answer\nversion: two\nvariables: []", "'version': Input should be a valid integer"),
        ("name: [answer", "did not find expected"),
        ("- a", "it is no list of keys and values"),
    ],
)
def test_front_matter_that_is_wrong_is_said_in_one_line(
    prompts: Path, meta: str, said: str
) -> None:
    (prompts / "answer.md").write_text(f"---\n{meta}\n---\n# user\nx\n")
    with pytest.raises(PromptError, match=said) as told:
        load_prompts(prompts)
    assert "\n" not in str(told.value)
    assert "pydantic" not in str(told.value)
