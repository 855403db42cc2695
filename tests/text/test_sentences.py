"""Where sentences end."""

import textwrap

import pytest

from chatbot.text.sentences import sentences

LONG = (
    "The shop on Mill Road is open from Monday to Friday from 9 in the morning until 6 in the "
    "evening, and on Saturdays it closes at noon except in December."
)


def parts(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize("width", [50, 60, 72, 79])
def test_wrapped_text_is_one_sentence(width: int) -> None:
    found = parts(f"# Hours\n\n{textwrap.fill(LONG + ' ' + LONG, width)}\n")
    assert [" ".join(part.split()) for part in found] == ["# Hours", LONG, LONG]


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("Use e.g. this. It costs approx. 5 euros.",
         ["Use e.g. this.", "It costs approx. 5 euros."]),
        ("Version 3.2.1 is out. Call No. 5 at 9 a.m. on Monday.",
         ["Version 3.2.1 is out.", "Call No. 5 at 9 a.m. on Monday."]),
        ("Das kostet z. B. 5 Euro. Am 3. Mai ist zu. Bzw. ca. 10 Tage.",
         ["Das kostet z. B. 5 Euro.", "Am 3. Mai ist zu.", "Bzw. ca. 10 Tage."]),
        ("1. Open it. Then wait.\n2. Close it.", ["1. Open it.", "Then wait.", "2. Close it."]),
        ("- one\n- two and\n  three", ["- one", "- two and", "three"]),
        ("Plan | Price\nPlus | 9 euros", ["Plan | Price", "Plus | 9 euros"]),
        ("12 Mill Road\nLondon\nOpen 9 to 17", ["12 Mill Road", "London", "Open 9 to 17"]),
        ("Standard delivery takes 3 to 5 days\nExpress delivery takes 1 to 2 days",
         ["Standard delivery takes 3 to 5 days", "Express delivery takes 1 to 2 days"]),
        ("Standard delivery (3-5 days): £3.99\nExpress delivery (1-2 days): £7.99",
         ["Standard delivery (3-5 days): £3.99", "Express delivery (1-2 days): £7.99"]),
        ("Order before 2 p.m. EST. It ships at 3 p.m. on Friday.",
         ["Order before 2 p.m. EST.", "It ships at 3 p.m. on Friday."]),
        ("退货需要30天。请联系我们！", ["退货需要30天。", "请联系我们！"]),
        ("运费免费。30天内可退货。iPhone也是。", ["运费免费。", "30天内可退货。", "iPhone也是。"]),
        ("Is it free? No. Shipping costs 5 EUR.\nNo. 5 is red.",
         ["Is it free?", "No. Shipping costs 5 EUR.", "No. 5 is red."]),
        ("Use .NET 8. It works with .env files.", ["Use .NET 8.", "It works with .env files."]),
        ("See ch. 5. Then go.", ["See ch. 5.", "Then go."]),
        ("L'art. 5 est pour les clients. Mme. Durand est là.",
         ["L'art. 5 est pour les clients.", "Mme. Durand est là."]),
        ("Llame al 123. El plazo es de 30 días.", ["Llame al 123.", "El plazo es de 30 días."]),
        ("Es gibt Typ 2. Die Kabel sind nicht lang. Am 3. Mai ist zu.",
         ["Es gibt Typ 2.", "Die Kabel sind nicht lang.", "Am 3. Mai ist zu."]),
        ("Der Laden ist nicht offen:\n\n| 1. Mai | zu |",
         ["Der Laden ist nicht offen:", "| 1. Mai | zu |"]),
        ("1. Open the app. 2. Tap Save.", ["1. Open the app.", "2. Tap Save."]),
        ("It costs 5. Then 6.", ["It costs 5.", "Then 6."]),
        ("A pipe of 15 to 28 mm. It takes 12 min. Wait approx. 5 m. away.",
         ["A pipe of 15 to 28 mm.", "It takes 12 min.", "Wait approx. 5 m. away."]),
        ("Die Fahrt dauert 12 min. Fahrzeit ist nicht die Zeit.",
         ["Die Fahrt dauert 12 min. Fahrzeit ist nicht die Zeit."]),
        ("Die Fahrt dauert 12 min. Danach ist es nicht weit.",
         ["Die Fahrt dauert 12 min.", "Danach ist es nicht weit."]),
        ("La livraison prend 2 h. Ensuite il est dans le parc.",
         ["La livraison prend 2 h.", "Ensuite il est dans le parc."]),
        *((text, [end + "." for end in text.rstrip(".").split(". ")]) for text in (
            "The laptop charges over USB-C. The cable is included.",
            "This is about COVID-19. Please wear a mask.",
            "Monday to Friday 9-17. On Saturday we are open 10-14. On Sunday we are closed.",
            "See pages 10-12. Then go on.",
        )),
        *((f"{first} {second}", [first, second]) for first, second in (
            ("Support closes at 5 p.m.", "PDF invoices are sent by mail."),
            ("It opens at 9 a.m.", "VAT is included."),
            ("We close at 6 p.m.", "Friday deliveries arrive later."),
            ("We close at 5 p.m.", "Eastern customers wait."),
        )),
        *((text, [text]) for text in (
            "Call before 5 p.m. CEST or 8 a.m. PT.", "It ends at 5 p.m. Eastern time.",
            "Call by 5 p.m. (EST).",
            "Approx. 5 days", "Max. 10 kg", "Excl. VAT", "Inkl. Versand", "Best.-Nr. 123",
            "Mo. bis Fr. 9 Uhr", "Open from 9 a.m. Monday to Friday",
        )),
        ("We close at 5 p.m. Monday is free.",
         ["We close at 5 p.m.", "Monday is free."]),
        ('It has 24". It costs 5 EUR. It fits 55" too.',
         ['It has 24".', "It costs 5 EUR.", 'It fits 55" too.']),
        ("A pipe of 10''. It fits. One of 12''.", ["A pipe of 10''.", "It fits.", "One of 12''."]),
        ("Order No. AB123 is here. Rule No. One is it.\nNo. A5 is red.",
         ["Order No. AB123 is here.", "Rule No. One is it.", "No. A5 is red."]),
        ("So geht es: 1. Das Gerät öffnen. 2. Die Karte einlegen.",
         ["So geht es: 1. Das Gerät öffnen. 2. Die Karte einlegen."]),
        ("Pasos: 1. Abra la app. 2. Pulse OK.", ["Pasos: 1. Abra la app.", "2. Pulse OK."]),
        ("It is approx. 5. Then go.", ["It is approx. 5.", "Then go."]),
        ("画面に「エラーです。再起動してください。」と出ます。30日以内です。",
         ["画面に「エラーです。再起動してください。」", "と出ます。", "30日以内です。"]),
        ('Press "Reset 1". Wait. "Ready. Go" comes.',
         ['Press "Reset 1".', "Wait.", '"Ready. Go" comes.']),
    ],
)  # fmt: skip
def test_only_ends_of_sentences_end_them(text: str, want: list[str]) -> None:
    assert parts(text) == want
