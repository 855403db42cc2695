"""The console's documents: states, uploads of hostile names and files, indexing again."""

import asyncio
import io
import os
import re
import time
import unicodedata
import zipfile
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from chatbot.audience import EVERYTHING
from chatbot.console.files import checked_name, put
from chatbot.console.jobs import IndexJob
from chatbot.console.library import current_index, list_library
from chatbot.errors import DocumentError, StoreError
from chatbot.service import ChatService
from chatbot.settings import Settings
from chatbot.store import Store
from tests.console.test_console import answer, correction, decision, post

TEXT = b"# Shipping\n\nWe ship to Norway within nine days.\n"


def upload(name: str, content: bytes = TEXT) -> dict[str, Any]:
    return {"files": {"file": (name, content)}}


async def settled(client: httpx.AsyncClient) -> dict[str, Any]:
    for _ in range(300):
        state = (await client.get("/console/documents/index")).json()
        if not state["running"]:
            return dict(state)
        await asyncio.sleep(0.05)
    raise AssertionError("the index is not done")


def in_folder(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


async def test_every_file_is_listed_with_its_state(
    olga: httpx.AsyncClient, store: Store, knowledge: Path, service: ChatService
) -> None:  # fmt: skip
    (knowledge / "broken.pdf").write_bytes(b"no pdf at all")
    (knowledge / "notes.xyz").write_text("x")
    (knowledge / ".hidden.md").write_text("x")
    (knowledge / "old.md").write_text("# Old\n\nGone soon.\n")
    service.update_index()
    service.refresh()
    (knowledge / "old.md").unlink()
    (knowledge / "new.md").write_text("# New\n\nNot indexed.\n")
    (knowledge / "eu.md").write_text("# EU returns\n\nSixty days now.\n")
    await answer(store)
    files = list_library(service.settings, current_index(service))
    states = {file.path: file.state for file in files}
    assert states == {
        "broken.pdf": "failed", "eu.md": "stale", "new.md": "new", "notes.xyz": "unsupported",
        "old.md": "gone", "us.md": "indexed",
    }  # fmt: skip
    us = files[-1]
    assert (us.title, us.chunks) == ("US returns", 1)
    reasons = {file.path: file.reason for file in files}
    assert reasons["broken.pdf"] and reasons["notes.xyz"]
    page = (await olga.get("/console/documents")).text
    assert all(path in page for path in states)
    assert ".hidden" not in page
    chosen = (await olga.get("/console/documents", params={"state": "stale"})).text
    assert "eu.md" in chosen and "us.md" not in chosen
    tiles = (await olga.get("/console")).text
    assert 'state=failed"' in tiles and 'state=gone"' in tiles


async def test_a_document_is_shown_as_the_bot_sees_it_and_nothing_else_is(
    olga: httpx.AsyncClient, knowledge: Path
) -> None:  # fmt: skip
    found = await olga.get("/console/documents/view", params={"path": "us.md"})
    assert "Customers in the US can return" in found.text
    (knowledge.parent / "secret.md").write_text("secret")
    for path in ("../secret.md", str(knowledge.parent / "secret.md"), "", ".", "us.md/..", "x.md"):
        found = await olga.get("/console/documents/view", params={"path": path})
        assert found.status_code == 404
        form = {"path": path, "sure": "yes"}
        assert (await post(olga, "/console/documents/delete", **form)).status_code == 303
        replaced = await post(olga, "/console/documents/replace", path=path, **upload("x.md"))
        assert replaced.status_code == 404
    assert (knowledge.parent / "secret.md").read_text() == "secret"


async def test_an_upload_answers_at_once_and_a_deletion_is_forgotten(
    olga: httpx.AsyncClient, store: Store, service: ChatService
) -> None:  # fmt: skip
    sent = await post(olga, "/console/documents/upload", **upload("shipping.md"))
    assert sent.headers["location"].startswith("/console/documents/view?path=shipping.md")
    assert (await settled(olga))["problem"] == ""
    assert "shipping.md" in [p.path for p in service.search("Do you ship to Norway?", EVERYTHING)]
    again = await post(olga, "/console/documents/upload", **upload("shipping.md"))
    assert "said=same_file" in again.headers["location"]
    other = await post(olga, "/console/documents/upload", **upload("shipping.md", TEXT * 2))
    assert other.status_code == 409
    replaced = await post(olga, "/console/documents/replace", path="shipping.md",
                          **upload("v2.md", b"# Shipping\n\nNorway: ten days.\n"))  # fmt: skip
    assert "said=replaced" in replaced.headers["location"]
    await settled(olga)
    assert "ten days" in service.document_text("shipping.md", EVERYTHING)
    for said in ("deleted", "gone_already"):
        form = {"path": "shipping.md", "sure": "yes"}
        gone = await post(olga, "/console/documents/delete", **form)
        assert gone.headers["location"].endswith(f"said={said}")
    await settled(olga)
    assert "shipping.md" not in service.document_paths(EVERYTHING)
    actions = [(e.action, e.target) for e in await store.audit.newest(3)]
    assert actions == [
        ("document.deleted", "shipping.md"),
        ("document.replaced", "shipping.md"),
        ("document.uploaded", "shipping.md"),
    ]


HOSTILE = [
    "../evil.md", "..\\..\\evil.md", "/etc/evil.md", "C:\\evil.md", ".evil.md", "..", "evil.md\n",
    "ev\x00il.md", "evil\u202emd.exe", "evil.exe", "evil", "e" * 300 + ".md", "evil.md/", " .md",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_names_stay_in_the_folder_or_outside_of_it(
    olga: httpx.AsyncClient, knowledge: Path, tmp_path: Path, name: str
) -> None:  # fmt: skip
    outside = in_folder(tmp_path) - {f"knowledge/{path}" for path in in_folder(knowledge)}
    before = in_folder(knowledge)
    sent = await post(olga, "/console/documents/upload", **upload(name))
    assert sent.status_code in (303, 400, 422)
    added = in_folder(knowledge) - before
    assert added <= {"evil.md", "ev%00il.md"}  # as the client sends that byte
    assert (sent.status_code == 303) == (len(added) == 1)
    await settled(olga)
    left = in_folder(tmp_path) - {f"knowledge/{path}" for path in in_folder(knowledge)}
    assert {path for path in left - outside if not path.startswith(("index/", "data/"))} == set()


@pytest.mark.parametrize("name", ["", " ", ".", "..", ".md", "a\tb.md", "x" * 200 + ".md", "a.svg"])
def test_names_that_cannot_be_kept_get_a_sentence(name: str) -> None:
    with pytest.raises(DocumentError, match=r"^[A-Z'].*\.$"):
        checked_name(name)


def bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"<a>" * 10_000_000)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.md", lambda: b""),
        ("broken.pdf", lambda: b"%PDF-1.7 nothing"),
        ("bomb.docx", bomb),
        ("program.docx", lambda: b"MZ" + os.urandom(2000)),
        ("draft.md", lambda: b"---\ndraft: true\n---\n\n# Draft\n\nNot yet.\n"),
        ("large.md", lambda: b"x" * 1_010_000),
    ],
)
async def test_files_that_cannot_be_read_leave_the_folder_as_it_was(
    console: Any, olga: httpx.AsyncClient, knowledge: Path, name: str,
    content: Callable[[], bytes],
) -> None:  # fmt: skip
    before = in_folder(knowledge)
    sent = await post(olga, "/console/documents/upload", **upload(name, content()))
    assert sent.status_code == 422
    assert "left out" in sent.text or "MB" in sent.text
    assert in_folder(knowledge) == before


