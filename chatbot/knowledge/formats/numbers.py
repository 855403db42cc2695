"""Numbers as a spreadsheet shows them: by the format code of their cell."""

import math
import operator
import re
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import takewhile

from chatbot.knowledge.formats.moments import Token, moment_texts

# The codes that files name by number only. Dates in the order of the reader's country are shown
# as ISO dates, since the file does not say which country that is; East Asian ones (27 to 58) too.
BUILT_IN = {
    **dict.fromkeys([*range(27, 32), 36, *range(50, 55), 57, 58], "yyyy-mm-dd"),
    **dict.fromkeys([32, 34, 55], "h:mm"), 33: "h:mm:ss", 35: "h:mm:ss", 56: "h:mm:ss",
    **dict.fromkeys([5, 6], '"$"#,##0;("$"#,##0)'),
    **dict.fromkeys([7, 8], '"$"#,##0.00;("$"#,##0.00)'),
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%",
    11: "0.00E+00", 12: "# ?/?", 13: "# ??/??", 14: "yyyy-mm-dd", 15: "d-mmm-yy", 16: "d-mmm",
    17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss",
    22: "yyyy-mm-dd h:mm", 37: "#,##0;(#,##0)", 38: "#,##0;(#,##0)", 39: "#,##0.00;(#,##0.00)",
    40: "#,##0.00;(#,##0.00)", 41: '#,##0;(#,##0);"-"', 42: '"$"#,##0;("$"#,##0);"$-"',
    43: '#,##0.00;(#,##0.00);"-"', 44: '"$"#,##0.00;("$"#,##0.00);"$-"', 45: "mm:ss",
    46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@",
}  # fmt: skip
# Digits of the largest number in the longest code; 28, as usual, are too few for 1E+29.
_EXACT = Context(prec=10_000)
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_(?P<blank>.)|\*(?P<fill>.)|\[\$(?P<money>[^\]-]*)[^\]]*\]'
    r"|\[(?P<passed>h+|m+|s+)\]|\[(?P<other>[^\]]*)\]|(?P<half>AM/PM|A/P)"
    r"|(?P<general>General)"
    r'|(?P<date>y+|m+|d+|h+|s+(?:\.0+)?|(?<![^\W_])g{1,3}e+(?![^\W_])|e+(?="?年))'
    r"|(?P<digits>[#0?][#0?,]*(?:\.[#0?]*)?,*(?:E[+-][#0?]+)?|\.[#0?]+)|(?P<plain>.)",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"\[\s*(<=|>=|<>|<|>|=)\s*(-?[\d.]+)\s*\]")
_COMPARE = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq,
    "<>": operator.ne,
}  # fmt: skip
# Thousands parted by something else than the comma of the code.
_GROUPS = re.compile(r"#(?:\\?[ \u00a0\u202f'’])##0")
_DENOMINATOR = re.compile(r"/\s*(?:(\d+)|(\?+|#+))")
_MIXED = re.compile(r"[#0?]\s+[#0?]+\s*/")  # a whole number in front of a fraction
_MOST = 300  # characters of a code; longer ones are no formats


def format_value(value: float, code: str, since_1904: bool = False) -> str:
    """``value`` in the format ``code`` ("0%", "DD.MM.YYYY", '#,##0,,"M"'); nothing where the
    code shows nothing. What is no number, or too large for one, is told as it is."""
    if not math.isfinite(value):
        return general(value)
    section, value = _section(code, value)
    if not section:
        return "" if ";" in code else general(value)
    if groups := _GROUPS.search(section):
        sign = groups[0][-4]
        text = format_value(value, section.replace(groups[0], "#,##0"), since_1904)
        return re.sub(r"(?<=\d),(?=\d{3})", sign, text)
    tokens = _tokens(section)
    kinds = {kind for kind, _ in tokens}
    if kinds & {"date", "passed", "half"}:
        return _date(value, tokens, since_1904, section)
    if "general" in kinds or not kinds & {"digits"}:
        literal = "".join(_literal(kind, text) or "" for kind, text in tokens)
        return f"{general(value)}{literal}" if "general" in kinds or "@" in section else literal
    return _number(value, tokens)


def format_text(text: str, code: str) -> str:
    """A text in the format of its cell: '"Art. "@', or ";;;", which hides it."""
    parts = _split(code) if len(code) <= _MOST else []
    section = parts[3] if len(parts) > 3 else parts[0] if parts and "@" in parts[0] else "@"
    if len(parts) > 3 and not section:
        return ""
    if "@" not in section:
        return text
    tokens = _tokens(section)
    out = (text if (kind, t) == ("plain", "@") else _literal(kind, t) or "" for kind, t in tokens)
    return "".join(out).strip()


def general(value: float) -> str:
    """A number without a format: eleven digits at most, no needless zeros."""
    if math.isfinite(value) and value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.11g}".upper()


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
    conditions = [_CONDITION.search(part) for part in parts[:3]]
    if any(conditions):
        for part, condition in zip(parts, conditions, strict=False):
            if condition is None or _COMPARE[condition[1]](value, float(condition[2])):
                return part, value
        return parts[-1], value
    if len(parts) > 2 and value == 0:
        return parts[2], value
    if len(parts) > 1 and value < 0:
        return parts[1], -value
    return parts[0], value


