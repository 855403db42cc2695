"""From a key or a role to the search: nobody learns of a document that is for others."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from chatbot.api import create_api
from chatbot.audience import EVERYTHING, Asker, asker_of, staff
from chatbot.desk.checking import check_reply
from chatbot.service import ChatService
from chatbot.settings import Settings
from chatbot.store import Store
from tests.support.answers import ask
from tests.support.api import add_key, client_of
from tests.support.scripted import US

FOUND = "Customers in the US can return a product within 45 days of delivery."
STAFF, LAWYER = staff(), staff(["legal"])
MCP = {"Accept": "application/json, text/event-stream"}


@pytest.fixture
def knowledge(knowledge: Path) -> Path:
    """US returns are for lawyers, EU returns for everybody, Swiss ones for the staff."""
    (knowledge / "law").mkdir()
    (knowledge / "us.md").rename(knowledge / "law" / "us.md")
    (knowledge / "law" / ".audience").write_text("legal")
    eu = knowledge / "eu.md"
    eu.write_text(f"---\naudience: public\n---\n{eu.read_text()}")
    swiss = "# Switzerland\n\nCustomers in Switzerland can return a product within 20 days.\n"
    (knowledge / "ch.md").write_text(swiss)
    return knowledge


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Whatever is found is answered from."""
    return settings.model_copy(update={"refuse_below": 0.0})


@pytest.mark.parametrize(
    ("asker", "seen"),
    [
        (EVERYTHING, {"eu.md", "ch.md", "law/us.md"}),
        (LAWYER, {"eu.md", "ch.md", "law/us.md"}),
        (STAFF, {"eu.md", "ch.md"}),
        (asker_of(["legal"]), {"eu.md", "law/us.md"}),
        (asker_of([]), {"eu.md"}),
    ],
)
async def test_search_check_texts_and_names_are_of_what_may_be_seen(
    service: ChatService, asker: Asker, seen: set[str]
) -> None:
    assert {passage.path for passage in service.search("return a product", asker)} == seen
    assert set(service.document_paths(asker)) == seen
    assert {p for p in ("eu.md", "ch.md", "law/us.md") if service.document_text(p, asker)} == seen
    assert service.may_see(asker, ["eu.md", "law/us.md"]) == ("law/us.md" in seen)
    (sentence,) = check_reply(service, FOUND, asker)
    assert sentence.supported == ("law/us.md" in seen)
    answer = await ask(service, US, asker=asker)
    assert {passage.path for passage in answer.passages} <= seen
    assert {citation.path for citation in answer.citations} <= seen
    assert bool(answer.citations) == ("law/us.md" in seen)


async def test_a_key_sees_what_it_was_given(
    service: ChatService, settings: Settings, tmp_path: Path
) -> None:
    kept = settings.model_copy(update={"data": tmp_path / "data"})
    api = create_api(kept, service)
    seen: dict[str, tuple[set[str], set[str], bool, bool]] = {}
    keys = {"old": None, "none": [""], "law": ["legal"], "all": ["internal", "Legal"]}
    headers = {name: await add_key(kept, name, groups=groups) for name, groups in keys.items()}
    async with client_of(api) as client, api.router.lifespan_context(api):
        for name, header in headers.items():
            answer = (await client.post("/predict", json={"question": US}, headers=header)).json()
            found = await _tool(client, header, "search", query="return a product")
            text = await _tool(client, header, "get_document", path="law/us.md")
            checked = await client.post("/check", json={"text": FOUND}, headers=header)
            seen[name] = (
                {passage["path"] for passage in answer["passages"]},
                {passage["path"] for passage in found["structuredContent"]["passages"]},
                not text["isError"],
                checked.json()["sentences"][0]["supported"],
            )
    assert seen == {
        "old": ({"eu.md", "ch.md"}, {"eu.md", "ch.md"}, False, False),
        "none": ({"eu.md"}, {"eu.md"}, False, False),
        "law": ({"eu.md", "law/us.md"}, {"eu.md", "law/us.md"}, True, True),
        "all": ({"eu.md", "ch.md", "law/us.md"},) * 2 + (True, True),
    }


async def _tool(
    client: httpx.AsyncClient, header: dict[str, str], name: str, **arguments: str
) -> dict[str, Any]:
    call = {"name": name, "arguments": arguments}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
    said = await client.post("/mcp", json=message, headers=header | MCP)
    result: dict[str, Any] = said.json()["result"]
    return result


async def test_users_have_groups_and_owners_see_all(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'kept.db'}")
    await store.users.add("ann", None, groups=["Legal", "sales"])
    await store.users.add("olga", None, "owner")
    await store.users.add("ann", None)  # what is not said stays
    ann, olga = await store.users.get("ann"), await store.users.get("olga")
    assert ann and olga and ann.groups == ("legal", "sales")
    assert (ann.asker, olga.asker) == (staff(["legal", "sales"]), EVERYTHING)
    await store.users.change("ann", groups=[""])
    ann = await store.users.get("ann")
    entry = (await store.audit.newest(1))[0]
    await store.close()
    assert ann and ann.asker == STAFF and (entry.action, entry.target) == ("user.groups", "ann")
