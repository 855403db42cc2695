"""What a server writes, as it is to be read."""

import pytest
from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk

from chatbot.llm.engines.written import Written


@pytest.mark.parametrize(("status", "reason"), [("completed", "stop"), ("incomplete", "length")])
def test_an_answer_of_the_responses_api_ends_as_its_status_says(status: str, reason: str) -> None:
    said = AIMessageChunk([{"type": "text", "text": "5 days.", "index": 0}])
    last = AIMessageChunk([], response_metadata={"status": status})
    written = Written(None)
    chunks = [written.cut(ChatGenerationChunk(message=message)) for message in (said, last)]
    chunks += written.end("It", 160)
    assert "".join(chunk.text for chunk in chunks) == "5 days."
    reasons = [chunk.message.response_metadata.get("finish_reason") for chunk in chunks]
    assert [told for told in reasons if told] == [reason]
