"""``chatbot import`` of exports: what becomes documents, what candidates, what is refused."""

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from chatbot.cases import read_rows
from chatbot.cli import main
from chatbot.errors import ImportingError
from chatbot.importing.archive import export_files
from chatbot.importing.candidates import Candidate, candidates_from, merge_copies
from chatbot.importing.conversations import Conversation, Message, message_body, question_of
from chatbot.importing.documents import written_days
from chatbot.importing.exports import import_export
from chatbot.importing.report import ImportReport
from chatbot.importing.sources import EXPORTS, ExportOptions
from chatbot.knowledge.documents import load_document

ANSWER = "You can reset the hub by holding its button for ten seconds until the light turns blue."


@pytest.fixture
def run(knowledge: Path, tmp_path: Path) -> Any:
    def run(source: str, path: Path, **options: Any) -> ImportReport:
        given = ExportOptions(**options)
        return import_export(source, path, knowledge, tmp_path / "candidates", given)

    return run


def folder(tmp_path: Path, **files: Any) -> Path:
    """A folder of JSON files."""
    made = tmp_path / "export"
    made.mkdir(exist_ok=True)
    for name, value in files.items():
        (made / f"{name}.json").write_text(json.dumps(value))
    return made


def zipped(path: Path, **files: str | bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def documents(knowledge: Path, name: str) -> dict[str, Any]:
    base = knowledge / "imports" / name
    found = [p.relative_to(knowledge).as_posix() for p in base.rglob("*.md")]
    loaded = [load_document(knowledge, path, 10**7) for path in found]
    return {document.title: document for document in loaded}


def rows(report: ImportReport) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(report.candidates_file).read_text().splitlines()]


ZENDESK_ARTICLES = {
    "count": 2,
    "next_page": None,
    "articles": [
        {
            "id": 360001,
            "html_url": "https://acme.zendesk.com/hc/en-us/articles/360001-Refunds",
            "title": "Refunds",
            "body": "<p>Refunds take <b>14 days</b>.</p><ul><li>By card</li></ul>",
            "locale": "en-us",
            "draft": False,
            "updated_at": "2026-03-04T10:00:00Z",
        },
        {"id": 2, "title": "Coming soon", "body": "<p>x</p>", "locale": "en-us", "draft": True},
    ],
}
ZENDESK_USERS = {
    "users": [
        {"id": 7, "name": "Jane Roe", "email": "jane@customer.example", "role": "end-user"},
        {"id": 8, "name": "Sam Stone", "email": "sam@acme.example", "role": "agent"},
    ]
}


def zendesk_ticket(number: int, answer: str = ANSWER) -> dict[str, Any]:
    def comment(author: int, body: str, **more: Any) -> dict[str, Any]:
        at = f"2026-01-01T10:0{len(comments)}:00Z"
        return {"id": number * 10 + len(comments), "author_id": author, "plain_body": body,
                "public": True, "created_at": at, **more}  # fmt: skip

    comments: list[dict[str, Any]] = []
    comments.append(comment(7, "Hi Sam,\n\nmy hub is stuck, call me at +49 30 901820.\n\nJane"))
    comments.append(comment(-1, "We received your request.", via={"channel": "system"}))
    comments.append(comment(8, "Customer is on the old firmware.", public=False))
    comments.append(
        comment(8, f"Hello Jane,\n\nthanks for your message! {answer}\n\nBest regards,\nSam Stone")
    )
    return {
        "id": number,
        "subject": "Hub is stuck",
        "description": "my hub is stuck",
        "requester_id": 7,
        "status": "solved",
        "comments": comments,
    }


def test_zendesk_articles_are_documents_with_their_address(
    run: Any, knowledge: Path, tmp_path: Path
) -> None:
    path = folder(tmp_path, articles=ZENDESK_ARTICLES)
    report = run("zendesk", path)
    assert (report.added, report.candidates) == (1, 0)
    assert report.failed == [{"path": "articles.json: article 2", "reason": "it is a draft"}]
    document = documents(knowledge, "zendesk")["Refunds"]
    assert document.address == "https://acme.zendesk.com/hc/en-us/articles/360001-Refunds"
    text = (knowledge / document.path).read_text()
    assert 'date: "2026-03-04"' in text and 'language: "en-us"' in text
    assert "Refunds take 14 days.\n\n- By card" in text


