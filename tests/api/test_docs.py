"""The pages about the API, and what they describe."""

import re

import httpx


async def test_openapi_has_examples(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    assert {"/predict", "/v1/chat/completions", "/v1/models", "/v1/embeddings"} <= set(
        document["paths"]
    )
    for name in ("PredictRequest", "Predicted", "ChatRequest", "EmbeddingRequest"):
        assert document["components"]["schemas"][name]["examples"]


async def test_the_pages_can_send_a_key(client: httpx.AsyncClient) -> None:
    """Without it nothing can be tried out where keys are set up."""
    document = (await client.get("/openapi.json")).json()
    ((name, scheme),) = document["components"]["securitySchemes"].items()
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    open_to_all = {"/healthz", "/readyz"}
    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert operation.get("security") == (None if path in open_to_all else [{name: []}])


async def test_the_pages_about_the_api_load_nothing_from_other_hosts(
    client: httpx.AsyncClient,
) -> None:
    for address, script in (("/docs", "swagger-ui-bundle.js"), ("/redoc", "redoc.standalone.js")):
        page = await client.get(address)
        assert "http:" not in page.text and "https:" not in page.text
        assert page.headers["content-security-policy"].startswith("default-src 'self'")
        loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        assert f"docs/assets/{script}" in loaded
        for asset in loaded:
            if asset != "favicon":  # of the page beside the API
                assert (await client.get(f"/{asset}")).status_code == 200
