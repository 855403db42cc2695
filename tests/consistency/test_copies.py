"""Near-copies by runs of words."""

import random

from chatbot.consistency.copies import near_copies
from chatbot.index.generations import load_current
from chatbot.settings import Settings
from tests.support.index import build

WORDS = [f"word{number}" for number in range(400)]


def page(seed: int, paragraphs: int = 12) -> list[str]:
    chance = random.Random(seed)
    return [" ".join(chance.choices(WORDS, k=40)) + "." for _ in range(paragraphs)]


def pairs(settings: Settings, pages: dict[str, list[str]]) -> dict[tuple[str, str], float]:
    for file in settings.knowledge.rglob("*.md"):
        file.unlink()
    for name, parts in pages.items():
        settings.knowledge.joinpath(name).write_text("\n\n".join(parts))
    build(settings)
    generation = load_current(settings.index)
    found = {}
    for copy in near_copies(generation, set(generation.texts)):
        one, other = (generation.chunks[row].path for row in copy.rows)
        found[one, other] = copy.share
    return found


def test_a_copy_is_found_though_paragraphs_are_left_out_added_or_rewritten(
    settings: Settings,
) -> None:
    text = page(1)
    pages = {
        "a.md": text,
        "cut.md": ["Another title.", *(part for at, part in enumerate(text) if at % 3)],
        "other.md": page(2),
    }
    found = pairs(settings, pages)
    assert set(found) == {("a.md", "cut.md")} and found["a.md", "cut.md"] > 0.8
    pages["cut.md"] = text[:4] + page(3, 8)
    assert not pairs(settings, pages)


def test_documents_of_a_few_words_have_nothing_to_compare(settings: Settings) -> None:
    assert not pairs(settings, {"a.md": ["Closed."], "b.md": ["Closed."]})


def test_what_stands_in_many_documents_makes_no_copies(settings: Settings) -> None:
    notice = page(4)
    assert not pairs(settings, {f"{n}.md": [*notice, *page(10 + n, 3)] for n in range(12)})