def test_zendesk_articles_that_are_not_for_everybody(
    run: Any, knowledge: Path, tmp_path: Path
) -> None:
    def article(number: int, title: str, **more: Any) -> dict[str, Any]:
        return ZENDESK_ARTICLES["articles"][0] | {"id": number, "title": title} | more

    path = folder(
        tmp_path,
        a={"articles": [
            article(1, "For all", user_segment_id=None),
            article(2, "For agents", user_segment_id=5),
            article(3, "For payroll", user_segment_ids=[6]),
        ]},
        b={"article": article(4, "Alone")},
        c={"user_segments": [{"id": 5, "group_ids": []}, {"id": 6, "group_ids": [9]}]},
    )  # fmt: skip
    report = run("zendesk", path)
    found = documents(knowledge, "zendesk")
    said = {title: document.audience for title, document in found.items()}
    assert said == {"For all": None, "For agents": "internal", "Alone": None}
    reason = "only some people may see it"
    assert report.failed == [{"path": "a.json: article 3", "reason": reason}]


def test_translations_of_zendesk_articles(run: Any, knowledge: Path, tmp_path: Path) -> None:
    def version(number: int, title: str, locale: str, **more: Any) -> dict[str, Any]:
        return {"id": 90 + number, "source_id": number, "source_type": "Article", "title": title,
                "body": "<p>14 jours.</p>", "locale": locale, "draft": False, **more}  # fmt: skip

    main = dict(ZENDESK_ARTICLES["articles"][0], id=1, user_segment_id=5)
    main["translations"] = [version(1, "Refunds", "en-us"), version(1, "Avoirs", "fr")]
    apart = [version(1, "Entwurf", "de", draft=True), version(8, "Perdu", "fr"),
             version(9, "Rubrique", "fr", source_type="Section")]  # fmt: skip
    report = run("zendesk", folder(tmp_path, a={"translations": apart}, b={"articles": [main]}))
    found = documents(knowledge, "zendesk")
    assert {title: document.audience for title, document in found.items()} == dict.fromkeys(
        ("Refunds", "Avoirs", "Perdu"), "internal"
    )  # of "Perdu", nobody knows whom it is for
    text = (knowledge / found["Avoirs"].path).read_text()
    assert 'language: "fr"' in text and "14 jours." in text
    assert report.failed == [{"path": "a.json: article 1 (de)", "reason": "it is a draft"}]


def test_a_second_import_changes_only_what_changed(
    run: Any, knowledge: Path, tmp_path: Path
) -> None:
    articles = [dict(ZENDESK_ARTICLES["articles"][0], id=n, title=f"T{n}") for n in (1, 2, 3)]
    run("zendesk", folder(tmp_path, articles={"articles": articles}))
    articles[0]["body"] = "<p>Now 30 days.</p>"
    report = run("zendesk", folder(tmp_path, articles={"articles": articles[:2]}))
    assert (report.added, report.changed, report.removed, report.unchanged) == (0, 1, 1, 1)
    assert set(documents(knowledge, "zendesk")) == {"T1", "T2"}


def test_tickets_become_candidates_of_people_without_their_data(
    run: Any, knowledge: Path, tmp_path: Path
) -> None:
    tickets = {"tickets": [zendesk_ticket(1), zendesk_ticket(2)]}
    report = run("zendesk", folder(tmp_path, tickets=tickets, users=ZENDESK_USERS))
    assert (report.added, report.candidates) == (0, 1)  # near-copies are one
    (row,) = rows(report)
    assert row["answer"] == ANSWER
    assert row["question"] == "my hub is stuck, call me at [phone]."
    assert row["sources"] == ["zendesk ticket 1", "zendesk ticket 2"]
    assert row["review"] == "waiting" and row["passages"] == []
    assert read_rows(Path(report.candidates_file))[1] == []
    assert not (knowledge / "imports/zendesk").exists()
    said = json.dumps(row)
    assert not [word for word in ("Jane", "Sam", "Roe", "firmware", "received") if word in said]


def test_comments_beside_their_tickets(run: Any, tmp_path: Path) -> None:
    ticket = zendesk_ticket(12)
    comments = {"comments": ticket.pop("comments"), "next_page": None}
    path = folder(tmp_path, tickets={"tickets": [ticket]}, users=ZENDESK_USERS)
    (path / "comments-12.json").write_text(json.dumps(comments))
    assert run("zendesk", path).candidates == 1


