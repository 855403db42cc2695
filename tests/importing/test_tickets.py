"""Tickets of help desks: whose words are whose, and which ticket they belong to."""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from chatbot.importing import archive
from chatbot.importing.archive import export_files
from chatbot.importing.candidates import candidates_from
from chatbot.importing.conversations import Conversation, Item, LeftOut, plain
from chatbot.importing.documents import ImportedDocument
from chatbot.importing.replies import ticket_in
from chatbot.importing.sources import ExportOptions

USERS = {
    "users": [
        {"id": 1, "name": "Ann Smith", "email": "a@x.example", "role": "end-user"},
        {"id": 2, "name": "Tom Stone", "email": "t@x.example", "role": "agent"},
    ]
}
ANSWER = "You can return it within 30 days of its delivery, unused and in its box."


@pytest.fixture
def read(tmp_path: Path) -> Any:
    def read(source: str, files: dict[str, Any]) -> list[Item]:
        for name, value in files.items():
            path = tmp_path / "export" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(value if isinstance(value, str) else json.dumps(value))
        module = import_module(f"chatbot.importing.{source}")
        return list(module.read(export_files(tmp_path / "export"), ExportOptions()))

    return read


def said(items: list[Item]) -> list[list[tuple[str, str]]]:
    """Side and text of the messages of each conversation."""
    found = [item.messages for item in items if isinstance(item, Conversation)]
    return [[(message.side, message.text) for message in messages] for messages in found]


def left_out(items: list[Item]) -> dict[str, str]:
    return {item.path: item.reason for item in items if isinstance(item, LeftOut)}


def comment(number: int, author: int, body: str, **more: Any) -> dict[str, Any]:
    return {"id": number, "author_id": author, "plain_body": body, "public": True,
            "created_at": str(number), **more}  # fmt: skip


@pytest.mark.parametrize(
    ("comments", "more", "messages"),
    [
        ([comment(1, 2, "She is in debt.", public=False), comment(2, 2, ANSWER)], {},
         [("staff", ANSWER)]),
        ([comment(1, 2, ANSWER)], {}, [("staff", ANSWER)]),
        ([], {"is_public": False}, []),
        ([], {}, [("customer", "She is in debt.")]),
    ],
)  # fmt: skip
def test_a_description_is_the_first_comment_and_no_words_of_the_customers(
    comments: Any, more: dict[str, Any], messages: Any, read: Any
) -> None:
    ticket = {"id": 12, "subject": "Refund", "requester_id": 1, "description": "She is in debt."}
    items = read("zendesk", {"t.json": {"tickets": [ticket | {"comments": comments} | more]},
                             "u.json": USERS})  # fmt: skip
    assert said(items) == [messages]


@pytest.mark.parametrize(
    ("known", "messages", "reasons"),
    [
        ({"assignee": {"id": 2, "name": "Tom Stone", "role": "agent"}},
         [("customer", "How?"), ("staff", ANSWER)], 1),
        ({"assignee": {"id": 2}},
         [("customer", "How?"), ("staff", "I want my money back."), ("staff", ANSWER)], 0),
    ],
)  # fmt: skip
def test_where_the_staff_is_known_a_stranger_is_not_of_it(
    known: dict[str, Any], messages: Any, reasons: int, read: Any
) -> None:
    comments = [comment(1, 1, "How?"), comment(2, 3, "I want my money back."),
                comment(3, 2, ANSWER)]  # fmt: skip
    ticket = {"id": 12, "subject": "Refund", "requester": {"id": 1}, "comments": comments} | known
    items = read("zendesk", {"t.json": ticket})
    assert said(items) == [messages]
    assert len(left_out(items)) == reasons


@pytest.mark.parametrize(
    ("name", "ticket"),
    [
        ("comments-12.json", "12"),
        ("tickets/12/comments.json", "12"),
        ("tickets/12/comments/3.json", "12"),
        ("comments/12/page-3.json", "12"),
        ("2026-01-01/ticket-12-comments-3.json", "12"),
        ("12/comments_page_3.json", "12"),
        ("2026-11-30/12/comments.json", "12"),
        ("comments-99.json", "99"),
        ("12/comments-3.json", ""),
        ("comments.json", ""),
        ("comments/page-3.json", ""),
    ],
)
def test_the_ticket_that_a_path_names(name: str, ticket: str) -> None:
    assert ticket_in(name, {"3", "12"}) == ticket


