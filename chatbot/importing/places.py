"""Postal addresses of people: masked by their forms in nine countries."""

import re

ADDRESS = "[address]"
_CAP = r"[A-ZÀ-ÖØ-Þ](?:[\w'’.-]{0,38}\w)?"  # bounded: text is anybody's
_TOWN = rf"{_CAP}(?:[ -](?:(?:am|an der|sur|sous|de|del|upon|under)[ -])?{_CAP}){{0,3}}"
# What stands for a town: five digits before it, or codes of the Netherlands, Poland, Portugal, the
# United Kingdom and the United States.
_CODED = (
    rf"(?:[A-Z]{{1,2}}-)?\d{{5}}[ ]{_TOWN}|\d{{4}}[ ]?[A-Z]{{2}}\b(?:[ ]{_TOWN})?"
    rf"|\d\d-\d{{3}}[ ]{_TOWN}|\d{{4,5}}-\d{{2,3}}[ ]{_TOWN}"
    rf"|(?:{_TOWN}[ ,]+)?[A-Z]{{1,2}}\d[A-Z\d]{{0,2}}[ ]\d[A-Z]{{2}}\b"
    rf"|{_TOWN},[ ][A-Z]{{2}}[ ]\d{{4,5}}(?!\d)"
)
_NUMBER = r"\d{1,5}(?:[ ]?[a-zA-Z]\b|[-/]\d{1,3})?(?:[ ](?:bis|ter))?"
_LAST = (
    r"(?:[sS]tra(?:ß|ss)e|[sS]tr\.|[wW]eg|[gG]asse|[pP]latz|[aA]llee|[dD]amm|[uU]fer|[rR]ing|[mM]arkt"
    r"|[sS]traat|[lL]aan|[gG]racht|[pP]lein|[kK]ade|[dD]ijk)"
)
_FIRST = (
    r"(?i:rue|avenue|av\.|bd\.?|boulevard|place|chemin|impasse|allée|quai|cours|route|calle|c/"
    r"|avda\.?|avenida|plaza|paseo|carrer|camino|via|viale|piazza|corso|largo|rua|praça|travessa"
    r"|ulica|ul\.)"
)
_LATE = (
    r"(?:Street|St|Road|Rd|Lane|Ln|Avenue|Ave|Drive|Dr|Close|Grove|Court|Ct|Way|Place|Square"
    r"|Crescent|Terrace|Gardens|Boulevard|Blvd|Row|Mews|Hill)\b(?:\.(?=,))?(?![ ][a-z])"
)
_WORDS = r"(?:[\w'’.-]{1,40}[ ]){0,4}"
_STREET = (
    rf"(?:(?:{_CAP}[ -]){{0,3}}{_CAP}?{_LAST}[ ]{_NUMBER}"  # Lindenstraße 4, Am Alten Markt 4a
    rf"|{_NUMBER},?[ ]{_FIRST}[ ]{_WORDS}{_CAP}"  # 8 rue des Lilas
    rf"|{_FIRST}[ ]{_WORDS}{_CAP},?[ ]{_NUMBER}"  # Calle Mayor 3, 2º B
    rf"(?:,[ ]\d{{1,2}}[ºª°]?[ ]?[A-Z]?\b)?"
    rf"|(?:(?:Flat|Unit|Apt\.?|Apartment|Suite)[ ]\w+,[ ])?{_NUMBER}[ ](?:{_CAP}[ ]){{1,3}}{_LATE})"
)
# A code counts behind a street or a number; a street counts alone.
_ADDRESS = re.compile(
    rf"(?<![\w.-]){_STREET}(?:,?[ \n]+(?:{_CODED}|{_CAP}(?=[ ,]*(?:{_CODED}))[ ,]*(?:{_CODED})))?"
    rf"|(?<![\w.-])(?:{_CAP}[ ]){{1,3}}{_NUMBER},[ ]*\n?(?:{_CODED})"
    rf"|(?<![\w.-]){_NUMBER}[ ](?:{_CAP}[ ]?){{1,3}},[ ]*\n?(?:{_CODED})"
)


def hide_addresses(text: str) -> str:
    """The text with ``[address]`` for each postal address."""
    return _ADDRESS.sub(ADDRESS, text)
