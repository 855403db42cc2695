"""Metrics over texts and rankings, as the literature defines them."""

import math
import re
import string
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import groupby

from chatbot.grounding.lexicon import units
from chatbot.grounding.quantities import ONE, number_of
from chatbot.text import unicode

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)
# An answer in other words than the expected one is right from this word overlap on.
_SAME = 0.7
_DASHES = dict.fromkeys((*range(0x2010, 0x2016), 0x2212), "-")
_FOREIGN_DIGIT = re.compile(r"(?![0-9])\d")
_THOUSANDS = re.compile(r"(?<![\d.,])[1-9]\d{0,2}(?:[.,]\d{3})+(?!\d)")
_CURRENCY_BEFORE = re.compile(r"([$€£¥])\s?(\d+(?:[.,]\d+)*)")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_RANGE = re.compile(r"(?<=\d)(?:\s-\s|\s(?:to|bis|à|a)\s)(?=\d)")
# What a number and its unit stick together with: "30-day", "10GB"; not in a code ("e10a").
_STUCK = re.compile(r"(?<![^\W\d_])(\d+(?:[.,:]\d+)*)-?(?=[^\W\d_]|[°%$€£¥])")
_MEASURE = re.compile(r"(?<=\d )(°\s?[cf]\b|[^\W\d_]+|[°%$€£¥])")
# A sign of a number ("4.95", "3-5", "-18"), and every other one.
_SIGN = re.compile(r"((?<=\d)[.,:/-](?=\d)|(?<!\w)-(?=\d))|[^\w\s]|_")
_UNSPACED = re.compile(  # Thai to Burmese and Khmer, Japanese, Chinese and Korean
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\uac00-\ud7af]"
)


