"""The console's contradictions: listed with both quotes, dismissed, taken back, logged."""

from pathlib import Path

import httpx

from chatbot.consistency.compare import compare_documents
from chatbot.consistency.findings import read_findings
from chatbot.service import ChatService
from chatbot.settings import Settings
from chatbot.store import Store
from tests.consistency.test_compare import FILLING, RIGHT, WRONG
from tests.console.test_console import EVIL, post


def compare(service: ChatService, knowledge: Path, evil: str = "") -> str:
    (knowledge / "harbour.md").write_text(f"# Harbour\n\n{FILLING}\n")
    (knowledge / "depot.md").write_text(f"# Depot {evil}\n\n{RIGHT}\n")
    (knowledge / "ferries.md").write_text(f"# Ferries\n\n{WRONG}\n")
    service.update_index()
    service.refresh()
    found = compare_documents(service.settings.index, service.current_generation()).found
    return found[0].id


async def test_a_finding_is_listed_dismissed_and_taken_back(
    olga: httpx.AsyncClient, store: Store, service: ChatService, knowledge: Path
) -> None:  # fmt: skip
    assert "not compared yet" in (await olga.get("/console/contradictions")).text
    finding = compare(service, knowledge, EVIL)
    listed = (await olga.get("/console/contradictions")).text
    assert "<mark>14 days</mark>" in listed and "<mark>21 days</mark>" in listed
    assert "depot.md" in listed and "ferries.md" in listed
    assert "<script>window" not in listed and "<img" not in listed
    assert "passages that contradict each other" in (await olga.get("/console")).text

    sent = await post(olga, "/console/contradictions/dismiss", finding=finding)
    assert sent.headers["location"] == "/console/contradictions?show=contradiction&said=dismissed"
    address = "/console/contradictions/dismiss?list=show%3Dcontradiction%26page%3D3"
    sent = await post(olga, address, finding=finding)
    assert "?show=contradiction&page=3&said=dismissed" in sent.headers["location"]
    assert "14 days" not in (await olga.get("/console/contradictions")).text
    aside = (await olga.get("/console/contradictions", params={"show": "dismissed"})).text
    assert "14 days" in aside and "Dismissed by olga" in aside
    assert "contradict each other" not in (await olga.get("/console")).text

    await post(olga, "/console/contradictions/reopen", finding=finding)
    await post(olga, "/console/contradictions/reopen", finding=finding)
    assert "14 days" in (await olga.get("/console/contradictions")).text
    log = [(e.action, e.who, e.target) for e in await store.audit.newest(10)]
    about = "depot.md | ferries.md"
    assert [entry for entry in log if "finding" in entry[0]] == [
        ("finding.reopened", "olga", about),
        ("finding.dismissed", "olga", about),
    ]


async def test_what_was_dismissed_comes_back_when_a_passage_changes(
    olga: httpx.AsyncClient, service: ChatService, settings: Settings, knowledge: Path
) -> None:  # fmt: skip
    finding = compare(service, knowledge)
    await post(olga, "/console/contradictions/dismiss", finding=finding)
    (knowledge / "eu.md").write_text("# EU\n\nSomething else is said here.\n")
    assert compare(service, knowledge) == finding
    assert "21 days" not in (await olga.get("/console/contradictions")).text
    (knowledge / "ferries.md").write_text(f"# Ferries\n\n{WRONG.replace('21', '28')}\n")
    service.update_index()
    service.refresh()
    compare_documents(settings.index, service.current_generation())
    assert "28 days" in (await olga.get("/console/contradictions")).text
    gone = await post(olga, "/console/contradictions/dismiss", finding=finding)
    assert gone.headers["location"].endswith("said=finding_gone")
    assert len(read_findings(settings.index).found) == 1
