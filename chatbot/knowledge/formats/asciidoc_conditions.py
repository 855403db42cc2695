"""Conditions in AsciiDoc: lines by which others are only for some readers."""

import operator
import re
from collections.abc import Mapping

CONDITION = re.compile(r"(ifn?def|ifeval|endif)::([^\s\[]*)\[(.*)\]\s*$")
_COMPARED = re.compile(r"\s*(.*?)\s*([=!]=|[<>]=?)\s*(.*?)\s*")
_COMPARE = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le,
    ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_NAME = re.compile(r"\{([\w-]+)\}")


def filled(text: str, values: Mapping[str, str]) -> str:
    """``text`` with the attributes that have a value."""
    return _NAME.sub(lambda m: values.get(m[1], m[0]), text)


def holds(condition: re.Match[str], values: Mapping[str, str]) -> bool:
    """Whether what a condition (a match of :data:`CONDITION`) is about is for the readers; where
    that depends on what the text does not say, it is."""
    if condition[1] != "ifeval":
        known = (name in values for name in re.split(r"[,+]", condition[2]))
        every = all if "+" in condition[2] else any
        return every(known) == (condition[1] == "ifdef")
    compared = _COMPARED.fullmatch(filled(condition[3], values))
    if compared is None or _NAME.search(compared[0]):
        return True
    left, right = _value(compared[1]), _value(compared[3])
    if isinstance(left, str) != isinstance(right, str):
        return compared[2] == "!="
    return bool(_COMPARE[compared[2]](left, right))


def _value(side: str) -> str | float:
    return float(side) if _NUMBER.fullmatch(side) else side.strip("\"'")
