"""``chatbot import mailbox``: what is a letter, whose it is, and the order of a thread."""

import itertools
from collections.abc import Sequence
from pathlib import Path

import pytest

from chatbot.importing.archive import export_files
from chatbot.importing.conversations import Conversation, LeftOut, message_body, plain
from chatbot.importing.letters import Letter, read_letter
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


def read_heads(heads: str, body: str = "How?") -> Letter:
    given = {"From": "jane@c.example", "To": "q@acme.example", "Message-ID": "<1@x>"}
    given |= dict(line.split(": ", 1) for line in heads.split("\n") if line)
    head = "".join(f"{name}: {value}\n" for name, value in given.items())
    return read_letter(f"{head}\n{body}\n".encode())


@pytest.mark.parametrize(
    "body", ["Hi,\n\n<a.smith@x.example> wrote:\n> Which?\n\nK2.", "Is 2 <b and 5 > em?\nYes."]
)
def test_plain_text_is_no_page(body: str) -> None:
    assert read_heads("", body).text == body


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("A <b.jones@x.example>\nB <a@x.example>", "A <b.jones@x.example>\nB <a@x.example>"),
        ("One<br />two", "One\ntwo"),
        ("See <a href='/x'>this</a>.", "See this."),
    ],
)
def test_a_record_is_a_page_where_it_has_tags(text: str, wanted: str) -> None:
    assert plain(text) == wanted


def test_what_a_page_quotes_is_no_part_of_what_is_written() -> None:
    page = "<p>On 1/5/26, Acme wrote:</p><blockquote>Which?</blockquote><p>K2. How long?</p>"
    assert message_body(read_heads("Content-Type: text/html", page).text) == "K2. How long?"


@pytest.mark.parametrize(
    ("name", "robot"),
    [
        ("no-reply", True), ("no_reply", True), ("no.reply", True), ("noreply2", True),
        ("do_not_reply", True), ("orders-noreply", True), ("noreply+abc", True), ("bounce", True),
        ("ne-pas-repondre", True), ("nicht-antworten", True), ("bounces+12-ann=x.example", True),
        ("postmaster", True), ("bouncehouse.rentals", False), ("postmasters", False),
        ("casino.reply", False), ("noreplyson", False),
    ],
)  # fmt: skip
def test_nobody_reads_answers_to_programs(name: str, robot: bool) -> None:
    assert ("nobody reads" in read_heads(f"From: {name}@x.example").automatic) is robot


GROUP = "List-ID: <q.acme.example>\nList-Post: <mailto:q@acme.example>\nPrecedence: list"
OWN = ("q@acme.example",)


@pytest.mark.parametrize(
    ("heads", "own", "person"),
    [
        (GROUP, OWN, True),
        (GROUP, ("acme.example",), True),
        (GROUP, ("other.example",), False),
        (GROUP, ("x.q@acme.example", "me.example"), False),
        ("List-Id: <big-q.acme.example>", OWN, False),
        ("Precedence: list", OWN, False),
        ("List-Unsubscribe: <https://news.example/?q@acme.example>", OWN, False),
        (f"{GROUP}\nAuto-Submitted: auto-replied", OWN, False),
        ("", OWN, True),
    ],
)
def test_a_list_of_ones_own_is_a_shared_mail_box(
    heads: str, own: tuple[str, ...], person: bool
) -> None:
    assert (not read_heads(heads).why_automatic(own)) is person


@pytest.mark.parametrize(
    ("heads", "writer"),
    [
        ("Reply-To: Jo <jo@c.example>\nFrom: web@acme.example", ("jo@c.example", "Jo")),
        (f"{GROUP}\nReply-To: q@acme.example", ("jane@c.example", "")),
        (f"{GROUP}\nFrom: q@acme.example\nX-Original-From: J <j@c.example>", ("j@c.example", "J")),
    ],
)  # fmt: skip
def test_forms_and_lists_stand_for_somebody(heads: str, writer: tuple[str, str]) -> None:
    letter = read_heads(heads)
    assert (letter.answer_to, letter.name) == writer
    assert not letter.is_from(OWN) and not letter.is_from(("acme.example",))


def test_a_form_may_write_to_another_address_of_the_firm() -> None:
    letter = read_heads("From: q@acme.example\nTo: info@acme.example\nReply-To: jo@c.example")
    assert not letter.is_from(OWN)


def test_what_was_sent_to_a_customer_is_from_us_wherever_answers_go() -> None:
    letter = read_heads("From: q@acme.example\nTo: jane@c.example\nReply-To: 7@desk.example")
    assert letter.is_from(OWN)


def items(folder: Path, *staff: str) -> tuple[list[list[tuple[str, str]]], dict[str, str]]:
    """Sides and texts of each thread, and what was left out."""
    found = list(read(export_files(folder), ExportOptions(staff=staff)))
    threads = [item for item in found if isinstance(item, Conversation)]
    said = [[(m.side, m.text.strip()) for m in thread.messages] for thread in threads]
    return said, {item.path: item.reason for item in found if isinstance(item, LeftOut)}


