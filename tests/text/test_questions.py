"""Which questions are the same words."""

import pytest

from chatbot.text.questions import question_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Is delivery free over €50?", "Is delivery free over £50?"),
        ("Does it cost $10?", "Does it cost €10?"),
        ("Is 5% off?", "Is 5 off?"),
        ("Can I store it at -5 °C?", "Can I store it at 5 °C?"),
        ("Is there a C++ SDK?", "Is there a C# SDK?"),
        ("Is there a C++ SDK?", "Is there a C SDK?"),
        ("What does plan A+ cost?", "What does plan A cost?"),
        ("What does plan A+ cost?", "What does plan A- cost?"),
        ("What is error +3?", "What is error -3?"),
        ("Do parcels < 50 kg ship?", "Do parcels > 50 kg ship?"),
        ("Do parcels ≤ 50 kg ship?", "Do parcels ≥ 50 kg ship?"),
        ("Does 1.500 kg fit?", "Does 1,500 kg fit?"),
        ("Does .5 kg fit?", "Does 5 kg fit?"),
        ("Does it take 3-5 days?", "Does it take 3.5 days?"),
        ("Is 1/2 a cup enough?", "Is 1.2 a cup enough?"),
        ("Do you have a 5' table?", 'Do you have a 5" table?'),
        ("What does *21# do?", "What does #21# do?"),
        ("What does ✓ mean?", "What does ✗ mean?"),
        ("What does 🔴 mean?", "What does 🟢 mean?"),
        ("Do you accept A* grades?", "Do you accept A grades?"),
        ("> 50 kg free?", "< 50 kg free?"),
        ('Is a 5" or 6" lid right?', "Is a 5 or 6 lid right?"),
        ("क्या यह दिन है", "क्या यह दान है"),
    ],
)
def test_a_sign_that_decides_an_answer_makes_another_question(one: str, other: str) -> None:
    assert question_key(one) != question_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("How long?", "  how LONG"),
        ("Combien de temps ?", "Combien de temps?"),
        ("“How long” (in days)…", "How long, in days"),
        ("Is it e-mail?", "is it e mail"),
        ("Is 5% off?", "Is 5 % off?"),
        ("Free over 50€?", "free over 50 €"),
        ("Are <50 kg free?", "are < 50 kg free"),
        ("Can I store it at −5 °C?", "can I store it at -5°C"),
        ("3–5 days?", "3-5 days"),
        ("Is it version 2.1.", "is it version 2.1?"),
        ("Does Comet® ship ❤️?", "Does Comet ship ❤?"),
        ("**How much?**", "How much?"),
        ("* How much?", "How much?"),
        ("→ How?", "How?"),
        ("> **How?**", "How?"),
        ("How? 😀", "How?"),
        ("Is it free? ✨🎉", "Is it free?"),
        ("How much is it 🤔?", "How much is it?"),
        ("*please* help", "please help"),
        ("What is price*?", "What is price?"),
        ("How to pay ™", "How to pay"),
        ("Order #5", "Order 5"),
        ('Is "model 15" ok?', "Is model 15 ok?"),
        ("What is the '5' plan?", "What is the 5 plan?"),
        ("9:00-17:00", "9:00 - 17:00"),
    ],
)
def test_other_signs_do_not(one: str, other: str) -> None:
    assert question_key(one) == question_key(other)
