"""Grounding: what supports an answer, when to refuse or ask back, and who gives orders."""

import logging
import random
from collections.abc import Callable
from datetime import date, timedelta

import phonenumbers
import pytest

from chatbot.text.masking import mask, mask_logs

YEAR = [date(2026, 1, 1) + timedelta(days) for days in range(365)]
CHANCE = random.Random(7)


def digits(count: int) -> str:
    return f"{CHANCE.randrange(10**count):0{count}}"


def number(below: int) -> int:
    return CHANCE.randrange(below)


def assert_kept(texts: list[str]) -> None:
    """In one call, since the library is slow to begin; words keep them apart."""
    whole = "\n".join(f"It says {text} here." for text in texts)
    masked = zip(whole.splitlines(), mask(whole).splitlines(), strict=True)
    assert [line for line, left in masked if line != left] == []


@pytest.mark.parametrize(
    "spelling",
    [
        "%d.%m.%Y", "%-d.%-m.%Y", "%d. %m. %Y", "%d.%m.%y", "%d %m %Y", "%d\u00a0%m\u00a0%Y",
        "%d/%m/%Y", "%m/%d/%Y", "%-m/%-d/%Y", "%d/%m/%y", "%d-%m-%Y", "%m-%d-%Y", "%d-%m-%y",
        "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y %m %d", "%Y%m%d", "%Y-%m",
        "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S,123", "%Y%m%d %H%M%S", "%Y%m%d-%H%M%S",
        "%d.%m.%Y %H:%M", "%d.%m.%y %H:%M", "%d-%m-%Y %H:%M", "%m-%d-%Y %I:%M %p",
        "%d.%m.%Y-%d.%m.%Y", "%d.%m. - %d.%m.%Y", "%d.%m.%Y 10:15 - 11:45", "%d.%m.%Y 1234",
    ],
)  # fmt: skip
def test_no_day_of_a_year_is_a_phone_number(spelling: str) -> None:
    assert_kept([day.strftime(spelling) for day in YEAR])


@pytest.mark.parametrize(
    "form",
    [
        lambda: f"Invoice 2026-00{digits(4)}",
        lambda: f"Invoice {2019 + number(12)}-{digits(6)}",
        lambda: f"INV-2026-{digits(5)}",
        lambda: f"Rechnung 2026/{digits(5)}",
        lambda: f"Rechnungsnummer {digits(10)}",
        lambda: f"order {digits(7 + number(6))}",
        lambda: f"Order no. 0{digits(9)}",
        lambda: f"order {digits(3)}-{digits(7)}-{digits(7)}",
        lambda: f"Bestellnr. 0{digits(8)}",
        lambda: f"commande n° {digits(9)}",
        lambda: f"pedido {digits(9)}",
        lambda: f"ticket #{digits(10)}",
        lambda: f"part {digits(4)}-{digits(6)}",
        lambda: f"{2019 + number(12)}-{digits(6)}",
        lambda: f"EAN 4{digits(12)}",
        lambda: f"model 300-555-{digits(4)}",
        lambda: f"company id DE {digits(3)} {digits(3)} {digits(3)}",
        lambda: f"ISBN 978-3-16-{digits(6)}-{digits(1)}",
    ],
)
def test_no_number_of_an_order_is_a_phone_or_card(form: Callable[[], str]) -> None:
    assert_kept([form() for _ in range(200)])


