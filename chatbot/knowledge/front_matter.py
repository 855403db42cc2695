"""What stands in front of a Markdown file: YAML, TOML or JSON about it, for a site."""

import datetime as dt
import json
import re
from dataclasses import dataclass, field, replace
from typing import Any

from chatbot.errors import DocumentError
from chatbot.knowledge.unseen import may_be_audience, why_unseen

_FENCED = re.compile(r"\ufeff?(---|\+\+\+)[ \t]*\n(.*?)\n(?:\1|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_TOML_TEXT = re.compile(r"^(\w+)[ \t]*=[ \t]*([\"'])([^\"'\n]+)\2[ \t]*$", re.MULTILINE)
_ADDRESS = re.compile(r"https?://[^\s<>\"'`\\]{1,2000}", re.IGNORECASE)
_MOST = 20_000  # characters
_ABOUT = ("description", "summary", "excerpt", "abstract", "subtitle", "lead")
# What site generators and imports call the address of the original.
_ADDRESSES = ("address", "url", "source_url", "canonical_url", "canonical", "link")
# What a page says of whom it is for, also in what is no front matter after all, or below a key.
_AUDIENCES = ("audience", "audiences")
_SAYS_AUDIENCE = r"""[ \t]*["']?audiences?["']?[ \t]*[:=]"""
_WITHIN = re.compile(rf"(?:^|[{{,]){_SAYS_AUDIENCE}", re.IGNORECASE | re.MULTILINE)
_IN_FRONT = re.compile(
    rf"\s*(?:(?:---|\+\+\+|\{{)[^\n]*\n(?:[^\n]+\n)*?|\{{[^{{}}]*?){_SAYS_AUDIENCE}", re.IGNORECASE
)
_UNCLEAR = "?"  # no name of an audience: whoever reads it refuses it
_DAYS = ("lastmod", "last_modified", "updated", "date")
_ENDS = ("expirydate", "unpublishdate", "expires")
_BEGINS = ("publishdate", "pubdate")


@dataclass(frozen=True)
class FrontMatter:
    """Where the text behind it begins, the title in it, and (start, end) of the description;
    ``turns`` is the first day (ISO) on which the page is not to be seen any more."""

    end: int
    title: str = ""
    about: tuple[tuple[int, int], ...] = ()
    values: dict[str, str] = field(default_factory=dict)
    turns: str = ""

    @property
    def audience(self) -> str | None:
        """What it says of whom the page is for, as it says it; ``None`` where it says nothing."""
        said = [self.values[name] for name in _AUDIENCES if name in self.values]
        return ", ".join(said) if said else None

    @property
    def day(self) -> str:
        """When it was written or changed last, in ISO 8601; nothing where it does not say so."""
        said = (self.values.get(name, "")[:10] for name in _DAYS)
        return next((day for day in said if _is_date(day)), "")

    @property
    def address(self) -> str:
        """Where the original is to be read: the address of a web page, or nothing."""
        said = (self.values.get(name, "").strip() for name in _ADDRESSES)
        return next((address for address in said if _ADDRESS.fullmatch(address)), "")


def front_matter(text: str) -> FrontMatter:
    """What stands in front of ``text``; without, it ends where the text begins, behind a byte
    order mark if there is one.

    Raises:
        DocumentError: it says that the page is not to be seen (yet, or any more).
    """
    matter = _read(text)
    if matter.audience is None and _means_audience(text, matter.end):
        # What is for few must not be shown to all because of a slip.
        return replace(matter, values=matter.values | {_AUDIENCES[0]: _UNCLEAR})
    return matter


def _means_audience(text: str, end: int) -> bool:
    """Whether a line of what stands in front, up to ``end``, or of what looks like it, is about
    whom the page is for."""
    first = int(text.startswith("\ufeff"))
    if end > first:
        return _WITHIN.search(text, first, end) is not None
    return _IN_FRONT.match(text, first, _MOST) is not None


def _read(text: str) -> FrontMatter:
    first = int(text.startswith("\ufeff"))
    places: dict[str, tuple[int, int]] = {}
    match = _FENCED.match(text, 0, _MOST)
    if match is None:
        end, values = _json(text, first)
        inner = first
    else:
        end, inner = match.end(), match.start(2)
        found, places = _toml(match[2]) if match[1] == "+++" else _yaml(match[2])
        if found is None:  # a rule between two lines, not front matter
            return FrontMatter(first)
        values = found
    if end == first:
        return FrontMatter(first)
    turns = _check_shown(values)
    about = tuple(
        (inner + places[name][0], inner + places[name][1])
        for name in _ABOUT
        if name in places
        and values.get(name, "").strip() not in ("", values.get("title", "").strip())
    )
    return FrontMatter(end, " ".join(values.get("title", "").split()), about[:1], values, turns)


def _yaml(text: str) -> tuple[dict[str, str] | None, dict[str, tuple[int, int]]]:
    """Plain values as they are written ("1.10", "no", "9:30"), and where; ``None`` where the text
    is no mapping."""
    import yaml

    try:
        node: Any = yaml.compose(text, Loader=yaml.CBaseLoader)
    except (yaml.YAMLError, ValueError, RecursionError):
        return _lines(text)
    if not isinstance(node, yaml.MappingNode):
        return None, {}
    pairs = [
        (str(key.value).lower(), value)
        for key, value in node.value
        if isinstance(key, yaml.ScalarNode) and isinstance(value, yaml.ScalarNode)
    ]
    places = {name: (v.start_mark.index, v.end_mark.index) for name, v in pairs}
    audiences = [
        _names(value)
        for key, value in node.value
        if str(key.value).lower() in _AUDIENCES and not isinstance(key, yaml.CollectionNode)
    ]
    said = {_AUDIENCES[0]: ", ".join(audiences)} if audiences else {}
    plain = {name: str(v.value) for name, v in pairs if name not in _AUDIENCES}
    return plain | said, places


def _names(node: Any) -> str:
    """A YAML value that names audiences, with commas between them."""
    import yaml

    if isinstance(node, yaml.ScalarNode):
        return str(node.value)
    listed = isinstance(node, yaml.SequenceNode)
    if listed and all(isinstance(item, yaml.ScalarNode) for item in node.value):
        return ", ".join(str(item.value) for item in node.value)
    return _UNCLEAR


def _lines(text: str) -> tuple[dict[str, str], dict[str, tuple[int, int]]]:
    """The same of YAML that is none, as of a title with a colon in it, line by line."""
    values, places = {}, {}
    for match in re.finditer(r"^(\w+):[ \t]+(\S.*?)[ \t]*$", text, re.MULTILINE):
        twice = match[1].lower() in _AUDIENCES and match[1].lower() in values
        values[match[1].lower()] = _UNCLEAR if twice else match[2].strip("\"'")
        places[match[1].lower()] = match.span(2)
    return values, places


def _toml(text: str) -> tuple[dict[str, str], dict[str, tuple[int, int]]]:
    """The values, and where texts on one line stand."""
    import tomllib

    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}, {}
    places = {match[1].lower(): match.span(3) for match in _TOML_TEXT.finditer(text)}
    return _plain(values), places


def _json(text: str, first: int) -> tuple[int, dict[str, str]]:
    """Where an object in front of the text ends, and what it says; ``first`` without one."""
    if text[first : first + 1] != "{":
        return first, {}
    try:
        decoder = json.JSONDecoder(object_pairs_hook=_object)
        values, end = decoder.raw_decode(text[first : first + _MOST])
    except (ValueError, RecursionError):
        return first, {}
    end += first
    if not isinstance(values, dict) or (text[end : end + 1].strip() or not text[end:].strip()):
        return first, {}
    return end, _plain(values)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; one that says twice whom it is for says nothing clear of that."""
    values = dict(pairs)
    if sum(name.lower() in _AUDIENCES for name, _ in pairs) > 1:
        kept = {name: value for name, value in values.items() if name.lower() not in _AUDIENCES}
        return kept | {_AUDIENCES[0]: _UNCLEAR}
    return values


def _plain(values: dict[str, Any]) -> dict[str, str]:
    values = _object(list(values.items()))  # names of TOML differ in case, too
    plain = {name.lower(): str(v) for name, v in values.items() if not isinstance(v, dict | list)}
    for name, value in values.items():
        if name.lower() in _AUDIENCES and isinstance(value, dict | list):
            listed = value if isinstance(value, list) else [_UNCLEAR]
            plain[name.lower()] = ", ".join(map(str, listed))
    return plain


def today() -> str:
    """The day that it is here, in ISO 8601."""
    return dt.datetime.now().date().isoformat()


def _check_shown(values: dict[str, str]) -> str:
    """The day from which on the page is not to be seen any more; nothing where it stays."""
    said = {name: value.strip().strip("\"'").lower() for name, value in values.items()}
    for name, value in said.items():
        if name in _AUDIENCES and may_be_audience(value):
            continue  # they see it
        if why := why_unseen(name, value):
            raise DocumentError(f"its front matter says that {why}")
    now = today()
    ends = [said[name][:10] for name in _ENDS if _is_date(said.get(name))]
    if ends and min(ends) < now:
        raise DocumentError(f"its front matter says that it ended on {min(ends)}")
    begins = [said[name][:10] for name in _BEGINS if _is_date(said.get(name))]
    if begins and max(begins) > now:
        begin = max(begins)
        raise DocumentError(f"its front matter says that it begins on {begin}", turns=begin)
    return _day_after(min(ends)) if ends else ""


def _day_after(day: str) -> str:
    """The next day; nothing behind one that is none, or the last one (9999-12-31)."""
    try:
        return (dt.date.fromisoformat(day) + dt.timedelta(1)).isoformat()
    except (ValueError, OverflowError):
        return ""


def _is_date(value: str | None) -> bool:
    return bool(value and re.match(r"\d{4}-\d\d-\d\d(?!\d)", value))
