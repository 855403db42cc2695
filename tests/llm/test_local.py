"""The chat model: LangChain's standard tests, with a scripted engine, and its limits."""

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage
from langchain_tests.integration_tests import ChatModelIntegrationTests
from langchain_tests.unit_tests import ChatModelUnitTests

from chatbot.errors import QuestionError
from chatbot.llm.local import LocalChatModel
from tests.support.scripted import ScriptedEngine, scripted_model


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


def test_the_chat_model_itself_refuses_what_does_not_fit() -> None:
    model = scripted_model(ScriptedEngine())
    model.context = 10
    with pytest.raises(QuestionError, match="model takes 10"):
        model.invoke("word " * 20)


def test_the_probability_is_asked_of_the_engine(engine: ScriptedEngine) -> None:

    engine.refuses = 0.25
    assert scripted_model(engine).probability([HumanMessage("hi")], "I don't know.") == 0.25