THREAD = [("customer", ASKED), ("staff", ANSWERED)]


@pytest.mark.parametrize("staff", [("acme.example",), ("q@acme.example",), ()])
@pytest.mark.parametrize("heads", [GROUP, "From: web@acme.example\nReply-To: jane@c.example"])
def test_shared_groups_and_forms_of_an_imported_box_are_customers(
    heads: str, staff: tuple[str, ...], tmp_path: Path
) -> None:
    answer = letter(2, "q@acme.example", ANSWERED, (1,), 2).replace("q@x.example", "jane@c.example")
    asked = letter(1, "jane@c.example", ASKED, (), 1).replace("q@x.example", "q@acme.example")
    lines = [line for line in asked.split("\n") if heads == GROUP or "From" not in line]
    (tmp_path / "1.eml").write_text("\n".join([heads, *lines]))
    (tmp_path / "2.eml").write_text(answer)
    news = letter(3, "news@shop.example", "Buy.", (), 3)
    (tmp_path / "3.eml").write_text(f"List-Id: <news.shop.example>\n{news}")
    assert items(tmp_path, *staff) == ([THREAD], {"Mail of programs and mailing lists": "1 letter"})


def test_who_answers_is_not_guessed_by_mailing_lists(tmp_path: Path) -> None:
    for at in (1, 2):
        heads = "List-Id: <talk.list.example>\n"
        asked = letter(10 * at, f"a{at}@c.example", "Lists?", (), at)
        answer = letter(10 * at + 1, "bo@list.example", "Yes.", (10 * at,), 9)
        for number, text in enumerate((asked, answer)):
            text = text.replace("q@x.example", "talk@list.example").replace("Lid", f"List {at}")
            (tmp_path / f"list{at}{number}.eml").write_text(heads + text)
    asked = letter(1, "jane@c.example", ASKED, (), 1).replace("q@x.example", "q@acme.example")
    (tmp_path / "1.eml").write_text(asked)
    (tmp_path / "2.eml").write_text(letter(2, "q@acme.example", ANSWERED, (1,), 2))
    assert items(tmp_path)[0] == [THREAD]


@pytest.mark.parametrize("name", ["Trash", "spam.mbox"])
def test_a_box_that_is_given_alone_is_read_whatever_it_is_called(name: str, tmp_path: Path) -> None:
    texts = (
        letter(1, "jane@c.example", ASKED, (), 1),
        letter(2, "sam@acme.example", ANSWERED, (1,), 2),
    )
    box = "".join(f"From a@b.c Sat Jan 3 01:05:34 2026\n{text}\n" for text in texts)
    (tmp_path / name).write_text(box)
    assert items(tmp_path / name, "acme.example") == ([THREAD], {})


def test_folders_of_a_maildir_are_read_but_not_what_was_thrown_away(tmp_path: Path) -> None:
    files = {
        "cur/1:2,S": letter(1, "jane@c.example", ASKED, (), 1),
        ".Sent/cur/2:2,S": letter(2, "sam@acme.example", ANSWERED, (1,), 2),
        ".cache/3.eml": letter(3, "sam@acme.example", "Hidden.", (1,), 3),
    }
    gone = {
        ".Trash/cur/4:2,S": "", ".INBOX.Junk/cur/5": "", ".Sent/cur/6:2,ST": "", "cur/7:2,DS": "",
        "a.mbox": "X-Mozilla-Status: 0009\n",
        "b.eml": "X-Gmail-Labels: =?utf-8?q?Inbox=2CEntw=C3=BCrfe?=\n",
        "c.draft.eml": "X-Unsent: 1\n", "d.eml": "X-Status: D\n", "Drafts.mbox": "", "Trash": "",
    }  # fmt: skip
    kept = {"cur/8:2,Std": "", "e.eml": "X-Mozilla-Status: 0001\n", "drafts.eml": ""}
    for number, (name, heads) in enumerate((gone | kept).items(), start=4):
        files[name] = heads + letter(number, "sam@acme.example", "Yes.", (1,), number)
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    said, left = items(tmp_path, "acme.example")
    assert said == [[*THREAD, *[("staff", "Yes.")] * len(kept)]]
    assert left == {"Mail that was deleted, junk or never sent": f"{len(gone)} letters"}


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"\n", b"\r\n \r\n", b"\xef\xbb\xbf\n"])
def test_what_stands_before_the_first_header_is_passed_over(before: bytes, tmp_path: Path) -> None:
    (tmp_path / "1.eml").write_bytes(before + letter(1, "j@c.example", ASKED, (), 1).encode())
    (tmp_path / "2.eml").write_text(letter(2, "sam@acme.example", ANSWERED, (1,), 2))
    (tmp_path / "3.EML").write_text("No header.\n")
    (tmp_path / "4").write_text("A list of names\n")
    said, left = items(tmp_path, "acme.example")
    assert said == [THREAD] and list(left) == ["3.EML: message 1"]
