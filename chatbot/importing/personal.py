"""Personal data taken out of conversations: addresses, numbers, and names of people.

More is masked than in logs: a candidate is read by everybody later, and a number too many is
seen by the person who accepts it.
"""

import re
from collections.abc import Iterable

from chatbot.importing.name_words import NAME
from chatbot.importing.places import hide_addresses
from chatbot.text.masking import mask, without_dates
from chatbot.text.numbered import is_numbered

_PERSON = r"[A-ZÀ-ÖØ-Þ][\w'’-]+"
_PEOPLE = rf"{_PERSON}(?: (?:(?:van|von|de|der|den|da|di|la|le|el)\.? ){{0,2}}{_PERSON}){{0,2}}"
# A greeting and its name; "Hi, How do I ..." has none.
_GREETED = re.compile(
    r"\b((?i:dear|hi|hello|hey|hallo|liebe|lieber|bonjour|salut|hola|ciao|(?<![^\n])beste)),?[ ]+"
    rf"{_PERSON}(?: {_PERSON}){{0,2}}(?=[ ]*(?:[,.:!\n–-]|$))"
)
# Words before a name, whatever is behind it.
_NAMED = re.compile(
    r"\b((?i:my name(?: is|'s|’s)|ich heiße|mein name ist|(?:je m'|je m’)appelle|moi,? c(?:'|’)est"
    r"|me llamo|mi nombre es|mi chiamo|ik heet|mijn naam is"
    r"|mr\.?|mrs\.?|ms\.?|mx\.?|dr\.?|herrn?|frau|m\.|mme|monsieur|madame|mlle|sr\.?|sra\.?|señor"
    rf"|señora|signor|signora|sig\.(?:ra)?|dott\.(?:ssa)?|mevrouw|meneer|de heer))[ ,]+{_PEOPLE}"
)
# Words before a name of two capitals at least: people near the writer, and what people do together.
_FULL = rf"{_PERSON}(?: (?:(?:van|von|de|der|den|da|di|la|le)\.? ){{0,2}}{_PERSON}){{1,2}}"
_MAYBE_NAMED = re.compile(
    r"\b((?i:this is|it['’]s|here is|c['’]est|hier ist|hier spricht|au nom de"
    r"|auf den namen|i am|i'm|ich bin|je suis|soy|sono|ik ben|by the way,?|übrigens:?"
    r"|(?:my|our|meine?r?|unsere?r?|mon|ma|notre|mi|nuestr[oa]|mij?n|onze|(?:il|la) mi[oa]) "
    r"(?:colleague|boss|manager|deputy|assistant|wife|husband|partner|son|daughter|mother|father"
    r"|dad|mum|mom|brother|sister|friend|neighbou?r|kolleg(?:e|in)|chef(?:in)?|vertretung|mann|frau|sohn"
    r"|tochter|collègue|mari|femme|fils|fille|compañer[oa]|marido|mujer|hij[oa]|collega|marito"
    r"|moglie|vervanger|man|vrouw)(?: (?:is|ist|est|es|è))?"
    r"|(?:discussed|agreed|spoke|speak|spoken|talked|arranged|chatted|in touch) (?:with|to)"
    r"|(?:ordered|bought|signed|paid|placed|booked|sent|written|recommended) by"
    r"|(?:name of|registered to|addressed to|attention of|attn\.?:?|c/o)"
    r"|(?:bestellt|gekauft|unterschrieben|bezahlt) (?:von|hat es|hat)"
    r"|(?:gesprochen|abgesprochen|vereinbart) mit|(?:commandé|acheté|signé|payé) par"
    r"|(?:vu|parlé|convenu) avec|(?:pedido|comprado|firmado|pagado) por|(?:hablado|hablé) con"
    rf"))[:,]? {_FULL}"
)
# Below a letter written on one line.
_CLOSED = re.compile(
    r"\b((?i:regards|sincerely|faithfully|wishes|cheers|grüßen?|gruß|grüsse|lg|vg|cordialement"
    rf"|à vous|salutations|saludos|atentamente|saluti|groet(?:en)?),\s{{1,3}}){_PEOPLE}"
)
# Another part of a name that is known: "Mirjam [name]".
_PART = re.compile(rf"(?<=[a-zà-ÿ,:(] ){_PERSON} \[name\]|\[name\] {_PERSON}(?=\W*(?:\n|$))")
# "V. lang", at the end of a line or before a comma; "z. B." is none.
_INITIALS = re.compile(
    r"(?<![\w.])(?<!z\. )(?:[A-ZÀ-ÖØ-Þ]\.[ ]?){1,2}[^\W\d_][\w'’-]{1,40}(?=[ ]*(?:,|$))",
    re.MULTILINE,
)
# An address that is written so that robots do not read it.
_AT = r"[ ]?[(\[{][ ]?(?i:at|ät|arobase|arroba|chiocciola)[ ]?[)\]}][ ]?"
_DOT = r"(?:\.|[ ]?[(\[{][ ]?(?i:dot|punkt|point|punto|ponto)[ ]?[)\]}][ ]?)"
_SPELT = re.compile(
    rf"(?<![\w.+%'-])\w[\w.+%'-]{{0,80}}(?:{_AT}[\w-]{{1,80}}(?:{_DOT}[\w-]{{1,80}})+"
    r"| at [\w-]{1,80} dot [\w-]{2,80})"
)
# A number that somebody wants to be called on, in whatever form.
_US = re.compile(
    r"(?<![\w(])\(\d{3}\)[ ]?\d{3}[-. ]\d{4}(?!\d)|(?<![\w.-])\d{3}([-.])\d{3}\1\d{4}(?![\w-])"
)
_ABROAD = re.compile(
    r"(?<![\w+])\+\d(?:[ ().\-/]{0,2}\d){6,14}(?!\d)"
    r"|(?<![\w+.,#/-])00[1-9]\d{0,2}[ ().\-/]{1,2}\d(?:[ ().\-/]{0,2}\d){5,12}(?![\d.])"
)
_CALLED = re.compile(
    r"\b((?i:call|ring|phone|tel|telephone|mobile|cell|whatsapp|text me|reach\w*"
    r"|(?:hot|direct )?line|fax|dial|telefon\w*|handy|mobil\w*|erreich\w*|durchwahl|rufnummer"
    r"|anruf\w*|rufen|lig(?:ar|ue|uem)|linha"
    r"|téléphone|portable|joign\w*|appel\w*|teléfono|móvil|llam\w*|telefono|cellulare|chiam\w*"
    r"|nummer|numero|número|numéro|bel|bereik\w*)\b\.?[^\d\n+]{0,25})"
    r"\(?\d(?:[ ().\-/]{0,2}\d){6,14}(?!\d)"
)
_AMOUNT = re.compile(r"[1-9]\d?(?:[ .]\d{3}){2}|[1-9]\d{0,2}(?:[ .]\d{3})*[ .]000")
_ALONE = re.compile(r"^\W*\[name\]\W*$\n?", re.MULTILINE)
_COMMON = frozenset(
    "support team service customer help desk info admin sales office the and".split()  # noqa: SIM905
)
_MOST_COLLEAGUES = 300


