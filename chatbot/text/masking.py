"""E-mail addresses, phone and card numbers and IBANs masked in text that leaves a conversation.

Phone numbers are found by Google's ``phonenumbers``; card numbers and IBANs are checked by
``python-stdnum``; no model is needed. Conversations themselves keep what was said.
"""

import logging
import re
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from chatbot.text.numbered import is_numbered
from chatbot.text.words import barred

Span = tuple[int, int]

# Also as addresses of pages write it ("?email=jo%40shop.example"); no remote of git, and no picture
# for a finer screen ("icon@2x.png").
_EMAIL = re.compile(
    r"(?<!\w)(?!git@[\w.-]+[:/][\w~])\w[\w.+%'-]{0,250}(?:@|%40)(?!\dx\.(?:png|jpe?g|gif|svg|webp|avif)\b)"
    r"[\w-]+(?:\.[\w-]+)*\.(?:xn--[\w-]+|[^\W\d_]{2,})"
)

# Digits and signs of other keyboards: full-width ones, digits of Arabic, Persian and Hindi.
_KEYS = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_KEYS |= {first + n: 0x30 + n for first in (0x660, 0x6F0, 0x966) for n in range(10)}

# Between groups of digits: a space of any width, a hyphen of any kind; one of them may end a line.
_GAP = r"[ .\n\u00a0\u2007\u2009\u202f\-\u2010-\u2013]"
_IBAN = re.compile(
    rf"(?<!\w)(?=([A-Za-z]{{2}}{_GAP}{{0,3}}\d\d(?:{_GAP}{{0,3}}[A-Za-z\d]){{11,30}}(?!\w)))"
)
_CARD = re.compile(rf"(?<![\w+-])(?<!\d[.,])(?=(\d(?:{_GAP}{{0,3}}\d){{13,18}}(?!\w)))")
# By first digits and length: Visa; Mastercard and Mir; American Express; Diners and JCB; Maestro,
# Discover, UnionPay and RuPay. One in ten of all other long numbers has the right check digit.
_ISSUED = re.compile(
    r"4\d{15}(?:\d{3})?|(?:5[1-5]|2[2-7])\d{14}|3[47]\d{13}|3[0689]\d{12}(?:\d\d)?|35\d{14}"
    r"|(?:5[06-9]|6\d|8[12])\d{14,17}"
)

# A number from abroad without its plus: behind the word for it, and as addresses of pages write it.
_ABROAD = re.compile(
    r"(?:(?P<sign>%2B)|\bwa\.me/|\b(?:phone|mobile|msisdn|whatsapp|tel|telefon|handy|m[óo]vil|t[ée]l[ée]phone)"
    r"[\"']?[^\S\n]?[:=][^\S\n]?[\"']?)(?=(?P<digits>[1-9]\d{9,14})(?!\w))",
    re.IGNORECASE,
)
# What could hold a phone number at all: looking for one is slow.
_DIGITS = re.compile(r"\d(?:[\s().\-/]*\d){6,}")
_DAY, _YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:19|20)\d\d"
_CLOCK = r"(?:[01]\d|2[0-3])"
# Dates and hours, which are valid phone numbers somewhere: 02.01.2026, 2026-01-02, 02. 01. 2026,
# 02 01 2026, 02.01.26 (but not the beginning of 02.01.26.33.44), 02.01. - 03.01., 09.15-10.30,
# 9.15-10.30, 0915 - 1030.
_DATES = re.compile(
    rf"(?<!\d)(?:{_DAY}([./-]){_DAY}\1{_YEAR}|{_YEAR}([./-]){_DAY}\2{_DAY}"
    rf"|{_DAY}\.\s{_DAY}\.\s{_YEAR}|(?<!\d\s){_DAY}\s{_DAY}\s{_YEAR}"
    rf"|(?<!\d[\s./-]){_DAY}([./-]){_DAY}\3\d\d(?![./-]\d)|{_DAY}\.{_DAY}\.(?=\s*[-–])"
    rf"|{_CLOCK}[.: h][0-5]\d\s*[-–]\s*{_CLOCK}[.: h][0-5]\d"
    rf"|(?<!\d[\s./-])[1-9][.:h][0-5]\d\s*[-–]\s*(?:{_CLOCK}|[1-9])[.:h][0-5]\d"
    rf"|{_CLOCK}[0-5][05]\s[-–]\s{_CLOCK}[0-5][05]"
    r")(?!\d)"
)
# How numbers without a country code are written: three, three and four digits; 612 345 678,
# 91 234 56 78 and 912 34 56 78; elsewhere in any groups, but with a zero that more digits follow.
_US = r"(?:1[\s.-]?)?(?:\(\d{3}\)|\d{3})[\s.\-/]{0,3}\d{3}[\s.-]?\d{4}(?!\d)"
_ES = (
    r"(?=[6-9])(?:\d{9}|\d{3}([ -])\d{3}\1\d{3}"
    r"|\d{3}(?:[\s.-]\d\d){3}|\d\d[\s-]\d{3}(?:[\s-]\d\d){2})(?!\d)"
)
_ZERO = r"\(?0\)?\d"
_REGIONS = {"US": _US, "GB": _ZERO, "DE": _ZERO, "FR": _ZERO, "ES": _ES}
# What directly before or behind tells of another kind of number: a longer one, a name, a price.
_PRICE = r"(?:[$€£]|\b(?:EUR|USD|GBP|CHF|Euro|euros|dollars)\b)"
_KEY = r"(?<!phone)(?<!mobile)(?<!cell)(?<!tel)(?<!fax)(?<!from)(?<!to)="  # "phone=0171..." of logs
# In the address of a page that names a list, but of people: "/orders/2125551234".
_PEOPLE = r"(?:phone|mobile|contact|call|client|customer|lead|member|message|subscriber|user)"
_PATH = rf"/(?!{_PEOPLE}s/)[a-z][\w-]*(?<!number)s/"
_BEFORE = re.compile(rf"(?:[\w#]|{_KEY}|\w-|\d[.,:/]|{_PRICE}[^\S\n]?|{_PATH})\Z", re.IGNORECASE)
_MINUS = re.compile(r"(?:[^\S\n]|[(=:\[])-\Z")
_CALLED = re.compile(r"(?:phone|tel|telefon|mobile|cell|handy)\W{1,4}\Z", re.IGNORECASE)
_SEEN = 40  # characters before a number that are looked at
_MOST_SIGNED = "2147483647"  # of 32 bits
_UNIT = r"(?:[mk]?g|[mck]m|ms|bytes?|[KMGT]i?B|k?Wh)\b"
_BEHIND = re.compile(rf"\w|-\w|[.,:/]\d|[^\S\n]?(?:%|{_PRICE}|{_UNIT})")
# Groups of digits with spaces between them, and those that are one number by thousands.
_ROW = re.compile(r"(?<![\w.,:#=+-])\(?\d[\d().\-/–]*(?:[^\S\n]+\(?\d[\d().\-/–]*)+")
_GROUP = re.compile(r"\S+")
_THOUSANDS = re.compile(r"\d{1,3}(?:\s\d{3})+")
_MOST_GROUPS = 40
_SHORTEST_NUMBER, _LONGEST_NUMBER = 9, 15  # digits


