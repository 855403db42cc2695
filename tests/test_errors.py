"""What a person is told of what the system refused."""

import errno
import os

import pytest

from chatbot.errors import disk_sentence


@pytest.mark.parametrize(
    ("number", "name", "sentence"),
    [
        (errno.ENOSPC, None, "The disk is full; make room and try again."),
        (errno.EDQUOT, "a/b", "The disk is full ('a/b'); make room and try again."),
        (errno.EACCES, "a/b", "a/b: Permission denied."),
    ],
)
def test_the_system_refuses(number: int, name: str | None, sentence: str) -> None:
    assert disk_sentence(OSError(number, os.strerror(number), name)) == sentence
