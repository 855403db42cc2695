"""Messages that Outlook saved (.msg) by python-oxmsg, with the messages that hang on them."""

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from chatbot.knowledge.blocks import Block, Extracted, Heading, Paragraph, render
from chatbot.knowledge.formats.html import blocks_of
from chatbot.knowledge.formats.mail import NAMES, Attached, attachment, is_stub
from chatbot.knowledge.formats.quotes import letter

_DEEPEST = 20  # messages in messages
_WITHIN = "__substg1.0_3701000D"  # the folder of a message that hangs on another
_PROPERTIES = "__properties_version1.0"
_HEAD = 24  # bytes before its properties, which have 32 in the file's own message


def read_outlook(data: bytes, attached: Attached) -> Extracted:
    """A .msg file; ``attached`` reads what hangs on it, by its name."""
    from olefile import OleFileIO
    from oxmsg.storage import Storage

    with OleFileIO(io.BytesIO(data)) as container:
        storage = Storage.from_ole(container)
    subject, blocks = _message(storage, attached, 0)
    return render(blocks, subject)


def _message(storage: Any, attached: Attached, depth: int) -> tuple[str, Iterator[Block]]:
    from oxmsg import Message

    message = Message(storage)
    return str(message.subject or ""), _blocks(message, storage, attached, depth)


def _blocks(message: Any, storage: Any, attached: Attached, depth: int) -> Iterator[Block]:
    to = ", ".join(person.email_address or person.name for person in message.recipients)
    values = (message.sender, to, message.sent_date, message.subject)
    lines = [f"{name}: {value}" for name, value in zip(NAMES, values, strict=True) if value]
    yield Paragraph("\n".join(lines))
    plain, page = message.body or "", message.html_body or ""
    if page and (not plain.strip() or is_stub(plain, page)):
        yield from blocks_of(page)
    else:
        yield from letter(plain.replace("\r\n", "\n"))
    folders = storage.iter_attachment_storages()
    for file, folder in zip(message.attachments, folders, strict=True):
        inner = next((found for found in folder.storages if found.name == _WITHIN), None)
        if inner is None:
            yield from attachment(file.file_name or "", file.file_bytes or b"", attached)
        elif depth < _DEEPEST:
            subject, blocks = _message(_whole(inner), attached, depth + 1)
            yield Heading(2, f"Forwarded message: {subject}".rstrip(": "))
            yield from blocks


def _whole(storage: Any) -> Any:
    """A message within another one as if it were a file's own."""
    streams = tuple(
        replace(stream, bytes_=stream.bytes_[:_HEAD] + bytes(8) + stream.bytes_[_HEAD:])
        if stream.name == _PROPERTIES
        else stream
        for stream in storage.streams
    )
    return replace(storage, streams=streams)