@pytest.mark.parametrize(
    ("source", "kind", "reply"),
    [
        ("zendesk", "comments", comment(5, 2, ANSWER)),
        ("freshdesk", "conversations", {"id": 5, "incoming": False, "body_text": ANSWER}),
    ],
)
def test_replies_whose_ticket_nobody_knows_are_named(
    source: str, kind: str, reply: dict[str, Any], read: Any
) -> None:
    tickets = [{"id": n, "requester_id": 1, "description_text": "How?"} for n in (3, 12)]
    items = read(source, {"t.json": {"tickets": tickets}, f"{kind}/12/page-3.json": {kind: [reply]},
                          f"12/{kind}-3.json": {kind: [reply]},
                          f"{kind}-9.json": {kind: [reply]}, "u.json": USERS})  # fmt: skip
    assert [("staff", ANSWER) in messages for messages in said(items)] == [False, True]
    assert set(left_out(items)) == {f"12/{kind}-3.json", f"{kind} of ticket 9"}


def test_a_comment_on_an_article_is_of_no_ticket(read: Any) -> None:
    thanks = {"id": 1, "author_id": 9, "body": "Thanks!", "source_id": 12, "source_type": "Article"}
    items = read("zendesk", {"t.json": {"tickets": [{"id": 12, "requester_id": 1}]},
                             "articles/12/comments.json": {"comments": [thanks]}})  # fmt: skip
    assert said(items) == [[("customer", "")]] and left_out(items) == {}


def test_tickets_that_the_staff_opens_are_the_staffs_words(read: Any) -> None:
    reply = {"id": 9, "incoming": True, "body": "<p>How?</p>"}
    ticket = {"id": 5, "source": 10, "requester_id": 1, "subject": "Recall", "description": ANSWER,
              "conversations": [reply]}  # fmt: skip
    assert said(read("freshdesk", {"t.json": [ticket]})) == [
        [("staff", ANSWER), ("customer", "How?")]
    ]


def test_what_is_passed_on_to_a_supplier_is_no_answer(read: Any) -> None:
    replies = [
        {
            "id": 8,
            "incoming": False,
            "private": False,
            "source": 8,
            "body": "Its memory wears out.",
        },
        {"id": 9, "incoming": False, "private": False, "source": 0, "body": ANSWER},
    ]
    ticket = {"id": 5, "requester_id": 1, "description": "How?", "conversations": replies}
    assert said(read("freshdesk", {"t.json": [ticket]})) == [
        [("customer", "How?"), ("staff", ANSWER)]
    ]


def test_without_a_description_the_subject_is_the_question(read: Any) -> None:
    reply = {"id": 9, "incoming": False, "body": ANSWER}
    subject = "Re: How long can I return a kettle?"
    ticket = {"id": 5, "requester_id": 1, "subject": subject, "conversations": [reply]}
    (candidate,) = candidates_from(read("freshdesk", {"t.json": [ticket]}))
    assert (candidate.question, candidate.answer) == ("How long can I return a kettle?", ANSWER)


@pytest.mark.parametrize(
    ("folders", "audience", "reasons"),
    [
        ([{"id": 78, "name": "Public", "visibility": 1}], "internal", 0),
        ([{"id": 77, "name": "Public", "visibility": 1}], "", 0),
        ([], "", 1),
    ],
)
def test_an_article_in_a_folder_that_nobody_knows(
    folders: Any, audience: str, reasons: int, read: Any
) -> None:
    article = {
        "id": 5,
        "folder_id": 77,
        "status": 2,
        "title": "Margins",
        "description": "<p>9%</p>",
    }
    items = read("freshdesk", {"a.json": [article], "f.json": folders})
    assert [i.audience for i in items if isinstance(i, ImportedDocument)] == [audience]
    assert len(left_out(items)) == reasons