def mask(text: str, public: str = "") -> str:
    """The text with ``[email]``, ``[iban]``, ``[card]`` and ``[phone]`` in place of such values;
    one that also stands in ``public``, such as a document's own contact address, is kept.

    Phone numbers without a country code are understood as written in the US, UK, Germany, France
    and Spain. Digits that could be dialled there stay where their form or the word before them
    says that they are a date, an hour, a price, an address of a machine, a version or the number
    of an order; nine or ten bare digits without such a word count as a phone number.
    """
    claimed: list[tuple[Span, str]] = []
    keyed = text.translate(_KEYS)  # of the same length, as is what is barred
    typed = barred(keyed)
    found = {
        # What has no bar in it first; then names and hosts that are in such letters themselves.
        "email": (match.span() for said in (typed, keyed) for match in _EMAIL.finditer(said)),
        "iban": _longest(_IBAN, typed, _is_iban),
        "card": _longest(_CARD, typed, _is_card),
        "phone": _phones(typed, text),
    }
    taken = _Taken(text)
    for name, spans in found.items():
        for span in spans:
            if taken.is_free(span):
                taken.add(span)
                claimed.append((span, f"[{name}]"))
    pieces: list[str] = []
    done = 0
    for (start, end), name in sorted(claimed):
        pieces += [text[done:start], text[start:end] if text[start:end] in public else name]
        done = end
    return "".join(pieces) + text[done:]


class _Taken:
    """The places of a text that are spoken for."""

    def __init__(self, text: str) -> None:
        self._places = bytearray(len(text))

    def add(self, span: Span) -> None:
        """Take a part."""
        self._places[slice(*span)] = b"\1" * (span[1] - span[0])

    def is_free(self, span: Span) -> bool:
        """Whether nothing of a part is taken."""
        return self._places.find(1, *span) < 0


def without_dates(text: str) -> str:
    """The text with bars in place of dates and hours."""
    return _DATES.sub(lambda date: "|" * len(date[0]), text)