@lru_cache(maxsize=1024)
def _split(code: str) -> list[str]:
    parts = re.findall(r'((?:"[^"]*"|\\.|[^;"\\])*)(;|$)', code)
    found = [text for text, _ in parts]
    if len(found) > 1 and not code.endswith(";"):
        del found[-1]  # the empty match at the end
    return found[:4] or [""]


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
        number = _fraction(value, "".join(text for _, text in tokens))
        before, after = _words(tokens), _words(tokens[::-1])
        return "".join([*before, number, *reversed(after)]).strip()
    percent = sum(text == "%" for kind, text in tokens if kind == "plain")
    thousands = len(codes[-1]) - len(codes[-1].rstrip(","))
    scaled = Decimal(repr(abs(value))) * 100**percent / 1000**thousands
    texts = _share_out(scaled, codes) if len(codes) > 1 else [_digits(scaled, codes[0].rstrip(","))]
    sign = "-" if value < 0 and re.search(r"[1-9]", "".join(texts)) else ""
    left = iter(texts)
    out = [next(left) if kind == "digits" else _literal(kind, t) or "" for kind, t in tokens]
    return sign + "".join(out).strip()


def _words(tokens: list[Token]) -> list[str]:
    """What stands in front of the first digit of a code."""
    before = takewhile(lambda token: token[0] != "digits", tokens)
    return [text for kind, text in before if kind in ("quoted", "escaped", "money")]


def _fraction(value: float, code: str) -> str:
    whole = int(value)
    rest = abs(value - whole)
    match = _DENOMINATOR.search(code)
    mixed = _MIXED.search(code) is not None
    if match and match[1] and int(match[1]):
        below = int(match[1])
        above = round(rest * below)
    else:
        most = 10 ** min(4, len(match[2])) - 1 if match and match[2] else 99
        part = Fraction(rest).limit_denominator(most)
        above, below = part.numerator, part.denominator
    if not mixed:
        return f"{'-' if value < 0 else ''}{above + abs(whole) * below}/{below}"
    if above == below:
        return str(whole + (1 if value > 0 else -1))
    if not above:
        return str(whole)
    return f"{whole} {above}/{below}" if whole else f"{'-' if value < 0 else ''}{above}/{below}"


def _share_out(value: Decimal, codes: list[str]) -> list[str]:
    """The digits of a number shared out among several groups, as of "(000) 000-0000"."""
    digits = str(int(value.quantize(Decimal(1), ROUND_HALF_UP, _EXACT)))
    out: list[str] = []
    for code in reversed(codes[1:]):
        many = len(code)
        out.append(digits[-many:].zfill(code.count("0")))
        digits = digits[:-many]
    return [digits.zfill(codes[0].count("0")), *reversed(out)]


def _digits(value: Decimal, code: str) -> str:
    whole, _, rest = code.partition(".")
    if "E" in code.upper():
        return _power(value, code.upper())
    needed, most = rest.count("0"), len(re.sub(r"[^#0?]", "", rest))
    rounded = value.quantize(Decimal(1).scaleb(-most), ROUND_HALF_UP, _EXACT)
    before, _, after = f"{rounded:{',' if ',' in whole else ''}f}".partition(".")
    while len(after) > needed and after.endswith("0"):
        after = after[:-1]
    if len(before.replace(",", "")) < whole.count("0"):
        before = before.replace(",", "").zfill(whole.count("0"))
        if "," in whole:
            before = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", ",", before)
    if before == "0" and "0" not in whole:
        before = ""
    return f"{before}.{after}" if after else before


def _power(value: Decimal, code: str) -> str:
    """A number with a power of ten, which is a multiple of the digits in front of its point."""
    factor, _, power = code.partition("E")
    whole, _, rest = factor.partition(".")
    step = max(1, len(re.sub(r"[^#0?]", "", whole)))
    exponent = value.adjusted() // step * step if value else 0
    unit = Decimal(1).scaleb(-len(re.sub(r"[^#0?]", "", rest)))
    told = value.scaleb(-exponent, _EXACT).quantize(unit, ROUND_HALF_UP, _EXACT)
    if told.adjusted() >= step and told:
        exponent += step
        told = value.scaleb(-exponent, _EXACT).quantize(unit, ROUND_HALF_UP, _EXACT)
    sign = "-" if exponent < 0 else "+" * ("+" in power)
    return f"{told:f}E{sign}{str(abs(exponent)).zfill(len(power) - 1)}"


def _date(value: float, tokens: list[Token], since_1904: bool, section: str) -> str:
    try:
        texts = moment_texts(value, tokens, since_1904, section)
    except (OverflowError, ValueError):
        return general(value)
    sign = "-" if value < 0 and any(kind == "passed" for kind, _ in tokens) else ""
    out = (text or _literal(*token) or "" for token, text in zip(tokens, texts, strict=True))
    return sign + "".join(out).strip()
