"""Intercom: articles and conversations, as its API gives them.

https://developers.intercom.com/docs/references/rest-api/api.intercom.io/articles and
.../conversations
"""

from collections.abc import Iterator, Sequence

from chatbot.audience import INTERNAL
from chatbot.importing.archive import ExportFile
from chatbot.importing.conversations import Conversation, Item, LeftOut, Message, plain
from chatbot.importing.documents import ImportedDocument, day_of, file_path
from chatbot.importing.markdown import to_markdown
from chatbot.importing.records import Record, inner, records_in, records_of, text
from chatbot.importing.sources import ExportOptions
from chatbot.knowledge.formats.html import blocks_of

_SAID = frozenset({"comment", "close", "open", "assignment", "quick_reply"})
_OWN = frozenset({"Back-office", "Tracker"})  # tickets that customers do not see
_CUSTOMERS = frozenset({"user", "lead", "contact"})


def read(files: Sequence[ExportFile], options: ExportOptions) -> Iterator[Item]:
    """Published articles in all their languages, and people's words in conversations."""
    for kind, record, file in records_of(files, "data", "articles", "conversations", "tickets"):
        sort = text(record, "type")
        if sort == "ticket" or "ticket_parts" in record:
            if text(record, "category") not in _OWN:
                yield _ticket(record)
        elif sort == "conversation" or kind == "conversations" or "conversation_parts" in record:
            yield _conversation(record)
        elif sort == "internal_article":
            yield _internal_article(record, file.name)
        elif sort == "article" or kind == "articles" or "body" in record:
            yield from _articles(record, file.name, options)


def _articles(record: Record, name: str, options: ExportOptions) -> Iterator[Item]:
    number = text(record, "id")
    main = text(record, "default_locale") or "en"
    translations = {main: record}
    for language, version in inner(record, "translated_content").items():
        if isinstance(version, dict) and language != "type":
            translations.setdefault(language, version)
    for language, version in translations.items():
        place = f"{name}: article {number} ({language})"
        body = to_markdown(blocks_of(text(version, "body")))
        if text(version, "state") != "published":
            yield LeftOut(place, "it is a draft")
        elif not body.strip():
            yield LeftOut(place, "it holds no text")
        else:
            title = text(version, "title")
            site = f"{options.site}/{language}/articles/{number}" if options.site else ""
            yield ImportedDocument(
                file_path(language, f"{number}-{title.lower()}"),
                title,
                body,
                text(version, "url") or site,
                day_of(version.get("updated_at")),
                language,
            )


def _internal_article(record: Record, name: str) -> Item:
    """What teammates alone read: it has no address, and is never a draft."""
    number, title, language = text(record, "id"), text(record, "title"), text(record, "locale")
    body = to_markdown(blocks_of(text(record, "body")))
    if not body.strip():
        return LeftOut(f"{name}: internal article {number}", "it holds no text")
    path = file_path(INTERNAL, f"{number}-{title.lower()}")
    date = day_of(record.get("updated_at"))
    return ImportedDocument(path, title, body, "", date, language, INTERNAL)


def _ticket(record: Record) -> Conversation:
    about = inner(record, "ticket_attributes")
    opened: Record = {"author": {"type": "user"}}
    first = (opened, text(about, "_default_description_"))
    parts = records_in(record, "ticket_parts", "ticket_parts")
    subject = text(about, "_default_title_")
    return _talk(f"intercom ticket {text(record, 'id')}", subject, [first, *_bodies(parts)])


def _conversation(record: Record) -> Conversation:
    source = inner(record, "source")
    parts = records_in(record, "conversation_parts", "conversation_parts")
    subject = text(source, "subject") or text(record, "title")
    said = [(source, text(source, "body")), *_bodies(parts)]
    return _talk(f"intercom conversation {text(record, 'id')}", subject, said)


def _bodies(parts: list[Record]) -> list[tuple[Record, str]]:
    return [(part, text(part, "body")) for part in parts if text(part, "part_type") in _SAID]


def _talk(key: str, subject: str, said: list[tuple[Record, str]]) -> Conversation:
    messages: list[Message] = []
    people: set[str] = set()
    for part, body in said:
        author = inner(part, "author")
        people.add(text(author, "name"))
        side = text(author, "type")
        made = author.get("from_ai_agent") is True or author.get("is_ai_answer") is True
        if not body or made:
            continue
        if side in _CUSTOMERS:
            messages.append(Message("customer", plain(body)))
        elif side == "admin":
            messages.append(Message("staff", plain(body)))
    return Conversation(key, plain(subject), tuple(messages), tuple(filter(None, people)))