async def test_an_upload_goes_into_folders_that_are_there(
    olga: httpx.AsyncClient, knowledge: Path
) -> None:  # fmt: skip
    (knowledge / "policy").mkdir()
    (knowledge / "policy" / "a.md").write_text("# A\n\nText.\n")
    (knowledge / "away").symlink_to(knowledge.parent)
    for folder, status in (("policy/", 303), ("../", 422), ("away/", 422), ("new/", 422)):
        sent = await post(olga, "/console/documents/upload", folder=folder, **upload("b.md"))
        assert sent.status_code == status, folder
    await settled(olga)
    assert (knowledge / "policy" / "b.md").read_bytes() == TEXT
    assert not (knowledge.parent / "b.md").exists()


async def test_a_name_from_a_mac_is_the_name_that_people_type(
    olga: httpx.AsyncClient, service: ChatService, knowledge: Path, store: Store
) -> None:  # fmt: skip
    typed = "Rückgabe  Österreich.md"
    kept = unicodedata.normalize("NFD", typed)
    (knowledge / kept).write_text("# Returns\n\nWithin 14 days of delivery.\n")
    service.update_index()
    service.refresh()
    for find in ("RÜCKGABE", " rückgabe österreich ", kept[:5]):
        assert "Returns" in (await olga.get("/console/documents", params={"find": find})).text
    refused = await post(olga, "/console/documents/upload", folder="", **upload(typed))
    assert refused.status_code == 409
    same = await post(
        olga, "/console/documents/upload", folder="",
        **upload(typed, (knowledge / kept).read_bytes()),
    )  # fmt: skip
    assert same.headers["location"].endswith("said=same_file")
    assert (await olga.get(same.headers["location"])).status_code == 200
    assert len(in_folder(knowledge)) == 3
    item = await correction(store, right_answer="14 days.", right_document=typed)
    address, form = await decision(store, item, right_document=typed, decision="approve")
    assert (await post(olga, address, **form, question="How long is it in Austria?")).is_redirect
    (one,) = await store.approved.all()
    assert one.document == kept


