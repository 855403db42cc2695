"""What somebody does: verbs behind a name that is a word, too.

A word with a capital that a sentence begins with, without an article, and behind which a verb of
people stands is somebody: "Rose switched it off", "Cliff from the depot threw it away", "August aus
der Technik baut sie ab". Of English verbs all forms are meant, which simplemma's list tells; those
of other languages are given in the third person.
"""

import re
from functools import cache

# Verbs whose subject is somebody.
_PEOPLE = frozenset(
    """say tell think write ask call ring phone mail email text hear smell taste forget argue
    insist doubt fear hope wonder believe know like love hate want wish prefer drink eat laugh
    cry drive ride walk promise complain apologise apologize explain mention recommend suggest
    advise remember notice try wait hurry swear claim guess reckon worry agree disagree decide
    teach learn study cook bake sing dance pray quit resign retire sleep speak talk chat
    answer reply confirm deny admit misread misplace throw grab spill shout moan joke assume
    suspect see watch look listen sign click go come join""".split()  # noqa: SIM905
)
# Verbs whose subject may be a thing, but hardly where they are done to something.
_DONE = frozenset(
    """send bring take put break switch turn clean repair replace install buy order book pay
    cancel return lose find change need use open close start stop reset move leave give get
    make set pull push tighten loosen fill empty mix press shut hold carry lift cut fix mount
    connect unplug delete update enter print scan upload download share invite add remove
    create import export do reorder borrow lend rent keep pick show help have run wash wipe
    test measure charge read drop report handle request receive miss reach follow""".split()  # noqa: SIM905
)
# Forms that simplemma (2.0.0) has as words of their own.
_ALSO = "broke left lost found ground grounded".split()  # noqa: SIM905
_OTHERS = frozenset(
    """sagt sagte meint meinte schreibt schrieb fragt fragte ruft rief denkt dachte glaubt
    glaubte weiß will wollte möchte wünscht vergaß hört hörte riecht hofft bezweifelt fürchtet
    bestellt bestellte kauft kaufte zahlt zahlte schickt schickte sendet sandte bringt brachte
    holt holte sucht suchte findet fand versucht versuchte probiert erklärt empfiehlt
    behauptet verspricht bittet bat kennt liebt hasst mag fährt fuhr kündigt unterschreibt
    repariert putzt reinigt baut baute tauscht wirft warf verliert verlor wartet arbeitet
    spricht sprach erzählt antwortet bestätigt bemerkt sieht sah liest las braucht brauchte
    nimmt nahm stellt stellte steckt steckte macht machte dit écrit demande appelle pense
    croit sait veut souhaite entend espère doute commande achète paie envoie apporte cherche
    trouve essaie explique recommande conseille affirme promet connaît aime déteste conduit
    signe répare nettoie jette perd attend travaille parle raconte répond confirme refuse
    remarque voit lit dice dijo escribe escribió pregunta preguntó llama llamó piensa cree
    sabe quiere desea olvida oye espera duda teme pide pidió compra compró paga pagó envía
    envió manda mandó trae busca encuentra intenta explica recomienda aconseja afirma promete
    conoce odia conduce firma firmó repara limpia tira pierde perdió trabaja habla responde
    contesta confirma rechaza nota necesita""".split()  # noqa: SIM905
)
_WORD = r"[^\W\d_][\w'’-]*"
_TO_IT = re.compile(
    r" (?:it|him|her|them|me|us|you|this|that|these|those|the|an?|my|our|your|his|their|its|one|two"
    r"|three|four|five|six|el|la|los|las|un|una|mi|su|both|all|some|any|another|every|everything|something|nothing|away|out"
    r"|up|to \w+|\d+)\b"
)
# Between a name and its verb: who else, from where, how often.
_OTHER = re.compile(r" (?:and|&|und|et|y|e) (?:[A-ZÀ-ÖØ-Þ][\w'’-]+|\[name\]|I|me|ich|moi|yo)(?= )")
_REACHED = re.compile(r",? \(?\[(?:phone|email)\]\)?,?")  # how somebody is reached
_PLACE = re.compile(r",? (?:from|in|at|of|aus|vo[nm]|bei|beim|im|am|de|du|des|del|chez|van)(?= )")
_MOST_PLACED = 3  # words of a place
_NEXT = re.compile(rf" {_WORD},?")
_VERB = re.compile(
    r"(?: (?:already|also|just|even|only|once|never|always|really|still|then|now|accidentally"
    r"|kindly|recently|normally|usually|finally|probably|actually|ne|nous|vous|me|te|le|la|lui|ya|nos))*"
    rf" (?:[nmls]['’])?(?P<verb>{_WORD})(?P<rest>[^\n]{{0,40}})"
)
_HELPS = frozenset(
    "has have had is are was were would could should can might does did cannot".split()  # noqa: SIM905
)
# Negations as people type them: "cant".
_NOT = re.compile(r"n['’]?t$")
_ONTO = re.compile(r" (?:on|onto|at|off|over|into|through|under|after|for)(?= )")
_PAST = re.compile(r"\w{3,}ed|\w{2,}ó")  # "chewed the other", "rompió la correa"
_HIS = re.compile(r" (?:his|her|their|my|our)\b")
_ASKED = re.compile(r"\b(?i:does|did|do|can|could|should|would|must|may|might) $")
_HELPED = re.compile(rf"(?: (?:not|also|just|been|already|both))* (?P<next>{_WORD})")
_FRENCH = re.compile(r"(?: (?:pas|jamais|plus|rien|déjà|bien))? \w+(?:é|ée|u|i|is|it)\b")


