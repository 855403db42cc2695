"""Where the topic changes."""

from chatbot.grounding.topics import changes_topic


def test_a_new_topic_is_noticed_and_a_follow_up_is_not() -> None:
    turns = ["How long can customers return a product?", "Within 30 days of delivery."]
    assert changes_topic(turns, "Which wifi channels does the gateway support?")
    for follow_up in ("And in Canada?", "Does it include weekends and holidays?", "Who pays?"):
        assert not changes_topic(turns, follow_up)
