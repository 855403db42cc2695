"""What a drafted reply must keep of the answer that it was made of."""

import re

from chatbot.grounding.words import content_words

_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


def keeps_numbers(draft_text: str, answer: str) -> bool:
    """Whether a draft has the answer's numbers, all of them and no others."""
    return set(_NUMBER.findall(draft_text)) == set(_NUMBER.findall(answer))


def says(draft_text: str, question: str, answer: str) -> bool:
    """Whether an English draft has most of the words that the answer adds to its question."""
    told = content_words(answer) - content_words(question)
    return 2 * len(told & content_words(draft_text)) >= len(told)
