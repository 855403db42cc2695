"""Given and family names of some sixty countries, from Faker."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from chatbot.text.unicode import without_marks

# What Unicode does not take apart.
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "ß": "ss", "þ": "th"})


def folded(word: str) -> str:
    """A word in small letters, without the marks on its letters."""
    return without_marks(word.lower().translate(_LETTERS))


def is_given(word: str) -> bool:
    """Whether it is a given name, whatever its capitals, or some with hyphens between them."""
    small, names = bare(word), _names("first")
    parts = small.split("-")
    return small in names or "".join(parts) in names or all(part in names for part in parts)


def is_given_pair(one: str, other: str) -> bool:
    """Whether both together are a given name, of which each may be a word: "Mei Ling"."""
    return f"{bare(one)}-{bare(other)}" in _names("first")


def is_family(word: str) -> bool:
    """Whether it is a family name, whatever its capitals."""
    return bare(word) in _names("last")


def bare(word: str) -> str:
    """In small letters, without the "'s" of what is somebody's."""
    return word.lower().removesuffix("'s").removesuffix("’s")


@cache
def _names(kind: str) -> frozenset[str]:
    from faker.providers import person

    starts = (f"{kind}_names", f"{kind}_romanized_names")
    found: set[str] = set()
    for place in iter_modules(person.__path__):
        provider = import_module(f"{person.__name__}.{place.name}").Provider
        for name in dir(provider):
            names = getattr(provider, name) if name.startswith(starts) else None
            if isinstance(names, tuple | list | dict):
                found |= {str(each).lower() for each in names}
    return frozenset(found | {folded(each) for each in found})
