"""Which turns a question is searched with."""

from collections.abc import Iterator

import pytest
from langchain_core.runnables import RunnableLambda

from chatbot.answering.conversation import ConversationSearch, Found, only_says, said_of_person
from chatbot.audience import EVERYTHING
from chatbot.grounding.confidence import CALIBRATION, load_calibration
from chatbot.grounding.features import PlainVocabulary
from chatbot.grounding.gate import Gate
from chatbot.grounding.topics import Aside, stands_by_itself
from chatbot.memory import Turn, to_messages
from chatbot.passage import Passage
from chatbot.service import ChatService

RETURNS: list[Turn] = [
    {"role": "user", "content": "How long can customers in the EU return a product?"},
    {"role": "assistant", "content": "Customers in the EU return a product within 30 days."},
]
LAMPS: list[Turn] = [
    {"role": "user", "content": "Why does the lamp of the Harbor router blink red?"},
    {"role": "assistant", "content": "The lamp blinks red while the router updates itself."},
]
PAGES = {
    "lamps": "# Lamps\n\nThe lamp of the Harbor router blinks red while it updates itself.\n\n"
    "The lamp of the Lagoon router blinks green while it updates itself.\n",
    "invoices": "# Invoices\n\nInvoices are sent by mail on the first working day of a month.\n",
    "opening": "# Opening hours\n\nThe shop in Leeds opens at nine on weekdays.\n",
}


@pytest.fixture
def search(service: ChatService) -> Iterator[ConversationSearch]:
    for name, text in PAGES.items():
        (service.settings.knowledge / f"{name}.md").write_text(text)
    service.update_index()
    service.refresh()
    retriever = service.retriever(EVERYTHING, k=12)
    gate = Gate(load_calibration(CALIBRATION), "hashed", retriever.generation.lexical, 0.1)
    yield ConversationSearch(retriever, gate)


def first(found: Found) -> str:
    return str(found.passages[0].metadata["path"])


@pytest.mark.parametrize(
    ("question", "path"),
    [
        ("when do we send invoices by mail?", "invoices.md"),
        ("which weekdays does the Leeds shop open?", "opening.md"),
        ("does the lamp of a Lagoon blink green?", "lamps.md"),
    ],
)
def test_a_question_that_stands_by_itself_is_not_drowned(
    search: ConversationSearch, question: str, path: str
) -> None:
    found = search.find(to_messages(RETURNS), question)
    assert first(found) == path and found.before == []
    assert found.query == question


def test_a_follow_up_is_searched_with_what_it_goes_on_from(search: ConversationSearch) -> None:
    found = search.find(to_messages(RETURNS), "And in the US?")
    assert first(found) in {"us.md", "eu.md"}
    assert [turn.text for turn in found.before] == [turn["content"] for turn in RETURNS]
    assert found.query.splitlines()[-1] == "And in the US?"


@pytest.mark.parametrize(
    "wish",
    [
        "Draft a polite email to my customer with this information",
        "please write a short summary for a Slack message",
        "Can you give me the steps as a list?",
        "Formuliere daraus bitte eine freundliche Antwort an den Kunden",
        "Pouvez-vous rédiger un e-mail court au client ?",
        "Escribe un correo amable al cliente",
    ],
)
def test_a_request_for_another_form_goes_on(search: ConversationSearch, wish: str) -> None:
    found = search.find(to_messages(RETURNS), wish)
    assert len(found.before) == 2 and first(found) in {"us.md", "eu.md"}


def test_a_question_about_mail_may_stand_by_itself() -> None:
    turns, even = [turn["content"] for turn in RETURNS], Aside(0.6, 0.6, 0.5)
    assert stands_by_itself(turns, "How do I set up mail on the router?", even) > 0.6


def test_a_follow_up_leaves_the_topic_before_last_behind(search: ConversationSearch) -> None:
    found = search.find(to_messages([*RETURNS, *LAMPS]), "and green?")
    assert first(found) == "lamps.md"
    assert [turn.text for turn in found.before] == [turn["content"] for turn in LAMPS]


def test_a_follow_up_to_a_follow_up_keeps_both(search: ConversationSearch) -> None:
    second: list[Turn] = [
        {"role": "user", "content": "And in the US?"},
        {"role": "assistant", "content": "Within 45 days."},
    ]
    found = search.find(to_messages([*RETURNS, *second]), "really?")
    assert len(found.before) == 4 and first(found) in {"us.md", "eu.md"}


