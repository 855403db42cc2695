"""What a sentence denies, in the words that languages have for it, and what only looks denied."""

import pytest
from langchain_core.documents import Document

from chatbot.grounding.citations import verify


def is_marked(said: str, source: str) -> bool:
    meta = {"path": "a.md", "start": 0, "title": "Help", "heading": ""}
    return bool(verify(said, [Document(source, metadata=meta)]).unsupported)


@pytest.mark.parametrize(
    ("source", "right", "wrong"),
    [
        # other words for "not"
        ("We are unable to ship to PO boxes.", "We cannot ship to PO boxes.",
         "We can ship to PO boxes."),
        ("Gift cards are non-refundable.", "Gift cards are not refundable.",
         "Gift cards are refundable."),
        ("The deposit is nonrefundable.", "The deposit is not refundable.",
         "The deposit is refundable."),
        ("The item is unavailable in Canada.", "The item is not available in Canada.",
         "The item is available in Canada."),
        ("Deleting an account is irreversible.", "Deleting an account cannot be reversed.",
         "Deleting an account is reversible."),
        ("Avoid using bleach.", "Do not use bleach.", "Use bleach."),
        ("L'application n'est plus disponible sur Windows 7.",
         "L'application n'est pas disponible sur Windows 7.",
         "L'application est disponible sur Windows 7."),
        ("Le produit ne peut être retourné.", "Le produit ne peut pas être retourné.",
         "Le produit peut être retourné."),
        # two words of one denial
        ("We accept neither cash nor cheques.", "We do not accept cheques.",
         "We accept cash and cheques."),
        ("Nous n'acceptons ni les espèces ni les chèques.", "Nous n'acceptons pas les chèques.",
         "Nous acceptons les chèques."),
        ("No hay ningún límite de usuarios.", "No hay límite de usuarios.",
         "Hay un límite de usuarios."),
        ("No pedimos nunca su contraseña por correo.", "Nunca pedimos su contraseña por correo.",
         "Pedimos su contraseña por correo."),
        ("Ohne Kassenbon ist kein Umtausch möglich.",
         "Ein Umtausch ist ohne Kassenbon nicht möglich.",
         "Ohne Kassenbon ist ein Umtausch möglich."),
        # what is forbidden
        ("Bringing food is prohibited.", "You may not bring food.", "You may bring food."),
        ("Sale items are excluded from returns.", "Sale items cannot be returned.",
         "Sale items can be returned."),
        ("The warranty excludes accidental damage.",
         "Accidental damage is not covered by the warranty.",
         "The warranty covers accidental damage."),
        ("Reduzierte Ware ist vom Umtausch ausgeschlossen.",
         "Reduzierte Ware kann nicht umgetauscht werden.",
         "Reduzierte Ware kann umgetauscht werden."),
        ("Les articles soldés sont exclus des retours.",
         "Les articles soldés ne peuvent pas être retournés.",
         "Les articles soldés peuvent être retournés."),
        ("Está prohibido traer comida.", "No puede traer comida.", "Puede traer comida."),
        # a clause in front
        ("You cannot edit an invoice after it has been sent.",
         "After an invoice has been sent, you cannot edit it.",
         "After an invoice has been sent, you can edit it."),
        ("Sobald die Bestellung versandt wurde, kann sie nicht mehr storniert werden.",
         "Die Bestellung kann nicht mehr storniert werden, sobald sie versandt wurde.",
         "Die Bestellung kann storniert werden, sobald sie versandt wurde."),
        ("Los pedidos no se pueden cancelar una vez enviados.",
         "Una vez enviados, los pedidos no se pueden cancelar.",
         "Una vez enviados, los pedidos se pueden cancelar."),
        # on and off, in and out
        ("Auto-renewal is off by default.", "By default, auto-renewal is off.",
         "Auto-renewal is on by default."),
        ("Turn the device off.", "Turn off the device.", "Turn the device on."),
        ("Log out before updating.", "Before updating, log out.", "Log in before updating."),
        ("Schalten Sie das Gerät aus.", "Das Gerät ausschalten.", "Schalten Sie das Gerät ein."),
        ("Éteignez l'appareil.", "Éteignez bien l'appareil.", "Allumez l'appareil."),
        # within and after
        ("Returns are accepted within 14 days.", "Returns are not accepted after 14 days.",
         "Returns are accepted after 14 days."),
        ("Rückgaben sind innerhalb von 14 Tagen möglich.",
         "Rückgaben sind innerhalb von 14 Tagen möglich.",
         "Rückgaben sind nach 14 Tagen möglich."),
        # the clause that a denial is of
        ("The free trial lasts 14 days and no credit card is required.",
         "No credit card is required for the 14-day free trial.",
         "The 14-day free trial requires a credit card."),
        # at most and at least
        ("Files cannot exceed 25 MB.", "Files can be up to 25 MB.",
         "Files must be at least 25 MB."),
        ("Files cannot be larger than 25 MB.", "Files can be at most 25 MB.",
         "Files can be larger than 25 MB."),
        ("The title is limited to 60 characters.", "The title may have up to 60 characters.",
         "The title must have at least 60 characters."),
        ("You can cancel up to 24 hours before check-in.",
         "You must cancel at least 24 hours before check-in.",
         "You can cancel at most 24 hours before check-in."),
    ],
)  # fmt: skip
def test_what_is_denied_is_told_from_what_is_not(source: str, right: str, wrong: str) -> None:
    assert not is_marked(right, source)
    assert is_marked(wrong, source)


@pytest.mark.parametrize(
    ("said", "source"),
    [
        ("A deposit of 50 EUR is due.", "A non-refundable deposit of 50 EUR is due."),
        ("To avoid losing data, save your work first.",
         "Save your work first to avoid losing data."),
        ("Prices exclude VAT, which is added at checkout.",
         "Prices exclude VAT. VAT is added at checkout."),
        ("Le colis ne doit pas peser plus de 5 kg.", "Le colis ne doit pas peser plus de 5 kg."),
        ("After one month the trial ends.", "The trial is free within one month."),
        ("Nach 14 Tagen endet die Frist.", "Die Frist gilt innerhalb von 14 Tagen."),
    ],
)  # fmt: skip
def test_words_that_deny_elsewhere_deny_nothing_here(said: str, source: str) -> None:
    assert not is_marked(said, source)
