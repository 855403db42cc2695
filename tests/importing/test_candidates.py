"""What of a conversation becomes a candidate: answers, without formulas and anybody's data."""

import pytest

from chatbot.importing.candidates import Candidate, candidates_from
from chatbot.importing.conversations import Conversation, Message
from chatbot.importing.personal import Masker

ANSWER = "You can reset the hub by holding its button for ten seconds until the light turns blue."
THINGS = "kettle lamp scooter printer router camera heater mixer".split()  # noqa: SIM905

ASKED_IN_DUTCH = (
    "Waarom lekt de waterkoker?",
    "Mijn factuur klopt niet.",
    "Hoe lang geldt de garantie op lampen?",
    "De scooter laadt te traag.",
    "Kan ik in termijnen betalen?",
    "Welke inkt past in de printer?",
    "Ik ben mijn wachtwoord kwijt.",
    "Wanneer komt het pakket aan?",
)


def talk(number: int, *messages: tuple[str, str], people: tuple[str, ...] = ()) -> Conversation:
    made = tuple(Message(side, text) for side, text in messages)  # type: ignore[arg-type]
    return Conversation(str(number), "", made, people)


def answers(*conversations: Conversation) -> list[str]:
    return [each.answer for each in candidates_from(conversations)]


def test_what_staff_write_whatever_the_question_is_no_answer_in_any_language() -> None:
    formula = "De collega's van het magazijn kijken er morgen naar."
    talks = [
        talk(n, ("customer", question), ("staff", formula))
        for n, question in enumerate(ASKED_IN_DUTCH)
    ]
    told = f"{formula} Houd de knop van de ketel tien seconden ingedrukt."
    last = talk(99, ("customer", "Hoe reset ik de ketel?"), ("staff", told))
    assert answers(*talks, last) == ["Houd de knop van de ketel tien seconden ingedrukt."]


def test_what_an_answer_quotes_is_no_part_of_it() -> None:
    more = "It blinks for up to two minutes while it starts."
    told = f"> Jane's hub is stuck.\n{ANSWER}\n> It blinks.\n> All day.\n{more}"
    asked = ("customer", "Jane's hub is stuck. It blinks. What now?")
    assert answers(talk(1, asked, ("staff", told))) == [f"{ANSWER}\n\n{more}"]


def test_a_ready_made_answer_to_one_question_stays() -> None:
    ways = ("How do I reset the hub?", "hub reset please, how", "Can I reset the hub at home?")
    talks = [talk(n, ("customer", ways[n % 3]), ("staff", ANSWER)) for n in range(9)]
    others = [
        talk(n, ("customer", f"Is the {thing} in stock?"), ("staff", f"The {thing} is sold out."))
        for n, thing in enumerate(THINGS)
    ]
    assert ANSWER in answers(*talks, *others)


@pytest.mark.parametrize(
    "said",
    [
        "I've put 12.40 back on your card this morning.",
        "Your parcel has left our hub and is on its way.",
        "We paid your refund of 44.00 on 3 May to your account.",
        "Our sales team will send you a quote for two of them.",
        "Ich habe die Adresse eben für Sie umgestellt.",
        "J'ai annulé la commande ce matin pour vous.",
        "Ya le hemos devuelto los veinte euros hoy.",
        "The second account was closed this morning.",
        "Our engineers are still looking at the fault.",
        "Das zweite Konto wurde heute wunschgemäß geschlossen.",
    ],
)
def test_what_was_done_for_one_customer_is_no_answer(said: str) -> None:
    assert answers(talk(1, ("customer", "What about my order?"), ("staff", said))) == []


def test_advice_in_the_first_person_is_an_answer() -> None:
    said = "I recommend holding the button for ten seconds."
    assert answers(talk(1, ("customer", "The hub is stuck."), ("staff", said))) == [said]


def test_greeting_and_signature_go_with_their_names() -> None:
    said = f"Coucou Zoë,\n\n{ANSWER}\n\nEs grüßt aus Bremen\nSam Stone\nLumen & Co, Kundendienst"
    messages = (("customer", "How do I reset the hub?"), ("staff", said))
    assert answers(talk(1, *messages, people=("Zoë Lee", "Sam Stone"))) == [ANSWER]


def test_a_message_of_nothing_but_names_is_no_answer() -> None:
    said = "Zoë Lee\n" * 10_000
    messages = (("customer", "How do I reset the hub?"), ("staff", said))
    assert answers(talk(1, *messages, people=("Zoë Lee",))) == []


def test_a_colleague_who_signs_for_another_is_masked() -> None:
    talks = [talk(n, ("customer", "Hi"), people=("Ondine Kessler", f"C {n}")) for n in range(3)]
    said = f"{ANSWER} Ask for Ondine Kessler."
    last = talk(9, ("customer", "How do I reset the hub?"), ("staff", said), people=("Ann Lee",))
    assert answers(*talks, last) == [f"{ANSWER} Ask for [name]."]


def test_a_detail_that_was_asked_for_belongs_to_its_question() -> None:
    found: list[Candidate] = candidates_from(
        [
            talk(
                1,
                ("customer", "How do I reset the hub?"),
                ("staff", "There are two models of the hub, blue and red."),
                ("customer", "Blue"),
                ("staff", ANSWER),
            )
        ]
    )
    assert found[1].question == "How do I reset the hub?\n\nBlue" and not found[1].history


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Hi, How long is the guarantee?", "Hi, How long is the guarantee?"),
        ("Hi Ann, it blinks.", "Hi [name], it blinks."),
        ("As discussed with Rosa Benítez on the phone.", "As discussed with [name] on the phone."),
        ("Bestellt hat es Frau Thorbjornsen.", "Bestellt hat es [name]."),
        ("My deputy is Mirjam Lee.", "My deputy is [name]."),
        ("No luck. Kind regards, Mirjam van den Berg", "No luck. Kind regards, [name]"),
        ("You can ring me on 71 22 93 4.", "You can ring me on [phone]."),
        ("You called 0044 7700 900123, why?", "You called [phone], why?"),
        ("It is model 300-555-2100.", "It is model 300-555-2100."),
        ("Ask Mirjam Lee. Then open Visual Studio.", "Ask [name]. Then open Visual Studio."),
        ("Press and hold for 10 seconds by Rule 4.", "Press and hold for 10 seconds by Rule 4."),
        ("Call us before 24.12.2026 on 71 22 93 4.", "Call us before 24.12.2026 on [phone]."),
        ("Dial 555 123 456 or 61 234 567 89.", "Dial [phone] or 61 234 567 89."),
        *(
            (text, text)
            for text in (
                "Sie erreichen uns bis 31.12.2026.",
                "Dial 2026-11-30 into the field.",
                "Telefon: 8.00-18.00 Uhr, 8:30 - 9:30 Uhr",
                "You can reach 1 000 000 rows, or 10.000.000.",
                "Le numéro de commande 12345678 est ici.",
                "Die Artikel-Nummer 1234567 passt.",
            )
        ),
    ],
)
def test_personal_data_is_masked_and_what_looks_like_it_stays(text: str, masked: str) -> None:
    assert Masker(("Ann Lee",))(text) == masked
