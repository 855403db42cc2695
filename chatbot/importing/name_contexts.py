"""What a sentence says of its names: words that stand beside people and beside nobody else."""

import re

from chatbot.importing.name_deeds import does_something
from chatbot.text.languages import is_common, language_of

# Bounded and without two ways to read a mark: text is anybody's.
PERSON = (
    r"[A-ZÀ-ÖØ-Þ](?:['’][A-ZÀ-ÖØ-Þ])?\w{0,30}[a-zß-öø-ÿ](?:['’]\w{1,30})?"
    r"(?:-\w{1,30}(?:['’]\w{1,30})?){0,3}"
)
# Who somebody is to the writer, before or behind a name.
_RELATION = (
    r"(?:colleague|boss|manager|deputy|assistant|wife|husband|partner|son|daughter|mother|father"
    r"|dad|mum|mom|brother|sister|friend|neighbou?r|landlord|landlady|tenant|flatmate|caretaker|engineer"
    r"|technician|owner|family|kolleg(?:e|in)|chef(?:in)?|vertretung|mann|frau|sohn|tochter|mutter"
    r"|vater|bruder|schwester|freund(?:in)?|(?:vor)?mieter(?:in)?|vermieter(?:in)?|nachbar(?:in)?"
    r"|mitbewohner(?:in)?|(?:haus)?verwalter(?:in)?|hausmeister(?:in)?|techniker(?:in)?"
    r"|monteur(?:in)?|eigentümer(?:in)?|familie|firma|collègue|mari|femme|fils|fille|mère|père|frère|sœur|amie?"
    r"|voisine?|propriétaire|locataire|syndic|technicien(?:ne)?|famille|compañer[oa]|marido|mujer"
    r"|hij[oa]|madre|padre|herman[oa]|amig[oa]|vecin[oa]|caser[oa]|técnico|familia|collega|marito"
    r"|moglie|figli[oa]|fratello|sorella|amic[oa]|vicin[oa]|amministratore|famiglia|vervanger"
    r"|professora?|profesora?|teacher|coach|doctora?|nurse|director|supervisor|intern|driver|fitter"
    r"|accountant|receptionist|librarian|volunteer|maestr[oa]|maîtresse|directrice|chauffeur"
    r"|lehrer(?:in)?|trainer(?:in)?|fahrer(?:in)?|buchhalter(?:in)?|betreuer(?:in)?|conductora?"
    r"|vrouw|moeder|vader|zoon|dochter|broer|zus|vriend(?:in)?|buurman|buurvrouw|huurbaas|mãe|pai"
    r"|filh[oa]|irmã|irmão|vizinh[oa]|senhorio|colega"
    r"|uncle|aunt(?:ie|y)?|grand(?:ma|pa|mother|father|son|daughter)|gran(?:ny)?|nana?|cousin|nephew"
    r"|niece|buddy|mate|roommate|housemate|fiancée?|bookkeeper|mechanic|officer|coworker"
    r"|(?:brother|sister|mother|father|son|daughter)-in-law|(?:boy|girl)friend|bf|gf|co-?founder"
    r"|founder|treasurer|secretary|caregiver|carer|landscaper|adviser|advisor|apprentice|trainee"
    r"|schwager|schwägerin|schwiegermutter|schwiegervater|azubi|steuerberater(?:in)?|cuñad[oa]|suegr[oa]"
    r"|novi[oa]|jef[ea]|gestora?|beau-frère|belle-(?:sœur|mère)|comptable|copain|copine|patronn?e?"
    r"|cognat[oa]|commercialista|boekhouder|zwager|schoonzus"
    r"|oma|opa|onkel|tante|cousine?|neffe|nichte|oncle|tonton|mamie|papi|t[ií][oa]|abuel[oa]|prim[oa]"
    r"|nonn[oa]|zi[oa]|cugin[oa]|oom|neef|nicht|juf|meester|av[óô])"
)
_IS_RELATION = re.compile(rf"{_RELATION}|man")
CALLED = re.compile(
    rf"\b(?i:(?:{_RELATION}|(?<=mijn )man|(?<=my )man)"
    r"(?:,? (?:is called|is|was|ist|war|heißt|est|es|è|called|named|der|die|el|la))?"
    r"|(?:dad|mum|mom|mama|papa|mamá|papá|maman) (?:and|und|et|y|en|e)"
    r"|on behalf of|in the name of|under the name|ask for|asked"
    r"|(?:spoke|talk|speak|write) (?:to|with)|cc['’]d|im namen von"
    r"|(?:sprich|sprechen sie|reden sie) mit|wenden sie sich an|hab(?:le|la) con"
    r"|parlez à|adressez-vous à|voyez avec"
    r"|auf den namen|läuft auf|(?:fragen sie|frag) nach|gesprochen mit|au nom de|demandez"
    r"|a nombre de|pregunte por|intestat[oa] a|op naam van|namens|vraag naar|em nome de"
    r"|(?:in |en )?(?:cc|copy|kopie|copie|copia)(?: (?:to|an|à|a|aan))?)[:,]?[ ]\(?$"
)
BEHIND = re.compile(
    r"(?i:,? ?\(?(?:my|our|meine?|unsere?|mon|ma|notre|mi|nuestr[oa]|mijn|onze|(?:il|la) mi[oa]"
    rf"|o meu|a minha) (?:{_RELATION}|man)\b)"
)
_DETERMINER = (
    r"(?i:the|an?|my|our|your|his|her|their|de[rmns]|die|das|eine?[rmns]?|(?:mein|dein|sein|ihr"
    r"|unser|kein)e?[rmns]?|eue?re?[rmns]?|el|la|los|las|una?|mi|tu|su|nuestr[oa]|vuestr[oa]|le"
    r"|les|mon|ma|ton|ta|son|sa|notre|votre|leur)"
)
_AFTER_DETERMINER = re.compile(rf"\b{_DETERMINER} (?:\w+ )?$")
_SUBJECT = re.compile(
    r"(?:^|[.!?:;,(\n]|\b(?i:that|and|as|dass|und|wie|que|y|como|et|comme))[\s\"'„“»«(¡¿]*$"
)
# Somebody with a task: "our head of sales X Y", "euer Monteur X Y".
_TASK = re.compile(
    r"\b(?i:my|our|your|(?:mein|dein|unser|ihr)e?[rmns]?|eue?re?[rmns]?|mi|su|nuestr[oa]|vuestr[oa]"
    r"|mon|ma|notre|votre) \w{3,}"
    r"(?: (?!(?:in|at|from|to|for|with|by|on|near|order|aus|bei|mit|für|an|auf|nach|en|à|pour|avec"
    r"|chez|con|para|por)\b)\w+){0,2} $"
)
_APPOSED = re.compile(rf"\b{_DETERMINER} \w+(?: \w+)?, $")
_WHO_IS = re.compile(
    rf" (?:is|was|ist|war|est|es|è) (?:(?:{_DETERMINER}) )?(?:\w+ )?{_RELATION}\b"
    r"(?! (?:of|to|with)\b)"
)
_OUR = re.compile(r"\b(?i:my|our|your|(?:mein|dein|unser|ihr)e?[rmns]?|mi|su|mon|ma|notre) \w+, $")
# What only somebody does.
_SAYS = (
    r"(?:said|says|told|tells|thinks|thought|mentioned|mentions|recommended|recommends|explained"
    r"|adds|asked|wants|knows|needs to know|sagte|sagt|meinte|meint|erklärte|erzählte|denkt|glaubt"
    r"|empfahl|empfiehlt|fragt|dijo|dice|cree|piensa|quiere|recomend[óa]|explicó|pregunta|a dit|dit"
    r"|disait|pense|veut|précise|explique|recommande|conseille|demande)"
)
_SAYING = re.compile(rf" (?:\w+ ){{0,3}}{_SAYS}\b")
_SAYS_AT_ALL = re.compile(rf" {_SAYS}\b")
_SAID_AT_ONCE = re.compile(rf" (?:\w+ )?{_SAYS}\b")
_AS = re.compile(r"\b(?i:as|like|wie|como|comme) $")
# Where somebody belongs: "X Y in our workshop".
_BELONGS = re.compile(
    r" (?:from|in|at|of|on|aus|bei|vo[nm]|im|de|del|chez|à) (?i:our|my|the|your|unsere?[rmn]?"
    r"|eue?re?[rmn]?|meine?[rmn]?|de[rmn]|la|el|nuestr[oa]|mi|notre|votre|mon|ma|l['’])"
)
_WITH = re.compile(r"\b(?i:with|mit|bei|von|con|avec) $")
_TALKED = re.compile(
    r" (?:\w+ ){0,4}(?:telefoniert|gesprochen|geredet|vereinbart|abgemacht|spoke|spoken|talked"
    r"|agreed|parlé|convenu|hablado|hablé|quedado)\b"
)
_AND_I = re.compile(r" (?:and (?:I|me)|und (?:ich|mich|mir)|y yo|et moi)\b")
_I_AND = re.compile(r"\b(?i:me and|ich und|mir und|mich und|yo y|moi et) $")
_SPOKEN = re.compile(
    r"\b(?i:ask for|pregunte por|demandez|fragen sie nach|frag nach|on behalf of|in the name of"
    r"|(?:spoke|talk|speak) (?:to|with)|im namen von|auf den namen|läuft auf|gesprochen mit"
    r"|a nombre de|au nom de) $"
)
# What a day or a company is called, by the words behind its first one.
_DAY = re.compile(r"['’]?s? (?:Day|Eve|Tag|(?:Mon|Tues|Thurs|Fri|Satur|Sun)day)\b")
_COMPANY = re.compile(
    r"(?:,? [A-ZÀ-ÖØ-Þ][\w'’-]*){0,2},? (?:Co|Sons|Söhne|Ltd|Limited|LLC|Inc|Corp|Corporation"
    r"|Company|Foods|Group|Holdings?|Industries|Hotels?|Motors|Airlines|Bank|University|Hospital"
    r"|Kliniken|Versicherung|GmbH|AG|KG|mbH|SARL|SAS|SA|SL|BV|NV|SpA|Oy|plc|PLC)\b"
)
_ONE_OF = re.compile(r"\b(?i:an?|the|this|these|those|each|every|two|three|four|five) $")
_NOUN = re.compile(r"(?: [A-ZÀ-ÖØ-Þ][\w'’-]*){0,2} ([a-z]{3,})\b")
_OWNED = frozenset(
    "account order family invoice booking contract household ticket case girl boy lady guy man"  # noqa: SIM905
    " woman couple brothers sisters".split()
)
_TITLE = re.compile(r"\b(?:[Mm](?:rs?|s|x|me|lle)|[Dd]r|[Ss]ra?|Herrn?|Frau)\.? $")


