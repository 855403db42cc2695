"""Calendars (.ics) and address cards (.vcf): each event, task and person under its name."""

import quopri
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from chatbot.errors import DocumentError
from chatbot.knowledge.blocks import Block, Extracted, Heading, Paragraph, one_line, render
from chatbot.knowledge.formats.html import blocks_of
from chatbot.knowledge.formats.text import lines_of

_ENTRIES = ("VEVENT", "VTODO", "VJOURNAL")
_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d*(Z?))?")
_DURATION = re.compile(
    r"\+?P(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?"
)
_MARKUP = re.compile(r"</?(?:p|br|b|a|ul|li|div|span)\b", re.IGNORECASE)
# Parameters of old cards, which have no names: "TEL;WORK;VOICE:".
_BARE = re.compile(r";([A-Za-z-]+)(?=[;:])")
# Lines that go on behind "=" at their ends, as those of pictures do not.
_QUOTED = re.compile(
    r"^[^:\n]{0,200}\bQUOTED-PRINTABLE\b[^:\n]{0,200}:(?:[^\n]*=\r?\n)+",
    re.IGNORECASE | re.MULTILINE,
)
_EVERY = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}
_OF_A_CARD = {
    "TITLE": "Title", "ROLE": "Role", "ORG": "Organisation", "TEL": "Telephone", "EMAIL": "E-mail",
    "ADR": "Address", "URL": "Web", "NOTE": "Note",
}  # fmt: skip
_KINDS = frozenset("work home cell mobile fax".split())  # noqa: SIM905


class _Line(NamedTuple):
    name: str
    given: Mapping[str, Any]
    value: str


def read_calendar(data: bytes) -> Extracted:
    """A calendar with its events, tasks and notes; days and times as they are in it."""
    lines = list(_lines(lines_of(data), "VCALENDAR"))
    title = next((line.value for line in lines if line.name == "X-WR-CALNAME"), "")
    blocks: list[Block] = [Heading(1, title)] if title else []
    for kind in _ENTRIES:
        blocks += (block for entry in _parts(lines, kind) for block in _entry(entry))
    return render(blocks, one_line(title))


def read_cards(data: bytes) -> Extracted:
    """The people and places of a file of address cards."""
    lines = list(_lines(lines_of(data), "VCARD"))
    return render(block for card in _parts(lines, "VCARD") for block in _card(card))


def _lines(text: str, kind: str) -> Iterator[_Line]:
    from icalendar.parser import Contentlines

    if f"BEGIN:{kind}" not in text.upper():
        raise DocumentError(f"it holds no {kind}")
    text = _QUOTED.sub(lambda match: re.sub(r"=\r?\n[ \t]?", "", match[0]), text)
    lines = Contentlines.from_ical(text)  # type: ignore[no-untyped-call, unused-ignore]
    for line in filter(None, lines):
        before, sign, after = str(line).partition(":")
        bare = _BARE.sub(_named, f"{before}{sign}") + after
        try:
            name, given, value = type(line)(bare).parts()
        except ValueError:  # damaged; the others are read
            continue
        if str(given.get("ENCODING", "")).upper() == "QUOTED-PRINTABLE":
            charset = str(given.get("CHARSET", "utf-8"))
            value = _decoded(quopri.decodestring(value.encode("latin-1", "replace")), charset)
        yield _Line(name.upper().rpartition(".")[2], given, value)


def _named(bare: re.Match[str]) -> str:
    name = "ENCODING" if bare[1].upper() in ("QUOTED-PRINTABLE", "BASE64") else "TYPE"
    return f";{name}={bare[1]}"


def _decoded(data: bytes, charset: str) -> str:
    try:
        return data.decode(charset)
    except (LookupError, UnicodeDecodeError):
        return data.decode("utf-8", "replace")


def _parts(lines: Iterable[_Line], kind: str) -> Iterator[list[_Line]]:
    """The lines of each part of a kind, without those of the parts in it, such as alarms; one that
    nothing ends, as in half a file, ends with what it is in."""
    inside: list[tuple[str, list[_Line]]] = []
    begun: Counter[str] = Counter()
    for line in lines:
        name = line.value.strip().upper()
        if line.name == "BEGIN":
            inside.append((name, []))
            begun[name] += 1
        elif line.name != "END":
            if inside:
                inside[-1][1].append(line)
        elif begun[name]:
            yield from _ended(inside, begun, kind, name)
    yield from _ended(inside, begun, kind, "")


def _ended(
    inside: list[tuple[str, list[_Line]]], begun: Counter[str], kind: str, name: str
) -> Iterator[list[_Line]]:
    """End the last part of a ``name`` and what is open in it; without a name, all."""
    found = []
    while inside:
        ended, part = inside.pop()
        begun[ended] -= 1
        if ended == kind:
            found.append(part)
        if ended == name:
            break
    yield from reversed(found)


