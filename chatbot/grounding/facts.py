"""What must not be wrong in an answer: numbers, dates, prices, codes and addresses."""

import re

from chatbot.text.unicode import normalised

_NUMBER = re.compile(r"\d+(?:[.,:/]\d+)*")
_SPELLED = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|"
    r"sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|"
    r"hundred|thousand|million|billion)\b",
    re.IGNORECASE,
)
_SPELLED_VALUES = {
    "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13",
    "fourteen": "14", "fifteen": "15", "sixteen": "16", "seventeen": "17", "eighteen": "18",
    "nineteen": "19", "twenty": "20", "thirty": "30", "forty": "40", "fifty": "50",
    "sixty": "60", "seventy": "70", "eighty": "80", "ninety": "90",
}  # fmt: skip
# "may" and "march" are dates with a capital only.
_CALENDAR = re.compile(
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November|"
    r"December|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b"
)
_MONEY = re.compile(
    r"(?P<sign>[$€£¥]|\b(?:EUR|USD|GBP|CHF|JPY)\b)\s?(?P<amount>\d[\d.,]*\d|\d)|"
    r"(?P<amount2>\d[\d.,]*\d|\d)\s?(?P<sign2>[$€£¥]|(?:EUR|USD|GBP|CHF|JPY|euros?|dollars?)\b)"
)
_CURRENCY = {
    "$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "euro": "EUR", "euros": "EUR",
    "dollar": "USD", "dollars": "USD",
}  # fmt: skip
_PERCENT = re.compile(r"(\d+(?:[.,]\d+)*)\s?(?:%|per ?cent\b)", re.IGNORECASE)
# F-17, swg21996508, v2: letters and digits in one word, or a capital word with a dash.
_CODE = re.compile(r"\b(?:[A-Z][A-Za-z]*-\d[\w-]*|[A-Za-z]+\d\w*)\b")
_ADDRESS = re.compile(
    r"\b(?:https?|ftp)://[^\s<>\"')\]]+|\bwww\.[^\s<>\"')\]]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|"
    r"\b(?:[a-z0-9-]+\.)+(?:com|org|net|edu|gov|io|eu|uk|us|de|fr|example)\b(?:/[^\s<>\"')\]]*)?",
    re.IGNORECASE,
)


def missing_facts(claim: str, source: str) -> list[str]:
    """The facts of ``claim`` that ``source`` does not hold, sorted; "thirty" is in "30 days", but
    "30" is not in "thirty days", so that digits in an answer are always those of its source."""
    have = facts(source)
    spelled = {word for word, digits in _SPELLED_VALUES.items() if digits in have}
    return sorted(facts(claim) - have - spelled)


def facts(text: str) -> frozenset[str]:
    """The facts of a text in one spelling each, so that two texts can be compared.

    A price is its amount with its currency's code, an address goes without the full stop behind.
    """
    text = normalised(text)
    addresses = [match.rstrip(".,;:!?").lower() for match in _ADDRESS.findall(text)]
    found = {*addresses, *_CALENDAR.findall(text)}
    found.update(_NUMBER.findall(text))
    found.update(word.lower() for word in _SPELLED.findall(text))
    found.update(code.upper() for code in _CODE.findall(text))
    found.update(f"{number}%" for number in _PERCENT.findall(text))
    for match in _MONEY.finditer(text):
        sign = match["sign"] or match["sign2"]
        currency = _CURRENCY.get(sign.lower(), sign)
        found.add(f"{match['amount'] or match['amount2']} {currency}")
    return frozenset(found)
