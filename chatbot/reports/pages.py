"""The templates of reports, filled; a page needs nothing from elsewhere."""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined


class Line(NamedTuple):
    """A line of a plot; points are (x, y) from 0 on."""

    name: str
    points: Sequence[tuple[float, float]]


def render_page(template: str, **values: Any) -> str:
    """The HTML of a template of ``templates/``; what ``values`` hold is escaped."""
    return _environment().get_template(f"{template}.html").render(values)


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("chatbot.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