@pytest.mark.parametrize(
    ("source", "gone", "reason"),
    [
        ("zendesk", {"status": "deleted"}, "it was deleted"),
        ("freshdesk", {"deleted": True}, "it was deleted"),
        ("freshdesk", {"spam": True}, "it is spam"),
    ],
)
def test_tickets_that_were_deleted_are_left_out(
    source: str, gone: dict[str, Any], reason: str, run: Any, tmp_path: Path
) -> None:
    talk = [{"id": 1, "incoming": False, "body_text": ANSWER, "ticket_id": 2}]
    tickets = [zendesk_ticket(1), zendesk_ticket(2) | gone | {"conversations": talk}]
    tickets[0]["conversations"] = [talk[0] | {"ticket_id": 1}]
    report = run(source, folder(tmp_path, tickets={"tickets": tickets}, users=ZENDESK_USERS))
    assert [row["sources"] for row in rows(report)] == [[f"{source} ticket 1"]]
    assert report.failed == [{"path": "ticket 2", "reason": reason}]


def test_zendesks_own_export_has_a_ticket_a_line(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "tickets.json"
    path.write_text("\n".join(json.dumps(zendesk_ticket(n)) for n in (1, 2)))
    assert run("zendesk", path).candidates == 1


def test_freshdesk(run: Any, knowledge: Path, tmp_path: Path) -> None:
    articles = [
        {"id": 5, "title": "Returns", "description": "<p>Within 30 days.</p>", "status": 2,
         "folder_id": 1, "updated_at": "2026-02-01T00:00:00Z"},
        {"id": 7, "title": "Goodwill", "description": "<p>60 EUR.</p>", "status": 2,
         "folder_id": 2},
        {"id": 6, "title": "New", "description": "<p>x</p>", "status": 1, "folder_id": 1},
    ]  # fmt: skip
    ticket = {
        "id": 9, "subject": "Stuck", "description_text": "My hub is stuck.", "requester_id": 3,
        "requester": {"id": 3, "name": "Jane Roe"},
        "conversations": [
            {"id": 1, "incoming": False, "private": True, "body_text": "Old firmware, I think."},
            {"id": 2, "incoming": False, "private": False, "body": f"<div>{ANSWER}</div>"},
        ],
    }  # fmt: skip
    folders = [{"id": 1, "name": "Shop", "visibility": 1}, {"id": 2, "visibility": 3}]
    path = folder(tmp_path, articles=articles, folders=folders, tickets=[ticket])
    report = run("freshdesk", path, site="https://acme.freshdesk.com")
    assert (report.added, report.candidates, len(report.failed)) == (2, 1, 1)
    address = "https://acme.freshdesk.com/support/solutions/articles/5"
    found = documents(knowledge, "freshdesk")
    assert found["Returns"].address == address
    assert (found["Returns"].audience, found["Goodwill"].audience) == (None, "internal")
    assert rows(report)[0]["answer"] == ANSWER


def test_intercom(run: Any, knowledge: Path, tmp_path: Path) -> None:
    article = {
        "type": "article", "id": "11", "title": "Refunds", "body": "<p>Refunds: 14 days.</p>",
        "state": "published", "url": "https://help.acme.example/en/articles/11",
        "updated_at": 1767225600, "default_locale": "en",
        "translated_content": {
            "type": "article_translated_content",
            "de": {"title": "Erstattung", "body": "<p>14 Tage.</p>", "state": "published",
                   "url": "https://help.acme.example/de/articles/11"},
        },
    }  # fmt: skip
    talk = {
        "type": "conversation", "id": "21",
        "source": {"type": "conversation", "subject": "", "body": "<p>My hub is stuck</p>",
                   "author": {"type": "user", "name": "Jane Roe"}},
        "conversation_parts": {"conversation_parts": [
            {"part_type": "comment", "body": "<p>Try to turn it off and on again, please now.</p>",
             "author": {"type": "bot", "name": "Fin"}},
            {"part_type": "note", "body": "<p>Old firmware on this one, I am sure of it.</p>",
             "author": {"type": "admin", "name": "Sam"}},
            {"part_type": "comment", "body": f"<p>{ANSWER}</p>",
             "author": {"type": "admin", "name": "Sam"}},
        ]},
    }  # fmt: skip
    inside = {"type": "internal_article", "id": "12", "title": "Goodwill", "locale": "en",
              "body": "<p>Up to 60 EUR.</p>"}  # fmt: skip
    lists = {"type": "list", "data": [article, inside]}
    path = folder(tmp_path, articles=lists, talks={"conversations": [talk]})
    report = run("intercom", path)
    assert (report.added, report.candidates) == (3, 1)
    found = documents(knowledge, "intercom")
    assert (found["Goodwill"].audience, found["Refunds"].audience) == ("internal", None)
    assert found["Erstattung"].address.endswith("/de/articles/11")
    assert 'date: "2026-01-01"' in (knowledge / found["Refunds"].path).read_text()
    assert [row["answer"] for row in rows(report)] == [ANSWER]


CONFLUENCE_PAGE = """<html><head><title>Help : Refunds</title></head><body>
<div id="main-header"><div id="breadcrumb-section"><ol><li><a href="index.html">Help</a></li></ol>
</div><h1 id="title-heading"><span id="title-text"> Help : Refunds </span></h1></div>
<div id="content" class="view"><div class="page-metadata">Created by
<span class='author'>Ann</span>,
last modified on Sep 01, 2025</div><div id="main-content" class="wiki-content group">
<div class="toc-macro"><ul><li><a href="#a">Contents</a></li></ul></div>
<p>Refunds take 14 days.</p><table><tr><th>Plan</th><th>Days</th></tr><tr><td>A</td><td>3</td></tr>
</table></div></div><div id="footer"><p>Document generated by Confluence</p></div></body></html>"""


def test_confluence_html(run: Any, knowledge: Path, tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "space.zip",
        **{"HELP/index.html": "<html><body>Space</body></html>",
           "HELP/Refunds_4711.html": CONFLUENCE_PAGE, "HELP/images/icon.png": b"x"},
    )  # fmt: skip
    report = run("confluence", path, site="https://wiki.acme.example")
    assert (report.added, report.failed) == (1, [])
    document = documents(knowledge, "confluence")["Refunds"]
    assert document.address == "https://wiki.acme.example/pages/viewpage.action?pageId=4711"
    text = (knowledge / document.path).read_text()
    assert 'date: "2025-09-01"' in text and "| A | 3 |" in text
    assert not [word for word in ("generated by", "Ann", "Contents") if word in text]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Created by Ann on Feb 28, 2019, last modified by Bo on Mar 04, 2026",
         ["2019-02-28", "2026-03-04"]),
        ("am 04. März 2026", ["2026-03-04"]),
        ("le 14 août 2026", ["2026-08-14"]),
        ("el 1 de dic. de 2025", ["2025-12-01"]),
        ("Feb 30, 2026; Step 12, 2026", []),
    ],
)  # fmt: skip
def test_days_that_pages_write_out(text: str, days: list[str]) -> None:
    assert written_days(text) == days


