"""LocalChatModel: LangChain's standard tests, and stop strings across pieces."""

from itertools import pairwise

import pytest
from conftest import ScriptedEngine
from langchain_core.language_models import BaseChatModel
from langchain_tests.integration_tests import ChatModelIntegrationTests
from langchain_tests.unit_tests import ChatModelUnitTests

from chatbot.llm.engines.protocol import StopFilter
from chatbot.llm.local import LocalChatModel


class TestStandardUnit(ChatModelUnitTests):
    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return LocalChatModel

    @property
    def chat_model_params(self) -> dict[str, object]:
        return {"engine": ScriptedEngine(), "model_name": "scripted", "template": "chatml"}


class TestStandardIntegration(ChatModelIntegrationTests):
    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return LocalChatModel

    @property
    def chat_model_params(self) -> dict[str, object]:
        return {"engine": ScriptedEngine(), "model_name": "scripted", "template": "chatml"}


@pytest.mark.parametrize("cuts", [[1], [3], [2, 5], []])
def test_stop_string_is_found_across_pieces(cuts: list[int]) -> None:
    text, stops = "abc<end>def", StopFilter(["<end>"])
    edges = [0, *cuts, len(text)]
    pieces = [text[a:b] for a, b in pairwise(edges)]
    assert "".join(stops.push(piece) for piece in pieces) + stops.flush() == "abc"
    assert stops.stopped


def test_text_like_a_stop_string_is_kept() -> None:
    stops = StopFilter(["<end>"])
    assert stops.push("a<en") + stops.push("o b<e") + stops.flush() == "a<eno b<e"