@pytest.mark.parametrize(
    "form",
    [
        lambda: f"{number(24):02}.{number(60):02}-{number(24):02}.{number(60):02} Uhr",
        lambda: f"{number(24):02}:{number(60):02} - {number(24):02}:{number(60):02}",
        lambda: f"{number(24):02}{5 * number(12):02} - {number(24):02}{5 * number(12):02}",
        lambda: f"${number(10**9):,}.{digits(2)}",
        lambda: f"{number(10**9):,} USD",
        lambda: f"{number(10**9):,}".replace(",", ".") + f",{digits(2)} EUR",
        lambda: f"{number(10**9):,}".replace(",", ".") + " €",
        lambda: f"{number(10**9):,}".replace(",", "\u00a0") + " €",
        lambda: f"{number(10**9):,}".replace(",", " ") + " €",
        lambda: f"EUR {number(10**9):,}".replace(",", " "),
        lambda: f"{1 + number(9)} 0{digits(2)} {digits(3)} {digits(3)} people",
        lambda: f"{number(99)} 0{digits(3)} {digits(6)} EUR",
        lambda: f"{number(99)} {number(99)} 0 {number(99)} 0 {number(99)}",
        lambda: ".".join(str(number(256)) for _ in range(4)),
        lambda: ".".join(str(number(256)) for _ in range(4)) + f":{number(65536)}",
        lambda: ".".join(str(number(256)) for _ in range(4)) + f"/{number(33)}",
        lambda: ":".join(f"{number(65536):x}" for _ in range(8)),
        lambda: f"version {number(20)}.{number(20)}.{number(10**5)}.{number(10**4)}",
        lambda: f"kernel {number(7)}.{number(20)}.{number(20)}-{number(2000)}",
        lambda: f"Chrome/{number(200)}.0.{number(10**4)}.{number(200)}",
        lambda: f"0.{digits(9)} s",
        lambda: f"{number(10)}.{digits(9)}",
        lambda: f"{number(90)}.{digits(6)}, {number(180)}.{digits(6)}",
        lambda: f"{1_600_000_000 + number(300_000_000)}",
        lambda: f"{1_600_000_000_000 + number(300_000_000_000)}",
        lambda: f"{CHANCE.getrandbits(128):032x}",
        lambda: f"bytes={number(10**9)}",
        lambda: f"{number(3000)} x {number(3000)} x {number(3000)} mm",
    ],
)
def test_no_hour_price_address_version_or_measure_is_a_phone_or_card(
    form: Callable[[], str],
) -> None:
    assert_kept([form() for _ in range(200)])


def examples() -> list[str]:
    """A mobile and a fixed number of every country as it is written and dialled from abroad."""
    written = phonenumbers.PhoneNumberFormat.INTERNATIONAL
    kinds = phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE
    found = [
        phonenumbers.format_number(example, written)
        for region in sorted(phonenumbers.SUPPORTED_REGIONS)
        for kind in kinds
        if (example := phonenumbers.example_number_for_type(region, kind))
    ]
    return found + [text.replace("+", "00") for text in found]


@pytest.mark.parametrize("separator", [" ", "\u00a0", "-", ""])
def test_numbers_of_every_country_are_masked(separator: str) -> None:
    texts = [text.replace(" ", separator) for text in examples()]
    whole = "\n".join(f"My number is {text}, thanks." for text in texts)
    assert set(mask(whole).splitlines()) == {"My number is [phone], thanks."}


@pytest.mark.parametrize(
    "text",
    [
        "+49 30 901820", "+49 (0)30/901820", "030 901820", "030/90 18 20", "(030) 901820",
        "0171-1234567", "0171 123 45 67", "089 / 123 45 67 89", "0800 123 4567",
        "+44 7700 900123", "020 7946 0958", "(020) 7946 0958", "07911 123456",
        "+33 1 42 68 53 00", "01 42 68 53 00", "01.42.68.53.00", "0612345678",
        "+1 212 555 1234", "(212) 555-1234", "212-555-1234", "212.555.1234", "2125551234",
        "1-800-555-0199", "212-555-1234 ext. 12", "+34 612 345 678", "612 345 678",
        "612345678", "91 234 56 78", "912 34 56 78", "0041 44 668 18 00", "+43 1 58858 0",
    ],
)  # fmt: skip
def test_phone_numbers_are_masked_as_people_write_them(text: str) -> None:
    for before, behind in (("Call ", " please"), ("Tel.: ", "."), ("", ""), ("('", "')")):
        assert mask(before + text + behind) == f"{before}[phone]{behind}"