def is_named(before: str, words: int, behind: str) -> bool:
    """Whether words that nobody else writes are somebody's name, by what stands around them."""
    if words > 1 and (_TASK.search(before) or _BELONGS.match(behind)):
        return True
    if words > 1 and _WITH.search(before) and _TALKED.match(behind):
        return True
    if words > 1 and _APPOSED.search(before) and behind.startswith((",", ")", ".")):
        return True
    if _AND_I.match(behind) or _I_AND.search(before):
        return True
    if _AS.search(before) and _SAYING.match(behind):
        return True
    if not _SAID_AT_ONCE.match(behind) or _AFTER_DETERMINER.search(before):
        return False
    return words > 1 or bool(_SUBJECT.search(before))


def is_who(behind: str) -> bool:
    """Whether it is said who somebody is: "... is our bookkeeper"."""
    return bool(_WHO_IS.match(behind))


def is_apposed(before: str, behind: str) -> bool:
    """Whether it says who somebody is: "our cleaner, ..., has it"."""
    return bool(_OUR.search(before)) and behind.startswith((",", ".", ")"))


def is_attribute(before: str, behind: str) -> bool:
    """Whether it says which thing is meant: "an Allen key", "St. Patrick's Day", "Kerry Foods"."""
    if _DAY.match(behind) or _COMPANY.match(behind):
        return True
    noun = _NOUN.match(behind)
    if not noun or not _ONE_OF.search(before) or noun[1] in _OWNED:
        return False
    doing = _SAYS_AT_ALL.match(behind) or does_something(behind) or is_common(noun[1])
    return not doing and language_of(f"{before}{behind}") == "en"


def is_behind_determiner(before: str) -> bool:
    """Whether a noun can be next, as behind "my" or "the old"."""
    return bool(_AFTER_DETERMINER.search(before))


def is_told_of(before: str, words: int, behind: str) -> bool:
    """Whether words in small letters are a name: "mr ...", "as ... told you", "... and me"."""
    if _TITLE.search(before) or _I_AND.search(before) or _AND_I.match(behind):
        return True
    if words > 1 and is_spoken_of(before):
        return True
    return bool(_AS.search(before) and _SAYING.match(behind))


def is_spoken_of(before: str) -> bool:
    """Whether it is somebody to ask for, or who was spoken with: "ask for ..."."""
    return bool(_SPOKEN.search(before))


def is_saying(word: str) -> bool:
    """Whether it is what only somebody does: "thinks"."""
    return bool(re.fullmatch(_SAYS, word))


def is_relation(word: str) -> bool:
    """Whether it is who somebody is to the writer, and no name: "sister"."""
    return bool(_IS_RELATION.fullmatch(word))


def is_beside_people(before: str) -> bool:
    """Whether somebody can be named next: "my friend", "our driver"."""
    return bool(CALLED.search(before) or _TASK.search(before))