def mask_logs() -> None:
    """Mask every log record of this process from now on: message, arguments and traceback."""
    make = logging.getLogRecordFactory()
    if getattr(make, "masks", False):
        return

    def make_masked(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make(*args, **kwargs)
        record.msg, record.args = _message(record), None
        if record.exc_info and record.exc_info[0]:
            # A formatter takes this text in place of the traceback.
            record.exc_text = mask("".join(traceback.format_exception(*record.exc_info)).rstrip())
        return record

    make_masked.masks = True  # type: ignore[attr-defined]
    logging.setLogRecordFactory(make_masked)


def _message(record: logging.LogRecord) -> str:
    """What a record says; of one whose arguments do not fit, which no caller is to suffer from, its
    parts."""
    for write in (record.getMessage, lambda: f"{record.msg} {record.args!r}"):
        with suppress(Exception):
            return mask(write())
    return "A message that cannot be written"


def _longest(candidate: re.Pattern[str], text: str, valid: Callable[[str], bool]) -> Iterator[Span]:
    """From each place where one could begin, the longest that is valid: what follows a number in
    the same line, such as a date, is no part of it."""
    for match in candidate.finditer(text):
        start, found = match.start(), match[1]
        ends = [gap.start() for gap in re.finditer(f"{_GAP}+", found)] + [len(found)]
        for end in reversed(ends):
            if valid(found[:end]):
                yield start, start + end
                break


def _is_iban(text: str) -> bool:
    from stdnum import iban

    # Nearly all that is looked at has another remainder, and is told at little cost.
    signs = [sign for sign in text if sign.isalnum()]
    if int("".join(str(int(sign, 36)) for sign in signs[4:] + signs[:4])) % 97 != 1:
        return False
    return text.count("\n") < 2 and bool(iban.is_valid("".join(signs), check_country=False))


def _is_card(text: str) -> bool:
    from stdnum import luhn

    first, *others = groups = re.split(f"{_GAP}+", text)
    digits = "".join(groups)
    fours = len(first) == 4 or not any(len(group) % 4 for group in groups)
    grouped = not others or (fours and min(map(len, others)) > 1)
    if "\n" in text:  # two long numbers, one below the other, are none
        grouped = grouped and text.count("\n") == 1 and len(others) > 1
    return grouped and bool(_ISSUED.fullmatch(digits)) and bool(luhn.is_valid(digits))


def _phones(text: str, written: str) -> Iterator[Span]:
    """Phone numbers of ``text``; labels before them are those of it as it is ``written``."""
    if not _DIGITS.search(text):
        return
    import phonenumbers

    text = without_dates(text)
    found = {
        (match.start, match.end)
        for region, shape in _REGIONS.items()
        for match in phonenumbers.PhoneNumberMatcher(text, region)
        if re.match(shape, match.raw_string)
        and _stands_alone(text, match.start, match.end)
        and not is_numbered(written, match.start)
    }
    found |= {
        (match.start("sign") if match["sign"] else match.start("digits"), match.end("digits"))
        for match in _ABROAD.finditer(text)
        if phonenumbers.is_possible_number(phonenumbers.parse(f"+{match['digits']}"))
    }
    if "+" in text:
        abroad = phonenumbers.PhoneNumberMatcher(text, None, phonenumbers.Leniency.POSSIBLE)
        found |= {(match.start, match.end) for match in abroad}
    found |= set(_passed_over(text, written, found))
    yield from sorted(found, key=lambda span: span[0] - span[1])  # the longest claims its place


def _passed_over(text: str, written: str, found: set[Span]) -> Iterator[Span]:
    """Numbers that have spaces and stand behind other digits, with only a space between: of those
    the matcher of ``phonenumbers`` finds none (9.0.43: not "12345 030 1234567")."""
    taken = _Taken(text)
    for span in found:
        taken.add(span)
    for row in _ROW.finditer(text):
        if _THOUSANDS.fullmatch(row[0]) or not _stands_alone(text, *row.span()):
            continue
        if is_numbered(written, row.start()):
            continue
        groups = (group.span() for group in _GROUP.finditer(text, *row.span()))
        yield from _dialled(text, list(filter(taken.is_free, groups))[:_MOST_GROUPS])


def _dialled(text: str, groups: list[Span]) -> tuple[Span, ...]:
    """Of groups of digits, the numbers with a leading zero that cover most digits."""
    best: list[tuple[int, tuple[Span, ...]]] = [(0, ())]  # from each group on, the last one first
    for first in reversed(range(len(groups))):
        choices = [best[-1]]
        for last in range(first + 1, len(groups)):
            number = text[groups[first][0] : groups[last][1]].rstrip(".-/–(")
            digits = sum(sign.isdigit() for sign in number)
            if digits > _LONGEST_NUMBER:
                break
            if digits >= _SHORTEST_NUMBER and re.match(_ZERO, number) and _is_dialled(number):
                covered, others = best[len(groups) - last - 1]
                start = groups[first][0]
                choices.append((covered + digits, ((start, start + len(number)), *others)))
        best.append(max(choices, key=lambda choice: choice[0]))
    return best[-1][1]


def _is_dialled(number: str) -> bool:
    import phonenumbers

    for region in (region for region, shape in _REGIONS.items() if shape == _ZERO):
        try:
            if phonenumbers.is_valid_number(phonenumbers.parse(number, region)):
                return True
        except phonenumbers.NumberParseException:
            continue
    return False


def _stands_alone(text: str, start: int, end: int) -> bool:
    before, number = text[max(0, start - _SEEN) : start], text[start:end]
    signed = number.isdigit() and number[0] != "0" and _MINUS.search(before)
    if (signed or number == _MOST_SIGNED) and not _CALLED.search(before):
        return False
    return not (_BEFORE.search(before) or _BEHIND.match(text, end))
