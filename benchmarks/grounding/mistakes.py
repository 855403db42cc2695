"""Wrong answers made from right ones by one change each, as models get them wrong."""

import random
import re
from collections.abc import Iterator

# Words of a kind; a mistake says another word of the same group.
_SWAPS: dict[str, list[tuple[str, ...]]] = {
    "region": [
        ("EU", "US", "UK"), ("Germany", "France", "Spain", "Austria", "Italy"),
        ("Europe", "Asia"), ("United States", "United Kingdom", "Canada"),
    ],
    "tier": [
        ("Basic", "Pro", "Premium", "Plus"), ("standard", "express"), ("Standard", "Express"),
        ("private", "business"), ("Bronze", "Silver", "Gold"), ("Enterprise", "Starter"),
    ],
    "unit": [
        ("days", "weeks", "months", "hours"), ("minutes", "hours", "seconds"), ("years", "months"),
        ("EUR", "GBP", "USD"), ("kg", "g"), ("cm", "mm", "m"), ("km", "miles"), ("GB", "MB", "TB"),
        ("working days", "days"), ("weeks", "days"), ("%", " EUR"), ("°C", "°F"), ("KB", "MB"),
    ],
    "weekday": [("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")],
    "date": [
        ("January", "February", "March", "April", "June", "July", "August", "September",
         "October", "November", "December"), (" am", " pm"), ("2024", "2025", "2026"),
    ],
    "opposite": [
        ("before", "after"), ("at least", "at most"), ("minimum", "maximum"),
        ("included", "excluded"), ("more than", "less than"), ("enabled", "disabled"),
        ("open", "closed"), ("left", "right"),
    ],
}  # fmt: skip
_NUMBER = re.compile(r"(?<![\w.,:-])(?!\d+\. )\d+(?:[.,]\d+)?(?![\w:-]|[.,]\d)")
_CODE = re.compile(r"\b([A-Z]{1,3}-?)(\d{1,3})\b")
_VERB = re.compile(r"\b(is|are|can|must|will|may|should|does|do|costs|takes)\b(?! not)")


def _negated(text: str) -> Iterator[str]:
    """The sentence with its "not" taken out, else with one put in."""
    without = re.sub(r"\b(not|never) |n't\b", "", text, count=1)
    without = re.sub(r"\bcannot\b", "can", text, count=1) if without == text else without
    if without != text:
        yield re.sub(r"^No, ", "Yes, ", without)
    elif match := _VERB.search(text):
        end = match.end()
        deny = " not" if match[0] not in ("costs", "takes") else ""
        verb = {"costs": "does not cost", "takes": "does not take"}.get(match[0], match[0])
        yield re.sub(r"^Yes, ", "No, ", f"{text[: match.start()]}{verb}{deny}{text[end:]}")


def mistakes(text: str, passages: str, dice: random.Random) -> Iterator[tuple[str, str]]:
    """(kind, wrong sentence) of every kind that fits."""
    for kind, groups in _SWAPS.items():
        made = []
        for group in groups:
            for word in group:
                at = re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) if word[:1] != "%" else (
                    re.search(r"(?<=\d)\s?%", text)
                )  # fmt: skip
                if at:
                    other = dice.choice([w for w in group if w != word])
                    if f"working {word}" in text:
                        continue
                    made.append(text[: at.start()] + other + text[at.end() :])
        if made:
            yield kind, dice.choice(made)
    for wrong in _negated(text):
        yield "negation", wrong
    if numbers := list(_NUMBER.finditer(text)):
        at = dice.choice(numbers)
        others = [n[0] for n in _NUMBER.finditer(passages) if n[0] != at[0]]
        if others:
            yield "row", text[: at.start()] + dice.choice(others) + text[at.end() :]
        yield "sign", f"{text[: at.start()]}−{text[at.start() :]}"
        yield "power", f"{text[: at.end()]}³{text[at.end() :]}"
    if codes := list(_CODE.finditer(text)):
        at = dice.choice(codes)
        same = {c[0] for c in _CODE.finditer(passages) if c[1] == at[1] and c[0] != at[0]}
        if same:
            yield "product", text[: at.start()] + dice.choice(sorted(same)) + text[at.end() :]