def entities(*objects: str) -> str:
    inner = "".join(objects)
    return f'<?xml version="1.0"?>\n<hibernate-generic datetime="x">{inner}</hibernate-generic>'


def xml_page(number: int, title: str, body: str, more: str = "") -> str:
    return f"""<object class="Page" package="com.atlassian.confluence.pages">
    <id name="id">{number}</id>
    <property name="title"><![CDATA[{title}]]></property>
    <property name="contentStatus"><![CDATA[current]]></property>
    <property name="lastModificationDate">2025-05-06 07:08:09.000</property>{more}</object>
    <object class="BodyContent"><id name="id">{number}9</id>
    <property name="body"><![CDATA[{body}]]></property>
    <property name="content" class="Page"><id name="id">{number}</id></property></object>"""


def test_confluence_xml(run: Any, knowledge: Path, tmp_path: Path) -> None:
    body = (
        '<p>Refunds take 14 days.</p><ac:structured-macro ac:name="code"><ac:plain-text-body>'
        "<![CDATA[a < b[c[0]] > d || e[f[1]]]] ><![CDATA[> g]] ></ac:plain-text-body>"
        "</ac:structured-macro>"
    )
    older = '<property name="originalVersion" class="Page"><id name="id">1</id></property>'
    above = '<property name="parent" class="Page"><id name="id">{}</id></property>'
    closed = """<object class="ContentPermissionSet"><id name="id">5</id><property name="type">
    View</property><property name="owningContent" class="Page"><id name="id">3</id></property>
    </object>"""
    path = zipped(
        tmp_path / "space.xml.zip",
        **{"entities.xml": entities(
            xml_page(1, "Refunds", body), xml_page(2, "Refunds", "<p>Old.</p>", older),
            xml_page(3, "Salaries", "<p>Secret.</p>"), closed,
            xml_page(4, "Bonus", "<p>Secret, too.</p>", above.format(5)),
            xml_page(5, "Rises", "<p>Secret.</p>", above.format(3))),
           "exportDescriptor.properties": "exportType=space\n"},
    )  # fmt: skip
    report = run("confluence", path, site="https://acme.example/wiki")
    assert report.added == 1
    assert [one["reason"] for one in report.failed] == ["only some people may see it"] * 3
    text = (knowledge / documents(knowledge, "confluence")["Refunds"].path).read_text()
    assert "```\na < b[c[0]] > d || e[f[1]]> g\n```" in text and 'date: "2025-05-06"' in text


