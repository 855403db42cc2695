"""Encodings of text files."""

import pytest

from chatbot.knowledge.formats.text import decode


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("Größe;Preis\nStraße;5\n", "cp1252"),
        ("Réponse à l’été français", "cp1252"),
        ("Příliš žluťoučký kůň", "cp1250"),
        ("Zażółć gęślą jaźń", "cp1250"),
        ("İstanbul'da ışık ve şeker", "cp1254"),
        ("Pīlādžu nauda, drošības; atslēgas līdz torņa", "cp1257"),
        ("Nový telefon, starý být", "cp1250"),
        ("Привет, как дела? Возврат товара", "cp1251"),
        ("返品は30日以内に", "shift-jis"),
        ("Grüße", "utf-16"),
        ("Grüße", "utf-8"),
    ],
)
def test_encodings_are_recognised(text: str, page: str) -> None:
    assert decode(text.encode(page)).lstrip("\ufeff") == text


def test_an_encoding_that_cannot_be_is_told_from_the_text() -> None:
    text = "Привет, как дела? Возврат товара"
    assert decode(text.encode("cp1251"), "us-ascii") == text
    assert decode("It’s €5".encode("cp1252"), "iso-8859-1") == "It’s €5"
