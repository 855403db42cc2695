"""Reasons in the words of who reads them: the rules name stems ("recoveri") and terms by their kind
("@tier:Plus")."""

import re
from collections.abc import Iterable

_NAMED = re.compile(r"(?<=')[^'\s]+(?=')")
_KIND = re.compile(r"@[a-z]+:|code ")
_LEAST = 3  # letters of a stem
_CHANGED = 2  # letters at the end of a stem that a word may not have


def as_written(reason: str, texts: Iterable[str]) -> str:
    """The reason with each stem that it names as the first of the texts that has it writes it."""
    told = list(texts)
    return _NAMED.sub(lambda match: _written(_KIND.sub("", match[0]), told), reason)


def _written(stem: str, texts: list[str]) -> str:
    for left in range(_CHANGED + 1):
        said = stem[: len(stem) - left]
        if len(said) < min(_LEAST, len(stem)):
            break
        rest = r"(?!\w)" if left == 0 and len(stem) < _LEAST else r"\w*"
        for text in texts:
            if found := re.search(rf"(?<!\w){re.escape(said)}{rest}", text, re.IGNORECASE):
                return found[0] if found[0].lower() != stem.lower() else stem
    return stem
