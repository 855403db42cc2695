"""Articles of a Zendesk help centre, with their translations and whom they are for.

https://developer.zendesk.com/api-reference/help_center/help-center-api/articles/,
.../translations/ and .../user_segments/
"""

from collections.abc import Iterator

from chatbot.audience import INTERNAL
from chatbot.importing.conversations import Item, LeftOut
from chatbot.importing.documents import ImportedDocument, day_of, file_path
from chatbot.importing.markdown import to_markdown
from chatbot.importing.records import Record, records_in, text
from chatbot.importing.sources import ExportOptions
from chatbot.knowledge.formats.html import blocks_of

KINDS = ("articles", "translations", "user_segments")


def is_one(kind: str, record: Record) -> bool:
    """Whether a record is an article, or tells something about one."""
    return kind in KINDS or (not kind and "body" in record and "title" in record)


class Articles:
    """Published articles in all their languages. What is not for everybody is for the staff, and
    left out where a segment is of some groups of them only."""

    def __init__(self, options: ExportOptions) -> None:
        """``options`` name the site where addresses are missing."""
        self._options = options
        self._segments: dict[str, list[str]] = {}  # of each article, whom it is for
        self._some: set[str] = set()  # segments that only some of the staff are in
        self._kept: list[tuple[Record, str]] = []  # until all segments and articles are known
        self._given: set[tuple[str, str]] = set()  # numbers and languages

    def take(self, kind: str, record: Record, name: str) -> Iterator[Item]:
        """A record of the file ``name``; yields what can be told of it already."""
        if kind == "user_segments":
            if record.get("group_ids"):
                self._some.add(text(record, "id"))
            return
        if kind == "translations" or "source_id" in record:
            self._kept.append((record, name))
            return
        number = text(record, "id")
        self._kept += [
            ({**version, "source_id": number}, name)
            for version in records_in(record, "translations")
        ]
        several = record.get("user_segment_ids")
        said = [record.get("user_segment_id"), *(several if isinstance(several, list) else ())]
        self._segments[number] = [str(each) for each in said if each is not None]
        if self._segments[number]:
            self._kept.append((record, name))
        else:
            yield self._document(number, record, name)

    def rest(self) -> Iterator[Item]:
        """What had to wait for the end of the export."""
        for record, name in sorted(self._kept, key=lambda each: "source_id" in each[0]):
            number = text(record, "source_id") or text(record, "id")
            if text(record, "source_type").lower() in ("section", "category"):
                continue
            if "source_id" in record and (number, text(record, "locale")) in self._given:
                continue  # the article itself is the translation into its own language
            yield self._document(number, record, name)

    def _document(self, number: str, record: Record, name: str) -> Item:
        language = text(record, "locale", "source_locale")
        self._given.add((number, language))
        place = f"{name}: article {number}" + (f" ({language})" if "source_id" in record else "")
        title = text(record, "title", "name")
        # Whom a translation is for that has lost its article, nobody knows.
        segments = self._segments.get(number, ["?"])
        if record.get("draft") is True:
            return LeftOut(place, "it is a draft")
        if self._some.intersection(segments):
            return LeftOut(place, "only some people may see it")
        body = to_markdown(blocks_of(text(record, "body")))
        if not body.strip():
            return LeftOut(place, "it holds no text")
        address = text(record, "html_url")
        if not address and self._options.site:
            address = f"{self._options.site}/hc/{language}/articles/{number}"
        return ImportedDocument(
            file_path(*filter(None, (language,)), f"{number}-{title.lower()}"),
            title,
            body,
            address,
            day_of(record.get("edited_at") or record.get("updated_at")),
            language,
            INTERNAL if segments else "",
        )
