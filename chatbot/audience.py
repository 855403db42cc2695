"""Who may see a document, and who asks: names of audiences on both sides.

A document is for ``public``, for ``internal``, or for named groups; whoever has one of its names
may see it. A document for nobody is seen by those alone who see everything.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from chatbot.errors import AudienceError

Audience = frozenset[str]

PUBLIC, INTERNAL = "public", "internal"
FOR_STAFF: Audience = frozenset({INTERNAL})  # of a document of which nobody said anything
FOR_NOBODY: Audience = frozenset()

_NAME = re.compile(r"[^\W_](?:[\w.-]{0,48}[^\W_])?")
_BETWEEN = re.compile(r"[,;\n]")
_MOST = 50  # names


@dataclass(frozen=True)
class Asker:
    """Who asks, as far as documents go: the names of ``audiences``; ``None`` sees everything.

    It goes from the edge, where somebody is known, through the question to the search.
    """

    audiences: Audience | None

    def may_see(self, audience: Audience) -> bool:
        """Whether a document for ``audience`` may be shown, quoted or told of."""
        return self.audiences is None or not self.audiences.isdisjoint(audience)


EVERYTHING = Asker(None)  # owners, admins, and who runs this on the machine itself
VISITOR = Asker(frozenset({PUBLIC}))


def asker_of(groups: Iterable[str]) -> Asker:
    """One who has these groups, of which ``internal`` may be one; ``public`` is everybody's."""
    return Asker(frozenset({PUBLIC, *groups}))


def staff(groups: Iterable[str] = ()) -> Asker:
    """One of the staff, with further groups."""
    return asker_of({INTERNAL, *groups})


def read_names(text: str) -> list[str]:
    """The names in a text, in lower case, sorted: one a line, or with commas between them.

    Raises:
        AudienceError: there is none, or one that cannot be a name.
    """
    said = [part.strip().strip("\"'").strip().casefold() for part in _BETWEEN.split(text)]
    names = sorted({name for name in said if name})
    if not names:
        raise AudienceError("it names no audience")
    if len(names) > _MOST:
        raise AudienceError(f"it names more than {_MOST} audiences")
    for name in names:
        if not _NAME.fullmatch(name):
            raise AudienceError(
                f"'{name[:50]}' is no name of an audience: use at most 50 letters, digits, '.', "
                "'-' and '_'"
            )
    return names


def read_audience(text: str) -> Audience:
    """The audience of a document as somebody wrote it: "public", or "legal, finance".

    Raises:
        AudienceError: it names none, or more than one thing; the message completes "<path>: ...".
    """
    names = read_names(text)
    broad = {PUBLIC, INTERNAL}.intersection(names)
    if broad and len(names) > 1:
        raise AudienceError(f"it names '{min(broad)}' beside others; write that alone, or groups")
    return frozenset(names)