@pytest.mark.parametrize("before", ["12345 ", "Since 2020 ", "10115\u00a0", "3\t"])
@pytest.mark.parametrize(
    "text", ["030 901820", "0171 123 45 67", "020 7946 0958", "01 42 68 53 00"]
)
def test_phone_numbers_right_behind_other_digits_are_masked(text: str, before: str) -> None:
    assert mask(f"{before}{text}, thanks") == f"{before}[phone], thanks"
    assert mask(f"{text} {text}") == "[phone] [phone]"
    assert mask(f"{before}{text} 0171 7654321.") == f"{before}[phone] [phone]."


@pytest.mark.parametrize(
    "text",
    ["4111 1111 1111 1111", "5555 5555 5555 4444", "2223 0031 2200 3222", "3782 822463 10005",
     "3056 930902 5904", "6011 1111 1111 1117", "3530 1113 3330 0000", "6759 6498 2643 8453"],
)  # fmt: skip
@pytest.mark.parametrize("gap", [" ", "", "-", ".", "\u00a0", "\u2009", "\u202f", "\u2011", " - "])
def test_card_numbers_are_masked_whatever_stands_between(text: str, gap: str) -> None:
    card = text.replace(" ", gap)
    assert mask(f"My card {card}.") == "My card [card]."
    assert mask(f"12 {card} 12/27 123") == "12 [card] 12/27 123"


@pytest.mark.parametrize(
    "text",
    ["DE89 3704 0044 0532 0130 00", "GB29 NWBK 6016 1331 9268 19", "BE68 5390 0754 7034",
     "FR14 2004 1010 0505 0001 3M02 606", "ES91 2100 0418 4502 0005 1332",
     "IT60 X054 2811 1010 0000 0123 456", "CH93 0076 2011 6238 5295 7",
     "PL61 1090 1014 0000 0712 1981 2874", "NO93 8601 1117 947"],
)  # fmt: skip
def test_ibans_are_masked_as_a_whole(text: str) -> None:
    for iban in (text, text.replace(" ", ""), text.replace(" ", "\u00a0"), text.lower()):
        assert mask(f"Pay to {iban} by Friday") == "Pay to [iban] by Friday"
    assert mask(f"EU27 IBAN: {text} BIC COBADEFFXXX") == "EU27 IBAN: [iban] BIC COBADEFFXXX"
    wrong = text[:2] + f"{(int(text[2:4]) + 1) % 100:02}" + text[4:]
    assert "[iban]" not in mask(wrong)


@pytest.mark.parametrize(
    "text", ["jo@shop.example", "o'brien@example.com", "a.b+c@mail.shop.co.uk", "jörg@müller.de"]
)
def test_e_mail_addresses_are_masked(text: str) -> None:
    assert mask(f"Write to '{text}'.") == "Write to '[email]'."


def test_what_stands_beside_a_date_is_masked_all_the_same() -> None:
    assert mask("02.01.2026 0171 1234567") == "02.01.2026 [phone]"
    assert mask("030 901820\n02.01.2026 / 0171 1234567") == "[phone]\n02.01.2026 / [phone]"


def test_personal_data_is_masked_and_public_and_other_numbers_are_kept() -> None:
    text = "Call +49 30 901820, mail jo@shop.example, card 4111 1111 1111 1111."
    assert mask(text) == "Call [phone], mail [email], card [card]."
    for kept in ("order 4111111111111112", "30 days, 4.90 EUR", "version 10.0.19041.1234"):
        assert mask(kept) == kept
    assert mask("Write to help@shop.example", "Contact: help@shop.example") == (
        "Write to help@shop.example"
    )


class Unwritable:
    def __repr__(self) -> str:
        raise RuntimeError("no")


