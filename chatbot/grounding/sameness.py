"""Whether two questions ask for the same, beside how alike an embedding model finds them.

"How long in the EU" and "how long in the US" are nearer to each other, for such a model, than many
a pair of one meaning. Two questions are taken for one only if nothing that decides an answer stands
in one of them alone: a number, date or code, a region, tier or the like, a place, a name of the
documents, a "not", an opposite, or the kind of answer that is asked for; and if they are not the
same sentence with one word exchanged, or one more in its midst ("return shipping").
"""

import re
from collections.abc import Callable, Mapping, Sequence
from difflib import SequenceMatcher
from functools import lru_cache

from chatbot.grounding.fact import missing
from chatbot.grounding.lexicon import asked_for, capitalised, empty_words
from chatbot.grounding.lexicon import words as listed
from chatbot.grounding.opposites import sides
from chatbot.grounding.reading import Reading, read
from chatbot.grounding.words import content_words, stem, words
from chatbot.text.languages import language_of
from chatbot.text.unicode import without_marks

_SAID = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_ALIKE = 0.85  # of difflib's ratio: an ending, a typo
_COMPOUND = 5  # letters of a word that another one holds: "file" of "lifetime" is none
_EXCHANGED = 2  # words in the place of which others stand
# Syllables that turn a word: "install" and "uninstall", "paid" and "unpaid", "order" and "reorder".
_TURNING = tuple(
    f"{one}{sign}"
    for one in ("un", "re", "de", "des", "dis", "non", "in", "im", "ir", "ent")
    for sign in ("", "-")
)
_ELIDED = re.compile(r"^\w{1,2}['’]")  # "m'abonner"
_TURNED = 4  # letters of such a word, at least
# What verbs end a sentence with: "melde ich mich an", "melde ich mich ab", "check in", "check out".
_PARTICLES = frozenset("an ab ein aus auf zu vor nach hin her um in out up down on off".split())  # noqa: SIM905


def difference(
    asked: str, known: str, is_name: Callable[[str], bool] = lambda word: False
) -> str | None:
    """What decides an answer and is in one of two questions only, such as ``region`` or
    ``number``; ``None`` where they may ask the same.

    ``is_name`` tells of a word in lower case whether the documents have it as a name.
    """
    one, other = read(capitalised(asked)), read(capitalised(known))
    return (
        _other_fact(one, other)
        or _other_term(one, other)
        or _denial(one, other)
        or _other_side(one, other)
        or _other_answer(one, other)
        or _other_name(one, other, is_name)
        or _exchange(one.text, other.text)
    )


def adds(said: str, question: str, is_name: Callable[[str], bool]) -> bool:
    """Whether ``said``, before a question, names a number, region, place, name or the like that the
    question does not: it may be meant of that."""
    one, other = read(capitalised(said)), read(capitalised(question))
    if missing(one.facts, other.facts):
        return True
    if {(t.kind, t.value) for t in one.terms} - {(t.kind, t.value) for t in other.terms}:
        return True
    asked = _bare(other)
    alone = [word for root, word in _bare(one).items() if not _held(root, asked)]
    return any(word in listed("places") or is_name(word) for word in alone)


def _other_fact(one: Reading, other: Reading) -> str | None:
    lacking = [*missing(one.facts, other.facts), *missing(other.facts, one.facts)]
    return lacking[0].kind.replace("quantity", "number") if lacking else None


def _other_term(one: Reading, other: Reading) -> str | None:
    mine, theirs = ({(term.kind, term.value) for term in each.terms} for each in (one, other))
    return min(mine ^ theirs)[0] if mine != theirs else None


def _denial(one: Reading, other: Reading) -> str | None:
    """One "not" more in one of them; two are none."""
    mine, theirs = (sum(word in listed("no") for word in _said(each)) for each in (one, other))
    return "negation" if (mine - theirs) % 2 else None


def _other_side(one: Reading, other: Reading) -> str | None:
    mine, theirs = (_limits(each) for each in (one, other))
    if mine and theirs and not mine & theirs:
        return "limit"
    for section in ("opposites", "polar"):
        said, told = sides(one.text, section), sides(other.text, section)
        if any(not said[kind] & told[kind] for kind in said.keys() & told.keys()):
            return "opposite"
    mine_said, theirs_said = (_said(each) for each in (one, other))
    if _is_turned(set(mine_said), set(theirs_said)) or "non" in {*mine_said} ^ {*theirs_said}:
        return "opposite"
    last = {each[-1] for each in (mine_said, theirs_said) if each}
    if last == {"in", "on"}:  # "log in", "log on"
        return None
    return "opposite" if len(last) == 2 and last <= _PARTICLES else None


