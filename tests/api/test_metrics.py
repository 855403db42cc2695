"""The numbers of ``/metrics``."""

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
