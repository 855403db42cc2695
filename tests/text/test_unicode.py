from chatbot.text.unicode import readable, without_accents


def test_what_models_read_has_one_kind_of_line_end() -> None:
    for sign in "\x85\u2028\u2029":
        assert readable(f"first{sign}second") == "first\nsecond"
    assert readable("first\n  second") == "first\n  second"


def test_a_non_joiner_stays_within_persian_words_only() -> None:
    assert readable("می\u200cشود") == "می\u200cشود"
    assert readable("Auf\u200clage") == "Auflage"


def test_look_alikes_are_latin_in_codes_of_them_alone() -> None:
    assert without_accents("ас-е120 м10") == "ac-e120 m10"
    assert without_accents("5кг до 10шт сом 10μm") == "5кг до 10шт сом 10μm"
