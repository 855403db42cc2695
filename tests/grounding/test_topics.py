"""Where the topic changes."""

import pytest

from chatbot.grounding.topics import (
    changes_topic,
    goes_on,
    keeps_to,
    points_back,
    stands_alone,
)

TURNS = {
    "en": ("How long can customers return a product?", "Within 30 days of delivery."),
    "de": ("Wie lange dauert der Versand nach Österreich?", "Drei bis fünf Werktage."),
    "fr": ("Combien de temps prend la livraison en Belgique ?", "Trois à cinq jours ouvrés."),
    "es": ("¿Cuánto tarda el envío a Portugal?", "De tres a cinco días laborables."),
}


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "And in Canada?"),
        ("en", "Does it include weekends and holidays?"),
        ("en", "Who pays?"),
        ("de", "Gilt das auch für sperrige Möbel über 30 kg?"),
        ("de", "Und was kostet es bei Express am Samstag?"),
        ("de", "Gilt das für sperrige Möbel mit Spedition?"),
        ("de", "Was ist mit sperrigen Möbeln samt Montage?"),
        ("fr", "Est-ce que cela vaut aussi pour les meubles volumineux ?"),
        ("fr", "Et combien coûte une expédition express samedi matin ?"),
        ("fr", "Quand est-ce qu'il arrive chez un client professionnel ?"),
        ("es", "¿Y eso vale también para muebles voluminosos pesados?"),
        ("es", "¿Puedo recogerlo personalmente en una tienda de Madrid?"),
        ("es", "¿Qué pasa con muebles voluminosos pesados de madera?"),
    ],
)
def test_a_follow_up_keeps_its_conversation(language: str, question: str) -> None:
    assert not changes_topic(TURNS[language], question)


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "Which wifi channels does the gateway support?"),
        ("en", "Can I close my account while my plan is still running?"),
        ("de", "Welche WLAN-Kanäle unterstützt das Gateway im Büro?"),
        ("de", "Warum blinkt am Router die rote Lampe neben dem Netzteil?"),
        ("fr", "La garantie couvre-t-elle un écran cassé par un enfant ?"),
        ("fr", "Où se trouve le numéro de série du routeur Harbor ?"),
        ("es", "¿Qué canales wifi admite el router Harbor en una oficina?"),
        ("es", "¿Dónde está el número de serie del router Harbor?"),
    ],
)
def test_a_new_topic_is_noticed(language: str, question: str) -> None:
    assert changes_topic(TURNS[language], question)


def test_words_that_point_back_do_so_in_their_language_and_place() -> None:
    assert points_back("Das gilt nur im Inland.") and not points_back("Das Paket kostet 5 EUR.")
    assert points_back("C'est gratuit pour les membres.") and not goes_on(
        "Es gilt für alle Pakete."
    )
    assert not points_back("Es un servicio para empresas.") and goes_on("¿Y para las empresas?")
    assert not goes_on("Y a-t-il une garantie sur les pièces ?")
    assert not stands_alone("Können Kunden das im Geschäft zurückgeben oder umtauschen lassen?")


@pytest.mark.parametrize(
    ("other", "kept"),
    [
        ("The Harbor Pro measures the main pipe and is waterproof.", False),
        ("The Harbor Pro has a warranty of 3 years.", True),
        ("In the EU the Harbor Pro has a warranty of 3 years, its battery of 2.", True),
    ],
)
def test_another_answer_keeps_to_the_question(other: str, kept: bool) -> None:
    asked = "How long is the warranty of the Harbor Pro?"
    first = "The Harbor Pro has a warranty of 2 years."
    assert keeps_to(asked, first, other) is kept
