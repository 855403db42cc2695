"""Sealed visits: nobody opens or changes another's."""

import base64

import pytest

from chatbot.api.widget.visit import LONGEST, Seal, Visit

KEY = "wk_1"


def seal(secret: str = "secret", at: float = 0.0) -> Seal:
    return Seal(lambda: secret, lambda: at)


def visit() -> Visit:
    return Visit().answered("How long? \U0001f426", "45 days.")


def test_a_visit_comes_back_as_it_was() -> None:
    given = visit()
    assert seal().open(seal().close(given, KEY), KEY) == given


def test_what_was_not_sealed_here_for_this_key_and_lately_begins_anew() -> None:
    given = visit()
    text = seal().close(given, KEY)
    body, _, signature = text.partition(".")
    changed = base64.urlsafe_b64decode(body).replace(b"45 days", b"90 days")
    for other in (
        "",
        ".",
        "no visit",
        "\ud800.\ud800",
        body,
        f"{base64.urlsafe_b64encode(changed).decode()}.{signature}",
        f"{body}.{signature[:-1]}",
        seal("another secret").close(given, KEY),
    ):
        opened = seal().open(other, KEY)
        assert (opened.history, opened.id == given.id) == ((), False), other
    assert seal().open(text, "wk_2").history == ()
    assert seal(at=12 * 3600).open(text, KEY) == given
    assert seal(at=12 * 3600 + 1).open(text, KEY).history == ()


@pytest.mark.parametrize(("questions", "chars"), [(30, 10), (10, 4000)])
def test_a_long_visit_keeps_its_newest_turns_and_can_be_sent(questions: int, chars: int) -> None:
    given = Visit()
    for number in range(questions):
        given = given.answered(f"{number} " + "\u4e2d" * chars, "a")
    assert given.history[-2]["content"].startswith(f"{questions - 1} ")
    assert given.history[0]["role"] == "user"
    assert len(given.history) < 2 * questions
    assert len(seal().close(given, KEY)) < LONGEST
