"""Where a sentence or a letter has somebody's name, whatever letters it is written in."""

import re
from functools import lru_cache

from chatbot.grounding.places import is_place
from chatbot.importing.name_contexts import is_apposed, is_beside_people, is_who
from chatbot.importing.name_deeds import does_something, is_asked_about

_START = r"(?:^|[\n.!?;:,(]|\b(?i:and|und|et|y|e|en))[\s\"'„“»«(¡¿-]*"
# Only somebody is spoken to.
_SURELY = re.compile(
    r"\b(?i:(?:spoke|speak|spoken|speaking|(?<!it )talk|talked|talking|chatted) (?:to|with)|told by"
    r"|my name is|my name['’]?s|(?:gesprochen|sprach|telefoniert|geredet|sprich|sprechen sie) mit"
    r"|hier (?:nochmal|noch mal|wieder)(?: der| die)?"
    r"|ich heiße|ich heisse|mein name ist|(?:parlé|parler|parlez|discuté) (?:à|avec)"
    r"|je m['’]appelle"
    r"|(?:hablé|hablado|hablar|hable|habla) con|me llamo|mi nombre es|mi chiamo|parlato con"
    r"|ha(?:t|ben) (?:mir|uns|mich)|me (?:lo )?(?:dijo|ha dicho|atendió)"
    r"|(?:we|i) saw|war(?:en)? bei|was bij|(?:bin|ben) (?:bei|bij)|étais chez"
    r"|(?:gesproken|gebeld|gepraat) met|ik heet|mijn naam is|falei com|falar com|chamo-me"
    r"|(?:writing|asking|calling) (?:for|on behalf of)|on behalf of|sou [oa])[ ]$"
)
# Somebody, or something: what no language has as a word is somebody.
_OFTEN = (
    r"with|by|according to|laut|selon|según|volgens|secondo|ask(?:ed)?(?: for)?|tell|told"
    r"|call(?:ed|ing)?|contact|thank|thanks"
    r"|cc|under|saw|seen|met with|this is|it['’]?s|it was|i am|i['’]m|than|says?|said"
    r"|ich bin|hier ist|hier spricht|fragen sie(?: nach)?|frag(?:t)?(?: nach)?|sag(?:t)?|sagen sie"
    r"|avec|par|chez|demandez|je suis|c['’]est|moi,? c['’]est"
    r"|con|por|soy|pregunt[ae](?:n)? (?:por|a)|paciente es|met|door|ik ben|vraag(?: naar)?|sou|fala"
)
_BEFORE = re.compile(rf"\b(?i:{_OFTEN})[ ]$")
# The same, where it has no capital; German nouns have one.
_BEFORE_SMALL = re.compile(
    rf"\b(?i:{_OFTEN}|from|and|or|via|of|for|let|to|mit|bei|von|an|für|und|oder|auf|hier"
    r"|der|die|den|dem|dass|wie|auch|lautet|et|ou|à|de|que|pour|comme|y|o|a|para|como"
    r"|bij|van|en|voor|aan|dat|da|e|com|sono)[ ]$"
)
_NOUN_NEXT = re.compile(r" [A-ZÄÖÜ]")
_HELLO = (
    r"(?:hi|hello|hey|hiya|dear|(?:good )?morning|(?:good )?afternoon|welcome|hallo|hoi|hej|moin"
    r"|servus|grüezi|liebe[rs]?|guten (?:morgen|tag|abend)|sehr geehrte[rs]?|beste|dag|geachte"
    r"|goede(?:morgen|middag|navond)|bonjour|bonsoir|salut|coucou|ch(?:er|ère)s?|hola|buenas"
    r"|buenos días|buenas tardes|estimad[oa]|querid[oa]|ciao|buongiorno|salve|gentile|car[oa]|olá"
    r"|oi|bom dia|boa tarde|prezad[oa])"
)
_GREETED = re.compile(rf"{_START}(?i:{_HELLO}(?: there)?,?) $")
_GREETED_END = re.compile(r" ?(?:[,.:!;–\n-]|$| (?i:and|und|et|y|en|e|again|nochmal|encore) )")
_TITLE = re.compile(
    r"\b(?:[Mm](?:rs?|s|x|me|lle)|[Dd]r|[Ss](?:ra?|rta)|[Ss]ig|[Hh]errn?|[Ff]rau|[Mm]adame"
    r"|[Mm]onsieur|[Mm]ademoiselle|[Ss]eñor(?:a|ita)?|[Ss]ignor[ae]?|[Mm]evrouw|[Mm]eneer|[Mm]vr"
    r"|[Dd]e heer|[Dd]hr|[Ss]enhora?|[Mm]iss|[Pp]rof|Professor|Capt|Captain|Sgt|Lt|Col|Rev|Cllr"
    r"|Sir|Dame|Sister|Brother|Sheikha?|Lord|Lady|Judge|Officer|Auntie|Aunt|Uncle|Onkel|Tante|Dott|Ing|Mag"
    r"|Schwester|Pater|Maître|Don|Doña)\.? (?:Dr\.? )?$"
)
_CLOSED = re.compile(
    r"(?:^|[\n.!?,;:)]|[^\W\d_])[ ]*(?:[-–—]{2}|(?<!\w)(?i:herzlich(?:st)?|hartelijk|bye"
    r"|the best|thx|thanks|thank you|tnx|ty|ta|cheers"
    r"|regards|wishes|best|br|rgds|kr|greetings|greets|yours|sincerely|love|xx?o?x?|lg|vg|mfg|gr(?:u[ß]|uss)"
    r"|grüße[n]?|grüsse[n]?|gruss|danke|dank|gr|groet(?:en|jes)?|mvg|bedankt|merci|cordialement"
    r"|cdl?t|bises|bisous|salutations|amicalement|gracias|saludos?|atte|atentamente|abrazos?"
    r"|obrigad[oa]|abraços?|grazie|saluti))[ ]?[,.!:]*\s{1,3}$"
)
# Who introduces himself, or is of a place: "its miles from next door", "die linde vom Empfang".
_IT_IS = re.compile(r"\b(?i:it['’]?s|it is|this is|hier ist|c['’]est|soy|met|der|die)[ ]$")
_FROM = re.compile(r" (?:from|here|again|vom|von der|aus der|nochmal|du|van de|del)\b")
_EVERYBODY = frozenset(
    "all both everybody everyone folks guys team zusammen alle allemaal iedereen todos tous toutes"  # noqa: SIM905
    " tutti leute support customer customers client guest sir madam kunde kundin kunden klant"
    " cliente hello hallo hey bonjour hola ciao".split()
)
_LINE_END = re.compile(r"[ .,!)]*(?:\n|$)")
_BEGINS = re.compile(r"(?:^|\n)[ \t]*$")
_FIELD = re.compile(
    r"(?:^|\n)[ \t]*(?i:(?:your |full |first |last )?name|from|sender|contact|attn|von|absender|nom"
    r"|prénom|nombre|naam|nome|vorname|nachname|kontakt|de|van|da)[ ]?:[ ]*$"
)
_SUBJECT = re.compile(
    rf"(?:{_START}|\b(?i:as|that|wie|dass|como|comme|que|zoals|dat|come|che)[ ])$"
)
_IN = re.compile(
    r"\b(?:in|near|nach|en|à|naar) (?:[A-ZÀ-ÖØ-Þ][\w-]+(?:,| or| and| oder| und| ou| o) )?$"
)
# Before who does something: "Both X and Y", "nah X".
_BOTH = re.compile(
    r"\b(?i:both|nah|yeah|yes|yep|no|ok(?:ay)?|well|so|btw|fyi|because|when|if|since|but) $"
)
_TALKING = re.compile(r"\b(?i:mit|met|heb|hab|habe|haben|hebben)[ ]$")
_TALKED = re.compile(r" (?:\w+ ){0,2}(?:gesprochen|telefoniert|geredet|gesproken|gebeld|gepraat)\b")
_HERE = re.compile(
    r" (?i:here|again|speaking|hier|nochmal|wieder|ici|encore|aquí|otra vez|otra|aqui)\b"
)
_DOES = re.compile(
    r",? (?:(?:already|also|just|once|schon|auch|gerade|mir|uns|me|nos|m['’]|lui|già|ya|al|ook)"
    r" ?){0,2}"
    r"(?i:says?|said|signed|t(?:old|ells)|thinks?|thought|wrote|writes|mention(?:s|ed)|recommend(?:s|ed)"
    r"|explain(?:s|ed)|adds|added|ask(?:s|ed)|wants?|wanted|know[s]?|knew|promised|called|rang"
    r"|answer(?:s|ed)|repli(?:es|ed)|checked|helped|advised|suggest(?:s|ed)|confirm(?:s|ed)|sent|showed"
    r"|sagt(?:e)?|mein(?:t|te)|erklärt?e?|erzählte|denkt|glaubt|empf(?:ahl|iehlt)|fragte?|schrieb|schreibt"
    r"|versprach|bestätigte|hat|wollte|will|weiß|wusste|rief"
    r"|dijo|dice|cree|piensa|quiere|recomend[óa]|explicó|pregunt[aó]|escribió|confirmó|prometió|sabe"
    r"|a (?:dit|écrit|promis|appelé|confirmé|répondu|expliqué)|dit|disait|pense|veut|précise"
    r"|explique|recommande|conseille|demande|sait|zegt|zei|schreef|schrijft|vroeg|vraagt|denkt"
    r"|vindt|beloofde|wist"
    r"|weet|dice|disse|diz|scrive|ha (?:detto|scritto))\b"
)
_OF_OURS = re.compile(
    r",? (?:(?i:from|in|at|of|on|aus|bei|vo[nm]|im|an|am|de|del|dell[ae]|chez|à|van|bij|en|da|do)"
    r" (?i:our|my|the|your|unsere?[rmn]?|eue?re?[rmn]?|meine?[rmn]?|de[rmns]?|la|el|los|las|het"
    r"|nuestr[oa]|mi|notre|mon|ma|votre|l['’]|onze|nights)"
    r"|(?i:de l['’]|du|vom|zur|im|am|au|al|aan|l['’]))"
)
_WHO = re.compile(r", (?:(?i:who|whose|qui|quien|die|der|dessen|que|che|wie|wiens))\b")
# Where a given name is somebody though a language has it as a word: "tell ...", "made by ...".
_MEANT = re.compile(
    r"\b(?i:ask(?:ed)?|(?:asked|made|placed|booked|ordered|bought|signed|sent|written"
    r"|recommended|fixed|done|given|taken) by|(?:bestellt|gebucht|gekauft|unterschrieben) von)[ ]$"
)
_WITH_ME = re.compile(r"\b(?i:t(?:ell|old)|me and|ich und|yo y|moi et)[ ]$")
_AND_I = re.compile(r" (?:and (?:i|me)|und ich|y yo|et moi)\b", re.IGNORECASE)
_INITIAL = re.compile(r"[^\W\d_],? (?<!z\. )[^\W\d_]\. ?$")
# What things do not do.
_ACTS = re.compile(
    r" (?:(?:already|also|just|even|once|never|always) )?(?:got|has|had|did|does|lent|lends|gave"
    r"|gives|brought|brings|bought|buys|took|takes|tried|tries|replaced|fixed|repaired|installed|drove"
    r"|drives|rode|rides|read|heard|picked|cleaned|pulled|pushed|went|goes|joined|likes?d?|loves?d?|hates?d?"
    r"|forgot|lost|found|paid|ordered|cancell?ed|booked|is (?:my|our)|was (?:there|here|with)"
    r"|would|swears|insists|noticed|came|comes|uses|used to)\b"
)
_DASHED = re.compile(r"[^\W\d_][.!?)]?[ ]+[-–—~][ ]?$|(?:^|\n)[ ]*[-–—~][ ]?$")
_TEXT_END = re.compile(r"[ .!)]*$")
_OWN = ("'s", "’s")
_NAMED = re.compile(r"\[name\],?(?: (?:and|und|et|y|e|en|&))? $")
_NAME_NEXT = re.compile(r"(?: (?:and|und|et|y|e|en|&))? \[name\]")