@pytest.mark.parametrize(
    ("message", "argument", "said"),
    [
        ("from %s", "jo@shop.example", "from [email]"),
        ("took %d s", "jo@shop.example", "took %d s ('[email]',)"),
        ("from %s", Unwritable(), "A message that cannot be written"),
    ],
)
def test_logs_are_masked(
    message: str, argument: object, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    before = logging.getLogRecordFactory()
    try:
        mask_logs()
        logging.getLogger("chatbot.test").warning(message, argument)
    finally:
        logging.setLogRecordFactory(before)
    assert caplog.messages == [said]


def test_a_number_that_another_one_overlaps_is_taken_once() -> None:
    text = "jo.030901820@shop.example 030 901820 / 4111 1111 1111 1111, 030 901820"
    assert mask(text) == "[email] [phone] / [card], [phone]"


def test_values_right_beside_letters_of_languages_without_blanks_are_masked() -> None:
    for text, masked in [
        ("電話は090-1234-5678です", "電話は[phone]です"),
        ("我的电话是+8613800138000谢谢", "我的电话是[phone]谢谢"),
        ("卡号是4111111111111111谢谢", "卡号是[card]谢谢"),
        ("账号是DE89370400440532013000的", "账号是[iban]的"),
        ("連絡先はjo@shop.exampleです。", "連絡先は[email]です。"),
        ("โทร081-234-5678ครับ", "โทร[phone]ครับ"),
        ("카드 4111111111111111입니다", "카드 [card]입니다"),
        ("user@例子.公司 或 info@例え.jp", "[email] 或 [email]"),
        ("受付：03-1234-5678", "受付：[phone]"),
        ("접수 02-1234-5678", "접수 [phone]"),
    ]:
        assert mask(text) == masked
    assert_kept(
        ["注文番号0301234567", "受付番号0312345678", "订单号：0301234567", "주문번호 0301234567"]
    )
    assert_kept(["2026年01月02日"])


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("０１７１－１２３４５６７", "[phone]"),
        ("＋49 171 1234567", "[phone]"),
        ("٠١٧١١٢٣٤٥٦٧", "[phone]"),
        ("４１１１　１１１１　１１１１　１１１１", "[card]"),
        ("jo＠shop.example", "[email]"),
        ("phone=01711234567", "phone=[phone]"),
        ("jo@xn--e1afmkfd.xn--p1ai", "[email]"),
    ],
)
def test_values_typed_on_other_keyboards_are_masked(text: str, masked: str) -> None:
    assert mask(f"a {text} b") == f"a {masked} b"


def test_ibans_with_more_blanks_are_masked_as_a_whole() -> None:
    for text in ("DE 89 3704 0044 0532 0130 00", "DE89  3704  0044  0532  0130  00"):
        assert mask(f"Pay {text}  20 EUR") == "Pay [iban]  20 EUR"


def test_numbers_of_things_are_kept_by_the_word_before_them() -> None:
    labels = (
        "Art.-Nr.", "Best.-Nr.:", "Ref.Nr.", "Kd.-Nr.", "Lieferscheinnummer", "Zählernummer:",
        "numéro de client", "client n°", "numéro de suivi", "n.º de cliente", "booking number",
        "GTIN", "S/N", "Kto",
    )  # fmt: skip
    assert_kept([f"{label} 0301234567" for label in labels])
    assert_kept(["0612345678 bytes", "0612 345 678 kg"])
    phones = (
        "Telefonnummer", "Telefonnr.", "Rufnummer:", "Handynummer", "Mobilfunknummer", "Faxnummer",
        "Büronummer", "Praxisnummer:", "Zentralnummer", "Infonummer", "Zweitnummer", "Firmennr.",
        "Kundendienstnummer", "Rückrufnummer", "Hotlinenummer", "Servicenummer", "client",
        "Störungsnummer", "mon numéro", "booking",
    )  # fmt: skip
    for label in phones:
        assert mask(f"{label} 0171 1234567") == f"{label} [phone]"


