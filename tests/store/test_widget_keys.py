"""Public keys of the widget and their origins."""

from pathlib import Path

import pytest

from chatbot.errors import UserError
from chatbot.store import Store
from chatbot.store.widget_keys import origin_of


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        ("https://www.example.com", "https://www.example.com"),
        (" HTTPS://WWW.Example.com:443/ ", "https://www.example.com"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("https://www.fußball.de", "https://www.xn--fuball-cta.de"),
        ("https://ΒΌΛΟς.example", "https://xn--nxasmm1c.example"),
        ("https://my_shop.example", "https://my_shop.example"),
        ("http://[::1]:80", "http://[::1]"),
    ],
)
def test_origins_are_written_as_browsers_send_them(given: str, origin: str) -> None:
    assert origin_of(given) == origin


@pytest.mark.parametrize(
    "given",
    ["", "*", "null", "www.example.com", "https://*.example.com", "https://a.example/shop",
     "file:///tmp", "https://u:p@a.example", "https://a.example?x", "https://a.example:port",
     "https://a b.example", "https://a.example<script>"],
)  # fmt: skip
def test_what_is_no_origin_is_refused(given: str) -> None:
    with pytest.raises(UserError, match="is no origin"):
        origin_of(given)


async def test_keys_are_added_noted_and_revoked(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'peregrine.db'}")
    key = await store.widget_keys.add("shop", ["https://a.example", "https://A.example/"], 5)
    assert key.origins == ["https://a.example"]
    assert await store.widget_keys.all() == [key]
    for origins in ([], ["https://b.example"]):  # of no website; the name again
        with pytest.raises(UserError):
            await store.widget_keys.add("shop", origins)
    await store.widget_keys.revoke(key.id)
    assert (await store.widget_keys.all())[0].revoked_at
    with pytest.raises(UserError):
        await store.widget_keys.revoke("shop")
    noted = [(entry.action, entry.target) for entry in await store.audit.newest(2)]
    assert noted == [("key.revoked", "shop"), ("key.added", "shop")]
    await store.close()
