"""Drafts: the numbers and the words of the answer are kept."""

import pytest

from chatbot.desk.drafts import body_of, has_answer, keeps_numbers, letter, says


@pytest.mark.parametrize(
    ("draft", "kept"),
    [
        ("Dear customer, within 45 days, for 3.50 a parcel.", True),
        ("Dear customer, within 54 days, for 3.50 a parcel.", False),
        ("Dear customer, within 45 days.", False),
        ("Dear customer, within 45 days, for 3.50, before 2027.", False),
    ],
)
def test_a_draft_keeps_the_numbers_of_its_answer(draft: str, kept: bool) -> None:
    assert keeps_numbers(draft, "45 days. A parcel is 3.50.") == kept


@pytest.mark.parametrize(
    ("draft", "said"),
    [
        ("Hello, the valve is blocked when you see error E31. Kind regards", True),
        ("Hello, error E31 tells you about a blocking valve.", True),
        ("The customer asks: What does error E31 mean?", False),
        ("", False),
    ],
)
def test_a_draft_has_to_say_what_the_answer_says(draft: str, said: bool) -> None:
    answer = "Error E31 means that the valve is blocked."
    assert says(draft, "What does error E31 mean?", answer) == said


@pytest.mark.parametrize(
    "written",
    [
        "Dear customer,\n\nYou can return it within 45 days.\n\nBest regards,\n[Your Name]",
        "Hello! You can return it within 45 days.\nKind regards",
        "Hi Ms Miller,\nyou can return it within 45 days.",
        "You can return it within 45 days.",
    ],
)
def test_what_a_model_wrote_around_the_body_is_left_out(written: str) -> None:
    assert body_of(written) == "You can return it within 45 days."


def test_a_sentence_that_begins_like_a_greeting_stays() -> None:
    assert body_of("Hello is what the display says. Restart it.").startswith("Hello is")


@pytest.mark.parametrize(
    "line",
    [
        "Your team can share one plan.",
        "All the best products are listed there.",
        "Regards it as one.",
    ],
)
def test_a_line_that_begins_like_a_closing_stays(line: str) -> None:
    assert body_of(f"{line}\nIt is free.") == f"{line}\nIt is free."


@pytest.mark.parametrize(
    "closing",
    [
        "Kind regards, your support team",
        "Best regards, Ann Smith.",
        "Mit freundlichen Grüßen Ihr Support-Team",
        "Cordialement, l'équipe Lampes",
        "Un saludo, el equipo de soporte",
        "All the best!",
        "Saludos cordiales,",
        "Sincerely yours,",
        "Cordialement, le service client",
        "Atentamente, el equipo de atención al cliente",
        "Mit freundlichen Grüßen, das Kundenteam",
        "Bien cordialement à vous",
        "Viele Grüße aus Berlin",
        "Regards, ann",
    ],
)
def test_a_closing_with_a_name_goes(closing: str) -> None:
    assert body_of(f"It is free.\n\n{closing}\nAnn") == "It is free."


def test_a_letter_has_no_empty_paragraphs() -> None:
    assert (
        letter("Hello,", ["45 days.", " "], "Kind regards") == "Hello,\n\n45 days.\n\nKind regards"
    )


def test_a_draft_has_the_numbers_of_the_note_too() -> None:
    assert keeps_numbers("45 days, label 7.", "45 days.", "Label 7.")
    assert not keeps_numbers("45 days.", "45 days.", "Label 7.")


@pytest.mark.parametrize(
    ("answer", "draft"),
    [
        ("A parcel is 3.50 EUR.", "Ein Paket kostet 3,50 \u20ac."),
        ("It costs 1,250 EUR.", "Es kostet 1.250 EUR."),
        ("It costs 12,250.99 EUR.", "Cela co\u00fbte 12\u202f250,99 euros."),
        ("1,000,000 parts", "1.000.000 Teile"),
        ("Open from 9:00 to 17:30.", "Ge\u00f6ffnet von 9 bis 17.30 Uhr."),
        ("It costs 2.00 EUR.", "Es kostet 2 EUR."),
        ("Version 2.0.1", "Version 2.0.1"),
    ],
)
def test_a_number_may_be_written_as_another_language_does(answer: str, draft: str) -> None:
    assert keeps_numbers(draft, answer) and keeps_numbers(answer, draft)


@pytest.mark.parametrize(
    ("answer", "draft"),
    [
        ("4.5 kg", "45 kg"),
        ("4.50 EUR", "450 EUR"),
        ("1,250 EUR", "1.25 EUR"),
        ("17:30", "17"),
        ("2.0.1", "2.1"),
        ("20.5", "2.05"),
    ],
)
def test_another_number_is_another_number(answer: str, draft: str) -> None:
    assert not keeps_numbers(draft, answer)


@pytest.mark.parametrize(
    "written",
    [
        "Subject: Your return\n\nDear Jane,\n\n{}", "Dear Mr. O'Brien,\n\n{}\n\nSincerely,",
        "Good evening Jane,\n{}\nThanks,\nTom", "Hallo zusammen,\n{}\nLG",
        "Bonjour,\n\n{}\n\nBien à vous,\nL'équipe",
    ],
)  # fmt: skip
def test_the_frame_of_a_letter_is_taken_off_its_body(written: str) -> None:
    for body in ("You can return it.", "Thanks, we can do that.", "Subject matter is gone."):
        assert body_of(written.format(body)) == body


def test_what_no_source_bears_out_is_not_told_to_a_customer() -> None:
    answered = {"abstained": False, "citations": [{"path": "a.md"}], "unsupported": []}
    assert has_answer(answered)
    assert has_answer(answered | {"unsupported": [{"text": "And more."}]})
    assert has_answer({"abstained": False, "citations": [], "approved": {"by": "olga"}})
    assert not has_answer(answered | {"citations": [], "unsupported": [{"text": "Yes."}]})
    assert not has_answer(answered | {"abstained": True})
