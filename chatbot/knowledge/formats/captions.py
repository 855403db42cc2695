"""Subtitles: what is said, without times, as running text."""

import html
import re
from collections.abc import Iterator

from chatbot.errors import DocumentError
from chatbot.knowledge.blocks import Block, Extracted, Paragraph, render
from chatbot.knowledge.formats.text import lines_of

_MOMENT = r"(?:\d+:)?\d{1,2}:\d\d(?:[.,]\d{1,3})?"
_TIMES = re.compile(rf"[ \t]*{_MOMENT}[ \t]*-->[ \t]*{_MOMENT}(?!\d)")
# What opens twice before it closes is none: nothing is looked for to the end from each sign.
_SPEAKER = re.compile(r"<v(?:\.[^\s<>]*)?\s+([^\s<>][^<>]*)>")
_TAG = re.compile(r"</?[a-z][^<>]*>|\{\\[^{}]*\}|<\d\d:[\d:.]+>")
_LONG = 700  # characters of a paragraph, which then ends with its sentence


def read_captions(data: bytes) -> Extracted:
    """A .vtt or .srt file; a paragraph begins with each speaker, and about every minute."""
    parts: list[str] = []
    speaker = ""
    last: list[str] = []
    for cue in _cues(lines_of(data).lstrip("\ufeff")):
        said = list(_said(cue))
        shown = [line for _, line in said]
        new = len(_new_lines(last, shown))
        last = shown or last
        for named, line in said[len(said) - new :]:
            if named and named != speaker:
                parts.append(f"{named}: {line}")
                speaker = named
            elif parts and not (len(parts[-1]) > _LONG and parts[-1].endswith((".", "!", "?"))):
                parts[-1] += f" {line}"
            else:
                parts.append(line)
    if not parts:
        raise DocumentError("it holds no subtitles")
    blocks: list[Block] = [Paragraph(part) for part in parts]
    return render(blocks)


def _said(cue: str) -> Iterator[tuple[str, str]]:
    """Each line of a cue, behind who says it; behind nothing where it names nobody."""
    first, *rest = _SPEAKER.split(cue)
    for name, text in [("", first), *zip(rest[::2], rest[1::2], strict=True)]:
        for line in html.unescape(_TAG.sub("", text)).split("\n"):
            if line := " ".join(line.split()):
                yield name.strip(), line


def _new_lines(before: list[str], lines: list[str]) -> list[str]:
    """The lines of a cue without those that the one before it ended with: captions that roll
    repeat them."""
    for many in range(min(len(before), len(lines)), 0, -1):
        if before[-many:] == lines[:many]:
            return lines[many:]
    return lines


def _cues(text: str) -> list[str]:
    """What stands below each line of times, up to a blank line or to the number of the next."""
    cues: list[list[str]] = []
    inside = False
    lines = text.split("\n")
    for at, line in enumerate(lines):
        following = lines[at + 1] if at + 1 < len(lines) else ""
        if _TIMES.match(line):
            cues.append([])
            inside = True
        elif not line or (line.strip().isdecimal() and _TIMES.match(following)):
            inside = False
        elif inside:
            cues[-1].append(line)
    return ["\n".join(cue) for cue in cues]
