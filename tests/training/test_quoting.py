"""What an answer is taught to rest on, in the words of the passages."""

from chatbot.cases import AnswerRow, GivenPassage, Relevant
from chatbot.training.quoting import quotes_for, quotes_of

SHOP = GivenPassage(
    path="shop.md",
    text="The shop in Bern opens at 09:00. It is closed on Sunday.\n\n- Gift wrap costs 2 EUR.\n",
)
TABLE = GivenPassage(
    path="prices.csv",
    text="Part: K-204; Price: 18.50 EUR; Stock: 3\nPart: K-205; Price: 21.00 EUR; Stock: 0",
    columns="Part | Price | Stock",
)


def relevant(path: str, *quotes: str) -> list[Relevant]:
    return [Relevant(path=path, quote=quote) for quote in quotes]


def test_a_quote_is_its_sentence_as_it_is_read() -> None:
    found = quotes_of(relevant("shop.md", "closed on **Sunday**", "Gift wrap costs 2 EUR"), [SHOP])
    assert found == ["It is closed on Sunday.", "- Gift wrap costs 2 EUR."]


def test_a_quote_over_two_sentences_is_both() -> None:
    (one,) = relevant("shop.md", "opens at 09:00. It is closed")
    assert quotes_of([one], [TABLE, SHOP]) == [
        "The shop in Bern opens at 09:00.",
        "It is closed on Sunday.",
    ]


def test_a_row_is_quoted_with_the_names_of_its_columns_and_they_are_not() -> None:
    wanted = relevant("prices.csv", "| Part | Price | Stock |", "K-205,21.00 EUR,0")
    assert quotes_of(wanted, [SHOP, TABLE]) == ["Part: K-205; Price: 21.00 EUR; Stock: 0"]


def test_nothing_is_quoted_where_one_of_them_is_not_read() -> None:
    wanted = relevant("shop.md", "It is closed on Sunday.", "It is open on Monday.")
    assert quotes_of(wanted, [SHOP]) == []
    assert quotes_of(relevant("other.md", "It is closed on Sunday."), [SHOP]) == []


def test_a_correction_rests_on_what_has_most_of_its_words() -> None:
    said = "Part K-204 costs 18.50 EUR; the shop in Bern is closed on Sunday."
    assert quotes_for(said, [SHOP, TABLE]) == [
        "Part: K-204; Price: 18.50 EUR; Stock: 3",
        "The shop in Bern opens at 09:00.",
        "It is closed on Sunday.",
    ]
    assert quotes_for("Nothing like it.", [SHOP, TABLE]) == []


def test_quotes_are_written_only_where_there_are_some() -> None:
    row = AnswerRow(id="1", question="?", passages=[SHOP], answer="Yes.")
    assert "quotes" not in row.model_dump()
