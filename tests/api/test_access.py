"""API keys: who is let in, until when, and where the database fails."""

from typing import Any

import pytest

from chatbot.api.access import KeyRing
from chatbot.errors import StoreError
from chatbot.settings import Settings
from chatbot.store import Store
from tests.support.api import add_key, client_of
from tests.support.scripted import US


async def test_without_keys_only_this_machine_is_answered(api: Any) -> None:
    async with client_of(api, host="10.0.0.7") as client:
        refused = await client.post("/predict", json={"question": US})
        assert refused.status_code == 401
        assert "chatbot keys add" in refused.json()["detail"]
        assert (await client.get("/healthz")).status_code == 200
    async with client_of(api) as client:
        foreign = {"Host": "evil.example.org"}  # a name that resolves here
        assert (await client.get("/v1/models", headers=foreign)).status_code == 401


async def test_keys_let_in_until_they_are_revoked(small: Settings, api: Any) -> None:
    headers = await add_key(small, "shop")
    wrong = {"Authorization": headers["Authorization"][:-1] + "!"}
    async with client_of(api, host="10.0.0.7") as client:
        assert (await client.get("/v1/models", headers=headers)).status_code == 200
        for other in (wrong, {}, {"Authorization": "Basic x"}, {"Authorization": "Bearer pk_1_"}):
            refused = await client.get("/v1/models", headers=other)
            assert refused.status_code == 401
            assert refused.json()["error"]["code"] == "invalid_api_key"
        store = Store(small.database_url)
        assert (await store.keys.all())[0].hash not in headers["Authorization"]
        await store.keys.revoke("shop")
        await store.close()
        api.state.parts.keys._tried_at = float("-inf")  # as seconds later
        assert (await client.get("/v1/models", headers=headers)).status_code == 401
    async with client_of(api) as client:  # the last key's end does not open the API
        assert (await client.get("/v1/models")).status_code == 401


async def test_a_key_has_its_own_limit(small: Settings, api: Any) -> None:
    first, second = await add_key(small, "a", 2), await add_key(small, "b", 2)
    async with client_of(api) as client:
        statuses = [(await client.get("/v1/models", headers=first)) for _ in range(3)]
        assert [r.status_code for r in statuses] == [200, 200, 429]
        assert int(statuses[2].headers["Retry-After"]) <= 30
        assert (await client.get("/v1/models", headers=second)).status_code == 200


class DeadKeys:
    async def all(self) -> Any:
        raise StoreError("The database failed.")


async def test_keys_survive_an_outage_of_the_database(small: Settings) -> None:
    await add_key(small, "shop")
    store, now = Store(small.database_url), [0.0]
    ring = KeyRing(store.keys, lambda: now[0])
    assert len(await ring.keys()) == 1
    ring._kept = DeadKeys()
    now[0] = 60
    assert len(await ring.keys()) == 1
    assert ring.problem
    now[0] = 3000
    with pytest.raises(StoreError):
        await ring.keys()
    ring._kept = store.keys
    assert len(await ring.keys()) == 1
    await store.close()
