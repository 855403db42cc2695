"""One answer as events: prepared, written piece by piece, and verified once at the end."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from chatbot.answering.answer import Answer, Stopwatch, Usage
from chatbot.answering.chain import AnswerChain, Prepared
from chatbot.answering.events import Answered, Event, PassagesFound, Token
from chatbot.answering.question import Question
from chatbot.grounding.check import check
from chatbot.grounding.citations import Verified
from chatbot.grounding.injection import copies
from chatbot.prompts import Prompts


async def stream_answer(
    chain: AnswerChain, question: Question, prompts: Prompts, model: str, watch: Stopwatch
) -> AsyncGenerator[Event, None]:
    """The events of the answer by ``chain``, whose ``model`` it names; leaving stops the model.

    Raises:
        QuestionError: the question does not fit into what the model can read.
        GenerationError: the model failed.
    """
    prepared = await chain.prepare.ainvoke(question)
    watch.mark("retrieved")
    yield PassagesFound(prepared.passages)
    text, usage, cut = "", Usage(), False
    if prepared.abstain:
        text = _declined(prepared, prompts)
        yield Token(text)
    else:
        async with aclosing(chain.respond(question).astream(prepared)) as chunks:  # type: ignore[type-var]
            async for chunk in chunks:
                usage = _usage(chunk) or usage
                cut = cut or chunk.response_metadata.get("finish_reason") == "length"
                if not chunk.text:
                    continue
                watch.mark("first_token")
                text += str(chunk.text)
                if copies(text, prompts.instructions):
                    break
                # Where somebody gave orders, nothing is shown before it is checked.
                if not prepared.guarded:
                    yield Token(str(chunk.text))
    watch.mark("total")
    abstained, text, verified = _verified(text, prepared, prompts)
    if prepared.guarded and not prepared.abstain:
        yield Token(text)
    yield Answered(
        Answer(
            answer=text,
            abstained=abstained,
            confidence=round(prepared.confidence, 4),
            citations=verified.citations,
            passages=prepared.passages,
            model=model,
            timings=watch.seconds,
            notes=prepared.notes,
            unsupported=verified.unsupported,
            rests_on=verified.rests_on,
            usage=usage,
            cut=cut,
        )
    )


def _verified(text: str, prepared: Prepared, prompts: Prompts) -> tuple[bool, str, Verified]:
    """(abstained, the text to show, what it rests on)."""
    if prepared.abstain:
        return True, text.strip(), Verified()
    if not _is_refusal(text):
        shown, verified = check(
            text.strip(), prepared.passages, prompts.instructions, prepared.guarded
        )
        if shown:
            return False, shown, verified
    return True, prompts.refusal, Verified()


def _declined(prepared: Prepared, prompts: Prompts) -> str:
    """The refusal, or the question back where two topics compete."""
    if prepared.competing:
        return prompts.clarification(*prepared.competing)
    return prompts.refusal


def _is_refusal(text: str) -> bool:
    """Whether the model itself said, as the prompt asks, that it does not know."""
    return text.strip().lower().replace("\u2019", "'").startswith("i don't know")


def _usage(chunk: Any) -> Usage | None:
    """Tokens so far, on the chunks of a stream that tell them."""
    counts = getattr(chunk, "usage_metadata", None)
    return Usage(counts["input_tokens"], counts["output_tokens"]) if counts else None
