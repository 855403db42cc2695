"""Facts that are missing from a source."""

from chatbot.grounding.facts import missing_facts


def test_a_missing_fact_is_shown_with_its_unit_where_only_that_is_another() -> None:
    assert missing_facts("It takes 45 days.", "It takes 30 days.") == ["45"]
    assert missing_facts("It takes 30 weeks.", "It takes 30 days.") == ["30 weeks"]
