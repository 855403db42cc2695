"""Tickets of trades.py as the exports of three systems."""

import json
from datetime import datetime, timedelta
from email.message import EmailMessage
from html import escape
from mailbox import mbox
from pathlib import Path
from typing import Any

from benchmarks.importing.trade_people import Person
from benchmarks.importing.trade_tickets import Message, Ticket

_BEGIN = datetime(2026, 1, 5, 8, 0)
_SHARED = 1  # the account that some of the staff share, under no name of a person


def write_zendesk(tickets: list[Ticket], path: Path) -> None:
    """Tickets with their comments, and the users; every third agent writes as the team."""
    people: dict[Person, int] = {}
    users: list[dict[str, Any]] = [{"id": _SHARED, "name": "Service Team", "role": "agent"}]

    def user(person: Person, role: str) -> int:
        if person not in people:
            people[person] = len(people) + 10
            told = {"name": person.name, "email": person.mail, "role": role}
            users.append({"id": people[person], **told})
        return people[person]

    rows = []
    for ticket in tickets:
        comments = []
        for at, message in enumerate(ticket.messages):
            author = user(ticket.person, "end-user")
            if message.by:
                shared = len(message.by.last) % 3 == 0
                author = _SHARED if shared else user(message.by, "agent")
            comments.append(
                {
                    "id": ticket.number * 100 + at,
                    "author_id": -1 if message.who == "bot" else author,
                    "plain_body": message.text,
                    "public": message.who != "note",
                    "created_at": _time(ticket, at).isoformat() + "Z",
                    "via": {"channel": "rule" if message.who == "bot" else "email"},
                }
            )
        rows.append(
            {
                "id": ticket.number,
                "subject": ticket.subject,
                "description": ticket.messages[0].text,
                "requester_id": user(ticket.person, "end-user"),
                "status": "solved",
                "comments": comments,
            }
        )
    path.write_text(json.dumps({"tickets": rows, "users": users}), encoding="utf-8")


def write_intercom(tickets: list[Ticket], path: Path) -> None:
    """Conversations with their parts, as HTML."""
    rows = []
    for ticket in tickets:
        customer = {"type": "user", "id": f"u{ticket.number}", "name": ticket.person.name,
                    "email": ticket.person.mail}  # fmt: skip
        parts = [
            {
                "type": "conversation_part",
                "id": f"{ticket.number}-{at}",
                "part_type": "note" if message.who == "note" else "comment",
                "body": _html(message.text),
                "created_at": int(_time(ticket, at).timestamp()),
                "author": _author(message, customer),
            }
            for at, message in enumerate(ticket.messages[1:], 1)
        ]
        rows.append(
            {
                "type": "conversation",
                "id": str(ticket.number),
                "created_at": int(_time(ticket, 0).timestamp()),
                "source": {
                    "type": "conversation",
                    "subject": "",
                    "body": _html(ticket.messages[0].text),
                    "author": customer,
                },
                "conversation_parts": {"type": "list", "conversation_parts": parts},
            }
        )
    path.write_text(json.dumps({"conversations": rows}), encoding="utf-8")


def _author(message: Message, customer: dict[str, str]) -> dict[str, str]:
    if message.who == "bot":
        return {"type": "bot", "id": "b1", "name": "Operator"}
    if message.by is None:
        return customer
    return {"type": "admin", "id": message.by.last, "name": message.by.name}


def write_freshdesk(tickets: list[Ticket], path: Path) -> None:
    """Tickets with their conversations; robots' mails are no conversation there."""
    rows = []
    for ticket in tickets:
        said = [
            {
                "id": ticket.number * 100 + at,
                "body": _html(message.text),
                "body_text": message.text,
                "incoming": message.who == "customer",
                "private": message.who == "note",
                "user_id": ticket.number if message.by is None else 1 + len(message.by.last),
                "source": 2 if message.who == "note" else 0,
                "created_at": _time(ticket, at).isoformat() + "Z",
            }
            for at, message in enumerate(ticket.messages)
            if at and message.who != "bot"
        ]
        asker = {"id": ticket.number, "name": ticket.person.name, "email": ticket.person.mail}
        rows.append(
            {
                "id": ticket.number,
                "subject": ticket.subject,
                "description": _html(ticket.messages[0].text),
                "description_text": ticket.messages[0].text,
                "requester_id": ticket.number,
                "requester": asker,
                "status": 4,
                "spam": False,
                "created_at": _time(ticket, 0).isoformat() + "Z",
                "conversations": said,
            }
        )
    path.write_text(json.dumps(rows), encoding="utf-8")


def write_mailbox(tickets: list[Ticket], path: Path) -> None:
    """Threads of mail; replies quote what they answer, notes are not in them."""
    box = mbox(path)
    for ticket in tickets:
        earlier: list[str] = []
        before = ""
        for at, message in enumerate(ticket.messages):
            if message.who == "note":
                continue
            mail = EmailMessage()
            own = f"{ticket.person.name} <{ticket.person.mail}>"
            team = "Service <help@service.example>"
            mail["From"], mail["To"] = (own, team) if message.who == "customer" else (team, own)
            mail["Subject"] = ticket.subject if at == 0 else f"Re: {ticket.subject}"
            mail["Date"] = _time(ticket, at)
            mail["Message-ID"] = f"<{ticket.number}.{at}@service.example>"
            if earlier:
                mail["In-Reply-To"] = earlier[-1]
                mail["References"] = " ".join(earlier)
            if message.who == "bot":
                mail["Auto-Submitted"] = "auto-replied"
            text = message.text
            if before and message.who != "bot":
                head = f"{_time(ticket, at - 1):%d.%m.%Y %H:%M}, {ticket.person.mail}:"
                text += f"\n\n{head}\n" + "\n".join(f"> {line}" for line in before.splitlines())
            mail.set_content(text)
            box.add(mail)
            earlier.append(mail["Message-ID"])
            before = message.text
    box.flush()
    box.close()


def _time(ticket: Ticket, at: int) -> datetime:
    return _BEGIN + timedelta(minutes=ticket.number * 20 + at)


def _html(text: str) -> str:
    return "".join(f"<p>{escape(part).replace(chr(10), '<br>')}</p>" for part in text.split("\n\n"))
