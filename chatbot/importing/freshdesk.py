"""Freshdesk: solution articles, and tickets with their conversations, as its API gives them.

https://developers.freshdesk.com/api/#solutions and .../api/#conversations
"""

from collections.abc import Iterator, Sequence

from chatbot.audience import INTERNAL
from chatbot.importing.archive import ExportFile
from chatbot.importing.conversations import Conversation, Item, LeftOut, Message, plain
from chatbot.importing.documents import ImportedDocument, day_of, file_path
from chatbot.importing.markdown import to_markdown
from chatbot.importing.records import Record, inner, records_in, records_of, text
from chatbot.importing.replies import Replies
from chatbot.importing.sources import ExportOptions
from chatbot.knowledge.formats.html import blocks_of

_KINDS = ("articles", "tickets", "conversations", "contacts", "agents")
_PUBLISHED = 2
_FOR_ALL = 1  # the visibility of a folder; others are for agents, companies, or who signed in
_GONE = {"spam": "it is spam", "deleted": "it was deleted"}
_OUTBOUND = 10  # the source of a ticket that the staff opens with a mail
# Sources of conversations that are a customer's rating, and a letter passed on to somebody else.
_ASIDE = (6, 8)


def read(files: Sequence[ExportFile], options: ExportOptions) -> Iterator[Item]:
    """Published articles, and public words of people in tickets."""
    articles: list[tuple[Record, str]] = []
    visibility: dict[str, object] = {}
    tickets: dict[str, Record] = {}
    talks = Replies("conversations")
    names: dict[str, str] = {}
    for kind, record, file in records_of(files, *_KINDS):
        number = text(record, "id")
        if "folder_id" in record or kind == "articles":
            articles.append((record, file.name))
        elif "visibility" in record:
            visibility[number] = record["visibility"]
        elif "incoming" in record or kind == "conversations":
            talks.add(record, file.name)
        elif "requester_id" in record or kind == "tickets":
            tickets[number] = record
        elif "email" in record or "contact" in record or kind in ("contacts", "agents"):
            names[number] = text(record, "name") or text(inner(record, "contact"), "name")
    for record, name in articles:
        for_all = not visibility or visibility.get(text(record, "folder_id")) == _FOR_ALL
        yield _article(record, name, "" if for_all else INTERNAL, options)
    if articles and not visibility:
        reason = "the export does not hold them, so each article counts as one for everybody"
        yield LeftOut("folders of the articles", reason)
    yield from talks.settle(tickets.keys())
    for number, record in tickets.items():
        if gone := next((why for name, why in _GONE.items() if record.get(name) is True), ""):
            yield LeftOut(f"ticket {number}", gone)
            continue
        said = [*talks.of(number), *records_in(record, "conversations")]
        yield _ticket(number, record, said, names)


def _article(record: Record, name: str, audience: str, options: ExportOptions) -> Item:
    number, title = text(record, "id"), text(record, "title")
    if record.get("status") != _PUBLISHED:
        return LeftOut(f"{name}: article {number}", "it is a draft")
    body = to_markdown(blocks_of(text(record, "description", "description_text")))
    if not body.strip():
        return LeftOut(f"{name}: article {number}", "it holds no text")
    address = f"{options.site}/support/solutions/articles/{number}" if options.site else ""
    return ImportedDocument(
        file_path(f"{number}-{title.lower()}"),
        title,
        body,
        text(record, "url") if text(record, "url").startswith("http") else address,
        day_of(record.get("updated_at")),
        text(record, "language"),
        audience,
    )


def _ticket(
    number: str, ticket: Record, talks: list[Record], names: dict[str, str]
) -> Conversation:
    first = plain(text(ticket, "description", "description_text"))
    messages = [Message("staff" if ticket.get("source") == _OUTBOUND else "customer", first)]
    people = {text(inner(ticket, "requester"), "name"), names.get(text(ticket, "requester_id"), "")}
    people.add(names.get(text(ticket, "responder_id"), ""))
    for talk in sorted(talks, key=lambda each: text(each, "created_at")):
        people.add(names.get(text(talk, "user_id"), ""))
        if talk.get("private") is True or talk.get("source") in _ASIDE:
            continue
        said = plain(text(talk, "body", "body_text"))
        messages.append(Message("customer" if talk.get("incoming") is True else "staff", said))
    return Conversation(
        f"freshdesk ticket {number}",
        text(ticket, "subject"),
        tuple(messages),
        tuple(filter(None, people)),
    )
