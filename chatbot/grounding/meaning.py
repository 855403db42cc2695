"""Whether a sentence says what its source says: rules that name what is otherwise.

No model is asked: what goes wrong in answers that copy from passages is the number of another
row, another region, a unit, a sign or a "not", and these can be read off the words.
"""

from collections.abc import Sequence

from chatbot.grounding.actors import other_actor
from chatbot.grounding.binding import other_binding, other_code, other_kind
from chatbot.grounding.concessions import conceded
from chatbot.grounding.contrast import contrasted
from chatbot.grounding.denial import denial, opposite
from chatbot.grounding.fact import TIMES, Fact, missing, wording_of
from chatbot.grounding.lexicon import CURRENCIES, CURRENCY_OF, Term, apart
from chatbot.grounding.mixing import mixed
from chatbot.grounding.order import other_order
from chatbot.grounding.overlap import same_words
from chatbot.grounding.rates import names_unit, speaks_of
from chatbot.grounding.reading import Reading
from chatbot.grounding.turned import turned
from chatbot.grounding.words import stem

_RATES = ("rate", "each")


def objection(
    claim: Reading, source: Reading, over: Reading, beside: Sequence[Reading] = ()
) -> str | None:
    """What the claim says otherwise than its ``source``, as the rest of "it says ..."; ``over``
    are the headings, ``beside`` other sentences that the source must not be taken for."""
    return (
        _other_fact(claim, source, over)
        or _other_term(claim, source, over)
        or _other_of_kind(claim, source, over)
        or _other_rate(claim, source)
        or _other_day(claim, source)
        or other_code(claim, source)
        or other_binding(claim, source, beside)
        or other_kind(claim, source)
        or mixed(claim, source, over, beside)
        or contrasted(claim, source)
        or turned(claim, source)
        or conceded(claim, source)
        or other_actor(claim, source)
        or other_order(claim.text, source.text)
        or opposite(claim, source, over)
        or denial(claim, source, over)
    )


def _other_fact(claim: Reading, source: Reading, over: Reading) -> str | None:
    """A fact of the claim that the source does not hold; headings may say for when it holds."""
    lacking = missing(claim.facts, source.facts)
    if len(lacking) < len(claim.facts):
        lacking = missing(lacking, [f for f in over.facts if f.unit or f.kind != "quantity"])
    each = {term.value for term in source.terms if term.kind == "rate"}
    each |= {unit for unit in _priced_ones(claim, lacking) if speaks_of(unit, over.text)}
    lacking = [fact for fact in lacking if not (fact.unit in each and 1 in fact.values)]
    lacking = [
        fact
        for fact in lacking
        if not (fact.article and fact.unit and names_unit(fact.unit, source.text, source.facts))
    ]
    if not lacking:
        return None
    return f"it says '{wording_of(lacking[0], source.facts)}', which its source does not"


def _priced_ones(claim: Reading, facts: Sequence[Fact]) -> list[str]:
    """The units of "one night" and the like beside a price: what a column "Night" is named."""
    if not any(fact.unit in CURRENCIES for fact in claim.facts):
        return []
    return [fact.unit for fact in facts if fact.unit in TIMES and 1 in fact.values]


def _other_term(claim: Reading, source: Reading, over: Reading) -> str | None:
    """A region, tier or the like that the source does not name, or for which it has another."""
    for term in claim.terms:
        if term.kind == "weekday":
            continue
        if term.kind in _RATES:
            continue
        own = {t.value for t in source.terms if t.kind == term.kind}
        if term.value in own or _told_by_currency(term, claim, source, own):
            continue
        said = {t.value for t in claim.terms if t.kind == term.kind}
        rivals = [t for t in source.terms if t.kind == term.kind and t.value not in said]
        if rivals and not own & said:
            return f"it says '{term.text}' where its source says '{rivals[0].text}'"
        above = {t.value for t in over.terms if t.kind == term.kind}
        bare = {stem for stem in source.stems | over.stems if not stem.startswith("@")}
        if term.value not in above and not bare & {term.text.lower(), stem(term.text.lower())}:
            return f"it says '{term.text}', which its source does not"
    for term in claim.carried:
        own = {t.value for t in source.terms if t.kind == term.kind}
        if own and not own & {t.value for t in claim.carried}:
            return f"it says '{term.text}' where its source says '{min(own)}'"
    return None


def _other_of_kind(claim: Reading, source: Reading, over: Reading) -> str | None:
    """ "Your cat is insured for 5,000" of "dogs are insured for 5,000"."""
    if source.row or claim.denies or claim.lead == "no":
        return None
    mine, theirs = apart().find(claim.text), apart().find(source.text)
    for term in mine:
        own = [other for other in theirs if other.kind == term.kind]
        known = {o.value for o in (*own, *apart().find(over.text)) if o.kind == term.kind}
        if own and term.value not in known and not {o.value for o in own} & {t.value for t in mine}:
            return f"it says '{term.text}' where its source says '{own[0].text}'"
    return None


def _other_rate(claim: Reading, source: Reading) -> str | None:
    """ "Per week" of a source that says its number "per day", or "per person" only."""
    for piece in claim.pieces:
        said = [term for term in piece.terms if term.kind in _RATES]
        wanted = [fact for fact in piece.facts if fact.unit]
        holding = [p for p in source.pieces if len(missing(wanted, p.facts)) < len(wanted)]
        held = [term for p in holding for term in p.terms if term.kind in _RATES]
        held = held or ([] if source.row else list(source.terms))
        for term in said:
            if any(speaks_of(term.value, p.text) for p in holding):
                continue
            own = [t for t in held if t.kind == term.kind]
            if not own and not any(t.kind == "each" for t in said):
                own = [t for t in held if t.kind == "each"]
            if own and term.value not in {t.value for t in own}:
                return f"it says '{term.text}' where its source says '{own[0].text}'"
    return None


def added_rate(claim: Reading, told: Sequence[Reading]) -> str | None:
    """ "9 EUR a month" of a price where nothing that is ``told`` around it speaks of months."""
    for piece in claim.pieces:
        prices = [fact for fact in piece.facts if fact.unit in CURRENCIES]
        for term in piece.terms if prices else ():
            if term.kind == "rate" and not any(speaks_of(term.value, each.text) for each in told):
                return f"it says '{term.text}', which its source does not"
    return None


def _told_by_currency(term: Term, claim: Reading, source: Reading, own: set[str]) -> bool:
    """ "6 GBP in the UK" rests on "6 GBP or 7 EUR" where no region is named."""
    unit = CURRENCY_OF.get(term.value) if not own else None
    paid = [fact for fact in claim.facts if fact.unit and fact.unit == unit]
    return bool(paid) and not missing(paid, source.facts)


def _other_day(claim: Reading, source: Reading) -> str | None:
    single, ranges, _ = claim.days
    _, held, covers = source.days
    wrong = [day for day in single if day not in covers]
    wrong += [
        f"{first} to {last}"
        for first, last in ranges - held
        if not _lists_days(first, last, source)
    ]
    return f"it says '{wrong[0]}', which its source does not" if wrong else None


def _lists_days(first: str, last: str, source: Reading) -> bool:
    return not source.days[1] and {first, last} <= source.days[0]


def rival(claim: Reading, source: Reading) -> str | None:
    """Another weekday in a sentence that has all other words of the claim."""
    mine, theirs = claim.days[2], source.days[2]
    if mine and theirs and not mine & theirs and same_words(claim, source):
        return f"it says '{min(mine)}' where its source says '{min(theirs)}'"
    return None
