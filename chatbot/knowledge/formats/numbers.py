"""Numbers as a spreadsheet shows them: by the format code of their cell."""

import datetime as dt
import re
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache

# The codes that files name by number only. Dates in the order of the reader's country are shown
# as ISO dates, since the file does not say which country that is.
BUILT_IN = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%",
    11: "0.00E+00", 12: "General", 13: "General", 14: "yyyy-mm-dd", 15: "d-mmm-yy", 16: "d-mmm",
    17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss",
    22: "yyyy-mm-dd h:mm", 37: "#,##0;(#,##0)", 38: "#,##0;(#,##0)", 39: "#,##0.00;(#,##0.00)",
    40: "#,##0.00;(#,##0.00)", 44: "#,##0.00", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss",
    48: "0.0E+0", 49: "@",
}  # fmt: skip
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_(?P<blank>.)|\*(?P<fill>.)|\[\$(?P<money>[^\]-]*)[^\]]*\]'
    r"|\[(?P<passed>h+|m+|s+)\]|\[(?P<other>[^\]]*)\]|(?P<half>AM/PM|A/P)"
    r"|(?P<date>y+|m+|d+|h+|s+(?:\.0+)?)|(?P<general>General)"
    r"|(?P<digits>[#0?][#0?,]*(?:\.[#0?]*)?,*(?:E[+-][#0?]+)?|\.[#0?]+)|(?P<plain>.)",
    re.IGNORECASE | re.DOTALL,
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_MOST = 300  # characters of a code; longer ones are no formats
Token = tuple[str, str]


def shown(value: float, code: str, since_1904: bool = False) -> str:
    """``value`` in the format ``code`` ("0%", "DD.MM.YYYY", '#,##0,,"M"')."""
    section, value = _section(code, value)
    if not section:
        return general(value)
    tokens = _tokens(section)
    kinds = {kind for kind, _ in tokens}
    if kinds & {"date", "passed", "half"}:
        return _date(value, tokens, since_1904)
    if "general" in kinds or not kinds & {"digits"}:
        literal = "".join(_literal(kind, text) or "" for kind, text in tokens)
        return f"{general(value)}{literal}" if "general" in kinds or "@" in section else literal
    return _number(value, tokens)