def is_sure(before: str, behind: str) -> bool:
    """Whether only somebody's name stands there, be it a word as well ("spoke to", "Hi ...,")."""
    if _SURELY.search(before) or _TITLE.search(before):
        return True
    if _IT_IS.search(before) and _FROM.match(behind):
        return True
    if is_greeted(before, behind) or (_TALKING.search(before) and _TALKED.match(behind)):
        return True
    return bool(_SUBJECT.search(before) and _DOES.match(behind))


def is_doing(before: str, behind: str, thing: bool = False) -> bool:
    """Whether a sentence is about what it does, and only somebody does that; what may be a
    ``thing`` as well can do more."""
    before = _BOTH.sub("", before)
    there = bool(_SUBJECT.search(before)) and does_something(behind, thing)
    return there or is_asked_about(before, behind, thing)


def is_meant(before: str, behind: str) -> bool:
    """Whether a given name is somebody there though it is a word, too: behind "asked by"."""
    if is_apposed(before, behind):
        return True
    if is_who(behind) and _SUBJECT.search(_BOTH.sub("", before)):
        return True
    if _MEANT.search(before) or (_DASHED.search(before) and _TEXT_END.match(behind)):
        return True
    if is_with_me(before, behind):
        return True
    return bool(_SUBJECT.search(before) and _ACTS.match(behind))


