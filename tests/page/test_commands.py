"""Commands of the page."""

import pytest

from chatbot.page.commands import COMMANDS, TONES, find_command
from chatbot.page.texts import LANGUAGES, say


@pytest.mark.parametrize("language", LANGUAGES)
def test_commands_and_tones_have_words_and_are_found_by_them(language: str) -> None:
    for key, (command, _) in COMMANDS.items():
        assert find_command(say(language, key)) is command
        assert say(language, f"{key}_about")
    assert len({say(language, tone) for tone in TONES}) == len(TONES)
    assert find_command("no such command") is None