@pytest.mark.parametrize(
    ("encoding", "said", "read"),
    [("utf-8", "Back\x08space", "Backspace"), ("utf-16", "Ĉ\u0801", "Ĉ\u0801")],
)
def test_signs_that_no_xml_may_hold(
    encoding: str, said: str, read: str, run: Any, knowledge: Path, tmp_path: Path
) -> None:
    data = entities(xml_page(1, "A", f"<p>{said}</p>")).encode(encoding)
    run("confluence", zipped(tmp_path / "x.zip", **{"entities.xml": data}))
    assert documents(knowledge, "confluence")["A"].text.strip() == read


def test_notion(run: Any, knowledge: Path, tmp_path: Path) -> None:
    one, two = "0123456789abcdef" * 2, "fedcba9876543210" * 2
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr(
            f"Help {one}.md", f"# Help\n\nSee [Refunds](Help%20{one}/Refunds%20{two}.md).\n"
        )
        log = "Last edited time: March 3, 2026 9:14 AM\nOwner: Ann\n\n![log.png](x.png) Log.\n"
        archive.writestr(f"Help {one}/Log {one}.md", f"# Log\n\nStatus: Done\n{log}")
        archive.writestr(f"Help {one}/Idea {two}.md", f"# Idea\n\nStatus: Draft\n{log}")
        archive.writestr(f"Help {one}/Prices {two}.csv", "Plan\nA\n")
        archive.writestr(f"Help {one}/Prices {two}_all.csv", '\ufeffPlan,Note\nA,"two\nlines"\n')
    path = zipped(tmp_path / "notion.zip", **{"Export-1-Part-1.zip": inner.getvalue()})
    report = run("notion", path)
    assert report.added == 3
    assert [one["reason"] for one in report.failed] == ["its status is 'Draft'"]
    found = documents(knowledge, "notion")
    text = (knowledge / found["Log"].path).read_text()
    assert 'date: "2026-03-03"' in text and "log.png" not in text and "Log." in text
    assert "\ufeff" not in (knowledge / found["Prices"].path).read_text()
    assert found["Help"].address == f"https://www.notion.so/{one}"
    assert "See Refunds." in found["Help"].text
    assert "| A | two lines |" in (knowledge / found["Prices"].path).read_text()


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("See [Refunds (EU)](Refunds%20(EU)%20a.md) first.", "See Refunds (EU) first."),
        ("See [Refunds](Refunds%20(%20a.md) (now).", "See Refunds (now)."),
        ("A![Untitled (1).png](Untitled%20(1).png)B", "AB"),
        ("See [Wood (material)](https://x.example/Wood_(material)).",
         "See [Wood (material)](https://x.example/Wood_(material))."),
    ],
)  # fmt: skip
def test_links_of_notion_whose_names_have_parentheses(
    text: str, left: str, run: Any, knowledge: Path, tmp_path: Path
) -> None:
    run("notion", zipped(tmp_path / "notion.zip", **{"a.md": f"# A\n\n{text}\n"}))
    assert documents(knowledge, "notion")["A"].text.endswith(f"\n\n{left}\n")


