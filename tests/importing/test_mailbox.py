"""``chatbot import mailbox``: the order of a thread, and headers of older programs."""

import itertools
from collections.abc import Sequence
from pathlib import Path

import pytest

from chatbot.importing.archive import export_files
from chatbot.importing.conversations import Conversation
from chatbot.importing.letters import read_letter
from chatbot.importing.mailbox import read
from chatbot.importing.sources import ExportOptions

ASKED, ANSWERED, THANKED = "How does the lid open?", "Turn the knob.", "It does."


def letter(number: int, sender: str, body: str, before: Sequence[int], minute: int) -> str:
    refers = " ".join(f"<{each}@x>" for each in before)
    return (
        f"From: {sender}\nTo: q@x.example\nSubject: Lid\nMessage-ID: <{number}@x>\n"
        f"References: {refers}\nDate: Mon, 05 Jan 2026 10:{minute:02}:00 +0000\n\n{body}\n"
    )


def said(folder: Path) -> list[str]:
    (thread,) = read(export_files(folder), ExportOptions(staff=("acme.example",)))
    assert isinstance(thread, Conversation)
    return [message.text.strip() for message in thread.messages]


@pytest.mark.parametrize("minutes", [(5, 5, 5), (9, 5, 7), (5, 7, 9)])
def test_an_answer_stands_behind_its_question_whatever_clocks_say(
    minutes: tuple[int, int, int], tmp_path: Path
) -> None:
    letters = [
        letter(1, "jane@c.example", ASKED, (), minutes[0]),
        letter(2, "sam@acme.example", ANSWERED, (1,), minutes[1]),
        letter(3, "jane@c.example", THANKED, (1, 2), minutes[2]),
    ]
    for number, order in enumerate(itertools.permutations(letters)):
        folder = tmp_path / str(number)
        folder.mkdir()
        for place, text in enumerate(order):
            (folder / f"{place}.eml").write_text(text)
        assert said(folder) == [ASKED, ANSWERED, THANKED]


def test_letters_that_refer_to_each_other_in_a_circle_go_by_date(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_text(letter(1, "jane@c.example", ASKED, (2,), 1))
    (tmp_path / "b.eml").write_text(letter(2, "sam@acme.example", ANSWERED, (1,), 2))
    assert said(tmp_path) == [ASKED, ANSWERED]


@pytest.mark.parametrize("code", ["cp1252", "utf-8"])
def test_headers_that_hold_bytes_as_they_are(code: str) -> None:
    text = "From: J\u00f6rg <joerg@c.example>\nSubject: R\u00fcckgabe\nMessage-ID: <1@x>\n\nHow?\n"
    read = read_letter(text.encode(code))
    assert (read.name, read.subject, read.key) == ("J\u00f6rg", "R\u00fcckgabe", "<1@x>")