def general(value: float) -> str:
    """A number without a format: eleven digits at most, no needless zeros."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.11g}"


@lru_cache(maxsize=1024)
def _tokens(section: str) -> list[Token]:
    found = []
    for match in _TOKEN.finditer(section):
        kind = str(match.lastgroup)
        found.append((kind, match[kind]))
    return found


def _section(code: str, value: float) -> tuple[str, float]:
    """The part of the code for a number of this sign; its own sign is then in that part."""
    if not code or len(code) > _MOST:
        return "", value
    parts = _split(code)
    if value < 0 and len(parts) > 1 and parts[1]:
        return parts[1], -value
    if value == 0 and len(parts) > 2 and parts[2]:
        return parts[2], value
    return parts[0], value


@lru_cache(maxsize=1024)
def _split(code: str) -> list[str]:
    parts = re.findall(r'((?:"[^"]*"|\\.|[^;"\\])*)(;|$)', code)
    return [text for text, _ in parts][:4] or [""]


def _literal(kind: str, text: str) -> str | None:
    if kind in ("quoted", "escaped", "money"):
        return text
    if kind == "blank":
        return " "
    if kind == "plain":
        return "" if text == "@" else text
    return "" if kind in ("other", "fill") else None


def _number(value: float, tokens: list[Token]) -> str:
    codes = [text for kind, text in tokens if kind == "digits"]
    if ("plain", "/") in tokens:
        return _fraction(value)
    percent = sum(text == "%" for kind, text in tokens if kind == "plain")
    thousands = len(codes[-1]) - len(codes[-1].rstrip(","))
    scaled = Decimal(repr(abs(value))) * 100**percent / 1000**thousands
    texts = _shared(scaled, codes) if len(codes) > 1 else [_digits(scaled, codes[0].rstrip(","))]
    sign = "-" if value < 0 and re.search(r"[1-9]", "".join(texts)) else ""
    left = iter(texts)
    out = [next(left) if kind == "digits" else _literal(kind, t) or "" for kind, t in tokens]
    return sign + "".join(out).strip()


def _fraction(value: float) -> str:
    whole = int(value)
    part = Fraction(abs(value - whole)).limit_denominator(99)
    if not part.numerator:
        return str(whole)
    return f"{whole} {part}" if whole else f"{'-' if value < 0 else ''}{part}"


def _shared(value: Decimal, codes: list[str]) -> list[str]:
    """The digits of a number shared out among several groups, as of "(000) 000-0000"."""
    digits = str(int(value.quantize(Decimal(1), ROUND_HALF_UP)))
    out: list[str] = []
    for code in reversed(codes[1:]):
        many = len(code)
        out.append(digits[-many:].zfill(code.count("0")))
        digits = digits[:-many]
    return [digits.zfill(codes[0].count("0")), *reversed(out)]


def _digits(value: Decimal, code: str) -> str:
    whole, _, rest = code.partition(".")
    if "E" in code.upper():
        places = len(re.sub(r"[^#0?]", "", rest.upper().split("E")[0]))
        return f"{float(value):.{places}E}"
    needed, most = rest.count("0"), len(re.sub(r"[^#0?]", "", rest))
    rounded = value.quantize(Decimal(1).scaleb(-most), ROUND_HALF_UP)
    before, _, after = f"{rounded:{',' if ',' in whole else ''}f}".partition(".")
    while len(after) > needed and after.endswith("0"):
        after = after[:-1]
    before = before.zfill(whole.count("0")) if "," not in whole else before
    if before == "0" and "0" not in whole and after:
        before = ""
    return f"{before}.{after}" if after else before


def _date(value: float, tokens: list[Token], since_1904: bool) -> str:
    try:
        moment = _moment(value, since_1904)
    except (OverflowError, ValueError):
        return general(value)
    half = any(kind == "half" for kind, _ in tokens)
    out: list[str] = []
    for at, (kind, text) in enumerate(tokens):
        if kind == "date":
            out.append(_part(moment, _meant(tokens, at), half))
        elif kind == "passed":
            seconds = round(value * 86400)
            per = {"h": 3600, "m": 60, "s": 1}[text[0].lower()]
            out.append(str(seconds // per).zfill(len(text)))
        elif kind == "half":
            out.append("AM" if moment.hour < 12 else "PM")
        else:
            out.append(_literal(kind, text) or "")
    return "".join(out).strip()


def _moment(value: float, since_1904: bool) -> dt.datetime:
    # Excel counts a 29 February 1900, which never was.
    first = dt.datetime(1904, 1, 1) if since_1904 else dt.datetime(1899, 12, 30)
    if not since_1904 and value < 60:
        first = dt.datetime(1899, 12, 31)
    return first + dt.timedelta(seconds=round(value * 86400))


def _meant(tokens: list[Token], at: int) -> str:
    """The token at ``at``; "m" beside hours or seconds means minutes and is written "n"."""
    text = tokens[at][1].lower()
    if text[0] != "m" or len(text) > 2:
        return text
    before = [t.lower() for kind, t in tokens[:at] if kind in ("date", "passed")]
    after = [t.lower() for kind, t in tokens[at + 1 :] if kind == "date"]
    minutes = bool(before and before[-1][0] == "h") or bool(after and after[0][0] == "s")
    return "n" * len(text) if minutes else text


def _part(moment: dt.datetime, code: str, half: bool) -> str:
    many = len(code)
    hour = (moment.hour % 12 or 12) if half else moment.hour
    match code[0]:
        case "y":
            return f"{moment.year:04}" if many > 2 else f"{moment.year % 100:02}"
        case "m":
            name = _MONTHS[moment.month - 1]
            return str(moment.month).zfill(many) if many < 3 else name[:3] if many == 3 else name
        case "d":
            name = _DAYS[moment.weekday()]
            return str(moment.day).zfill(many) if many < 3 else name[:3] if many == 3 else name
        case "h":
            return str(hour).zfill(many)
        case "n":
            return str(moment.minute).zfill(many)
        case _:
            return str(moment.second).zfill(min(many, 2))
