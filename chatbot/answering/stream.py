"""One answer as events: prepared, written piece by piece, and verified once at the end."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from chatbot.answering.answer import Answer, Stopwatch, Usage
from chatbot.answering.chain import AnswerChain, Prepared
from chatbot.answering.events import Answered, Event, PassagesFound, Token
from chatbot.answering.question import Question
from chatbot.answering.smalltalk import SmallTalk
from chatbot.grounding.check import check
from chatbot.grounding.citations import Verified
from chatbot.grounding.injection import copies
from chatbot.prompts import Prompts


def spoken(text: str, model: str) -> list[Event]:
    """The events of an answer that rests on nothing and that no model wrote: small talk."""
    return [PassagesFound([]), Token(text), Answered(Answer(text, False, 1.0, [], [], model, {}))]


async def stream_answer(
    chain: AnswerChain,
    question: Question,
    prompts: Prompts,
    refusals: SmallTalk,
    model: str,
    watch: Stopwatch,
) -> AsyncGenerator[Event, None]:
    """The events of the answer by ``chain``, whose ``model`` it names; leaving stops the model.
    ``refusals`` has the words of a refusal in the language of the question.

    Raises:
        QuestionError: the question does not fit into what the model can read.
        GenerationError: the model failed.
    """
    prepared = await chain.prepare.ainvoke(question)
    titles = [str(passage.metadata.get("title", "")) for passage in prepared.passages]
    refusal = refusals.refusal(question.text, prompts.refusal, titles)
    watch.mark("retrieved")
    yield PassagesFound(prepared.passages)
    text, usage, cut = "", Usage(), False
    if prepared.abstain:
        text = _declined(prepared, prompts, refusal)
        yield Token(text)
    else:
        async with aclosing(chain.respond(prepared).astream(prepared)) as chunks:  # type: ignore[type-var]
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
    abstained, text, verified = _verified(text, prepared, prompts, refusal)
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


def _verified(
    text: str, prepared: Prepared, prompts: Prompts, refusal: str
) -> tuple[bool, str, Verified]:
    """(abstained, the text to show, what it rests on)."""
    if prepared.abstain:
        return True, text.strip(), Verified()
    if not prompts.says_unknown(text):
        shown, verified = check(
            text.strip(), prepared.passages, prompts.instructions, prepared.guarded
        )
        if shown:
            return False, shown, verified
    return True, refusal, Verified()


def _declined(prepared: Prepared, prompts: Prompts, refusal: str) -> str:
    """The refusal, or the question back where two topics compete."""
    if prepared.competing:
        return prompts.clarification(*prepared.competing)
    return refusal


def _usage(chunk: Any) -> Usage | None:
    """Tokens so far, on the chunks of a stream that tell them."""
    counts = getattr(chunk, "usage_metadata", None)
    return Usage(counts["input_tokens"], counts["output_tokens"]) if counts else None
