"""Words and keys by which pages, records and rows say that their readers do not see them (yet)."""

import re
import unicodedata

from chatbot.audience import INTERNAL

_IS_TRUE = frozenset({"true", "yes", "on", "1", "ja", "oui", "sí"})
_IS_FALSE = frozenset({"false", "no", "off", "0", "nein", "non"})
# What site generators and exports call it, written without "is", blanks and signs.
_UNSEEN = ("draft", "unpublished", "hidden", "unlisted", "private", "archived", "internal")
_SEEN = ("published", "publish", "public")
STATES = ("status", "state", "visibility", "audience", "access")
_KEYS = frozenset({*_UNSEEN, *_SEEN, *STATES})
# In a table other columns of these names are about what the rows are of ("private rooms").
COLUMNS = frozenset({"draft", "unpublished", "published", "publish", "status", "state"})
# What nothing but a page, a record or a row of an export is.
_DRAFTS = frozenset({
    "draft", "autodraft", "unpublished", "notpublished",
    "entwurf", "unveröffentlicht", "nichtveröffentlicht",
    "brouillon", "nonpublié", "nonpubliée", "borrador", "nopublicado", "nopublicada",
})  # fmt: skip
_STATES = frozenset({
    *_UNSEEN, "trash", "trashed", "deleted",
    "versteckt", "privat", "archiviert", "intern", "papierkorb",
    "masqué", "masquée", "privé", "privée", "archivé", "archivée", "interne", "corbeille",
    "oculto", "oculta", "privado", "privada", "archivado", "archivada", "interno", "interna",
    "papelera",
}) | _DRAFTS  # fmt: skip
# Tickets, products and versions are so, too.
_WORK = frozenset({
    "wip", "inprogress", "pending", "review", "inreview", "deprecated", "obsolete", "retired",
    "inarbeit", "inbearbeitung", "inprüfung", "veraltet", "encours", "obsolète",
    "encurso", "enprogreso", "obsoleto", "obsoleta",
})  # fmt: skip
_PUBLIC = frozenset({
    "published", "publish", "public", "live", "veröffentlicht", "öffentlich", "publié", "publiée",
    "publicado", "publicada",
})  # fmt: skip
_PARTS = re.compile(r"[\W_]+")


def bare(word: object) -> str:
    """A key or a value in lower case without blanks and signs: "Not published" and "not_published"
    are one."""
    return _PARTS.sub("", unicodedata.normalize("NFC", str(word)).lower())


def key_of(name: str) -> str:
    """The key of those that say who sees something, without "is" in front; nothing for others."""
    key = bare(name)
    key = key if key in _KEYS else key.removeprefix("is")
    return key if key in _KEYS else ""


def is_unseen(state: str) -> bool:
    """Whether the state of a page says that its readers do not see it: "Draft", "Entwurf"."""
    return bare(state) in _STATES | _WORK


def is_published(name: str, value: object) -> bool:
    """Whether a key and its value say that something is published: in what stands beside it, the
    same key is about that, and "pending" no state of the work that a record is about."""
    return key_of(name) in STATES and bare(value) in _PUBLIC


def is_draft(value: object) -> bool:
    """Whether a state is that of a page or record alone, whatever else is beside it."""
    return bare(value) in _DRAFTS


def may_be_audience(value: object) -> bool:
    """Whether a word that says who sees a page can name some who do."""
    return bare(value) == INTERNAL or bare(value) not in _UNSEEN


def why_unseen(name: str, value: object, work: bool = True) -> str:
    """What a key and its value say that keeps something from its readers, such as "it is a draft";
    nothing where they see it. Without ``work``, states that work can have, too, hide nothing."""
    key, word = key_of(name), bare(value)
    if key in _UNSEEN and word in _IS_TRUE:
        return "it is a draft" if key == "draft" else f"it is {key}"
    if key in _SEEN and word in _IS_FALSE:
        return "it is not published"
    if key in STATES and (word in _STATES or (work and word in _WORK)):
        return f"its {key} is '{str(value).strip().lower()}'"
    return ""


def draft_notes(count: int) -> tuple[str, ...]:
    """What is to be said of records that were left out."""
    return (f"{count} records of it are drafts or not published",) if count else ()