def _entry(lines: list[_Line]) -> Iterator[Block]:
    told = {line.name: line for line in reversed(lines)}
    yield Heading(2, one_line(_value(told, "SUMMARY")) or "Event")
    facts = [
        ("When", _when(told)),
        ("Due", _day(_value(told, "DUE"))),
        ("Repeats", _repeated(_value(told, "RRULE"))),
        ("Not on", ", ".join(_day(line.value) for line in lines if line.name == "EXDATE")),
        ("Where", one_line(_value(told, "LOCATION"))),
        ("Status", "cancelled" if _value(told, "STATUS").upper() == "CANCELLED" else ""),
        ("Web", _value(told, "URL")),
    ]
    # One line: they belong together, and an answer tells several of them in a sentence.
    yield Paragraph("; ".join(f"{name}: {text}" for name, text in facts if text))
    about = _value(told, "DESCRIPTION")
    if _MARKUP.search(about):
        yield from blocks_of(about)
    else:
        yield from map(Paragraph, re.split(r"\n\s*\n", about))


def _value(told: Mapping[str, _Line], name: str) -> str:
    return told[name].value if name in told else ""


def _when(told: Mapping[str, _Line]) -> str:
    """Days and times: "2026-09-14 10:45 to 11:15 (Europe/Berlin)"."""
    begin, end = (_day(_value(told, name)) for name in ("DTSTART", "DTEND"))
    end = end or _end(begin, _value(told, "DURATION"))
    if not begin:
        return ""
    if " " not in begin:
        end = _day_before(end)
    elif end[:10] == begin[:10]:
        end = end[11:]
    zone = str(told["DTSTART"].given.get("TZID", ""))
    return begin + (f" to {end}" if end and end != begin else "") + (f" ({zone})" if zone else "")


def _end(begin: str, duration: str) -> str:
    """When what begins on such a day or time is over: "PT1H30M", "P2D"."""
    lasts = _DURATION.fullmatch(duration.strip().upper())
    if not begin or not lasts:
        return ""
    units = {unit: int(many) for unit, many in lasts.groupdict().items() if many}
    day = begin.partition(" UTC")[0]
    try:
        over = datetime.fromisoformat(day) + timedelta(**units)
    except (ValueError, OverflowError):
        return ""
    return f"{over:%Y-%m-%d %H:%M}{begin[len(day) :]}" if " " in day else str(over.date())


def _day(value: str) -> str:
    """ "20260914T104500Z" as "2026-09-14 10:45 UTC"; several are parted by commas."""
    found = []
    for year, month, day, hour, minute, utc in _DATE.findall(value):
        time = f" {hour}:{minute}{' UTC' * bool(utc)}" if hour else ""
        found.append(f"{year}-{month}-{day}{time}")
    return ", ".join(found)


def _day_before(day: str) -> str:
    """The last day of an event of whole days, whose end is the day after it."""
    try:
        return str(date.fromisoformat(day) - timedelta(days=1))
    except (ValueError, OverflowError):
        return day


def _repeated(rule: str) -> str:
    """ "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO" as "every 2 weeks on MO"."""
    parts = dict(part.partition("=")[::2] for part in rule.upper().split(";"))
    unit = _EVERY.get(parts.get("FREQ", ""))
    if unit is None:
        return ""
    many = parts.get("INTERVAL", "1")
    text = f"every {unit}" if many == "1" else f"every {many} {unit}s"
    text += f" on {parts['BYDAY'].replace(',', ', ')}" if "BYDAY" in parts else ""
    text += f", {parts['COUNT']} times" if "COUNT" in parts else ""
    return text + (f" until {_day(parts['UNTIL'])}" if "UNTIL" in parts else "")


def _card(lines: list[_Line]) -> Iterator[Block]:
    told = {line.name: line for line in reversed(lines)}
    name = _value(told, "FN") or " ".join(reversed(_value(told, "N").split(";")[:2]))
    yield Heading(2, one_line(name) or one_line(_value(told, "ORG").replace(";", ", ")))
    facts = []
    for line in lines:
        if label := _OF_A_CARD.get(line.name):
            given = line.given.get("TYPE", ())
            kinds = [given] if isinstance(given, str) else given
            kind = ", ".join(k.lower() for k in kinds if k.lower() in _KINDS)
            structured = line.name in ("ADR", "ORG")
            text = ", ".join(filter(None, line.value.split(";"))) if structured else line.value
            facts.append(f"{label}{f' ({kind})' if kind else ''}: {one_line(text)}")
    yield Paragraph("; ".join(facts))