def _is_turned(mine: set[str], theirs: set[str]) -> bool:
    """Whether a word of one is a word of the other behind a syllable that turns it."""
    alone = [
        {without_marks(_ELIDED.sub("", word)) for word in words}
        for words in (mine - theirs, theirs - mine)
    ]
    return any(
        longer.startswith(_TURNING)
        and len(word) >= _TURNED
        and any(f"{turn}{word}" == longer for turn in _TURNING)
        for words, others in (alone, alone[::-1])
        for word in words
        for longer in others
    )


def _limits(question: Reading) -> set[str]:
    said = listed("limits").intersection(_said(question))
    return {"until" if word == "till" else word for word in said}


def _other_answer(one: Reading, other: Reading) -> str | None:
    """A period is not an amount, and neither is a yes."""
    mine, theirs = (asked_for(each.text) for each in (one, other))
    return "answer" if mine and theirs and not mine & theirs else None


def _other_name(one: Reading, other: Reading, is_name: Callable[[str], bool]) -> str | None:
    mine, theirs = _bare(one), _bare(other)
    alone = [word for root, word in mine.items() if not _held(root, theirs)]
    alone += [word for root, word in theirs.items() if not _held(root, mine)]
    if any(word in listed("places") for word in alone):
        return "place"
    return "name" if any(is_name(word) for word in alone) else None


def _exchange(one: str, other: str) -> str | None:
    """The same words but for one or two in one place, where both say something."""
    mine, theirs = words(one), words(other)
    changes = [
        change
        for change in SequenceMatcher(None, mine, theirs, autojunk=False).get_opcodes()
        if change[0] != "equal"
    ]
    if len(changes) != 1:
        return None
    _, start, end, first, last = changes[0]
    if changes[0][0] != "replace":
        return _narrowing([*mine[start:end], *theirs[first:last]], max(mine, theirs, key=len))
    if max(end - start, last - first) > _EXCHANGED:
        return None
    left, put = (
        content_words(" ".join(part)) - _anything()
        for part in (mine[start:end], theirs[first:last])
    )
    if (left and not put and end - start > last - first) or (
        put and not left and last - first > end - start
    ):  # "an item", "a damaged item"
        return _narrowing(mine[start:end] if left else theirs[first:last], mine if left else theirs)
    same = any(_held(root, dict.fromkeys(put, "")) for root in left)
    return "word" if left and put and not same else None


def _narrowing(added: Sequence[str], longer: Sequence[str]) -> str | None:
    """Words that only one of them has in its midst say of which kind it asks; those at its end may
    say what is meant in the other, too."""
    if len(added) > _EXCHANGED or list(longer[-len(added) :]) == list(added):
        return None
    empty = listed("filler") | empty_words(language_of(" ".join(longer)))  # "usually", "puis-je"
    said = " ".join(word for word in words(" ".join(added)) if word not in empty)
    return "word" if content_words(said) - _anything() else None


def _said(question: Reading) -> list[str]:
    return [word.lower() for word in _SAID.findall(question.text)]


def _bare(question: Reading) -> Mapping[str, str]:
    """Words that are no facts and no terms, by their stems; without those of any question."""
    left = question.text
    taken = [fact.full for fact in question.facts if not fact.implied]
    for form in sorted([*taken, *(term.text for term in question.terms)], key=len, reverse=True):
        left = left.replace(form, " ")
    meant = content_words(left) - _anything()
    return {stem(word): word for word in words(left) if stem(word) in meant}


@lru_cache(maxsize=1)
def _anything() -> frozenset[str]:
    """Stems of words that stand in questions about anything."""
    return frozenset(stem(word) for word in listed("anything"))


def _held(root: str, others: Mapping[str, str]) -> bool:
    return root in others or any(
        SequenceMatcher(None, root, other).ratio() >= _ALIKE
        or (min(len(root), len(other)) >= _COMPOUND and (root in other or other in root))
        for other in others
    )
