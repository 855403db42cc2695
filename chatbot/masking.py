"""E-mail addresses, phone numbers and card numbers masked in text that leaves a conversation.

Phone numbers are found by Google's ``phonenumbers`` and card numbers checked by ``python-stdnum``;
no model is needed. Conversations themselves keep what was said.
"""

import logging
import re
import traceback
from typing import Any

_EMAIL = re.compile(r"[\w.+%-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
_CARD = re.compile(r"(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-])")
# What could hold a phone number at all: looking for one is slow.
_DIGITS = re.compile(r"\d(?:[\s().\-/]*\d){6,}")
_REGIONS = ("US", "GB", "DE", "FR", "ES")


def mask(text: str, public: str = "") -> str:
    """The text with ``[email]``, ``[card]`` and ``[phone]`` in place of such values; one that
    also stands in ``public``, such as a document's own contact address, is kept.

    National phone numbers are understood as written in the US, UK, Germany, France and Spain; a
    number in any other text, such as a part number, stays unless it is a valid phone number there.
    """
    spans = [(*match.span(), "[email]") for match in _EMAIL.finditer(text)]
    spans += [(*m.span(), "[card]") for m in _CARD.finditer(text) if _is_card(m[0])]
    if _DIGITS.search(text):
        spans += [(*span, "[phone]") for span in _phones(text)]
    begins = len(text) + 1
    for start, end, name in sorted(spans, reverse=True):
        # The first kind found wins where two overlap; those from the right are done already.
        if end <= begins and text[start:end] not in public:
            text, begins = text[:start] + name + text[end:], start
    return text


def mask_logs() -> None:
    """Mask every log record of this process from now on: message, arguments and traceback."""
    make = logging.getLogRecordFactory()
    if getattr(make, "masks", False):
        return

    def masked(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make(*args, **kwargs)
        record.msg, record.args = mask(record.getMessage()), None
        if record.exc_info and record.exc_info[0]:
            # A formatter takes this text in place of the traceback.
            record.exc_text = mask("".join(traceback.format_exception(*record.exc_info)).rstrip())
        return record

    masked.masks = True  # type: ignore[attr-defined]
    logging.setLogRecordFactory(masked)


def _is_card(digits: str) -> bool:
    from stdnum import luhn

    return bool(luhn.is_valid(re.sub(r"\D", "", digits)))


def _phones(text: str) -> set[tuple[int, int]]:
    import phonenumbers

    return {
        (match.start, match.end)
        for region in _REGIONS
        for match in phonenumbers.PhoneNumberMatcher(text, region)
    }
