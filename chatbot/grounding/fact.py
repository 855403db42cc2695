"""A fact of a text, and which facts of a sentence its source does not hold."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

# So many of the one make one of the other, exactly and in what people mean.
_MULTIPLES = {
    ("month", "year"): 12, ("day", "week"): 7, ("hour", "day"): 24, ("minute", "hour"): 60,
    ("second", "minute"): 60, ("cm", "m"): 100, ("mm", "cm"): 10, ("m", "km"): 1000,
    ("g", "kg"): 1000, ("ml", "litre"): 1000, ("ml", "cl"): 10, ("cl", "litre"): 100,
    ("inch", "foot"): 12, ("foot", "yard"): 3, ("penny", "gbp"): 100,
} | {("cent", unit): 100 for unit in ("eur", "usd", "cad", "aud", "nzd", "sgd")}  # fmt: skip
TIMES = frozenset("second minute hour day workday night week month year".split())  # noqa: SIM905
DOLLARS = frozenset({"usd", "cad", "aud", "nzd", "sgd"})
CROWNS = frozenset({"crown", "sek", "nok", "dkk", "isk"})  # "49 kr" does not say whose
VERSION = "version"  # the unit of a number behind "version" and the like


@dataclass(frozen=True)
class Fact:
    """A fact at ``start``; two are the same when kind and unit agree and a value is shared.

    ``text`` is how it is written, ``full`` the same with its unit. What lies in a range of codes
    ("C4 to C6") is ``implied``: a source holds it, a claim does not say it. Where a thing stands
    behind a number ("12 pupils") it ``counts`` that, and no unit is left to the context. The
    number of "a week" is an ``article``: a claim has it only where its source counts time. A
    "$" without a country is ``any_dollar``.
    """

    kind: str
    values: frozenset[object]
    unit: str | None = None
    text: str = field(default="", compare=False)
    full: str = field(default="", compare=False)
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)
    implied: bool = field(default=False, compare=False)
    counts: bool = field(default=False, compare=False)
    article: bool = field(default=False, compare=False)
    any_dollar: bool = field(default=False, compare=False)

    def held_by(self, other: "Fact") -> bool:
        """Whether ``other``, in a source, says it; a unit may be left to the context."""
        if self.kind == other.kind == "date":
            return any(_same_date(a, b) for a in self.values for b in other.values)
        if {self.kind, other.kind} == {"time", "quantity"}:
            return self._is_hour(other) or other._is_hour(self)
        if self.kind == other.kind and self._is_as_much(other):
            return True
        if self.kind != other.kind or not self.values & other.values:
            return False
        if (self.any_dollar or other.any_dollar) and {self.unit, other.unit} <= DOLLARS:
            return True
        if "crown" in (self.unit, other.unit) and {self.unit, other.unit} <= CROWNS:
            return True
        if self.unit == other.unit or {self.unit, other.unit} == {None, VERSION}:
            return True
        return (self.unit is None and not self.counts) or (other.unit is None and not other.counts)

    def _is_as_much(self, other: "Fact") -> bool:
        """ "One year" is "12 months"."""
        for one, two in ((self, other), (other, self)):
            scale = _MULTIPLES.get((one.unit or "", two.unit or ""))
            many = {v * scale for v in two.values if isinstance(v, Fraction)} if scale else set()
            if one.values & many:
                return True
        return False

    def _is_hour(self, other: "Fact") -> bool:
        """ "8:00" is "8" and "8 hours"; "20:00" is "8" too, as in "open from 10 to 8"."""
        hours = {v * 60 for v in other.values if isinstance(v, Fraction)}
        if other.unit is None and not other.counts:
            hours |= {hour + 720 for hour in hours if 0 < hour < 720}
        return self.kind == "time" and other.unit in (None, "hour") and bool(self.values & hours)


def wording_of(fact: Fact, held: Iterable[Fact]) -> str:
    """A fact that is not held: with its unit where only that is another."""
    same = any(fact.kind == other.kind and fact.values & other.values for other in held)
    return fact.full if same or fact.text.lower() in ("a", "an") else fact.text


def missing(claimed: Iterable[Fact], held: Iterable[Fact]) -> list[Fact]:
    """The facts of ``claimed`` that no fact of ``held`` is."""
    have = list(held)
    timed = any(other.unit in TIMES for other in have)
    return [
        fact
        for fact in claimed
        if not fact.implied
        and (timed or not fact.article)
        and not any(fact.held_by(other) for other in have)
        and not _apart_from_year(fact, have)
    ]


def _apart_from_year(fact: Fact, held: Sequence[Fact]) -> bool:
    """Whether a date's year stands elsewhere: "In 2026 it is closed from 24 December"."""
    for value in fact.values if fact.kind == "date" else ():
        assert isinstance(value, tuple)  # day, month and year
        told = any(other.kind == "quantity" and value[2] in other.values for other in held)
        bare = replace(fact, values=frozenset({(*value[:2], None)}))
        if value[2] and told and any(_yearless(other, bare) for other in held):
            return True
    return False


def _yearless(held: Fact, bare: Fact) -> bool:
    return held.kind == "date" and any(value in bare.values for value in held.values)


def _same_date(claimed: object, held: object) -> bool:
    """Day, month and year; what a claim leaves out may stand in its source."""
    if not (isinstance(claimed, tuple) and isinstance(held, tuple)):
        return False
    return all(mine is None or mine == theirs for mine, theirs in zip(claimed, held, strict=True))
