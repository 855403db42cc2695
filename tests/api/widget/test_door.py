"""Which pages may ask, and how often a visitor may."""

from typing import Any

import httpx
import pytest

from chatbot.errors import StoreError
from chatbot.page.access import network_of
from chatbot.store import Store
from tests.support.api import client_of
from tests.support.scripted import US
from tests.support.widget import SITE, Site

READABLE = "access-control-allow-origin"


async def asked(client: httpx.AsyncClient, key: str, **headers: str) -> httpx.Response:
    return await client.post(f"/widget/{key}/ask", json={"question": US}, headers=headers)


async def test_only_pages_of_the_keys_origins_are_answered(site: Site, store: Store) -> None:
    other = await store.widget_keys.add("other", ["https://other.example.com"])
    for key, headers in (
        (site.key, {}),
        (site.key, {"Origin": "https://evil.example.com"}),
        (site.key, {"Origin": f"{SITE}.evil.example"}),
        (site.key, {"Origin": "null"}),
        (other.id, {"Origin": SITE}),
        ("wk_0", {"Origin": SITE}),
    ):
        refused = await asked(site.client, key, **headers)
        assert refused.status_code == 403
        assert READABLE not in refused.headers
        preflight = await site.client.options(f"/widget/{key}/ask", headers=headers)
        assert (preflight.status_code, READABLE in preflight.headers) == (403, False)
    answered = await asked(site.client, site.key, Origin=SITE)
    assert answered.status_code == 200
    assert answered.headers[READABLE] == SITE
    assert "Origin" in answered.headers["vary"]
    assert "access-control-allow-credentials" not in answered.headers
    preflight = await site.client.options(f"/widget/{site.key}/ask", headers={"Origin": SITE})
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-headers"] == "Content-Type"


async def test_errors_can_be_read_by_the_page(site: Site) -> None:
    unusable = await site.send("ask", question=" ")
    assert (unusable.status_code, unusable.json()["code"]) == (422, "question_unusable")
    assert unusable.headers[READABLE] == SITE


async def test_what_is_too_large_or_comes_too_late_can_be_read_by_the_page(
    api: Any, site: Site
) -> None:
    large = await site.send("ask", question="x" * 2_000_000)
    assert (large.status_code, large.json()["code"]) == (413, "request_too_large")
    api.state.parts.drain.leaving = True
    late = await site.send("ask", question=US)
    assert (late.status_code, late.json()["code"]) == (503, "stopping")
    assert {response.headers[READABLE] for response in (large, late)} == {SITE}


async def test_a_key_ends_and_an_outage_of_the_database_does_not_end_it(
    api: Any, site: Site, store: Store
) -> None:
    ring = api.state.parts.widget_keys
    assert (await site.send("ask", question=US)).status_code == 200
    kept = ring._kept

    class DeadKeys:
        async def all(self) -> Any:
            raise StoreError("The database failed.")

    ring._kept, ring._tried_at = DeadKeys(), float("-inf")
    assert (await site.send("ask", question=US)).status_code == 200
    await store.widget_keys.revoke("shop")
    ring._kept, ring._tried_at = kept, float("-inf")
    assert (await site.send("ask", question=US)).json()["code"] == "key_unknown"


async def test_a_visitor_has_a_limit_and_others_have_theirs(api: Any, store: Store) -> None:
    key = (await store.widget_keys.add("shop", [SITE], per_minute=2)).id
    async with client_of(api, host="203.0.113.7") as client:
        found = [await asked(client, key, Origin=SITE) for _ in range(3)]
        assert [response.status_code for response in found] == [200, 200, 429]
        assert found[2].json()["code"] == "rate_limit_exceeded"
        assert 1 <= int(found[2].headers["Retry-After"]) <= 30
        assert found[2].headers["access-control-expose-headers"] == "Retry-After"
    async with client_of(api, host="203.0.113.8") as client:
        assert (await asked(client, key, Origin=SITE)).status_code == 200


@pytest.mark.parametrize(
    ("host", "visitor"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::2", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("unix", "unix"),
    ],
)
def test_who_shares_a_limit(host: str, visitor: str) -> None:
    assert network_of(host) == visitor


async def test_the_script_is_there_for_every_page(site: Site) -> None:
    found = await site.client.get("/widget/peregrine.js")
    assert found.status_code == 200
    assert (await site.client.head("/widget/peregrine.js")).status_code == 200
    assert found.headers["content-type"].startswith("text/javascript")
    assert found.headers[READABLE] == "*"
    assert len(found.content) < 30_000
