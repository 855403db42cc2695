"""What a visitor is shown of an answer."""

from dataclasses import replace

from chatbot.answering.answer import Answer, Approval
from chatbot.api.widget.shown import shown
from chatbot.grounding.citations import Citation
from chatbot.passage import Passage


def passage(path: str, title: str, address: str = "") -> Passage:
    return Passage(page_content="x", metadata={"path": path, "title": title, "address": address})


ANSWER = Answer(
    answer="45 days.",
    abstained=False,
    confidence=0.9,
    citations=[Citation("a/us.md", 0, 1, "x", 2), Citation("a/us.md", 3, 4, "x", 2)],
    passages=[
        passage("secret/one.md", "secret > One"),
        passage("a/us.md", "a > US returns", "https://help.example.com/us"),
        passage("a/no-title.pdf", ""),
        passage("a/four.md", "Four"),
    ],
    model="scripted",
    timings={},
)


def test_each_cited_page_is_named_once_without_its_folders() -> None:
    page = {"title": "US returns", "address": "https://help.example.com/us"}
    assert shown(ANSWER)["pages"] == [page]


def test_a_refusal_names_the_closest_pages() -> None:
    refused = shown(replace(ANSWER, abstained=True, citations=[]))
    assert (refused["refused"], refused["parts"]) == (True, [])
    assert [page["title"] for page in refused["pages"]] == ["One", "US returns", "no-title"]


def test_a_question_back_is_no_refusal() -> None:
    back = shown(replace(ANSWER, abstained=True, citations=[], choices=["EU", "US"]))
    assert (back["refused"], back["choices"]) == (False, ["EU", "US"])
    assert back["parts"] == [{"text": "45 days.", "sure": True}]


def test_an_approved_answer_names_its_source_and_not_who_approved_it() -> None:
    source = Approval("olga", "2026-01-01", "a/us.md", "https://help.example.com/us")
    approved = replace(ANSWER, citations=[], passages=[], approved=source)
    assert shown(approved)["pages"] == [{"title": "us", "address": source.address}]
    assert "olga" not in str(shown(approved))
    hidden = replace(approved, approved=Approval("olga", "2026-01-01"))
    assert shown(hidden)["pages"] == []
