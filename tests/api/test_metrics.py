"""The numbers of ``/metrics``."""

from typing import Any

import httpx

from tests.support.scripted import US


async def test_metrics_count_what_happened(client: httpx.AsyncClient) -> None:
    await client.post("/predict", json={"question": US})
    await client.post("/predict", json={"question": ""})
    await client.get("/wp-admin/x.php")
    text = (await client.get("/metrics")).text
    assert 'peregrine_requests_total{path="/predict",status="200"} 1.0' in text
    assert 'peregrine_requests_total{path="/predict",status="422"} 1.0' in text
    assert 'peregrine_answers_total{outcome="answered"} 1.0' in text
    assert 'peregrine_tokens_total{kind="completion"} 13.0' in text
    assert "peregrine_first_token_seconds_count 1.0" in text
    assert "peregrine_index_generation 1.0" in text
    assert "wp-admin" not in text


async def test_a_question_that_cannot_be_used_is_no_failure(client: httpx.AsyncClient) -> None:
    await client.post("/predict", json={"question": " "})
    text = (await client.get("/metrics")).text
    assert 'peregrine_answers_total{outcome="unusable"} 1.0' in text
    assert 'outcome="failed"' not in text


async def test_greetings_do_not_shorten_the_wait_that_is_told(
    api: Any, client: httpx.AsyncClient
) -> None:
    metrics = api.state.parts.metrics
    for _ in range(100):
        metrics.count_answer(40.0)
    told = metrics.retry_after()
    for _ in range(30):
        assert (await client.post("/predict", json={"question": "Hello!"})).status_code == 200
    assert metrics.retry_after() == told > 30
