"""What was kept of earlier answers, for a person who may not see all of it any more.

The answers stay as that person read them; the passages and documents behind them are shown as far
as they are for the person now.
"""

from collections.abc import Callable, Iterable
from typing import Any

from chatbot.audience import Asker

UPLOADS = "upload/"  # the person's own
# Whether an asker may see all of these documents: ``ChatService.may_see``.
MaySee = Callable[[Asker, Iterable[str]], bool]


def shown_thread(thread: dict[str, Any], asker: Asker, may_see: MaySee) -> dict[str, Any]:
    """A thread as the store has it, without the texts of what the asker may not see."""
    return thread | {
        "steps": [_step(step, asker, may_see) for step in thread["steps"]],
        "elements": [shown_element(element, asker, may_see) for element in thread["elements"]],
    }


def shown_element(element: dict[str, Any], asker: Asker, may_see: MaySee) -> dict[str, Any]:
    """The sources below an answer, each only where the asker may see it; other elements as they
    are."""
    props = element.get("props")
    if element.get("name") != "Sources" or not isinstance(props, dict):
        return element
    shown = [one for one in props.get("sources", ()) if _may(one.get("path"), asker, may_see)]
    return element | {"props": props | {"sources": shown}}


def _step(step: dict[str, Any], asker: Asker, may_see: MaySee) -> dict[str, Any]:
    """The record of an answer keeps its places, so that numbers of passages still fit."""
    noted = step.get("metadata") or {}
    record = noted.get("answer")
    if not isinstance(record, dict):
        return step

    def blank(part: dict[str, Any], text: str) -> dict[str, Any]:
        return part if _may(part.get("path"), asker, may_see) else part | {text: ""}

    shown = record | {
        "passages": [blank(passage, "text") for passage in record.get("passages", ())],
        "citations": [blank(citation, "quote") for citation in record.get("citations", ())],
    }
    approved = record.get("approved") or {}
    source = approved.get("source")
    if source and not _may(source["path"], asker, may_see):
        shown["approved"] = approved | {"source": None}
    return step | {"metadata": noted | {"answer": shown}}


def _may(path: object, asker: Asker, may_see: MaySee) -> bool:
    return str(path).startswith(UPLOADS) or may_see(asker, [str(path)])
