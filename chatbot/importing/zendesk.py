"""Zendesk: articles of the help centre, and tickets with their comments, as its API gives them.

https://developer.zendesk.com/api-reference/help_center/help-center-api/articles/ and
.../ticketing/tickets/ticket_comments/; also Zendesk's own export, a ticket a line.
"""

import re
from collections.abc import Collection, Iterator, Sequence

from chatbot.importing import zendesk_articles
from chatbot.importing.archive import ExportFile
from chatbot.importing.conversations import Conversation, Item, LeftOut, Message, plain
from chatbot.importing.records import Record, inner, records_in, records_of, text
from chatbot.importing.replies import Replies
from chatbot.importing.sources import ExportOptions
from chatbot.importing.transcripts import said_in_chat

_KINDS = (*zendesk_articles.KINDS, "tickets", "comments", "users", "audits")
_ROBOTS = frozenset({"rule", "system"})
_STAFF = ("agent", "admin")
# The subject that the program gives to a chat or a call: with whom it was.
_MADE_SUBJECT = re.compile(
    r"(?:(?:Chat|Conversation) with|(?:Missed |Abandoned )?(?:Phone )?[Cc]all (?:from|to|with):?"
    r"|Voicemail from:?) (?P<whom>[^\n]*)"
)
_NO_NAME = re.compile(r"(?:(?:Caller|Visitor|Web User)\b[^\n]*|\+?[\d ()./-]{3,})")
# What is written into both of two tickets that become one, where the export does not say so.
_MERGED = re.compile(
    r"\s*(?:This request was|Requests? #\d.{0,300}(?:was|were)) closed and merged into",
    re.DOTALL,
)


def read(files: Sequence[ExportFile], options: ExportOptions) -> Iterator[Item]:
    """Published articles, and public words of people in tickets."""
    articles = zendesk_articles.Articles(options)
    tickets: dict[str, Record] = {}
    comments = Replies("comments")
    users: dict[str, Record] = {}
    for kind, record, file in records_of(files, *_KINDS):
        number = text(record, "id")
        if zendesk_articles.is_one(kind, record):
            yield from articles.take(kind, record, file.name)
        elif kind == "users" or (not kind and "role" in record and "email" in record):
            users[number] = record
        elif "source_id" in record:
            continue  # a comment on an article
        elif kind == "comments" or (not kind and "author_id" in record and "public" in record):
            comments.add(record, file.name)
        elif kind == "audits" or (not kind and "events" in record):
            for event in records_in(record, "events"):
                if event.get("type") == "Comment":
                    made = {name: record.get(name) for name in ("created_at", "via", "ticket_id")}
                    comments.add(made | event, file.name)
        elif kind == "tickets" or "requester_id" in record or "requester" in record:
            tickets[number] = record
    yield from articles.rest()
    yield from comments.settle(tickets.keys())
    for ticket in tickets.values():
        for person in _people(ticket):
            if number := text(person, "id"):
                users.setdefault(number, person)
    known = any(text(person, "role") in _STAFF for person in users.values())
    unclear = 0
    for number, record in tickets.items():
        if record.get("status") == "deleted":
            yield LeftOut(f"ticket {number}", "it was deleted")
            continue
        said = [*comments.of(number), *records_in(record, "comments")]
        talk, strangers = _ticket(number, record, said, users, known)
        unclear += strangers
        yield talk
    if unclear:
        reason = "the export does not tell whether the staff wrote them; give its users, too"
        yield LeftOut(f"{unclear} comments", reason)


def _is_made(comment: Record) -> bool:
    """Whether the program wrote a comment: a rule, or what joins two tickets."""
    via = inner(comment, "via")
    return text(via, "channel") in _ROBOTS or text(inner(via, "source"), "rel") == "merge"


def _said(comment: Record) -> str:
    """What was said; of a call only what its record has as text, and nothing of when it was."""
    if _is_call(comment):
        return plain(text(inner(comment, "data"), "transcription_text"))
    return plain(text(comment, "plain_body", "html_body", "body"))


def _is_call(comment: Record) -> bool:
    return (
        text(comment, "type") == "VoiceComment" or text(inner(comment, "via"), "channel") == "voice"
    )


def _subject(ticket: Record, names: Collection[str]) -> str:
    """The subject, if somebody wrote it: "Call to action is missing" begins as made ones do."""
    subject = text(ticket, "subject", "raw_subject")
    made = _MADE_SUBJECT.fullmatch(subject.strip())
    if made is None:
        return subject
    whom = made["whom"].strip()
    return "" if whom in names or _NO_NAME.fullmatch(whom) else subject


def _names(people: list[Record]) -> set[str]:
    return {name for person in people if (name := text(person, "name"))}


def _people(ticket: Record) -> list[Record]:
    """Those whom a ticket has with their names and roles."""
    people = [inner(ticket, name) for name in ("requester", "assignee", "submitter")]
    return people + [inner(comment, "author") for comment in records_in(ticket, "comments")]


def _ticket(
    number: str, ticket: Record, comments: list[Record], users: dict[str, Record], known: bool
) -> tuple[Conversation, int]:
    """The conversation, and how many comments are left out since nobody knows whose they are:
    where the roles of staff are ``known``, who has none can be a customer in copy."""
    requester = text(ticket, "requester_id") or text(inner(ticket, "requester"), "id")
    assignee = text(ticket, "assignee_id") or text(inner(ticket, "assignee"), "id")
    people = [*_people(ticket), users.get(requester, {})]
    messages = []
    unclear = 0
    for comment in sorted(comments, key=lambda each: text(each, "created_at")):
        author = text(comment, "author_id") or text(inner(comment, "author"), "id")
        person = users.get(author) or inner(comment, "author")
        people.append(person)
        if comment.get("public") is False or author.startswith("-") or _is_made(comment):
            continue
        role = text(person, "role")
        if known and not role and author not in (requester, assignee):
            unclear += 1
            continue
        staff = role in _STAFF or (not role and author != requester)
        said = _said(comment)
        if _MERGED.match(said) or (not said and _is_call(comment)):
            continue
        chat = said_in_chat(said, _names([users.get(requester, {}), inner(ticket, "requester")]))
        messages += chat or [Message("staff" if staff else "customer", said)]
    # The description is the first comment, which can be a note or the staff's own.
    if not comments and ticket.get("is_public") is not False:
        messages.append(Message("customer", plain(text(ticket, "description"))))
    names = tuple(_names(people))
    key, subject = f"zendesk ticket {number}", _subject(ticket, names)
    return Conversation(key, subject, tuple(messages), names), unclear
