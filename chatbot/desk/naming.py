"""The document that a person means, who may type only the end of its path."""

from collections.abc import Collection, Sequence
from difflib import get_close_matches

from chatbot.text.unicode import folded

_NEAREST = 3
_LIKE = 0.5  # of difflib's ratio


def choose_document(named: str, shown: Sequence[str], known: Collection[str]) -> str | None:
    """The document that is meant: the first such on screen, else the only such of all.

    ``None`` where there is none, or where more than one could be meant.
    """
    if on_screen := _ending_with(named, shown):
        return on_screen[0]
    found = _ending_with(named, known)
    return found[0] if len(found) == 1 else None


def nearest_documents(named: str, known: Collection[str]) -> list[str]:
    """At most three documents: those that could be meant, else those written most like it."""
    if found := _ending_with(named, known):
        return sorted(found)[:_NEAREST]
    by_form: dict[str, str] = {}
    for path in sorted(known):
        by_form.setdefault(folded(path), path)
        by_form.setdefault(folded(path.rsplit("/", 1)[-1]), path)
    wanted = folded(named)
    forms = get_close_matches(wanted, by_form, n=2 * _NEAREST, cutoff=_LIKE)
    return list(dict.fromkeys(by_form[form] for form in forms))[:_NEAREST]


def _ending_with(named: str, paths: Collection[str]) -> list[str]:
    """Paths that ``named`` is, or is the end of, in any case; the very same path means that one."""
    wanted = folded(named).lstrip("/")
    if not wanted:
        return []
    found = [path for path in paths if f"/{folded(path)}".endswith(f"/{wanted}")]
    same = [path for path in found if folded(path) == wanted]
    return same or found
