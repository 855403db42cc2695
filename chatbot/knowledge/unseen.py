"""Words and keys by which pages, records and rows say that their readers do not see them (yet)."""

import re
import unicodedata
from collections.abc import Container, Iterable, Sequence
from typing import TypeVar

from chatbot.audience import INTERNAL

_Value = TypeVar("_Value")

_IS_TRUE = frozenset({"true", "yes", "on", "1", "ja", "oui", "sí"})
_IS_FALSE = frozenset({"false", "no", "off", "0", "nein", "non"})
# What site generators and exports call it, written without "is", blanks and signs.
_UNSEEN = ("draft", "unpublished", "hidden", "unlisted", "private", "archived", "internal")
_SEEN = ("published", "publish", "public")
STATES = ("status", "state", "visibility", "audience", "access")
_KEYS = frozenset({*_UNSEEN, *_SEEN, *STATES})
# In a record these are about what it is of: a private bathroom, a pool that is not public.
_OF_THINGS = frozenset({"private", "internal", "unlisted", "public", "access"})
# Nothing but what is written and shown has these.
_OF_TEXTS = frozenset({"draft", "unpublished", "published", "publish"})
# In a table other columns of these names are about what the rows are of ("private rooms").
COLUMNS = frozenset({*_OF_TEXTS, "status", "state"})
# A state in front of one of these is a word that is explained.
_MEANINGS = frozenset({
    "meaning", "definition", "explanation", "bedeutung", "erklärung", "signification",
    "significado", "definición", "définition",
})  # fmt: skip
# What nothing but a page, a record or a row of an export is.
_DRAFTS = frozenset({
    "draft", "autodraft", "unpublished", "notpublished",
    "entwurf", "unveröffentlicht", "nichtveröffentlicht",
    "brouillon", "nonpublié", "nonpubliée", "borrador", "nopublicado", "nopublicada",
})  # fmt: skip
_TRASHED = ("trash", "trashed", "deleted")
_STATES = frozenset({
    *_UNSEEN, *_TRASHED,
    "versteckt", "privat", "archiviert", "intern", "papierkorb",
    "masqué", "masquée", "privé", "privée", "archivé", "archivée", "interne", "corbeille",
    "oculto", "oculta", "privado", "privada", "archivado", "archivada", "interno", "interna",
    "papelera",
}) | _DRAFTS  # fmt: skip
# Tickets, products and versions are so, too.
_UNDONE = ("wip", "inprogress", "pending", "review", "inreview")
_WORK = frozenset({
    *_UNDONE, "inarbeit", "inbearbeitung", "inprüfung", "encours", "encurso", "enprogreso",
})  # fmt: skip
# Of a page alone: that a function is so is what a record tells its readers.
_OLD = ("deprecated", "obsolete", "retired")
_RETIRED = frozenset({*_OLD, "veraltet", "obsolète", "obsoleto", "obsoleta"})
# What a page says of itself rather than of a group; words of other languages can be a group's.
_NO_AUDIENCES = frozenset({*_UNSEEN, *_TRASHED, *_UNDONE, *_OLD, "autodraft", "notpublished"})
_PUBLISHED = frozenset({
    "published", "publish", "veröffentlicht", "publié", "publiée", "publicado", "publicada",
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
    return bare(state) in _STATES | _WORK | _RETIRED


def said_of(pairs: Sequence[tuple[str, _Value]]) -> list[tuple[str, _Value]]:
    """Which of the keys and values of a record, in order, say who sees it."""
    following = [*(bare(name) for name, _ in pairs[1:]), ""]
    return [
        (name, value)
        for (name, value), after in zip(pairs, following, strict=False)
        if key_of(name) and not (key_of(name) in STATES and after in _MEANINGS)
    ]


def of_part(pairs: Sequence[tuple[str, _Value]]) -> list[tuple[str, _Value]]:
    """Which of those that :func:`said_of` gives do so in what a record with a name of its own has,
    such as its author."""
    return [(name, value) for name, value in pairs if key_of(name) in _OF_TEXTS]


def published_by(pairs: Iterable[tuple[str, object]]) -> frozenset[str]:
    """The keys by which some records say that they are published: "pending" is no state of the work
    there that a record is about."""
    return frozenset(
        key_of(name)
        for name, value in pairs
        if key_of(name) in STATES and bare(value) in _PUBLISHED
    )


def is_draft(value: object) -> bool:
    """Whether a state is that of a page or record alone, whatever else is beside it."""
    return bare(value) in _DRAFTS


def may_be_audience(value: object) -> bool:
    """Whether a word that says who sees a page can name some who do."""
    return bare(value) == INTERNAL or bare(value) not in _NO_AUDIENCES


def why_unseen(name: str, value: object) -> str:
    """What a key and its value say that keeps a page from its readers, such as "it is a draft";
    nothing where they see it."""
    key, word = key_of(name), bare(value)
    if key in _UNSEEN and word in _IS_TRUE:
        return "it is a draft" if key == "draft" else f"it is {key}"
    if key in _SEEN and word in _IS_FALSE:
        return "it is not published"
    if key in STATES and word in _STATES | _WORK | _RETIRED:
        return f"its {key} is '{str(value).strip().lower()}'"
    return ""


def is_unseen_record(name: str, value: object, published: Container[str] = ()) -> bool:
    """Whether a key and its value keep a record from its readers, where others beside it are
    published by the keys ``published``."""
    key, word = key_of(name), bare(value)
    if key in _OF_THINGS or (key in STATES and word in _RETIRED):
        return False
    if key in STATES and word in _WORK:
        return key in published
    return bool(why_unseen(name, value))


def draft_notes(count: int) -> tuple[str, ...]:
    """What is to be said of records that were left out."""
    return (f"{count} records of it are drafts or not published",) if count else ()
