"""Stop strings and characters in text that comes in pieces."""

from itertools import pairwise

import pytest

from chatbot.llm.engines.protocol import StopFilter, StreamDecoder


@pytest.mark.parametrize("cuts", [[1], [3], [2, 5], []])
def test_stop_string_is_found_across_pieces(cuts: list[int]) -> None:
    text, stops = "abc<end>def", StopFilter(["<end>"])
    edges = [0, *cuts, len(text)]
    pieces = [text[a:b] for a, b in pairwise(edges)]
    assert "".join(stops.push(piece) for piece in pieces) + stops.flush() == "abc"
    assert stops.stopped


def test_text_like_a_stop_string_is_kept() -> None:
    stops = StopFilter(["<end>"])
    assert stops.push("a<en") + stops.push("o b<e") + stops.flush() == "a<eno b<e"


def test_half_a_character_waits_for_the_rest_and_is_left_out_at_the_end() -> None:
    whole = list("é🦅 ok".encode())
    decoder = StreamDecoder(lambda ids: bytes(ids).decode(errors="replace"))
    assert [decoder.push([token]) for token in whole[:6]] == ["", "é", "", "", "", "🦅"]
    assert decoder.push([*whole[6:], 0xF0, 0x9F], last=True) == " ok"
