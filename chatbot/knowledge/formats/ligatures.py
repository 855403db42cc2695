"""Words that a font draws as an icon, as Material Icons and Material Symbols do."""

import re
from typing import Any

_FONTS = re.compile(
    r"(?<!\S)material-(?:icons|symbols)(?:-(?:outlined|round(?:ed)?|sharp|two-tone|extended))?(?!\S)"
)
_NAME = re.compile(r"\s*([a-z\d_]*)\s*")
_YES = frozenset("check check_circle check_box done done_all verified task_alt".split())  # noqa: SIM905
_NO = frozenset("close clear cancel block highlight_off dangerous not_interested".split())  # noqa: SIM905


def drawn_sign(element: Any) -> str | None:
    """The sign of yes or no that an element in such a font draws, nothing of another icon; ``None``
    of what is in another font, or is no name of an icon."""
    classes = element.get("class", "")
    if "material-" not in classes or not _FONTS.search(classes):
        return None
    name = _NAME.fullmatch("".join(element.itertext()))
    if name is None:
        return None
    return "✓" if name[1] in _YES else "✗" if name[1] in _NO else ""
