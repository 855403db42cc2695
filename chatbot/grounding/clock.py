"""Times of day and spans of time, in figures and as people say them.

"Half past six in the evening", "6:30 pm" and "18:30" are one; "half past six" alone may be either.
A quarter of an hour is 15 minutes, and a fortnight 2 weeks.
"""

import re
from fractions import Fraction

from chatbot.grounding.lexicon import numbers
from chatbot.grounding.quantities import ONE

TIME = re.compile(
    r"\b(?P<hour>\d{1,2})(?:(?:[:.]|\s?h\s?)(?P<minute>\d{2}))?\s?(?P<half>[ap])(?:\.\s?m\.|m\b)|"
    r"\b(?P<either>\d{1,2})(?::(?P<minute5>\d{2}))? o'clock\b|"
    r"\b(?P<hour2>\d{1,2}):(?P<minute2>\d{2})(?!\d|:)|\b(?P<hour3>\d{1,2})h(?P<minute3>\d{2})\b|"
    r"\b(?:(?P<noon>noon|midday)|(?P<midnight>midnight|Mitternacht|minuit|medianoche))\b|"
    r"\b(?P<hour4>\d{1,2})(?:\.(?P<minute4>\d{2}))? Uhr\b",
    re.IGNORECASE,
)
_HOUR = (
    r"(?P<hour>1[0-2]|[1-9]|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
    r"(?: o'clock)?"
)
_PART = (
    r"(?:,? (?:(?:in the|that|this|the same|the next|on \w+day) (?P<part>morning|afternoon|evening)"
    r"|at (?P<night>night)|(?P<half>[ap])\.?m\b\.?))"
)
_STUNDE = r"(?P<hour>1[0-2]|[1-9]|eins?|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf)"
_TEIL = r"(?: (?P<part>morgens|früh|vormittags|nachmittags|abends)| (?P<night>nachts))"
_HEURE = (
    r"(?P<hour>1[0-2]|[1-9]|une|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|"
    r"una|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce)"
)
_SPOKEN = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:a )?(?P<minutes>half|quarter|twenty|ten|five) (?P<side>past) {_HOUR}\b{_PART}?",
        rf"\b(?:a )?(?P<minutes>quarter) (?P<side>to) {_HOUR}\b{_PART}?",
        r"(?P<before>\b(?:at|by|from|till?|until|to|after|before|between|and|around|about|or) |, )"
        rf"{_HOUR}{_PART}",
        rf"\b(?P<minutes>halb|dreiviertel) (?P<side>){_STUNDE}\b(?: Uhr)?{_TEIL}?",
        rf"\b(?P<minutes>viertel) (?P<side>nach|vor) {_STUNDE}\b(?: Uhr)?{_TEIL}?",
        rf"\b{_STUNDE} Uhr{_TEIL}",
        rf"\b{_HEURE} heures?(?P<minutes> et demie)? "
        r"(?P<part>du matin|de l'après-midi|du soir)\b",
        rf"\blas? {_HEURE}(?P<minutes> y media)? de la (?P<part>mañana|tarde|noche)\b",
    )
)
_MINUTES = {
    "half": 30, "quarter": 15, "twenty": 20, "ten": 10, "five": 5, "viertel": 15, "halb": -30,
    "dreiviertel": -15, " et demie": 30, " y media": 30,
}  # fmt: skip
_SPANS = (
    (r"(?:the )?three quarters of an hour|(?:eine )?Dreiviertelstunde", "45 minutes"),
    (r"(?:a )?quarter of an hour|(?:eine )?Viertelstunde|un quart d'heure", "15 minutes"),
    (r"fortnightly|(?:every|each) fortnight", "every 2 weeks"),
    (r"(?:a |one )?fortnight", "2 weeks"),
    (
        r"24 hours (?:a|per) day,?(?: and)? (?:7|seven) days (?:a|per) week|(?:a)?round the clock|"
        r"day and night|Tag und Nacht|jour et nuit|día y noche|"
        r"rund um die Uhr|24 Stunden am Tag,?(?: und)? (?:7|sieben) Tage (?:die|in der|pro) Woche|"
        r"24h/24(?: et)?,? 7j/7|"
        r"las 24 horas(?: del día)?,?(?: y)? los (?:7|siete) días de la semana",
        "24/7",
    ),
)
_LENGTHS = tuple(
    (re.compile(rf"\b(?:{said})\b", re.IGNORECASE), figures) for said, figures in _SPANS
)
# "P.m." that ends no sentence.
_DOTTED = re.compile(r"(?<=\d)( ?[ap])\.\s?m\.(?=,? [a-zA-Z])(?! [A-Z][a-z])")
_USUAL = {"evening": range(4, 12), "afternoon": (12, *range(1, 8))}
_BEFORE_NOON = frozenset("a morning morgens früh vormittags matin mañana".split())  # noqa: SIM905