def test_a_cell_of_notion_can_hold_a_page(run: Any, knowledge: Path, tmp_path: Path) -> None:
    table = f'Plan,Note\nA,"{"long " * 30_000}"\n'
    assert run("notion", zipped(tmp_path / "notion.zip", **{"a.csv": table})).added == 1


def mail(number: int, sender: str, to: str, body: str, **heads: str) -> str:
    lines = [f"From: {sender}", f"To: {to}", f"Message-ID: <{number}@x>",
             f"Date: Mon, 05 Jan 2026 10:0{number}:00 +0000"]  # fmt: skip
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in heads.items()]
    return "\n".join([*lines, "", body, ""])


MAILS = (
    mail(1, "Jane Roe <jane@customer.example>", "help@acme.example",
         "Hello,\nmy hub is stuck.\nMy card is 4111 1111 1111 1111.\n\nJane Roe", Subject="Hub"),
    mail(2, "help@acme.example", "jane@customer.example", "We got your mail and will look soon.",
         Subject="Re: Hub", In_Reply_To="<1@x>", Auto_Submitted="auto-replied"),
    mail(3, "Sam Stone <sam@acme.example>", "jane@customer.example",
         f"Hello Jane,\n\n{ANSWER}\n\nBest regards,\nSam\n\nOn Mon, 5 Jan 2026, J wrote:\n> stuck",
         Subject="Re: Hub", References="<1@x>"),
)  # fmt: skip


def test_a_mail_box_has_candidates_and_no_document(
    run: Any, knowledge: Path, tmp_path: Path
) -> None:
    box = tmp_path / "box.mbox"
    box.write_text("".join(f"From x@y Mon Jan  5 10:00:00 2026\n{mail}\n" for mail in MAILS))
    report = run("mailbox", box)
    assert (report.added, report.candidates) == (0, 1)
    (row,) = rows(report)
    assert row["answer"] == ANSWER
    assert row["question"] == "my hub is stuck.\nMy card is [card]."
    assert not (knowledge / "imports/mailbox").exists()


def test_a_maildir_and_who_answers(run: Any, tmp_path: Path) -> None:
    for number, text in enumerate(MAILS):
        path = tmp_path / "box" / "cur" / f"{number}.host:2,S"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert run("mailbox", tmp_path / "box").candidates == 1
    with pytest.raises(ImportingError, match="holds nothing to import"):
        run("mailbox", tmp_path / "box", staff=("nobody@acme.example",))


def test_names_and_closings_are_no_part_of_an_answer() -> None:
    text = "Hi Jane,\n\nhold the button.\n\nThanks,\nSam Stone\nAcme Support"
    assert message_body(text) == "hold the button."


def test_a_name_alone_on_the_last_line_is_no_part_of_the_sentence_above() -> None:
    asked = "I paid with my card and see two charges on the statement of last month."
    assert message_body(f"{asked}\nDrew") == f"{asked}\n\nDrew"
    wrapped = "I paid with my card and see two charges on the statement of\nlast month."
    assert message_body(wrapped) == wrapped.replace("\n", " ")


def test_chatter_is_no_candidate() -> None:
    def said(text: str) -> list[Candidate]:
        messages = (Message("customer", "The hub is stuck."), Message("staff", text))
        return candidates_from([Conversation("1", "", messages, ("Ann Lee",))])

    assert not said("Thanks for your message! We will look into it and get back to you.")
    assert not said("Could you please send me the serial number of your hub?")
    assert (
        said(f"Hi Ann Lee, {ANSWER} Let me know if it helps.")[0].answer == f"Hi [name], {ANSWER}"
    )


def test_a_question_stays_open_until_it_is_answered() -> None:
    messages = (
        Message("customer", "How do I reset the hub?"),
        Message("staff", "Could you please send me its number?"),
        Message("customer", "It is number 5."),
        Message("staff", ANSWER),
        Message("customer", "And how do I pair it?"),
        Message("staff", "Hold the button of the lamp and of the hub for three seconds."),
    )
    first, second = candidates_from([Conversation("1", "", messages)])
    assert first.question == "How do I reset the hub?\n\nIt is number 5."
    assert first.history == [] and first.answer == ANSWER
    assert second.question == "And how do I pair it?"
    assert [turn["role"] for turn in second.history] == ["user", "assistant"]