def normalise(text: str) -> str:
    """Lower case without punctuation, articles and extra spaces (the SQuAD script's rules)."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def token_f1(text: str, golds: Sequence[str]) -> float:
    """Best F1 of shared tokens against any gold answer (Rajpurkar et al., 2016)."""
    return max((_f1(normalise(text).split(), normalise(gold).split()) for gold in golds), default=0)


def contains_gold(text: str, golds: Sequence[str]) -> bool:
    """Whether a gold answer stands in the text, both normalised."""
    padded = f" {normalise(text)} "
    return any(f" {normalise(gold)} " in padded for gold in golds if normalise(gold))


def says_expected(text: str, golds: Sequence[str]) -> bool:
    """Whether an answer is right: an expected one stands in it, or it has the numbers of one and
    most of its words.

    The published rules (:func:`normalise`) make "495" of "4.95" and "35" of "3-5", and one word of
    a Japanese sentence; here numbers keep their signs, and such characters stand alone.
    A number is one however it is written: "€4.95" and "4.95 €", "30-day" and "thirty days", and in
    the digits of Arabic or Hindi.
    """
    said = _as_said(text)
    return any(_says(said, gold) for gold in map(_as_said, golds) if gold)


def _says(said: list[str], gold: list[str]) -> bool:
    if f" {' '.join(gold)} " in f" {' '.join(said)} ":
        return True
    numbers = {word for word in gold if any(map(str.isdigit, word))}
    return numbers <= set(said) and _f1(said, gold) >= _SAME


def _as_said(text: str) -> list[str]:
    text = _FOREIGN_DIGIT.sub(_latin, unicode.normalise(text).lower().translate(_DASHES))
    text = _CURRENCY_BEFORE.sub(r"\2 \1", _WORD.sub(_in_figures, text))
    text = _THOUSANDS.sub(lambda number: re.sub("[.,]", "", number[0]), text)
    text = _RANGE.sub("-", _MEASURE.sub(_in_one_form, _STUCK.sub(r"\1 ", text)))
    text = _ARTICLES.sub(" ", _SIGN.sub(_kept, text))
    return _UNSPACED.sub(r" \g<0> ", text).split()


def _latin(digit: re.Match[str]) -> str:
    return str(unicodedata.decimal(digit[0]))


def _in_figures(word: re.Match[str]) -> str:
    """ "Fourteen" and "three-year" in figures; "one" only before a unit."""
    first, dash, rest = word[0].partition("-")
    value = number_of(word[0])
    if value is None and dash:
        value, rest = number_of(first), f" {rest}"
    else:
        first, rest = word[0], ""
    behind = _WORD.match(word.string, word.end() + 1)
    if value is None or (first in ONE and not (behind and behind[0] in _unit_starts())):
        return word[0]
    return f"{value}{rest}"


def _in_one_form(unit: re.Match[str]) -> str:
    return _unit_names().get(unit[0].replace(" ", ""), unit[0])


@cache
def _unit_names() -> dict[str, str]:
    """The units by their forms in lower case: "days" and "tage" are "day"."""
    return {form.lower(): unit for form, unit in units().items()}


@cache
def _unit_starts() -> frozenset[str]:
    """The first words of units: "business" of "business day"."""
    return frozenset(form.split()[0] for form in _unit_names())


def _kept(sign: re.Match[str]) -> str:
    """One point for "4,95" and "10:30"; symbols that are no punctuation, as "€"."""
    if sign[1]:
        return "." if sign[1] in ",:" else sign[1]
    plain = sign[0] in string.punctuation or unicodedata.category(sign[0]).startswith("P")
    return "" if plain else sign[0]


def rouge_l(text: str, golds: Sequence[str]) -> float:
    """Best F-measure of the longest common subsequence of words (Lin, 2004)."""
    words = normalise(text).split()
    return max((_lcs_f(words, normalise(gold).split()) for gold in golds), default=0.0)


def ranking_metrics(met: Sequence[int], total: int) -> dict[str, float]:
    """hit@1, hit@5, mrr@10, ndcg@10 and recall@10 of one ranking of up to ten results.

    ``met`` tells of each result, best first, how many of the ``total`` things to find it has that
    none before it had. For ndcg those that one result has together are one thing.
    """
    met = met[:10]
    first = next((rank for rank, found in enumerate(met, start=1) if found), None)
    gain = sum(1 / math.log2(rank + 1) for rank, found in enumerate(met, 1) if found)
    apart = total - sum(found - 1 for found in met if found)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(apart, 10) + 1))
    return {
        "hit@1": float(first == 1),
        "hit@5": float(first is not None and first <= 5),
        "mrr@10": 1 / first if first else 0.0,
        "ndcg@10": gain / ideal if ideal else 0.0,
        "recall@10": sum(met) / total if total else 0.0,
    }


def lowered(sure: float) -> float:
    """A confidence in ten-thousandths, rounded down: as a threshold it lets through what it was
    read from."""
    return math.floor(round(sure * 10_000, 6)) / 10_000


def risk_coverage(decisions: Sequence[tuple[float, bool]]) -> list[dict[str, float]]:
    """Points of (confidence, right) answers taken from the surest on: at each threshold the
    share of cases answered (``coverage``) and the share of those that is wrong (``risk``)."""
    points: list[dict[str, float]] = []
    wrong = 0
    ranked = sorted(((lowered(sure), right) for sure, right in decisions), key=lambda d: -d[0])
    for count, (sure, right) in enumerate(ranked, start=1):
        wrong += not right
        if count < len(ranked) and ranked[count][0] == sure:
            continue  # one threshold cannot part equal confidences
        points.append(
            {
                "threshold": sure,
                "coverage": round(count / len(ranked), 4),
                "risk": round(wrong / count, 4),
            }
        )
    return points


def risk_area(decisions: Sequence[tuple[float, bool]]) -> float:
    """Area under the risk-coverage curve: the mean risk over all coverages, 0 at best. Cases of
    equal confidence count as in random order."""
    wrong, count, total = 0.0, 0, 0.0
    ranked = sorted(decisions, key=lambda decision: -decision[0])
    for _, equal in groupby(ranked, key=lambda decision: decision[0]):
        flags = [right for _, right in equal]
        share = flags.count(False) / len(flags)
        for _ in flags:
            wrong += share
            count += 1
            total += wrong / count
    return round(total / len(decisions), 4) if decisions else 0.0


def reliability(decisions: Sequence[tuple[float, bool]], bins: int = 10) -> list[dict[str, float]]:
    """Cases in bins of equal width of confidence: ``confidence`` (mean), ``right`` (share), ``n``;
    empty bins are left out."""
    groups: dict[int, list[tuple[float, bool]]] = {}
    for sure, right in decisions:
        groups.setdefault(min(bins - 1, int(sure * bins)), []).append((sure, right))
    return [
        {
            "confidence": round(sum(sure for sure, _ in group) / len(group), 4),
            "right": round(sum(right for _, right in group) / len(group), 4),
            "n": len(group),
        }
        for _, group in sorted(groups.items())
    ]


def _f1(words: list[str], gold: list[str]) -> float:
    shared = sum((Counter(words) & Counter(gold)).values())
    return 2 * shared / (len(words) + len(gold)) if shared else 0.0


def _lcs_f(words: list[str], gold: list[str]) -> float:
    row = [0] * (len(gold) + 1)
    for word in words:
        diagonal = 0
        for at, other in enumerate(gold, start=1):
            above = row[at]
            row[at] = diagonal + 1 if word == other else max(above, row[at - 1])
            diagonal = above
    return 2 * row[-1] / (len(words) + len(gold)) if row[-1] else 0.0