_SHORT_DAYS = {
    "Monday": "Mo lun M L", "Tuesday": "Di mar", "Wednesday": "Mi mer mié",
    "Thursday": "Do jeu jue", "Friday": "Fr ven vie F V", "Saturday": "Sa sam sáb",
    "Sunday": "So dim dom",
}  # fmt: skip
_DAY_OF = {form: day for day, forms in _SHORT_DAYS.items() for form in forms.split()}
_DAY_OF |= {form.capitalize(): day for form, day in _DAY_OF.items()}
_SHORT_DAY = "|".join(form for form in _DAY_OF if len(form) > 1)
_SHORT_RANGE = re.compile(
    rf"\b(?P<one>{_SHORT_DAY}|[ML](?=\s?[-–]))\.?(?P<to>\s?[-–—]\s?| (?:bis|à|au|al?) )"
    rf"(?P<other>{_SHORT_DAY}|(?<=[-–])[FV])\b\.?"
)
_CLOCK = r"(?:2[0-4]|1\d|0?\d)(?:[:.]\d\d|h(?:\d\d)?)?"
# "So 10–16 Uhr", and neither "Do 2 coats" nor "So 30 days".
_DAY_CELL = re.compile(
    rf"^\s*(Mo|Di|Mi|Do|Fr|Sa|So)\.?(?=\s*$|:? (?:geschlossen\W*$|{_CLOCK}\s?Uhr\b|"
    rf"{_CLOCK}\s?(?:[-–—]|bis|à)\s?{_CLOCK}(?:\s?Uhr\b|\s*$|(?:,| und| et)\s?\d)))"
)


def with_days(text: str) -> str:
    """ "Mo–Fr", "lun.-ven.", "L-V", "M-F" with the names of the days, and "So" before an hour."""
    text = _SHORT_RANGE.sub(lambda m: f"{_DAY_OF[m['one']]}{m['to']}{_DAY_OF[m['other']]}", text)
    return _DAY_CELL.sub(lambda match: _DAY_OF[match[1]], text)


def spoken_times(text: str) -> str:
    """``text`` with "half past six in the evening" as "18:30", as "6:30 o'clock" where it is open
    which half of the day is meant, and with "a fortnight" as "2 weeks"."""
    text = _DOTTED.sub(r"\1m", text)
    for pattern, figures in _LENGTHS:
        text = pattern.sub(figures, text)
    for pattern in _SPOKEN:
        text = pattern.sub(_in_figures, text)
    return text


def minutes_of(match: re.Match[str]) -> frozenset[Fraction]:
    """The minutes since midnight that a match of ``TIME`` may mean; none if it is no time."""
    named = match.groupdict()
    if named["noon"]:
        return frozenset({Fraction(720)})
    if named["midnight"]:
        return frozenset({Fraction(0), Fraction(1440)})
    hour = next(int(named[k]) for k in ("hour", "either", "hour2", "hour3", "hour4") if named[k])
    told = ("minute", "minute2", "minute3", "minute4", "minute5")
    minute = next((int(named[k]) for k in told if named[k]), 0)
    if hour > 24 or minute > 59:
        return frozenset()
    if named["half"]:
        hour = hour % 12 + (12 if named["half"].lower() == "p" else 0)
    found = {Fraction(60 * hour + minute)}
    if named["either"] and hour <= 12:
        found.add(Fraction(60 * (hour % 12 + 12 * (hour < 12)) + minute))
    return frozenset(found)


def _in_figures(match: re.Match[str]) -> str:
    named = match.groupdict()
    said = named["hour"].lower()
    hour = int(said) if said.isdigit() else 1 if said in ONE else numbers()[said]
    minutes = _MINUTES[named["minutes"].lower()] if named.get("minutes") else 0
    if (named.get("side") or "").lower() in ("to", "vor"):
        minutes = -minutes
    part = (named.get("part") or named.get("half") or named.get("night") or "").lower()
    before = named.get("before") or ""
    if not part:
        at = (60 * (hour % 12) + minutes) % 720
        return f"{before}{at // 60 or 12}:{at % 60:02} o'clock"
    dose = hour < 4 and before.strip() in (",", "and", "or")
    if dose or hour not in _USUAL.get(part, range(13)):
        return match[0]  # "one in the morning and two in the evening"
    late = part.split()[-1] not in _BEFORE_NOON
    if named.get("night"):
        late = 5 < hour < 12
    at = (60 * (hour % 12 + 12 * late) + minutes) % 1440
    return f"{before}{at // 60}:{at % 60:02}"