def test_a_subject_that_was_made_of_the_text_is_not_said_twice() -> None:
    text = "Can I move my licence to another computer\nwithout a call?"
    for subject in ("Can I move my licence to another compu", "Re: Can I move my licence...", ""):
        assert question_of(subject, text) == text
    assert question_of("Licence v5", text) == f"Licence v5\n\n{text}"


def test_near_copies_are_joined_and_other_answers_are_not() -> None:
    def candidate(thing: str, days: int, end: str = "") -> Candidate:
        answer = f"Refunds for a {thing} take {days} days after we got the parcel back{end}."
        return Candidate(f"When is my {thing} refunded?", answer, sources=[f"{thing} {days}"])

    given = [("hub", 14), ("hub", 30), ("lamp", 14), ("hub", 14, " from you")]
    found = merge_copies([candidate(*each) for each in given])  # type: ignore[arg-type]
    assert [each.sources for each in found] == [["hub 14", "hub 14"], ["hub 30"], ["lamp 14"]]


def test_each_export_is_a_command(
    knowledge: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("CHATBOT_DATA", str(tmp_path / "data"))
    path = folder(tmp_path, articles=ZENDESK_ARTICLES, tickets={"tickets": [zendesk_ticket(1)]})
    command = ["import", "zendesk", str(path), "--knowledge", str(knowledge), "--json"]
    assert main(command) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["added"], report["candidates"]) == (1, 1)
    assert Path(report["candidates_file"]) == tmp_path / "data/candidates/zendesk.jsonl"
    assert (report["conversations"], report["marked"]) == (1, 0)
    for source in (*EXPORTS, "mbox"):
        command = ["import", source, str(tmp_path / "nothing"), "--knowledge", str(knowledge)]
        assert main(command) == 1
        assert "There is no export at" in capsys.readouterr().err


# --- What is damaged or hostile ends in a sentence, and leaves everything as it was. ---


def bomb(path: Path) -> Path:
    return zipped(path, **{"a.json": b"[" + b" " * 100_000_000 + b"]"})


HOSTILE = {
    "bomb.zip": (bomb, "unpacks to far more than texts do"),
    "out.zip": (lambda p: zipped(p, **{"../../evil.json": "[]"}), "names a file outside of itself"),
    "root.zip": (lambda p: zipped(p, **{"/etc/x.json": "[]"}), "names a file outside of itself"),
    "drive.zip": (lambda p: zipped(p, **{"C:\\x.json": "[]"}), "names a file outside of itself"),
    "cut.zip": (lambda p: p.write_bytes(b"PK\x03\x04 and no more"), "is no zip file"),
    "cut.json": (lambda p: p.write_text('{"articles": [{"id": 1, "title": "A'), "not valid JSON"),
    "deep.json": (lambda p: p.write_text("[" * 200_000), "nested too deeply|not valid JSON"),
    "empty.json": (lambda p: p.write_text("{}"), "holds nothing to import"),
    "other.json": (lambda p: p.write_text('{"articles": [1, null, "x", {"id": {}}]}'), "holds no"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_exports_end_in_a_sentence(
    name: str, run: Any, knowledge: Path, tmp_path: Path
) -> None:
    run("zendesk", folder(tmp_path, articles=ZENDESK_ARTICLES))
    make, said = HOSTILE[name]
    make(tmp_path / name)  # type: ignore[operator]
    with pytest.raises(ImportingError, match=said) as caught:
        run("zendesk", tmp_path / name)
    assert str(caught.value).endswith(".") and "\n" not in str(caught.value)
    assert set(documents(knowledge, "zendesk")) == {"Refunds"}
    assert not list((knowledge / "imports").glob(".zendesk*"))


def test_a_damaged_end_takes_nothing_of_the_beginning(
    run: Any, knowledge: Path, tmp_path: Path
) -> None:
    path = folder(tmp_path, articles=ZENDESK_ARTICLES)
    (path / "later.json").write_text('{"articles": [')
    with pytest.raises(ImportingError, match=r"'later.json' is not valid JSON"):
        run("zendesk", path)
    assert not (knowledge / "imports/zendesk").exists()


def test_a_damaged_part_of_a_zip_is_said(run: Any, tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", **{"a.json": json.dumps(ZENDESK_ARTICLES)})
    data = bytearray(path.read_bytes())
    data[60:80] = b"\0" * 20
    path.write_bytes(data)
    with pytest.raises(ImportingError, match="is damaged, or a part of it is missing"):
        run("zendesk", path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b SYSTEM "file:///etc/passwd">]><x>&b;</x>',
         "declares XML entities"),
        (entities(xml_page(1, "A", "<p>x</p>"))[:-200], "is damaged, or a part of it is missing"),
    ],
)  # fmt: skip
def test_hostile_xml(text: str, said: str, run: Any, tmp_path: Path) -> None:
    path = zipped(tmp_path / "space.zip", **{"entities.xml": text})
    with pytest.raises(ImportingError, match=said):
        run("confluence", path)


