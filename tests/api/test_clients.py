"""The API over TCP as programs use it: OpenAI's client, LangChain's, schemathesis."""

import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.support.scripted import US
from tests.support.serving import Replica, environment, scripted, wait_for

QUESTION: list[Any] = [{"role": "user", "content": US}]
SLOWLY: list[Any] = [{"role": "user", "content": f"{US} Say it slowly."}]


@pytest.fixture(scope="module")
def replica(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replica]:
    with scripted(environment(tmp_path_factory.mktemp("api"))) as replica:
        wait_for(f"{replica.url}/readyz", replica.process)
        yield replica


@pytest.fixture
def client(replica: Replica) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{replica.url}/v1", api_key="none", max_retries=0)


def test_the_widget_is_beside_the_page(replica: Replica) -> None:
    script = httpx.get(f"{replica.url}/widget/peregrine.js")
    assert script.headers["content-type"].startswith("text/javascript")
    refused = httpx.post(f"{replica.url}/widget/wk_0/ask", json={"question": US})
    assert (refused.status_code, refused.json()["code"]) == (403, "key_unknown")


def test_the_openai_client_gets_a_completion(client: openai.OpenAI) -> None:
    completion = client.chat.completions.create(model="peregrine", messages=QUESTION)
    assert "45 days" in str(completion.choices[0].message.content)
    assert completion.usage is not None
    assert completion.usage.completion_tokens == 13
    extension = (completion.model_extra or {})["peregrine"]
    assert extension["citations"][0]["path"] == "us.md"
    assert [model.id for model in client.models.list()] == ["peregrine", "peregrine-embeddings"]
    assert client.models.retrieve("peregrine").owned_by == "peregrine"


def test_the_openai_client_streams(client: openai.OpenAI) -> None:
    stream = client.chat.completions.create(
        model="peregrine",
        messages=QUESTION,
        stream=True,
        stream_options={"include_usage": True},
        temperature=0.7,
    )
    chunks = list(stream)
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert "45 days" in text
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.total_tokens > 13
    extension = (chunks[-2].model_extra or {})["peregrine"]
    assert extension["citations"][0]["path"] == "us.md"


async def test_the_asynchronous_openai_client_streams(replica: Replica) -> None:
    async with openai.AsyncOpenAI(base_url=f"{replica.url}/v1", api_key="none") as client:
        stream = await client.chat.completions.create(
            model="peregrine", messages=QUESTION, stream=True
        )
        text = "".join([c.choices[0].delta.content or "" async for c in stream])
    assert "45 days" in text


def test_the_openai_client_raises_its_own_errors(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match="There is no model 'gpt-4o' here"):
        client.chat.completions.create(model="gpt-4o", messages=QUESTION)
    with pytest.raises(openai.BadRequestError, match="The question is empty"):
        client.chat.completions.create(
            model="peregrine", messages=[{"role": "user", "content": " "}], stream=True
        )


def test_the_openai_client_embeds(client: openai.OpenAI) -> None:
    found = client.embeddings.create(model="peregrine-embeddings", input=["one two", "three"])
    assert len(found.data[0].embedding) == 256
    assert sum(x * x for x in found.data[1].embedding) == pytest.approx(1, abs=1e-4)


async def test_langchain_chats_and_embeds(replica: Replica) -> None:
    address: dict[str, Any] = {"base_url": f"{replica.url}/v1", "api_key": "none"}
    llm = ChatOpenAI(model="peregrine", **address)
    assert "45 days" in str(llm.invoke(US).content)
    assert (llm.invoke(US).usage_metadata or {})["output_tokens"] == 13
    assert "45 days" in "".join(str(chunk.content) for chunk in llm.stream(US))
    assert "45 days" in "".join([str(chunk.content) async for chunk in llm.astream(US)])
    embeddings = OpenAIEmbeddings(
        model="peregrine-embeddings", check_embedding_ctx_length=False, **address
    )
    assert len(embeddings.embed_query("one two")) == 256


def test_a_stream_that_is_left_frees_its_place(replica: Replica, client: openai.OpenAI) -> None:
    stream = client.chat.completions.create(model="peregrine", messages=SLOWLY, stream=True)
    next(iter(stream))
    assert httpx.get(f"{replica.url}/readyz").json()["serving"] == 1
    stream.close()
    ends = time.monotonic() + 2  # the whole answer takes three seconds
    while httpx.get(f"{replica.url}/readyz").json()["serving"]:
        assert time.monotonic() < ends
        time.sleep(0.05)


def request_of(path: str, body: bytes, length: int) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {length}\r\n\r\n".encode() + body


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/predict", {"question": SLOWLY[0]["content"]}),
        ("/v1/chat/completions", {"model": "peregrine", "messages": SLOWLY}),
        ("/v1/chat/completions", {"model": "peregrine", "messages": SLOWLY, "stream": True}),
    ],
)
def test_a_client_that_hangs_up_frees_its_place(
    replica: Replica, path: str, body: dict[str, Any]
) -> None:
    def cancelled() -> float:
        text = httpx.get(f"{replica.url}/metrics").text
        name = 'peregrine_answers_total{outcome="cancelled"} '
        found = (line for line in text.splitlines() if line.startswith(name))
        return next((float(line.split()[-1]) for line in found), 0.0)

    before = cancelled()
    raw = json.dumps(body).encode()
    with socket.create_connection(("127.0.0.1", replica.port)) as connection:
        connection.sendall(request_of(path, raw, len(raw)))
        while not httpx.get(f"{replica.url}/readyz").json()["serving"]:
            time.sleep(0.02)
    left = time.monotonic()
    while httpx.get(f"{replica.url}/readyz").json()["serving"]:
        assert time.monotonic() - left < 2  # the whole answer takes three seconds
        time.sleep(0.02)
    while cancelled() == before:
        assert time.monotonic() - left < 5
        time.sleep(0.02)


def test_a_browser_that_leaves_before_its_request_is_sent_leaves_no_traceback(
    replica: Replica,
) -> None:
    for path in ("/ws/socket.io/?EIO=4&transport=polling", "/project/threads", "/predict"):
        with socket.create_connection(("127.0.0.1", replica.port)) as connection:
            connection.sendall(request_of(path, b"", 100))
            time.sleep(0.2)
    time.sleep(0.5)
    assert httpx.get(f"{replica.url}/").status_code == 200
    assert "Traceback" not in replica.log
    assert "exception" not in replica.log


def test_the_page_is_beside_the_api(replica: Replica) -> None:
    page = httpx.get(f"{replica.url}/")
    assert page.status_code == 200
    assert "text/html" in page.headers["content-type"]
    assert httpx.get(f"{replica.url}/v1/nothing").status_code == 404


def test_schemathesis_finds_no_server_error(replica: Replica) -> None:
    schema = schemathesis.openapi.from_url(f"{replica.url}/openapi.json")
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) == 9
    seen: set[int] = set()

    for operation in operations:

        @given(case=st.one_of(operation.as_strategy(), operation.as_strategy()))
        @hypothesis_settings(
            max_examples=15,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def try_one(case: Any) -> None:
            response = case.call(timeout=20)
            seen.add(response.status_code)
            case.validate_response(
                response,
                checks=[
                    not_a_server_error,
                    status_code_conformance,
                    content_type_conformance,
                    response_schema_conformance,
                ],
            )

        try_one()
    assert 200 in seen