def test_a_choice_that_a_customer_taps_is_said(read: Any) -> None:
    user, admin = {"type": "user", "name": "Ann"}, {"type": "admin", "name": "Tom"}
    parts = [{"part_type": "quick_reply", "body": "<p>How do I return it?</p>", "author": user},
             {"part_type": "note_and_reopen", "body": "<p>In debt.</p>", "author": admin},
             {"part_type": "comment", "body": f"<p>{ANSWER}</p>", "author": admin}]  # fmt: skip
    talk = {"type": "conversation", "id": "1", "source": {"body": "<p>Hi</p>", "author": user},
            "conversation_parts": {"conversation_parts": parts}}  # fmt: skip
    assert said(read("intercom", {"c.json": talk})) == [
        [("customer", "Hi"), ("customer", "How do I return it?"), ("staff", ANSWER)]
    ]


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("this &amp; that&nbsp;&#8211; &#x27;now&#x27;", "this & that – 'now'"),
        ("a < b && c; AT&T; ?a=1&copy=2 &nothing;", "a < b && c; AT&T; ?a=1&copy=2 &nothing;"),
        ("<p>Press &lt;b&gt;.</p>", "Press <b>."),
    ],
)
def test_signs_that_a_help_desk_writes_as_references(given: str, text: str) -> None:
    assert plain(given) == text


