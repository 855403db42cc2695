"""When the thread that steps a model rests."""

from chatbot.llm.engines.resting import rest


def test_others_have_their_turn_behind_a_step_that_reads_for_long() -> None:
    assert rest(3.0, [None], [None]) > rest(0.1, [None], [1.0]) > rest(0.1, [1.0], [2.0]) > 0
    assert rest(0.1, [1.0, None], [1.0, None]) == 0
    assert rest(3.0, [None], [None]) <= 0.02 * 3
    assert rest(0.6, [None], [None]) == 0.03
    assert rest(60.0, [None], [None]) == 0.2
