from chatbot.text.unicode import readable


def test_what_models_read_has_one_kind_of_line_end() -> None:
    for sign in "\x85\u2028\u2029":
        assert readable(f"first{sign}second") == "first\nsecond"
    assert readable("first\n  second") == "first\n  second"