def test_a_large_file_with_a_record_a_line_is_never_read_whole(
    read: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MAX_READ", 0)
    tickets = [{"id": n, "requester_id": 1, "description": "How?"} for n in (1, 2)]
    lines = "\n".join(["", *map(json.dumps, tickets)])
    assert len(said(read("zendesk", {"tickets.json": lines}))) == 2


def ticket(*comments: dict[str, Any], **more: Any) -> dict[str, Any]:
    whole = {"id": 12, "requester_id": 1, "subject": "Kettle", "comments": list(comments), **more}
    return {"t.json": {"tickets": [whole], **USERS}}


CHAT = """Chat started: 2026-01-05 10:12 AM UTC

(10:12:33 AM) Ann Smith: How long can I return a kettle?
It is new.
(10:12:40 AM) Acme Bot: I am looking for articles.
(10:12:50 AM) *** Tom joined the chat ***
(10:13:20 AM) Tom: You can return it within 30 days.
(10:14:01 AM) Ann: Thanks!"""


@pytest.mark.parametrize("author", [1, 2])
def test_a_chat_in_one_comment_is_said_by_several(author: int, read: Any) -> None:
    assert said(read("zendesk", ticket(comment(1, author, CHAT)))) == [
        [("customer", "How long can I return a kettle?\nIt is new."),
         ("staff", "You can return it within 30 days."), ("customer", "Thanks!")]
    ]  # fmt: skip


@pytest.mark.parametrize(
    "log",
    [
        "It says:\n(10:12:33) ERROR: no water\n(10:12:40) WARN: hot",
        "My kettle does not boil.\n(10:12:33) Guest 1: On\n(10:12:40) Kernel: panic",
        "(10:12:33) Guest additions: on\n(10:12:40) Kernel: panic",
        "[10:12] Info: on\n[10:13] Error: no water",
        "Is this true?\n(10:12) Ann: No kettle?\n(10:13) Bob: Take mine.",
    ],
)
def test_a_log_is_no_chat_nor_is_what_somebody_quotes(log: str, read: Any) -> None:
    users = {"users": [USERS["users"][0] | {"name": "Ann"}, USERS["users"][1]]}
    if "Info" in log:
        users["users"][0]["name"] = "Info Acme"
    assert said(read("zendesk", ticket(comment(1, 1, log)) | {"u.json": users})) == [
        [("customer", log)]
    ]


def test_when_a_call_was_is_nothing_that_somebody_said(read: Any) -> None:
    about = "Call from: +1 555 0100\nTime of call: January 5, 2026\nListen to the recording"
    mailed = {"transcription_text": "How long can I return a kettle?"}
    calls = (
        comment(1, 1, about, type="VoiceComment"),
        comment(2, 1, about, via={"channel": "voice"}, data=mailed),
        comment(3, 2, ANSWER),
    )
    items = read("zendesk", ticket(*calls, subject="Call from: +1 555 0100"))
    assert said(items) == [[("customer", mailed["transcription_text"]), ("staff", ANSWER)]]
    assert [item.subject for item in items] == [""]


@pytest.mark.parametrize(
    ("subject", "kept"),
    [
        ("Call from Ann Smith", False),
        ("Chat with Visitor 7141", False),
        ("Voicemail from: Caller +1 (555) 0100", False),
        ("Call to action is missing", True),
        ("Conversation with the bot ends at once", True),
        ("Call from the kettle's button is not heard", True),
    ],
)
def test_a_subject_that_names_only_with_whom_it_was_asks_nothing(
    subject: str, kept: bool, read: Any
) -> None:
    items = read("zendesk", ticket(comment(1, 1, "How?"), subject=subject))
    assert [item.subject for item in items] == [subject if kept else ""]


@pytest.mark.parametrize(
    ("body", "via"),
    [
        ('This request was closed and merged into request #3 "Kettle".', {"channel": "web"}),
        ('Request #3 "Kettle" was closed and merged into this request.\n\nHow?', {}),
        ("Zusammengeführt: 3", {"channel": "web", "source": {"rel": "merge"}}),
    ],
)
def test_that_tickets_were_joined_is_no_answer(body: str, via: Any, read: Any) -> None:
    items = read("zendesk", ticket(comment(1, 1, "How?"), comment(2, 2, body, via=via)))
    assert said(items) == [[("customer", "How?")]]


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("I am out of the office until 12 January with limited access to mail.", False),
        ("Ich bin vom 5. bis 9. Januar nicht im Büro. In dringenden Fällen: Herr Stein.", False),
        ("Je suis absente jusqu'au 9 janvier, je réponds à mon retour.", False),
        ("Estoy de vacaciones hasta el lunes; responderé a mi regreso.", False),
        ("I am on holiday until Monday, please keep my parcel at the desk.", True),
        ("I am on leave. Is it urgent to return a kettle, or can that wait?", True),
        ("I am out of the office. For urgent matters please call Tom.", False),
        ("Ich bin bis Montag abwesend. Ihre E-Mail wird nicht weitergeleitet.", False),
        ("This is an automated message: I am on vacation.", False),
        ("I am on maternity leave and have no access to my payslips, send me one.", True),
        ("I am on holiday and my return label has expired, send me a new one.", True),
        ("I am on vacation next week and cannot set up an automatic reply.", True),
        ("Ich bin im Urlaub und brauche dringend eine neue Adresse für mein Paket.", True),
        ("Ich bin im Urlaub, lagern Sie das Paket bis zu meiner Rückkehr.", True),
        ("Je suis en vacances et c'est urgent : ma carte est bloquée.", True),
    ],
)
def test_a_notice_that_somebody_is_away_asks_nothing(text: str, asked: bool, read: Any) -> None:
    items = read("zendesk", ticket(comment(1, 1, text), comment(2, 2, ANSWER)))
    assert bool(candidates_from(items)) == asked


def test_pictures_of_a_message_have_no_address() -> None:
    picture = "![shot](https://x.example/attachments/token/a1/?name=b.png)"
    assert plain(f"Press it. {picture}") == "Press it."


def test_intercoms_tickets_are_conversations_but_for_those_of_the_staff(read: Any) -> None:
    parts = [
        {"part_type": kind, "body": f"<p>{body}</p>", "author": {"type": "admin"}}
        for kind, body in (("note", "She is in debt."), ("comment", ANSWER))
    ]
    about = {"_default_title_": "Kettle", "_default_description_": "How long can I return it?"}
    one = {"type": "ticket", "id": "1", "category": "Customer", "ticket_attributes": about,
           "ticket_parts": {"type": "ticket_part.list", "ticket_parts": parts}}  # fmt: skip
    listed = {"type": "ticket.list", "tickets": [one, {**one, "category": "Back-office"}]}
    assert said(read("intercom", {"t.json": listed})) == [
        [("customer", "How long can I return it?"), ("staff", ANSWER)]
    ]
