"""The gate: passages that compete, and a threshold that is set."""

from dataclasses import replace

from langchain_core.documents import Document

from chatbot.grounding.confidence import (
    Reading,
)
from chatbot.grounding.gate import competing
from chatbot.service import ChatService


def passage(title: str, similarity: float, path: str) -> Document:
    meta = {"title": title, "heading": "", "similarity": similarity, "path": path}
    return Document("text", metadata=meta)


def test_two_alike_documents_compete_unless_the_question_says_which() -> None:
    found = [passage("Returns in the EU", 0.6, "eu.md"), passage("Returns in America", 0.59, "us")]
    assert competing("How long do I have for returns?", found) == [
        "Returns in the EU",
        "Returns in America",
    ]
    assert not competing("How long do I have for returns in America?", found)
    assert not competing("Where do I find the serial number?", found)
    far = [found[0], passage("Returns in America", 0.4, "us")]
    assert not competing("How long do I have for returns?", far)


READING = Reading(refusal=-1.0, retrieval=0.0, offset=0.0, thresholds={"10": 0.5})


def test_refuse_below_takes_the_place_of_the_fitted_threshold(service: ChatService) -> None:
    gate = replace(service.gate(), reading=READING, refuse_below=0.2)
    assert gate.weigh(0.5, 0.7).action == "answer"
    assert gate.weigh(0.5, 0.9).action == "refuse"


def test_of_a_model_that_reads_half_the_risk_is_accepted_where_none_is_set(
    service: ChatService,
) -> None:
    reading = replace(READING, thresholds={"5": 0.6, "10": 0.3})
    searches = replace(service.gate(), risk=None, refuse_below=None, reading=None)
    reads = replace(searches, reading=reading)
    assert (searches.accepted, reads.accepted) == (0.1, 0.05)
    assert reads.weigh(0.5, 0.5).action == "refuse"
    assert replace(reads, risk=0.1).weigh(0.5, 0.5).action == "answer"
