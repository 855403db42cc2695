"""Keys of the widget on the console: made, seen and revoked by owners, and logged."""

import re

import httpx

from chatbot.store import Store


async def post(client: httpx.AsyncClient, path: str, **form: str) -> httpx.Response:
    """A form as the page sends it."""
    found = re.search(r'name="token" value="(\w+)"', (await client.get("/console/keys")).text)
    assert found
    return await client.post(path, data={"token": found[1], **form})


async def test_owners_make_and_revoke_keys(olga: httpx.AsyncClient, store: Store) -> None:
    sites = "https://www.example.com\n https://Shop.example.com/ "
    made = await post(olga, "/console/keys/add", name="shop", websites=sites, per_minute="5")
    assert made.status_code == 303
    (key,) = await store.widget_keys.all()
    assert key.origins == ["https://www.example.com", "https://shop.example.com"]
    assert (key.name, key.per_minute, key.used_at) == ("shop", 5, None)
    shown = (await olga.get("/console/keys")).text
    assert f'data-key="{key.id}"' in shown and "never" in shown
    await store.widget_keys.used(key.id)
    (used,) = await store.widget_keys.all()
    assert (
        used.used_at
        and used.used_at[:16].replace("T", " ") in (await olga.get("/console/keys")).text
    )
    assert (await post(olga, "/console/keys/revoke", key=key.id)).status_code == 422  # not ticked
    ended = await post(olga, "/console/keys/revoke", key=key.id, sure="yes")
    assert ended.status_code == 303
    shown = (await olga.get("/console/keys")).text
    assert "revoked 2" in shown and "data-key" not in shown and 'value="wk_' not in shown
    logged = [(e.who, e.action, e.target) for e in await store.audit.newest(2)]
    assert logged == [("olga", "key.revoked", "shop"), ("olga", "key.added", "shop")]


async def test_what_cannot_be_a_key_is_said(olga: httpx.AsyncClient, store: Store) -> None:
    site = "https://www.example.com"
    for form, said in (
        ({"name": "a", "websites": f"{site}/help"}, "no origin"),
        ({"name": "a", "websites": " "}, "needs an origin"),
        ({"name": " ", "websites": site}, "1 to 200 printable"),
        ({"name": "a", "websites": site, "per_minute": "-1"}, "whole number"),
        ({"name": "a", "websites": site, "per_minute": "0"}, "1 to 1,000,000"),
    ):
        refused = await post(olga, "/console/keys/add", **form)
        assert refused.status_code == 422 and said in refused.text
    assert await store.widget_keys.all() == []


async def test_the_page_speaks_the_languages_of_the_console(olga: httpx.AsyncClient) -> None:
    for language, heading in (("de", "Website-Schlüssel"), ("fr", "Clés des sites")):
        shown = await olga.get("/console/keys", headers={"accept-language": language})
        assert f"<h1>{heading}</h1>" in shown.text