def is_with_me(before: str, behind: str) -> bool:
    """Whether it is somebody even if it is a month or what sentences begin with: "me and ..."."""
    if _WITH_ME.search(before):
        return True
    return bool(_SUBJECT.search(before) and _AND_I.match(behind))


def is_greeted(before: str, behind: str) -> bool:
    """Whether a greeting has it at its end."""
    return bool(_GREETED.search(before) and _GREETED_END.match(behind))


def is_titled(before: str) -> bool:
    """Whether a title stands before it, behind which there is nothing but a name."""
    return bool(_TITLE.search(before))


@lru_cache(maxsize=4096)
def is_likely(before: str, behind: str) -> bool:
    """Whether what no language has as a word is somebody there, though it may have a capital."""
    if _BEFORE.search(before) or _GREETED.search(before) or behind.startswith(_OWN):
        return True
    if _NAMED.search(before) or _NAME_NEXT.match(behind) or _FIELD.search(before):
        return True
    if _WHO.match(behind) or _INITIAL.search(before) or is_beside_people(before):
        return True
    return bool(_SUBJECT.search(before) and _HERE.match(behind))


def is_likely_small(before: str, behind: str) -> bool:
    """The same of what has no capital."""
    if is_likely(before, behind):
        return True
    if _BEFORE_SMALL.search(before):
        return not _NOUN_NEXT.match(behind)
    return bool(_SUBJECT.search(before) and _OF_OURS.match(behind))


def is_closed(before: str, behind: str) -> bool:
    """Whether it is all that stands behind a closing."""
    return bool(_LINE_END.match(behind) and _CLOSED.search(before))


def is_where(before: str, word: str) -> bool:
    """Whether it is the place where something is: "in Adelaide", "in Florence or Adelaide"."""
    return bool(_IN.search(before)) and is_place(word)


def is_everybody(small: str) -> bool:
    """Whether it is who is greeted where nobody is meant by name: "all", "team"."""
    return small in _EVERYBODY


def is_signed(before: str, behind: str) -> bool:
    """Whether it is below a closing, or alone on its line."""
    if not _LINE_END.match(behind):
        return False
    return bool(_CLOSED.search(before) or _BEGINS.search(before) or _FIELD.search(before))
