"""Groups of users and keys, kept one a line."""

from collections.abc import Sequence

from chatbot.audience import read_names
from chatbot.errors import AudienceError, UserError


def checked_groups(groups: Sequence[str]) -> tuple[str, ...]:
    """The groups as they are kept: in lower case, sorted, each once.

    Raises:
        UserError: one of them is no name of an audience.
    """
    if not any(group.strip() for group in groups):
        return ()
    try:
        return tuple(read_names("\n".join(groups)))
    except AudienceError as exc:
        raise UserError(f"These groups cannot be used: {exc}.") from exc


def to_column(groups: Sequence[str]) -> str:
    """Groups as the database keeps them."""
    return "\n".join(groups)


def from_column(kept: str) -> tuple[str, ...]:
    """The groups of a row."""
    return tuple(kept.split())
