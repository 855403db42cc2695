"""Log lines: one JSON object each, or text for a person; never what people ask or read.

An exception is logged with its type and place. Its message may quote a conversation, so it is
left out unless the setting ``log_conversations`` allows it; the sentences of
:class:`~chatbot.errors.ChatbotError` hold no conversation.
"""

import json
import logging
import os
import sys
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from chatbot.errors import ChatbotError
from chatbot.settings import Settings

request_id: ContextVar[str] = ContextVar("request_id", default="")


class JsonLines(logging.Formatter):
    """``time``, ``level``, ``logger``, ``message``, ``request_id`` and a record's ``fields``."""

    def __init__(self, messages: bool) -> None:
        super().__init__()
        self._messages = messages

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if current := request_id.get():
            line["request_id"] = current
        line |= getattr(record, "fields", {})
        if record.exc_info and record.exc_info[1]:
            line["exception"] = describe(record.exc_info[1], self._messages)
        return json.dumps(line, ensure_ascii=False, default=str)


class TextLines(logging.Formatter):
    """The same for a person."""

    def __init__(self, messages: bool) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(message)s", "%H:%M:%S")
        self._messages = messages

    def format(self, record: logging.LogRecord) -> str:
        """One line, and the places of an exception below it."""
        fields = " ".join(f"{k}={v}" for k, v in getattr(record, "fields", {}).items())
        record.message = record.getMessage()
        record.asctime = self.formatTime(record, self.datefmt)
        text = f"{self.formatMessage(record)} {fields}".rstrip()
        if record.exc_info and record.exc_info[1]:
            text += "\n" + describe(record.exc_info[1], self._messages)
        return text


def describe(exc: BaseException, messages: bool) -> str:
    """An exception's type and places, the newest last; with its message where that is allowed."""
    frames = "".join(traceback.format_tb(exc.__traceback__))
    shown = messages or isinstance(exc, ChatbotError)
    return f"{frames}{type(exc).__qualname__}{f': {exc}' if shown else ''}"


def set_up_logging(settings: Settings) -> None:
    """Send every log line of this process to stderr, as the settings say."""
    as_json = settings.log_format == "json"
    if settings.log_format == "auto":
        as_json = not sys.stderr.isatty()
    if as_json:  # transformers draws a bar while it loads, straight to stderr
        os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    kind = JsonLines if as_json else TextLines
    handler = logging.StreamHandler()
    handler.setFormatter(kind(settings.log_conversations))
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(logging.WARNING)
    logging.getLogger("chatbot").setLevel(settings.log_level.upper())
