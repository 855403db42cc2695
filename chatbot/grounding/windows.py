"""Pieces of passages that are read with a sentence at once: what stands under one heading."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

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


def _line(span: Span) -> str:
    if span.cells:
        return "; ".join(f"{name}: {cell}" if name else cell for name, cell in span.cells)
    return " ".join(span.text.split())
