"""Conversations as an export of Zendesk and as a mail box; see ``tickets.py``."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from mailbox import mbox
from pathlib import Path
from typing import Any

BEGAN = datetime(2026, 2, 2, 7, tzinfo=UTC)
DESK = "help@lumen.example"


@dataclass(frozen=True)
class Person:
    """Somebody."""

    name: str
    mail: str


@dataclass(frozen=True)
class Message:
    """What a ``customer``, an ``agent`` or a ``robot`` said; a ``note`` is an agent's to agents."""

    who: str
    text: str


@dataclass(frozen=True)
class Ticket:
    """A conversation."""

    customer: Person
    subject: str
    messages: tuple[Message, ...]


def write_desk(tickets: list[Ticket], folder: Path, staff: list[str]) -> None:
    """Zendesk: tickets with their comments, and the people."""
    users: list[dict[str, Any]] = [
        {"id": number, "name": name, "email": f"{number}@lumen.example", "role": "agent"}
        for number, name in enumerate(staff, 1)
    ]
    rows = []
    for number, ticket in enumerate(tickets, 1000):
        customer = ticket.customer
        users.append(
            {"id": number, "name": customer.name, "email": customer.mail, "role": "end-user"}
        )
        comments = [
            _comment(number * 100 + at, message, number, 1 + number % len(staff), at)
            for at, message in enumerate(ticket.messages)
        ]
        rows.append(
            {
                "id": number,
                "subject": ticket.subject,
                "description": ticket.messages[0].text,
                "requester_id": number,
                "submitter_id": number,
                "assignee_id": 1 + number % len(staff),
                "status": "closed",
                "created_at": comments[0]["created_at"],
                "via": {"channel": "email"},
                "comments": comments,
            }
        )
    (folder / "tickets.json").write_text(json.dumps({"tickets": rows}), encoding="utf-8")
    (folder / "users.json").write_text(json.dumps({"users": users}), encoding="utf-8")


def _comment(key: int, message: Message, customer: int, agent: int, at: int) -> dict[str, Any]:
    authors = {"customer": customer, "robot": -1}
    body = message.text
    return {
        "id": key,
        "type": "Comment",
        "author_id": authors.get(message.who, agent),
        "body": body,
        "plain_body": body,
        "html_body": "<div class='zd-comment'>" + body.replace("\n", "<br>") + "</div>",
        "public": message.who != "note",
        "created_at": (BEGAN + timedelta(hours=customer % 900, minutes=20 * at)).isoformat(),
        "via": {"channel": "rule" if message.who == "robot" else "email"},
    }


def write_letters(tickets: list[Ticket], folder: Path, staff: list[str]) -> None:
    """A mail box; replies quote what they reply to, notes are not there."""
    box = mbox(folder / "support.mbox")
    for number, ticket in enumerate(tickets):
        earlier: list[tuple[str, str, str]] = []  # id, header of the sender, text
        for at, message in enumerate(ticket.messages):
            if message.who == "note":
                continue
            letter = EmailMessage()
            customer = f"{ticket.customer.name} <{ticket.customer.mail}>"
            mine = message.who == "customer"
            agent = f"{staff[number % len(staff)]} <{DESK}>"
            letter["From"] = customer if mine else agent
            letter["To"] = DESK if mine else customer
            letter["Subject"] = ("Re: " if earlier else "") + ticket.subject
            sent = BEGAN + timedelta(hours=number % 900, minutes=20 * at)
            letter["Date"] = format_datetime(sent)
            key = f"<{number}.{at}@lumen.example>"
            letter["Message-ID"] = key
            if message.who == "robot":
                letter["Auto-Submitted"] = "auto-replied"
            text = message.text
            if earlier:
                last, who, said = earlier[-1]
                letter["In-Reply-To"] = last
                letter["References"] = " ".join(each for each, _, _ in earlier)
                text += f"\n\nOn {sent:%a, %d %b %Y at %H:%M}, {who} wrote:\n"
                text += "".join(f"> {line}\n" for line in said.splitlines())
            letter.set_content(text)
            box.add(letter)
            earlier.append((key, letter["From"], text))
    box.close()