@pytest.mark.parametrize(
    ("turn", "holds"),
    [
        ("My customer lives in Texas.", True),
        ("customer from Houston here", True),
        ("we are on the Pro plan", True),
        ("Die Kundin wohnt in Wien.", True),
        ("Le client habite à Lyon.", True),
        ("mi cliente vive en Sevilla", True),
        ("How long can customers in the US return a product?", False),
        ("cust has a bad back, how heavy is it", False),
        ("customer return address", False),
        ("client id format", False),
        ("I have a question", False),
    ],
)
def test_what_is_said_of_the_person_holds_for_later_questions(turn: str, holds: bool) -> None:
    said: list[Turn] = [
        {"role": "user", "content": turn},
        {"role": "assistant", "content": "Noted."},
    ]
    history = to_messages([*said, *LAMPS])
    kept = said_of_person(history)
    assert [one.text for one in kept] == ([turn, "OK."] if holds else [])
    assert not said_of_person(history, history[:2])


def test_a_first_question_is_searched_once() -> None:
    asked: list[str] = []

    def find(query: str, asked_for: str = "") -> list[Passage]:
        asked.append(query)
        return []

    gate = Gate(load_calibration(CALIBRATION), "hashed", None, 0.1)  # type: ignore[arg-type]
    found = ConversationSearch(RunnableLambda(lambda q, asked="": find(q, asked)), gate).find(
        [], "When do you open?"
    )
    assert asked == ["When do you open?"] and found.passages == []


def test_passages_of_both_searches_come_once(search: ConversationSearch) -> None:
    for question in ("and invoices?", "the shop?", "returns by mail", "open in the US?", "lamps"):
        spans = [
            (p.metadata["path"], p.metadata["start"], p.metadata["end"])
            for p in search.find(to_messages(RETURNS), question).passages
        ]
        assert len(spans) == len(set(spans)) > 0


def test_a_name_that_is_everywhere_tells_no_more_than_so_much() -> None:
    def passage(name: str, score: float) -> Passage:
        return Passage(page_content=name, metadata={"lexical_score": score}, id=name)

    everywhere, returns = passage("everywhere", 0.0001), passage("returns", 9.0)
    gate = Gate(load_calibration(CALIBRATION), "hashed", PlainVocabulary(), 0.1)
    found = {"Acme?": [everywhere, returns], "behind": [returns]}
    search = ConversationSearch(RunnableLambda(lambda query, asked="": found[query]), gate)
    aside = search.aside("Acme?", found["Acme?"], "behind", found["behind"])
    assert 0 < stands_by_itself(["returns"], "Acme?", aside) < 0.5


def test_what_tells_a_follow_up() -> None:
    turns = [turn["content"] for turn in RETURNS]
    even = Aside(0.6, 0.6, 0.5)
    question = "which weekdays does the Leeds shop open?"
    itself = stands_by_itself(turns, question, even)
    assert itself > 0.7
    assert stands_by_itself(turns, "and it?", even) < 0.3
    assert stands_by_itself(turns, "which weekdays does it open?", even) < itself
    assert stands_by_itself(turns, question, Aside(0.6, 0.6, 1.0)) < itself
    assert stands_by_itself(turns, question, Aside(0.2, 0.9, 0.5)) < itself
    assert 0 < stands_by_itself(turns, question, Aside(0.0, 1.0, 1.0)) < 1


def test_a_reranker_reads_only_what_is_taken(search: ConversationSearch) -> None:
    read: list[str] = []

    def rerank(query: str, asked: str = "") -> list[Passage]:
        read.append(query)
        return search._retriever.invoke(query, asked=asked)

    both = ConversationSearch(RunnableLambda(rerank), search._gate, search._retriever)
    follow = both.find(to_messages([*RETURNS, *LAMPS]), "and green?")
    assert read == [follow.query] and first(follow) == "lamps.md"
    read.clear()
    assert first(both.find(to_messages(RETURNS), "which weekdays does the Leeds shop open?")) == (
        "opening.md"
    )
    assert read[0] == "which weekdays does the Leeds shop open?" and len(read) <= 2


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ("My customer lives in Germany.", True),
        ("customer is from the uk", True),
        ("The caller is in Upland", True),
        ("cust is on the Plus plan", True),
        ("I'm a reseller", True),
        ("Mein Kunde kommt aus Österreich", True),
        ("La cliente habite en Suisse", True),
        ("customer is from the uk, how long do they have", False),
        ("my customer has no water since this morning", False),
        ("customer wants her money back", False),
        ("customer is on hold and wants a refund", False),
        ("I'm locked out of my account", False),
        ("I live in a flat where the router does not reach the bedroom", False),
        ("customer is from the uk?", False),
        ("The Harbor Pro is in stock", False),
    ],
)
def test_what_asks_nothing_is_told_from_a_question(message: str, says: bool) -> None:
    assert only_says(message) is says


def test_what_answers_a_question_back_is_no_mere_statement() -> None:
    assert only_says("The customer lives in the US", "Noted.")
    assert not only_says("The customer lives in the US", "Is this about the EU or the US?")
