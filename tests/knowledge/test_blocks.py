"""Which rows name the columns of a table whose format does not say."""

import pytest

from chatbot.knowledge.blocks import header_rows


@pytest.mark.parametrize(
    ("rows", "names"),
    [
        ([["", "Half day (4 h)"], ["Boat", "$75"], ["Kayak", "$28"]], 1),
        ([["", "2025", "2026"], ["Rent", "10", "12"], ["Power", "3", "4"]], 1),
        ([["Slip", "Rate 2026"], ["A", "$340"], ["B", "–"]], 1),
        ([["Weight", "12 kg"], ["Height", "40 cm"], ["Width", "30 cm"]], 0),
        ([["", "black"], ["", "white"], ["", "grey"]], 0),
        ([["Size 2", "Blue paint"], ["Size 3", "Red paint"], ["Size 4", "Green paint"]], 0),
    ],
)
def test_names_stand_over_other_things(rows: list[list[str]], names: int) -> None:
    assert header_rows(rows) == names
