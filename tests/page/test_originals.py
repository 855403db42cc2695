"""Originals of documents: for people who may see them, and nothing else of the disk."""

import io
from collections.abc import AsyncIterator
from pathlib import Path

import chainlit as cl
import httpx
import numpy as np
import pytest
from chainlit.auth import create_jwt
from PIL import Image
from reportlab.pdfgen.canvas import Canvas
from starlette.applications import Starlette

from chatbot.page.originals import original_address, original_files, page_address
from chatbot.page.who import session_user
from chatbot.service import ChatService
from chatbot.store import Store
from tests.support.database import put_database


@pytest.fixture
async def client(
    service: ChatService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx.AsyncClient]:
    monkeypatch.setenv("CHAINLIT_AUTH_SECRET", "x" * 64)
    service.warm_up()
    store = Store(put_database(f"sqlite:///{tmp_path / 'peregrine.db'}"))
    ann = await store.users.add("ann", "correct horse", "agent")
    app = Starlette(routes=original_files(service, store, "password"))
    cookies = {"access_token": create_jwt(session_user(ann))}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://127.0.0.1", cookies=cookies
    ) as client:
        yield client
    await store.close()


async def test_a_document_is_a_download(client: httpx.AsyncClient, service: ChatService) -> None:
    given = await client.get(original_address("us.md"))
    assert given.content == (service.settings.knowledge / "us.md").read_bytes()
    assert given.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in given.headers["content-security-policy"]


async def test_nothing_else_is_given_and_strangers_get_nothing(
    client: httpx.AsyncClient, service: ChatService
) -> None:
    folder = service.settings.knowledge
    (folder.parent / "secret.md").write_text("secret")
    (folder / "legal.md").write_text("---\naudience: legal\n---\n# Legal\n\nFor the lawyers.\n")
    service.update_index()
    service.refresh()
    for path in ("../secret.md", "%2e%2e/secret.md", "nowhere.md", "legal.md", ""):
        assert (await client.get(f"/desk/original/{path}")).status_code == 404
    (folder / "us.md").unlink()
    (folder / "us.md").symlink_to(folder.parent / "secret.md")
    assert (await client.get(original_address("us.md"))).status_code == 404
    client.cookies.set("access_token", create_jwt(cl.User(identifier="ann")))
    assert (await client.get(original_address("eu.md"))).status_code == 401


async def test_a_page_of_a_pdf_is_a_picture_with_the_quote_marked(
    client: httpx.AsyncClient, service: ChatService
) -> None:
    canvas = Canvas(str(service.settings.knowledge / "guide.pdf"))
    canvas.drawString(60, 700, "Mount it 30 cm from")
    canvas.drawString(60, 680, "the water meter.")
    canvas.drawString(60, 600, "Close the valve before.")
    canvas.save()
    service.update_index()
    service.refresh()
    given = await client.get(page_address("guide.pdf", "page 1", "30 cm from the water meter."))
    assert given.headers["content-type"] == "image/png"
    picture = np.asarray(Image.open(io.BytesIO(given.content)).convert("RGB"))
    yellow = np.flatnonzero((picture == (255, 229, 138)).all(axis=2).any(axis=1))
    scale = picture.shape[0] / 841.9
    assert yellow.size
    assert abs(yellow.min() / scale - (841.9 - 711)) < 8
    assert abs(yellow.max() / scale - (841.9 - 676)) < 8
    for address in ("guide.pdf?page=2", "guide.pdf?page=x", "us.md?page=1", "no.pdf?page=1"):
        assert (await client.get(f"/desk/page/{address}")).status_code == 404
    assert (
        page_address("guide.md", "page 1", "x") == page_address("guide.pdf", "slide 1", "x") == ""
    )
