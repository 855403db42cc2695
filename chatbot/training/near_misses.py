"""Refusals that a model would not make, behind what it quotes instead.

Where a passage comes near a question and does not answer it, a model that quotes what its answer
rests on copies that passage and then answers something else. It is taught to look at what it has
copied: the quote is its own, and behind it stands the refusal. Negatives that the model itself
takes for positives teach more than any that are drawn at random (hard negatives, as in Xiong et
al., "Approximate Nearest Neighbor Negative Contrastive Learning", 2021, arXiv:2007.00808).
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from chatbot.cases import AnswerRow, to_documents
from chatbot.llm.local import LocalChatModel
from chatbot.llm.quoting import lines_of
from chatbot.memory import to_messages
from chatbot.prompts import Prompts
from chatbot.training.quoting import plain

# Probabilities of a refusal: one that is made anyway, and one so low that the question, which is
# answered over other passages, may well be answered by these too.
_MADE, _DOUBTFUL = 0.95, 0.1
_MOST_QUOTES = 3
_AT_ONCE = 6


def near_misses(
    rows: Sequence[AnswerRow], llm: LocalChatModel, prompts: Prompts
) -> Iterator[AnswerRow]:
    """The rows; those to refuse that ``llm`` would not refuse have what it quotes as ``quotes``.
    Left out are those of which it is nearly certain, where others have an answer to the same
    question.

    Raises:
        QuestionError: a row does not fit into the context of the model.
        GenerationError: the model failed.
    """
    answered = {_asked(row) for row in rows if row.answer is not None}

    def taught(row: AnswerRow) -> AnswerRow | None:
        if row.answer is not None:
            return row
        value = prompts.render_answer(
            to_messages(row.history), to_documents(row.passages), row.question
        )
        messages = value.to_messages()
        refuses = llm.probability(messages, prompts.unknown)
        if refuses >= _MADE:
            return row
        if refuses < _DOUBTFUL and _asked(row) in answered:
            return None
        quotes = lines_of(llm.quote(messages, avoid=prompts.unknown))
        return row.model_copy(update={"quotes": _verbatim(quotes, row)[:_MOST_QUOTES]})

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        yield from (row for row in pool.map(taught, rows) if row is not None)


def _asked(row: AnswerRow) -> str:
    """The question of a row, which stands in the recipe once."""
    return row.id.partition("@")[0]


def _verbatim(quotes: Sequence[str], row: AnswerRow) -> list[str]:
    """Those that stand in the passages of the row: one that is made up would be taught."""
    read = plain(" ".join(passage.text for passage in row.passages))
    return [quote for quote in quotes if plain(quote) and plain(quote) in read]
