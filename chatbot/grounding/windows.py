"""Pieces of passages that are read with a sentence at once: what stands under one heading."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from chatbot.grounding.pieces import stems_of
from chatbot.grounding.reading import Reading
from chatbot.grounding.sources import Span

_LONGEST = 700  # characters: what the rows to train on have at most
_FIRST = 0.15  # share of a sentence's words that the first passage is ahead of the last


@dataclass
class Window:
    """``spans`` that follow each other, under the ``title`` of their document and section."""

    title: str
    spans: list[Span] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The title, then a line for each span; a row has its columns' names."""
        return "\n".join([self.title, *map(_line, self.spans)]).strip()

    def about(self, claim: Reading) -> str:
        """The text, with those rows and columns only that the claim names where it names some: what
        the others say is easily taken for it."""
        rows = [span for span in self.spans if span.cells]
        names = [stems_of(span.cells[0][1], claim.language) for span in rows]
        kept = {id(span) for span, named in zip(rows, _named(names, claim), strict=True) if named}
        lines = [
            _columns(span, claim) if span.cells else _line(span)
            for span in self.spans
            if not span.cells or id(span) in kept
        ]
        return "\n".join([self.title, *lines]).strip()

    def share(self, claim: Reading) -> float:
        """The share of the claim's words, 0 to 1, that stand here."""
        known: set[str] = set()
        for span in self.spans:
            known |= span.reading.stems | span.over.stems
        return len(claim.stems & known) / max(1, len(claim.stems))


def windows(claim: Reading, spans: Sequence[Span], count: int) -> list[Window]:
    """The ``count`` windows that share most words with the claim, the first ones ahead."""
    unlike: dict[str, tuple[float, Window]] = {}
    for place, window in enumerate(_windows(spans)):
        unlike.setdefault(window.text, (window.share(claim) + _FIRST / (1 + place), window))
    ranked = sorted(unlike.values(), key=lambda scored: -scored[0])
    return [window for _, window in ranked[:count]]


def _windows(spans: Sequence[Span]) -> Iterator[Window]:
    window, passage, title, size = Window(""), None, "", 0
    for span in spans:
        if span.passage is not passage:
            named = (str(span.passage.metadata.get(key) or "") for key in ("title", "heading"))
            passage, title, new = span.passage, " > ".join(filter(None, named)), True
        if span.heading:
            own = span.text.lstrip("# ").strip()
            name = str(span.passage.metadata.get("title") or "")
            title, new = " > ".join(dict.fromkeys(filter(None, (name, own)))), True
            continue
        if span.cells and all(name == cell for name, cell in span.cells):
            continue  # the columns' names themselves
        size += len(_line(span))
        if new or size > _LONGEST:
            if window.spans:
                yield window
            window, size, new = Window(title), len(_line(span)), False
        window.spans.append(span)
    if window.spans:
        yield window


def _named(names: Sequence[frozenset[str]], claim: Reading) -> list[bool]:
    """Which names the claim says, the longest of those that hold each other; all if none."""
    own = [bool(name) and name <= claim.stems for name in names]
    found = [
        mine and not any(name < other for other, said in zip(names, own, strict=True) if said)
        for name, mine in zip(names, own, strict=True)
    ]
    return found if any(found) else [True] * len(names)


def _columns(span: Span, claim: Reading) -> str:
    """A row with its first cell and those whose columns the claim names."""
    first, *rest = span.cells
    names = [stems_of(name, claim.language) for name, _ in rest]
    named = _named(names, claim)
    return _cells([first, *(cell for cell, said in zip(rest, named, strict=True) if said)])


def _line(span: Span) -> str:
    return _cells(span.cells) if span.cells else " ".join(span.text.split())


def _cells(cells: Sequence[tuple[str, str]]) -> str:
    return "; ".join(f"{name}: {cell}" if name else cell for name, cell in cells)