class Masker:
    """Masks addresses, numbers, and the names of a conversation's people."""

    def __init__(self, people: Iterable[str], colleagues: Iterable[str] = ()) -> None:
        """``people`` are names as records have them, whole; of ``colleagues``, who may sign
        anywhere, only the whole names are masked, since "Mark" and "Will" are words."""
        whole: set[str] = set()
        parts: set[str] = set()
        for name in people:
            words = _name_words(name)
            whole |= {" ".join(words)} if len(words) > 1 else set()
            parts |= {w for w in words if len(w) > 2 and w.lower() not in _COMMON}
        for name in list(colleagues)[:_MOST_COLLEAGUES]:
            words = _name_words(name)
            whole |= {" ".join(words)} if len(words) > 1 else set()
        # A part alone may be a word ("Mark", "Will"), but for its capital.
        either = [rf"(?i:{re.escape(name)})" for name in sorted(whole, key=len, reverse=True)]
        either += map(re.escape, sorted(parts | {part.upper() for part in parts}, reverse=True))
        self._names = re.compile(rf"(?<!\w)(?:{'|'.join(either)})(?!\w)") if either else None

    def __call__(self, text: str) -> str:
        """The text without them; lines that were a name keep ``[name]``."""
        text = mask(text)
        text = hide_addresses(_SPELT.sub("[email]", text))
        text = _ABROAD.sub("[phone]", text)
        text = _US.sub(_hide_us, text)
        text = _hide_called(text)
        if self._names:
            text = self._names.sub(NAME, text)
        for pattern in (_GREETED, _NAMED, _MAYBE_NAMED):
            text = pattern.sub(lambda match: f"{match[1]} {NAME}", text)
        text = _CLOSED.sub(lambda match: match[1] + NAME, text)
        text = _INITIALS.sub(NAME, _PART.sub(NAME, text))
        return join_names(text)


def _hide_us(match: re.Match[str]) -> str:
    return match[0] if is_numbered(match.string, match.start()) else "[phone]"


def _hide_called(text: str) -> str:
    """The text without numbers behind a word such as "call"; a date there is none, nor how many of
    something somebody can reach."""
    pieces: list[str] = []
    done = 0
    bare = without_dates(text)
    for match in _CALLED.finditer(bare):
        start, end = match.end(1), match.end()
        if not _AMOUNT.fullmatch(bare, start, end) and not is_numbered(bare, start):
            pieces += [text[done:start], "[phone]"]
            done = end
    return "".join(pieces) + text[done:]


def join_names(text: str) -> str:
    """Masked names in a row as one."""
    return re.sub(r"\[name\](?:[ ,]+\[name\])+", NAME, text)


def without_lone_names(text: str) -> str:
    """The text without lines that are a masked name."""
    return _ALONE.sub("", text).strip()


def _name_words(name: str) -> list[str]:
    if "@" in name:
        return []
    return [word for word in re.findall(r"[\w'’-]+", name) if not word.isdigit()]