def test_links_are_not_followed(tmp_path: Path) -> None:
    path = folder(tmp_path, articles=ZENDESK_ARTICLES)
    (path / "out.json").symlink_to("/etc/hostname")
    assert [file.name for file in export_files(path)] == ["articles.json"]
    entry = zipfile.ZipInfo("link.json")
    entry.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "l.zip", "w") as archive:
        archive.writestr(entry, "/etc/passwd")
    with pytest.raises(ImportingError, match="holds a link"):
        export_files(tmp_path / "l.zip")


def test_titles_cannot_break_out_of_front_matter(run: Any, knowledge: Path, tmp_path: Path) -> None:
    title = 'A "quote"\n---\ndraft: true\n../../x\x00: y'
    article = dict(ZENDESK_ARTICLES["articles"][0], title=title, html_url="javascript:alert(1)")
    run("zendesk", folder(tmp_path, articles={"articles": [article]}))
    (document,) = documents(knowledge, "zendesk").values()
    assert document.title == 'A "quote" --- draft: true ../../x : y'
    assert document.address == "" and document.text.strip().startswith("Refunds take")


def test_where_folders_cannot_be_exchanged_a_kill_in_between_is_mended(
    run: Any, knowledge: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatbot.importing.folder._swap_folders", lambda one, other: False)
    path = folder(tmp_path, articles=ZENDESK_ARTICLES)
    run("zendesk", path)
    assert run("zendesk", path).unchanged == 1
    base = knowledge / "imports"
    (base / "zendesk").rename(base / ".zendesk.old")  # killed between the two renames
    report = run("zendesk", path)
    assert (report.unchanged, report.added) == (1, 0)
    assert sorted(each.name for each in base.iterdir()) == [".lock", "zendesk"]


def test_one_import_at_a_time(run: Any, knowledge: Path, tmp_path: Path) -> None:
    from filelock import FileLock

    path = folder(tmp_path, articles=ZENDESK_ARTICLES)
    (knowledge / "imports").mkdir()
    with FileLock(knowledge / "imports/.lock"), pytest.raises(ImportingError, match="Another"):
        run("zendesk", path)


def test_an_importer_that_is_killed_lets_the_next_one_in(
    run: Any, knowledge: Path, tmp_path: Path
) -> None:
    path = folder(tmp_path, articles=ZENDESK_ARTICLES)
    code = (
        "import sys, time; from pathlib import Path\n"
        "from chatbot.importing.folder import import_folder\n"
        "with import_folder(Path(sys.argv[1]), 'zendesk') as folder:\n"
        "    folder.begin(); print('in', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", code, str(knowledge)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout and other.stdout.readline() == "in\n"
        with pytest.raises(ImportingError, match="Another"):
            run("zendesk", path)
        other.kill()
    assert run("zendesk", path).added == 1
    assert not list((knowledge / "imports").glob(".zendesk.*"))  # nothing of the killed one


def test_a_name_that_is_none_is_refused(knowledge: Path, tmp_path: Path) -> None:
    for name in ("../x", ".hidden", "a/b", "x" * 81):
        with pytest.raises(ImportingError, match="cannot name an import"):
            import_export("zendesk", tmp_path, knowledge, tmp_path, ExportOptions(), name)


def test_the_report_says_what_a_small_export_cannot_tell(
    knowledge: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("CHATBOT_DATA", str(tmp_path / "data"))
    path = folder(tmp_path, tickets={"tickets": [zendesk_ticket(1)]})
    assert main(["import", "zendesk", str(path), "--knowledge", str(knowledge)]) == 0
    said = capsys.readouterr().err
    assert "out of 1 conversation," in said
    assert "With fewer than 200 conversations (here 1) an import cannot tell" in said
    assert "No documents were in it" in said
    assert "makes them searchable" not in said
