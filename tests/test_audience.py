"""Who may see what, and audiences as people write them."""

import pytest

from chatbot.audience import (
    EVERYTHING,
    FOR_NOBODY,
    FOR_STAFF,
    VISITOR,
    Asker,
    Audience,
    asker_of,
    read_audience,
    staff,
)
from chatbot.errors import AudienceError

LEGAL: Audience = frozenset({"legal"})
EVERYBODY: Audience = frozenset({"public"})
MANY = ", ".join(f"g{n}" for n in range(60))


@pytest.mark.parametrize(
    ("asker", "seen"),
    [
        (EVERYTHING, [EVERYBODY, FOR_STAFF, LEGAL, FOR_NOBODY]),
        (VISITOR, [EVERYBODY]),
        (staff(), [EVERYBODY, FOR_STAFF]),
        (staff(["legal"]), [EVERYBODY, FOR_STAFF, LEGAL]),
        (asker_of(["legal"]), [EVERYBODY, LEGAL]),
    ],
)
def test_one_name_in_common_is_enough(asker: Asker, seen: list[Audience]) -> None:
    every = [EVERYBODY, FOR_STAFF, LEGAL, FOR_NOBODY]
    assert [audience for audience in every if asker.may_see(audience)] == seen


@pytest.mark.parametrize(
    ("said", "audience"),
    [
        ("Public", {"public"}),
        (" 'internal' ", {"internal"}),
        ("legal, Finance", {"legal", "finance"}),
        ("legal\n\nteam-a_1\n", {"legal", "team-a_1"}),
        ("x", {"x"}),
    ],
)
def test_an_audience_is_one_word_or_groups(said: str, audience: set[str]) -> None:
    assert read_audience(said) == audience


@pytest.mark.parametrize(
    "said",
    ["", " , ", "public, legal", "internal, public", "the board", "a/b", "-a", "a" * 51, MANY],
)
def test_what_says_no_audience_or_two_things_is_refused(said: str) -> None:
    with pytest.raises(AudienceError):
        read_audience(said)
