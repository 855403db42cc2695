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
    parts = bare(word).split("-")
    return all(part in _names("first_names") for part in parts)


def is_family(word: str) -> bool:
    """Whether it is a family name, whatever its capitals."""
    return bare(word) in _names("last_names")


def bare(word: str) -> str:
    """In small letters, without the "'s" of what is somebody's."""
    return word.lower().removesuffix("'s").removesuffix("’s")


@cache
def _names(kind: str) -> frozenset[str]:
    from faker.providers import person

    found: set[str] = set()
    for place in iter_modules(person.__path__):
        provider = import_module(f"{person.__name__}.{place.name}").Provider
        for name in dir(provider):
            names = getattr(provider, name) if name.startswith(kind) else None
            if isinstance(names, tuple | list | dict):
                found |= {str(each).lower() for each in names}
    return frozenset(found | {folded(each) for each in found})
