"""The language of a short question."""

import pytest

from chatbot.text.languages import language_of, languages_of


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Was kostet der Versand zum Mars?", "de"),
        ("wie lange kann ich zurückgeben", "de"),
        ("Combien coûte la livraison ?", "fr"),
        ("¿Cuánto cuesta el envío?", "es"),
        ("se puede devolver un producto", "es"),
        ("How much is shipping to Mars?", "en"),
        ("Router E-17", "en"),
        ("peut-on payer en bitcoin", "fr"),
        ("remboursement combien de temps", "fr"),
        ("donde encuentro mi factura", "es"),
        ("mein gerät geht nicht", "de"),
        ("Horario de apertura", "es"),
        ("plazo de devolucion", "es"),
        ("Devolver un articulo", "es"),
        ("Retourner un article", "fr"),
        ("délai de livraison", "fr"),
        ("Versandkosten Schweiz", "de"),
        ("Passwort vergessen", "de"),
        ("Zahlungsarten", "de"),
        ("Samsung battery", "en"),
        ("the cust cant log in on his phone", "en"),
    ],
)
def test_the_language_of_a_short_question_is_told(question: str, language: str) -> None:
    assert language_of(question) == language


def test_documents_count_by_what_their_readers_see() -> None:
    german, blanked = "Der Preis steht in der Liste.", " \n" * 400
    assert languages_of([blanked + german, f"# Preis\n{blanked}\n{german}"]) == ["de"]
    assert languages_of(["", "Harbor Pro | 3 kg", german]) == ["de"]
    assert languages_of(["Harbor Pro | 3 kg"]) == ["en"]