def does_something(behind: str, thing: bool = False) -> bool:
    """Whether what stands behind a word is what only somebody does; behind what may be a ``thing``
    it is less."""
    reached = _REACHED.match(behind)
    behind = behind[reached.end() :] if reached else behind
    other = _OTHER.match(behind)
    rest = behind[other.end() :] if other else behind
    if _is_deed(rest, bool(other), thing):
        return True
    place = _PLACE.match(rest)
    at = place.end() if place else 0
    for _ in range(_MOST_PLACED if place else 0):
        word = _NEXT.match(rest, at)
        if not word:
            break
        at = word.end()
        if _is_deed(rest[at:], True, thing):
            return True
    return False


def _is_deed(behind: str, placed: bool, thing: bool) -> bool:
    """Whether a verb of people is next; where the subject has a place, or is not alone, it is no
    imperative."""
    match = _VERB.match(behind)
    if not match or not match["verb"].islower():
        return False
    people, done = _forms()
    done = frozenset() if thing else done
    verb, rest = match["verb"].lower().replace("’", "'"), match["rest"]
    if verb in ("a", "ont") and _FRENCH.match(rest):
        return True
    if verb in ("did", "does") and not thing and _TO_IT.match(rest):
        return True
    if _NOT.sub("", verb) in _HELPS or verb in ("can't", "cant", "won't", "wont"):
        helped = _HELPED.match(rest)
        said = helped["next"].lower() if helped else ""
        return said in people or bool(helped and said in done and _TO_IT.match(rest, helped.end()))
    if not placed and (verb in _PEOPLE or verb in _DONE):
        return False  # "Mark read", "Will put ..."
    if verb in _forms()[1] and _HIS.match(rest):
        return True
    if verb in people or verb in _OTHERS:
        return True
    if thing:
        return False
    at = _ONTO.match(rest)
    done_to = bool(_TO_IT.match(rest, at.end() if at else 0))
    return done_to and (verb in done or bool(_PAST.fullmatch(verb)))


def is_asked_about(before: str, behind: str, thing: bool = False) -> bool:
    """Whether it is asked what somebody does: "does ... need it"."""
    match = _VERB.match(behind) if _ASKED.search(before) else None
    if not match:
        return False
    verb, rest = match["verb"], match["rest"]
    if verb in _PEOPLE:
        return True
    return verb in _DONE and bool((_HIS if thing else _TO_IT).match(rest))


@cache
def _forms() -> tuple[frozenset[str], frozenset[str]]:
    """All forms of the English verbs of people, and of those that are done to something."""
    from simplemma.strategies.dictionaries.dictionary_factory import DefaultDictionaryFactory

    forms = DefaultDictionaryFactory(cache_max_size=1).get_dictionary("en").items()
    return (
        _PEOPLE | {form for form, verb in forms if verb in _PEOPLE},
        _DONE | {form for form, verb in forms if verb in _DONE} | set(_ALSO),
    )
