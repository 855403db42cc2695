"""Pieces of a sentence."""

from chatbot.grounding.reading import read


def test_pieces_keep_a_number_with_what_it_is_about() -> None:
    text = (
        "2 to 4 days in Germany and the UK, 3 to 6 in the other EU countries and 3 to 7 in the US"
    )
    assert [piece.text for piece in read(text).pieces] == [
        "2 to 4 days in Germany and the UK",
        "3 to 6 in the other EU countries",
        "and 3 to 7 in the US",
    ]
