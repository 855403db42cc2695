"""What is of Confluence alone in its storage format: macros, tasks, pictures of moods and signs,
and what links and pictures without a text are called."""

import re
from typing import Any

from chatbot.knowledge.blocks import one_line

MACROS = ("ac:structured-macro", "ac:macro")
EMOTICON, STATUS = "ac:emoticon", "ac:task-status"
_BODIES = ("ac:rich-text-body", "ac:plain-text-body")
SIGNS = {
    "tick": "✓", "check_mark": "✓", "white_check_mark": "✓", "heavy_check_mark": "✓",
    "cross": "✗", "cross_mark": "✗", "x": "✗", "warning": "⚠", "information": "ℹ", "info": "ℹ",
    "question": "?", "question_mark": "?", "plus": "+", "minus": "−", "thumbs-up": "👍",
    "thumbsup": "👍", "thumbs-down": "👎", "thumbsdown": "👎",
}  # fmt: skip
# The newer kind names itself by its fallback, and has the name of an older one that is near.
_NAMES = ("ac:emoji-fallback", "ac:emoji-shortname", "ac:name")
_FACE = re.compile("[☹☺\U0001f600-\U0001f64f\U0001f910-\U0001f92f\U0001f970-\U0001f97a]")


def emoticon_sign(element: Any) -> str:
    """The sign that an emoticon draws; nothing for a face."""
    for name in filter(None, map(element.get, _NAMES)):
        if sign := SIGNS.get(name.strip(":").lower()):
            return sign
        if name.isascii():
            continue
        return "" if _FACE.search(name) else str(name)
    return ""


def task_sign(status: Any) -> str:
    """A box that is ticked where the task of this status is done."""
    return "☑" if one_line("".join(status.itertext())) == "complete" else "☐"


def macro_title(macro: Any) -> str | None:
    """What stands over the body of a macro; ``None`` of one of a word, which has no body."""
    if not any(child.tag in _BODIES for child in macro):
        return None
    return _parameter(macro, "title")


def is_hidden_macro(macro: Any) -> bool:
    """Whether it only keeps a text for other pages, as ``excerpt`` and ``details`` can."""
    return _parameter(macro, "hidden") == "true"


def _parameter(macro: Any, name: str) -> str:
    found = (c for c in macro if c.tag == "ac:parameter" and c.get("ac:name") == name)
    return next((one_line("".join(child.itertext())) for child in found), "")


def resource(element: Any) -> str:
    """What a link or picture without text is called."""
    if named := element.get("ac:alt") or element.get("ac:title"):
        return str(named)
    for child in element.iter():
        for name in ("ri:content-title", "ri:filename", "ri:value"):
            if child.get(name):
                return str(child.get(name))
    return ""
