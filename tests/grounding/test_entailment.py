"""What a model that judges sentences may change of what the rules found; its scores stand here."""

from collections.abc import Sequence

import pytest
from langchain_core.documents import Document

from chatbot.grounding.entailment import doubt, settled
from chatbot.grounding.evidence import NOT_SAID, Finding, evidence
from chatbot.grounding.reading import read
from chatbot.grounding.sources import all_spans
from chatbot.grounding.windows import windows

TEXT = """Whoever gives notice within 14 days gets half of the price back.

A locker costs 4 EUR a day at the harbour and is emptied on Sunday evening.

Dogs may come along on a lead."""


class Scores:
    """Gives every text the same score and keeps what it was asked."""

    denies, says, overrules = -0.5, 0.5, 2.0

    def __init__(self, score: float) -> None:
        self.score, self.asked = score, list[tuple[str, str]]()

    def scores(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        self.asked += pairs
        return [self.score] * len(pairs)

    def reads(self, sentence: str) -> bool:
        return len(sentence) < 300


def judged(claim: str, score: float, text: str = TEXT) -> tuple[list[str], str, Scores]:
    spans = all_spans([Document(text, metadata={"path": "a.md", "start": 0, "title": "Terms"})])
    model = Scores(score)
    (found,) = settled([doubt(claim, evidence(claim, spans), spans)], model)
    return [span.text for span in found.spans], found.reason, model


FREE = "Your four-legged friend is welcome if it is leashed."


def test_what_no_rule_finds_is_supported_where_the_model_is_sure() -> None:
    assert judged(FREE, 0.6)[0]
    assert judged(FREE, 0.4)[:2] == ([], "no passage says it")


def test_a_rule_that_objects_is_overruled_where_the_model_is_very_sure() -> None:
    claim = "A locker costs 9 EUR a day at the harbour."
    quotes, reason, _ = judged(claim, 1.9)
    assert not quotes and "'9'" in reason
    assert judged(claim, 2.1)[0]


def test_the_model_reads_the_numbers_of_the_section() -> None:
    _, _, model = judged("You get half of it back within two weeks of giving notice.", 9.0)
    assert {claim for claim, _ in model.asked} == {
        "You get half of it back within 14 days of giving notice."
    }


def test_a_source_of_the_rules_is_doubted_where_the_model_denies_it() -> None:
    claim = "On a lead dogs may come with you."
    assert judged(claim, 0.0)[0]
    quotes, reason, _ = judged(claim, -0.6)
    assert (quotes, reason) == ([], "no passage clearly says it")


def test_where_numbers_were_compared_the_model_has_to_be_surer() -> None:
    claim = "At the harbour the locker costs 4 EUR each day."
    assert judged(claim, -1.4)[0]
    quotes, reason, _ = judged(claim, -1.6)
    assert (quotes, reason) == ([], "no passage clearly says it")


def test_the_model_is_not_asked_about_a_copy() -> None:
    quotes, _, model = judged("Dogs may come along on a lead.", -9.0)
    assert quotes and not model.asked


def test_the_model_is_not_asked_about_what_it_does_not_read_to_its_end() -> None:
    quotes, reason, model = judged(f"{FREE[:-1]} {'and it is so ' * 30}and gets 9 EUR.", 9.0)
    assert not quotes and reason and not model.asked


class Texts:
    """Scores by the text that is read, and keeps what it was asked."""

    denies, says, overrules = -0.5, 0.5, 2.0

    def __init__(self, scores: dict[str, float]) -> None:
        self.by_text, self.asked = scores, list[tuple[str, str]]()

    def reads(self, sentence: str) -> bool:
        return True

    def scores(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        self.asked += pairs
        return [next(v for k, v in self.by_text.items() if k in text) for _, text in pairs]


@pytest.mark.parametrize(
    ("first", "second", "supported"), [(0.6, 9, 1), (0.4, 9, 1), (0.4, 0.4, 0)]
)
def test_the_second_section_is_read_where_the_first_one_says_nothing(
    first: float, second: float, supported: int
) -> None:
    text = "# Dogs\n\nA dog with a ticket may board.\n\n# Cats\n\nA cat may sleep in a basket."
    meta = {"path": "a.md", "start": 0, "title": "Animals"}
    spans = all_spans([Document(text, metadata=meta)])
    claim = "Your dog is welcome once its ticket is paid."
    one = doubt(claim, Finding((), NOT_SAID), spans)
    model = Texts({"Dogs": first, "Cats": second})
    (found,) = settled([one], model)
    assert len(found.spans) == supported
    assert len(model.asked) == (1 if first >= 0.5 else 2)


def test_of_many_sentences_those_that_the_rules_mark_are_read_first() -> None:
    spans = all_spans([Document(TEXT, metadata={"path": "a.md", "start": 0, "title": "Terms"})])
    claim = "At the harbour the locker costs 4 EUR each day."
    passed = [doubt(claim, evidence(claim, spans), spans) for _ in range(70)]
    marked = [doubt(FREE, evidence(FREE, spans), spans) for _ in range(10)]
    found = settled([*passed, *marked], Scores(0.6))
    assert all(one.spans for one in found[-10:])
    denied = settled([*passed, *marked], Scores(-9.0))
    assert sum(not one.spans for one in denied) == 60
    assert not any(one.spans for one in denied[-10:])


def test_a_window_is_a_section_with_the_names_of_its_columns() -> None:
    text = (
        "# Opening\n\n| Shop | Monday | Sunday |\n|---|---|---|\n| Quay | 9 to 18 | closed |\n"
        "| Mill | 8 to 20 | 10 to 16 |\n\n## Holidays\n\nAll shops are closed at Christmas."
    )
    meta = {"path": "a.md", "start": 0, "title": "Opening", "columns": ""}
    spans = all_spans([Document(text, metadata=meta)])
    first, second = windows(read("The Mill is open on Sunday."), spans, 5)
    assert first.text == (
        "Opening\nShop: Quay; Monday: 9 to 18; Sunday: closed\n"
        "Shop: Mill; Monday: 8 to 20; Sunday: 10 to 16"
    )
    assert second.text == "Opening > Holidays\nAll shops are closed at Christmas."
    long = "\n\n".join(f"Parcel number {n} waits in the green locker." for n in range(60))
    parts = windows(read("A parcel"), all_spans([Document(long, metadata=meta)]), 99)
    assert len(parts) > 2 and all(len(part.text) < 800 for part in parts)
    assert sum(len(part.spans) for part in parts) == 60
    assert windows(read("A parcel"), [], 5) == []


@pytest.mark.parametrize(
    ("claim", "table"),
    [
        ("The Mill is open on Sunday.", "Shop: Mill; Sunday: 10 to 16"),
        ("The Mill closes at 8 pm.", "Shop: Mill; Monday: 8 to 20; Sunday: 10 to 16"),
        ("On Sunday it is open from 10.",
         "Shop: Quay; Sunday: closed\nShop: Mill; Sunday: 10 to 16\n"
         "Shop: Mill Hill; Sunday: 9 to 12"),
        ("Mill Hill is open on Sunday.", "Shop: Mill Hill; Sunday: 9 to 12"),
    ],
)  # fmt: skip
def test_of_a_table_the_rows_and_columns_are_read_that_the_sentence_names(
    claim: str, table: str
) -> None:
    text = (
        "# Opening\n\n| Shop | Monday | Sunday |\n|---|---|---|\n| Quay | 9 to 18 | closed |\n"
        "| Mill | 8 to 20 | 10 to 16 |\n| Mill Hill | 9 to 12 | 9 to 12 |\n\nRing at the gate."
    )
    meta = {"path": "a.md", "start": 0, "title": "Opening", "columns": ""}
    said = read(claim)
    (window,) = windows(said, all_spans([Document(text, metadata=meta)]), 1)
    assert window.about(said) == f"Opening\n{table}\nRing at the gate."
