"""What of a reply is no answer: promises, thanks, questions back, what was done for one customer.

Two things tell. Rules know what people say in English, German, French and Spanish. And formulas
show themselves in any language: the same words in a row, over questions that have nothing in
common. A ready-made answer is also the same words, but over alike questions, and stays.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations
from statistics import median

SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?]+(?=\s|$|[\"'”»)])|[.!?](?=\S)[^.!?\n]*)*[.!?]*")
WORD = re.compile(r"\w+")
_FEW_WORDS = 3
# Sentences that promise, ask back, thank or say that something was done: no answers to keep.
_CHATTER = re.compile(
    r"\b(?:(?:i|we)(?:'ll|’ll| will| am going to| are going to)\b.*\b(?:check|look|investigat\w*"
    r"|get back|be in touch|forward|escalat\w*|follow up|update you|let you know|keep you)"
    r"|(?:get|come) back to you|looking into (?:it|this)"
    r"|(?:we|i) have (?:forwarded|escalated|passed)"
    r"|bear with (?:me|us)|thank(?:s| you) for (?:\w+ing|your|the)|sorry (?:for|to hear|about)"
    r"|apologi[sz]e for|hope (?:this|that) helps|glad (?:to|it|that)|you(?:'|’)re welcome"
    r"|have a (?:nice|great|good)|let (?:me|us) know if|feel free to|don(?:'|’)t hesitate"
    r"|is there anything else|happy to help|any (?:other|further) questions"
    r"|(?:could|can|would) you (?:please )?(?:send|provide|confirm|tell|share|let|try|give)"
    r"|please (?:send|provide|confirm|share|reply|let) (?:me|us|your|the)"
    r"|wir (?:prüfen|melden uns|kümmern uns|leiten)|ich (?:prüfe|melde mich|leite)"
    r"|vielen dank für|danke für|tut (?:mir|uns) leid|entschuldig\w+|bei (?:weiteren )?fragen"
    r"|nous (?:allons|vérifions|revenons)|merci (?:pour|de|d')|désolés? (?:pour|de)"
    r"|vamos a|gracias por|lamentamos|le responderemos)",
    re.IGNORECASE,
)
# Who speaks of himself tells what he did or will do, unless he gives advice or a condition.
_MYSELF = re.compile(
    r"(?<![\w.])I(?:['’](?:ve|ll|m|d))?\b(?!\.)|\b(?:[Ii]ch|[Jj]e|[Ii]k)\b|\b[Jj]['’](?=\w)"
    r"|\b(?i:we(?:['’]ve| have) (?:\w+ly |just |now |today )?\w+ed|wir haben|haben wir|nous avons"
    r"|(?:he|hemos) \w+(?:[aií]do|to|cho)|(?:ho|abbiamo) \w+(?:[aiu]to|[st]o))\b"
)
_ADVICE = re.compile(
    r"\b(?i:suggest|recommend|advise|can confirm|empfehle|rate|schlage|recommande|conseille"
    r"|recomiendo|aconsejo|sugiero|consiglio|raad|if|when|unless|wenn|falls|si|cuando|se|als)\b"
)
# What was done to something of one customer.
_YOURS = re.compile(
    r"\byour (?:order|parcel|package|shipment|delivery|account|invoice|request|case|ticket|refund"
    r"|payment|licen[cs]e|subscription|booking) (?:has|have|was|were|is|will|left|should)\b"
    r"|\bwe (?:just )?(?:paid|refunded|credited|sent|shipped|posted|cancell?ed|changed|updated"
    r"|replaced|issued) (?:you|your)\b"
    r"|\b(?:Ihre?|[Dd]eine?) (?:Paket|Bestellung|Sendung|Rechnung|Anfrage|Vorgang|Zahlung) (?:ist"
    r"|wird|wurde|kommt)\b|\bvotre (?:colis|commande|facture|demande|dossier) (?:est|a|sera)\b"
    r"|\bsu (?:paquete|pedido|factura|solicitud|envío) (?:sal|est|ha|fue|llega)\w*",
    re.IGNORECASE,
)
# What was done for the one who asked, just now.
_DONE = re.compile(
    r"\b(?:has|have|was|were|is|are)\b.*\b(?:as (?:you )?(?:requested|asked|agreed)|for you"
    r"|(?:earlier )?today|this (?:morning|afternoon)|just now|last night)\b"
    r"|\b(?:wunschgemäß|wie (?:gewünscht|besprochen|vereinbart)|soeben|eben|heute(?: früh)?)\b.*"
    r"(?:ge\w+(?:t|en)|\w+iert|\w+(?:ent|ver|er|be)\w+(?:t|en)|raus)\b"
    r"|\b(?:ce matin|à l['’]instant|tout à l['’]heure|comme (?:demandé|convenu))\b"
    r"|\b(?:esta mañana|ahora mismo|hace un momento|como (?:pidió|pediste|acordamos))\b"
    r"|\b(?:acabo|acabamos) de \w+r\b|\bje viens de \w+r\b",
    re.IGNORECASE,
)
# What colleagues are at, and when one hears of it.
_AT_WORK = re.compile(
    r"\b(?:our|the) (?:\w+ )?(?:engineers?|developers?|specialists?|technicians?|colleagues?|team"
    r"|department|warehouse|experts?) (?:is|are) (?:\w+ly |still )?\w+ing\b"
    r"|\b(?:our|the) (?:\w+ )?(?:team|department|colleagues?) will (?:\w+ )?(?:send|contact|call"
    r"|write|e-?mail|reply|answer|be in touch)\b"
    r"|\b(?:update|news|findings|reply|answer) (?:will )?follows?\b"
    r"|\b(?:erhalten|bekommen|hören) (?:bis|am|im Laufe|von uns)\b|\bdauert noch an\b"
    r"|\bunsere? \w+ (?:prüf|untersuch|arbeite|kümmer|schau)\w+"
    r"|\bnos (?:techniciens|équipes|collègues|développeurs) \w+(?:ent|ont)\b"
    r"|\b(?:nuestros|los) (?:técnicos|compañeros) (?:lo |la )?(?:están|van|te|le)\b",
    re.IGNORECASE,
)
_SHINGLE = 3  # words in a row
_FEWEST = 4  # conversations in which a formula stands
_COVERED = 0.6  # share of a sentence's words that formulas cover
_ALIKE = 0.35  # likeness of questions that ask the same
_TIMES = 1.1  # and how much more than others of their language
_SAME = 0.45  # enough, even where nearly everybody asks the same
_COMMON_WORDS = 100  # tell a language
_SHARED = 2  # of them have questions of one language in common
_BESIDE = 200  # other questions that are looked at
_COMPARED = 10  # questions of a formula that are compared with each other
_MOST_COUNTED = 20_000  # conversations


class Formulas:
    """Words in a row that the staff of an export writes whatever the question is."""

    def __init__(self, said: Sequence[tuple[str, Sequence[str]]]) -> None:
        """``said`` has of each conversation the question and the replies."""
        step = -(-len(said) // _MOST_COUNTED) or 1
        counted = said[::step]
        self._likeness = _Likeness([question for question, _ in counted])
        places: dict[int, list[int]] = defaultdict(list)
        for number, (_, replies) in enumerate(counted):
            for key in {key for reply in replies for key in _keys(reply)}:
                places[key].append(number)
        self._keys = {
            key
            for key, found in places.items()
            if len(found) >= _FEWEST and not self._likeness.alike(found)
        }

    def cover(self, sentence: str) -> bool:
        """Whether the sentence is made of formulas."""
        words = _words(sentence)
        if len(words) < _SHINGLE:
            return hash(tuple(words)) in self._keys
        covered = set()
        for at in range(len(words) - _SHINGLE + 1):
            if hash(tuple(words[at : at + _SHINGLE])) in self._keys:
                covered |= set(range(at, at + _SHINGLE))
        return len(covered) >= _COVERED * len(words)


class _Likeness:
    """How alike questions are, beside others of their language (cosine, rare words count more)."""

    def __init__(self, questions: Sequence[str]) -> None:
        self._questions = [frozenset(_words(question)) for question in questions]
        often = Counter(word for words in self._questions for word in words)
        self._weights = {w: math.log(1 + len(questions) / n) ** 2 for w, n in often.items()}
        self._common = frozenset(word for word, _ in often.most_common(_COMMON_WORDS))
        step = -(-len(questions) // _BESIDE) or 1
        self._others = range(0, len(questions), step)
        self._known: dict[tuple[int, ...], bool] = {}

    def alike(self, found: Sequence[int]) -> bool:
        """Whether the questions of these conversations ask nearly the same."""
        step = -(-len(found) // _COMPARED)
        some = tuple(found[::step])
        if some not in self._known:
            within = median(self._cosine(*pair) for pair in combinations(some, 2))
            mine = set(found)
            others = [at for at in self._others if at not in mine]
            beside = [self._cosine(a, b) for a in some for b in others if self._speak_alike(a, b)]
            usual = median(beside) if beside else _ALIKE
            self._known[some] = within >= max(_ALIKE, min(_TIMES * usual, _SAME))
        return self._known[some]

    def _speak_alike(self, one: int, other: int) -> bool:
        return len(self._questions[one] & self._questions[other] & self._common) >= _SHARED

    def _cosine(self, one: int, other: int) -> float:
        first, second = self._questions[one], self._questions[other]
        sets = (first & second, first, second)
        both, left, right = (sum(map(self._weights.__getitem__, words)) for words in sets)
        return both / math.sqrt(left * right) if left and right else 0.0


def substance(text: str, formulas: Formulas) -> str:
    """A reply without chatter."""
    paragraphs = []
    for paragraph in text.split("\n"):
        sentences = (_without_lead(s, formulas) for s in SENTENCE.findall(paragraph) if s.strip())
        paragraphs.append("".join(s for s in sentences if not _is_chatter(s, formulas)).strip())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(paragraphs)).strip()


def _without_lead(sentence: str, formulas: Formulas) -> str:
    """Without "In answer to your question:" before it."""
    lead, colon, rest = sentence.partition(": ")
    leads = colon and formulas.cover(lead) and not formulas.cover(sentence)
    return f" {rest}" if leads else sentence


def _is_chatter(sentence: str, formulas: Formulas) -> bool:
    if formulas.cover(sentence):
        return True
    if len(WORD.findall(sentence)) < _FEW_WORDS and not re.search(r"\d", sentence):
        return sentence.rstrip().endswith(("!", "?"))
    if sentence.rstrip().endswith("?") or _CHATTER.search(sentence):
        return True
    told = any(pattern.search(sentence) for pattern in (_MYSELF, _YOURS, _DONE, _AT_WORK))
    return told and not _ADVICE.search(sentence)


def _words(text: str) -> list[str]:
    """Small letters; a number is any number, and what was masked is nothing."""
    bare = re.sub(r"\[(?:name|phone|email|card|iban)\]", " ", text.lower())
    return [re.sub(r"\d+", "0", word) for word in WORD.findall(bare)]


def _keys(reply: str) -> Iterable[int]:
    for sentence in SENTENCE.findall(reply):
        words = _words(sentence)
        if 0 < len(words) < _SHINGLE:
            yield hash(tuple(words))
        for at in range(len(words) - _SHINGLE + 1):
            yield hash(tuple(words[at : at + _SHINGLE]))
