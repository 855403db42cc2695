"""Features of retrieval."""

from chatbot.grounding.features import features
from chatbot.service import ChatService


def test_features_of_no_passage_are_none(service: ChatService) -> None:
    assert features("q", "q", [], service.gate().vocabulary) == {}