async def test_after_a_deletion_the_list_is_as_it_was(olga: httpx.AsyncClient) -> None:
    listed = unescape((await olga.get("/console/documents?find=us&state=indexed")).text)
    (opened,) = re.findall(r'href="(/console/documents/view[^"]+)"', listed)
    shown = unescape((await olga.get(opened)).text)
    assert 'href="/console/documents?find=us&state=indexed"' in shown
    query = opened.partition("&")[2]
    other = await post(
        olga, f"/console/documents/replace?{query}", path="us.md", **upload("us.md")
    )  # fmt: skip
    assert query in other.headers["location"]
    gone = {"path": "us.md", "sure": "yes"}
    for said in ("deleted", "gone_already"):
        sent = await post(olga, f"/console/documents/delete?{query}", **gone)
        location = f"/console/documents?find=us&state=indexed&said={said}"
        assert sent.headers["location"] == location
    await settled(olga)


async def test_deleting_a_link_leaves_what_it_leads_to(
    olga: httpx.AsyncClient, knowledge: Path
) -> None:  # fmt: skip
    target = knowledge.parent / "kept.md"
    target.write_text("# Kept\n\nText.\n")
    (knowledge / "link.md").symlink_to(target)
    sent = await post(olga, "/console/documents/replace", path="link.md", **upload("x.md"))
    assert sent.status_code == 303
    assert target.read_text().startswith("# Kept")
    (knowledge / "link.md").unlink()
    (knowledge / "link.md").symlink_to(target)
    await post(olga, "/console/documents/delete", path="link.md", sure="yes")
    await settled(olga)
    assert target.exists()
    assert not (knowledge / "link.md").is_symlink()


def test_a_change_that_cannot_be_logged_is_not_made(settings: Settings, knowledge: Path) -> None:
    def refuse() -> None:
        raise StoreError("This was not saved, because the database failed.")

    before = in_folder(knowledge)
    with pytest.raises(StoreError):
        put(settings, "new.md", io.BytesIO(TEXT), replace=False, log=refuse)
    assert in_folder(knowledge) == before


async def test_a_deletion_needs_the_tick(
    olga: httpx.AsyncClient, knowledge: Path
) -> None:  # fmt: skip
    assert (await post(olga, "/console/documents/delete", path="us.md")).status_code == 422
    assert (knowledge / "us.md").is_file()
    assert (await post(olga, "/console/documents/upload")).status_code == 422


def unmount(folder: Path) -> None:
    """Leave an empty folder in its place, as where a share is not mounted."""
    folder.rename(folder.with_name("away"))
    folder.mkdir()


def mount(folder: Path) -> None:
    folder.rmdir()
    folder.with_name("away").rename(folder)


async def test_a_build_that_fails_is_said_and_the_next_one_goes(
    olga: httpx.AsyncClient, knowledge: Path, service: ChatService
) -> None:  # fmt: skip
    unmount(knowledge)
    await post(olga, "/console/documents/index")
    assert "holds no document" in (await settled(olga))["problem"]
    assert "holds no document" in (await olga.get("/console/documents")).text
    assert service.search("How long in the US?", EVERYTHING)  # the last good index answers
    mount(knowledge)
    await post(olga, "/console/documents/index")
    assert (await settled(olga))["problem"] == ""


def test_a_change_during_a_build_is_built_after_it(service: ChatService, knowledge: Path) -> None:
    job = IndexJob(service)
    builds: list[set[str]] = []
    real = service.update_index

    def update(progress: Any, wait: float) -> Any:
        builds.append(in_folder(knowledge))
        if len(builds) == 1:
            (knowledge / "late.md").write_bytes(TEXT)
            job.start()
        return real(progress, wait)

    service.update_index = update  # type: ignore[method-assign]
    job.start()
    for _ in range(200):
        if not job.state.running:
            break
        time.sleep(0.05)
    assert len(builds) == 2
    assert "late.md" in builds[1]
    assert "late.md" in service.document_paths(EVERYTHING)


async def test_nothing_is_put_where_the_next_import_takes_it_away(
    olga: httpx.AsyncClient, knowledge: Path, service: ChatService
) -> None:  # fmt: skip
    (knowledge / "imports" / "help").mkdir(parents=True)
    (knowledge / "imports" / "help" / "a.md").write_text("# A\n\nImported text.\n")
    (knowledge / "sub").mkdir()
    (knowledge / "sub" / "b.md").write_text("# B\n\nOwn text.\n")
    shown = (await olga.get("/console/documents")).text
    assert '<option value="sub/">' in shown and 'value="imports/' not in shown
    for folder in ("imports/", "imports/help/"):
        sent = await post(olga, "/console/documents/upload", folder=folder, **upload("new.md"))
        assert sent.status_code == 422 and "belongs to an import" in sent.text
    for path, told in (("imports/help/a.md", True), ("sub/b.md", False)):
        found = await olga.get("/console/documents/view", params={"path": path})
        assert ("the next one brings it back" in found.text) is told
