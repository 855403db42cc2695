#!/usr/bin/env bash
# phonenumbers finds no number that has spaces in it and stands right behind other digits.
#
# One would guess: PhoneNumberMatcher takes "030 12345678 030 87654321" for two numbers of Berlin, or
# for one at least, and finds the one behind a postal code or a year in "10115 030 12345678". It does
# with a comma or a letter between, with a slash inside ("030/12345678"), and for the forms of the US.
# What happens (phonenumbers 9.0.43): nothing is found. All digits up to the next sign are one
# candidate, which is no number; a second look cuts it at every space and sees "030" and "12345678"
# apart. (The laxer POSSIBLE finds the last one, and takes "10115" for a number, too.) So who masks personal data with it leaves just those lines as they are that hold
# most of it: two numbers of one person side by side, or a column of numbers behind another.
# Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check phonenumbers==9.0.43
venv/bin/python - <<'PYTHON'
from phonenumbers import PhoneNumberMatcher


def found(text, region):
    numbers = [match.raw_string for match in PhoneNumberMatcher(text, region)]
    print(region, repr(text), "->", numbers)
    return numbers


NUMBERS = {"DE": "030 12345678", "GB": "020 7946 0958", "FR": "01 42 68 53 00"}
for region, number in NUMBERS.items():
    for before in ("", "Since 2020, ", "2020 and "):
        assert found(before + number, region) == [number], "it finds less than before"
    for text in (f"{number} {number}", f"10115 {number}", f"Since 2020 {number}"):
        assert found(text, region) == [], "a number right behind other digits is found now"
assert found("10115 030/12345678", "DE") == ["030/12345678"]
assert len(found("212-736-5000 646-736-5001", "US")) == 2
PYTHON
