"""Zendesk: articles of the help centre, and tickets with their comments, as its API gives them.

https://developer.zendesk.com/api-reference/help_center/help-center-api/articles/ and
.../ticketing/tickets/ticket_comments/; also Zendesk's own export, a ticket a line.
"""

import re
from collections.abc import Iterator, Sequence

from chatbot.importing import zendesk_articles
from chatbot.importing.archive import ExportFile
from chatbot.importing.conversations import Conversation, Item, LeftOut, Message, plain
from chatbot.importing.records import Record, inner, records_in, records_of, text
from chatbot.importing.sources import ExportOptions

_KINDS = (*zendesk_articles.KINDS, "tickets", "comments", "users", "audits")
_ROBOTS = frozenset({"rule", "system"})


def read(files: Sequence[ExportFile], options: ExportOptions) -> Iterator[Item]:
    """Published articles, and public words of people in tickets."""
    articles = zendesk_articles.Articles(options)
    tickets: dict[str, Record] = {}
    comments: dict[str, dict[str, Record]] = {}
    users: dict[str, Record] = {}
    for kind, record, file in records_of(files, *_KINDS):
        number = text(record, "id")
        if zendesk_articles.is_one(kind, record):
            yield from articles.take(kind, record, file.name)
        elif kind == "users" or (not kind and "role" in record and "email" in record):
            users[number] = record
        elif kind == "comments" or (not kind and "author_id" in record and "public" in record):
            ticket = text(record, "ticket_id") or _number_in(file.name)
            comments.setdefault(ticket, {})[number] = record
        elif kind == "audits" or (not kind and "events" in record):
            for event in records_in(record, "events"):
                if event.get("type") == "Comment":
                    made = {"created_at": record.get("created_at"), "via": record.get("via")}
                    own = comments.setdefault(text(record, "ticket_id"), {})
                    own[text(event, "id")] = made | event
        elif kind == "tickets" or "requester_id" in record or "requester" in record:
            tickets[number] = record
    yield from articles.rest()
    for number, record in tickets.items():
        if record.get("status") == "deleted":
            yield LeftOut(f"ticket {number}", "it was deleted")
            continue
        said = [*comments.get(number, {}).values(), *records_in(record, "comments")]
        yield _ticket(number, record, said, users)
    for number in comments.keys() - tickets.keys():
        yield LeftOut(f"comments of ticket {number}", "the export does not hold the ticket itself")


def _ticket(
    number: str, ticket: Record, comments: list[Record], users: dict[str, Record]
) -> Conversation:
    requester = text(ticket, "requester_id") or text(inner(ticket, "requester"), "id")
    people = [inner(ticket, "requester"), inner(ticket, "assignee"), inner(ticket, "submitter")]
    messages = []
    for comment in sorted(comments, key=lambda each: text(each, "created_at")):
        author = text(comment, "author_id") or text(inner(comment, "author"), "id")
        person = users.get(author) or inner(comment, "author")
        people.append(person)
        robot = author.startswith("-") or text(inner(comment, "via"), "channel") in _ROBOTS
        if comment.get("public") is False or robot:
            continue
        staff = text(person, "role") in ("agent", "admin") or (
            not text(person, "role") and author != requester
        )
        said = plain(text(comment, "plain_body", "html_body", "body"))
        messages.append(Message("staff" if staff else "customer", said))
    if not any(message.side == "customer" for message in messages):
        messages.insert(0, Message("customer", plain(text(ticket, "description"))))
    people.append(users.get(requester, {}))
    names = tuple({name for person in people if (name := text(person, "name"))})
    return Conversation(
        f"zendesk ticket {number}", text(ticket, "subject", "raw_subject"), tuple(messages), names
    )


def _number_in(name: str) -> str:
    """The ticket of a file of comments: "tickets/12/comments.json", "comments-12.json"."""
    found = re.findall(r"\d+", name)
    return str(found[-1]) if found else ""