@pytest.mark.parametrize("before", ["Best regards\nJo Doe", "Thanks for the order", "It is 5 EUR"])
def test_a_number_on_a_line_of_its_own_has_nothing_before_it(before: str) -> None:
    for number in ("0171 1234567", "(212) 555-1234", "030 901820"):
        assert mask(f"{before}\n{number}\nEUR") == f"{before}\n[phone]\nEUR"


def test_numbers_of_things_are_kept_however_their_word_stands_before_them() -> None:
    assert_kept(
        [
            "receipt no. 2125551234", "claim number: 2125551234", "gift card number 2125551234",
            "my order number was 2125551234", "die Bestellnummer lautet 0301234567",
            "order: **2125551234**", "order `2125551234`", "| Order | 2125551234 |",
            '"order_id": 2125551234', '"orderId":"2125551234"', "invoice-no 2125551234",
            "orders 2125551234 and 2125559876", "Rechnungen 0301234567, 0301234568 und 0301234569",
            "Vertragskonto 2012345678", "Aktenzeichen 0301234567", "Gutscheincode 0301234567",
            "Referencia 612345678", "référence 0612345678", "Nº de referencia: 612345678",
            "devis n° 0612345678", "expediente 612345678", "Kunde Nr. 0301234567",
            '"GET /api/orders/4502123456 HTTP/1.1"', "HRESULT -2147467259", "up to 2147483647",
            "git@github.com:acme/app.git", "icon@2x.png",
        ]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Bestellung 4711, 0171 1234567", "Bestellung 4711, [phone]"),
        ("orders 2125551234 and 4155551234", "orders 2125551234 and [phone]"),
        ("call about my order. 0171 1234567", "call about my order. [phone]"),
        ("commandes au 01 42 68 53 00", "commandes au [phone]"),
        ("my area code 212 5551234", "my area code [phone]"),
        ("order hotline 0800 123 4567", "order hotline [phone]"),
        ("free of charge 0800 123 4567", "free of charge [phone]"),
        ("reach me - 2125551234", "reach me - [phone]"),
        ("https://shop.example/phones/2125551234", "https://shop.example/phones/[phone]"),
        ("https://crm.example/customers/2125551234", "https://crm.example/customers/[phone]"),
        ("Orders: (212) 555-1234", "Orders: [phone]"),
        ("Bestellungen: 0171 1234567", "Bestellungen: [phone]"),
        ("Commandes : 01 42 68 53 00", "Commandes : [phone]"),
        ("| Jo | Order | 0171 1234567 |", "| Jo | Order | [phone] |"),
        ('{"caller_id": "2125551234"}', '{"caller_id": "[phone]"}'),
        ('{"phoneId": "2125551234"}', '{"phoneId": "[phone]"}'),
        ("Tel -2125551234", "Tel -[phone]"),
        ("write to git@acme.example: soon", "write to [email]: soon"),
    ],
)
def test_phone_numbers_near_words_for_things_are_masked(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("GET /reset?email=jo%40shop.example HTTP/1.1", "GET /reset?email=[email] HTTP/1.1"),
        ("phone=%2B4915123456789&x=1", "phone=[phone]&x=1"),
        ("https://wa.me/4915123456789", "https://wa.me/[phone]"),
        ('{"mobile": "4915123456789"}', '{"mobile": "[phone]"}'),
        ("phone_model: 4915123456789", "phone_model: 4915123456789"),
        ("save 40%40 now", "save 40%40 now"),
    ],
)
def test_values_in_addresses_and_records_are_masked(text: str, masked: str) -> None:
    assert mask(text) == masked


def test_card_numbers_and_ibans_may_go_on_in_the_next_line() -> None:
    assert mask("My card is 4111 1111 1111\n1111, ok") == "My card is [card], ok"
    assert mask("IBAN: GB29 NWBK 6016\n1331 9268 19\nBIC") == "IBAN: [iban]\nBIC"
    assert mask("41111111 11111111") == "[card]"
    for text in ("41111111\n11111111", "4111\n1111\n1111\n1111", "4111 1111\n1111\n1111"):
        assert mask(text) == text
