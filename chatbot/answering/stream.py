"""One answer as events: prepared, written piece by piece, and verified at the end.

An answer that its passages do not support is written once or twice more, from the same passages
read in another way; the new text takes the place of the first only if they support all of it. A
yes takes the place of a no, or the other way round, where the sentence behind it says so. In the
place of an answer that holds for one of several things, of which the question names none,
stands a question back; in the place of one that is certainly about another thing than its question,
the refusal.
"""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from langchain_core.messages import AIMessage
from langchain_core.runnables import Runnable

from chatbot.answering.answer import Answer, Approval, Stopwatch, Usage, usage_of
from chatbot.answering.chain import AnswerChain, Prepared
from chatbot.answering.events import Answered, Event, PassagesFound, Rereading, Rewritten, Token
from chatbot.answering.forms import in_form
from chatbot.answering.question import Question
from chatbot.answering.smalltalk import SmallTalk
from chatbot.answering.yes_no import led, means_other
from chatbot.errors import GenerationError, QuestionError
from chatbot.grounding.check import check
from chatbot.grounding.choices import choices_passed_over
from chatbot.grounding.citations import Verified
from chatbot.grounding.halves import admits
from chatbot.grounding.injection import copies
from chatbot.grounding.money import priced
from chatbot.grounding.reading import read
from chatbot.grounding.sources import all_spans
from chatbot.grounding.topics import keeps_to
from chatbot.llm.local import LocalChatModel
from chatbot.llm.stopping import stopped_when_left
from chatbot.prompts import Prompts
from chatbot.text.languages import language_of
from chatbot.text.sentences import sentences

APPROVED = "approved answer"  # in the place of a model's name
# The share of answers from another reading that were right (docs/experiments.md).
_ANOTHER_READING = 0.55
# An answer that contradicted itself is none to rely on.
_TURNED = 0.55
# 19 of 41 answers with a marked sentence were right (docs/experiments.md, "Another reading").
_MARKED = 0.46
# Nobody has counted those that leave out a part of the question; they are not well supported.
_HALF = 0.55
# A sentence to its end; a number may go on behind its point.
_WHOLE = re.compile(r"(?:(?<!\d)\.|[!?…。！？])[\"'”’»)\]*_]*\s*$")


def small_talk_events(text: str, model: str) -> list[Event]:
    """The events of an answer that rests on nothing and that no model wrote: small talk."""
    return [PassagesFound([]), Token(text), Answered(Answer(text, False, 1.0, [], [], model, {}))]


def events_as_approved(
    text: str, approval: Approval, question: Question, texts: SmallTalk, watch: Stopwatch
) -> list[Event]:
    """The events of an answer that a person approved, in the form that the question wants: no
    model is asked."""
    letter = texts.texts[language_of(text, question.language())].letter
    text, _ = in_form(text, Verified(), question.form, letter)
    watch.mark("total")
    answer = Answer(
        text, False, 1.0, [], [], APPROVED, watch.seconds, asked=question, approved=approval
    )
    return [PassagesFound([]), Token(text), Answered(answer)]


@dataclass
class _Draft:
    """What the model has written so far; ``cut`` says that it ended at its limit of tokens."""

    text: str = ""
    usage: Usage = field(default_factory=Usage)
    cut: bool = False

    def ends_early(self, prepared: Prepared) -> bool:
        """Whether its last sentence may go on: it ended at its limit of tokens, or where a client
        wanted it to stop."""
        return self.cut or (bool(prepared.question.stop) and not _WHOLE.search(self.text))

    async def write(
        self, respond: Runnable[Prepared, AIMessage], prepared: Prepared, secret: str
    ) -> AsyncGenerator[str, None]:
        """Have ``respond`` write it, and pass on its text until it copies ``secret``; leaving
        stops the model."""
        async with aclosing(respond.astream(prepared)) as chunks:  # type: ignore[type-var]
            async for chunk in chunks:
                self.usage = usage_of(chunk) or self.usage
                self.cut = self.cut or chunk.response_metadata.get("finish_reason") == "length"
                if not chunk.text:
                    continue
                self.text += str(chunk.text)
                if copies(self.text, secret):
                    break
                yield str(chunk.text)


@dataclass(frozen=True)
class _Checked:
    """The text to show, and what it rests on; its confidence is ``at_most`` so much."""

    text: str
    abstained: bool
    verified: Verified = field(default_factory=Verified)
    at_most: float = 1.0


async def stream_answer(
    chain: AnswerChain,
    question: Question,
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
    prompts, found = chain.prompts, await stopped_when_left(chain.search.ainvoke(question))
    titles = [str(passage.metadata.get("title", "")) for passage in found.passages]
    spoken = found.spoken
    closest = refusals.closest(spoken, titles)
    refusal = f"{refusals.refusal(spoken, prompts.refusal).strip()} {closest}".strip()
    watch.mark("retrieved")
    yield PassagesFound(found.passages)
    prepared = await stopped_when_left(chain.weigh.ainvoke(found))
    watch.mark("read")
    draft, choices = _Draft(), prepared.choices
    at_most, begins = (_ANOTHER_READING if question.wanted else 1.0), 0
    if question.again and (anew := await asyncio.to_thread(_read_anew, chain, prepared)):
        prepared, at_most = anew, _ANOTHER_READING
    if prepared.abstain:
        declined = refusal
        if prepared.choices:
            declined = refusals.clarification(spoken, prompts.clarification, prepared.choices)
        shown = _Checked(declined, True)
        yield Token(shown.text)
    else:
        # Where somebody gave orders, nothing is shown before it is checked, nor before its form.
        held = prepared.guarded or bool(question.form)
        written = draft.write(chain.respond(prepared), prepared, prompts.instructions)
        async with aclosing(written) as pieces:
            async for piece in pieces:
                watch.mark("first_token")
                if not held:
                    yield Token(piece)
        shown = await _verify(
            draft.text, prepared, prompts, refusal, early=draft.ends_early(prepared)
        )
        if other := await _turned(chain, prepared, draft, shown, refusal):
            shown = other
            if not held:
                yield Rewritten(shown.text, turned=_rest(shown.text) == _rest(draft.text))
        async with aclosing(_again(chain, prepared, draft, shown, refusal)) as again:
            async for step in again:
                if isinstance(step, _Checked):
                    shown = step
                if not held:
                    yield step if isinstance(step, Rereading) else Rewritten(step.text)
        if asked := await asyncio.to_thread(_asked_back, prepared, shown, refusals, prompts):
            shown, choices = asked
            if not held:
                yield Rewritten(shown.text)
        elif shown.verified.astray:
            shown = _Checked(refusal, True, at_most=_MARKED)
            if not held:
                yield Rewritten(shown.text)
        if question.form and not shown.abstained:
            letter, plain = refusals.texts[spoken].letter, shown.text
            told = in_form(plain, shown.verified, question.form, letter)
            shown = replace(shown, text=told[0], verified=told[1])
            begins = max(0, shown.text.find(plain))
        if held:
            yield Token(shown.text)
    right, most = (1.0, 1.0) if shown.abstained else (chain.right, at_most)
    sure = min(prepared.confidence * right, shown.at_most, most)
    notes = list(prepared.notes)
    if missed := shown.verified.unanswered:
        sure = min(sure, _HALF)
        notes.append(refusals.unanswered(spoken, missed))
    watch.mark("total")
    yield Answered(
        Answer(
            answer=shown.text,
            abstained=shown.abstained,
            confidence=round(sure, 4),
            citations=shown.verified.citations,
            passages=prepared.passages,
            model=model,
            timings=watch.seconds,
            choices=choices,
            notes=notes,
            unsupported=shown.verified.unsupported,
            rests_on=shown.verified.rests_on,
            begins=begins,
            lead_agrees=shown.verified.lead_agrees,
            usage=draft.usage,
            cut=draft.cut,
            closest=closest if shown.abstained and not choices else "",
            asked=question if shown.abstained else prepared.question,
        )
    )


def _read_anew(chain: AnswerChain, prepared: Prepared) -> Prepared | None:
    """For a question that was answered before: its passages read in another way, each in turn, the
    first one among them; ``None`` where that is the turn, or there is no other."""
    if prepared.refuses is None or prepared.abstain:
        return None
    readings: list[Prepared | None] = [None, *chain.read_otherwise(prepared)]
    return readings[prepared.question.again % len(readings)]


def _rest(text: str) -> str:
    """What stands behind the first word."""
    return text.strip().partition(" ")[2]


async def _turned(
    chain: AnswerChain, prepared: Prepared, draft: _Draft, shown: _Checked, refusal: str
) -> _Checked | None:
    """The answer with the other of yes and no in front, where it says that itself: by its own
    bounds and names ("Yes, within 2 hours" to "after 3 hours?"), also where nothing marks the one
    but a number or day of the question agrees with the other, else by what a model reads that did
    not write down first what its answer rests on; or that other one with the sentence that decides
    it, where the answer was about another thing."""
    if prepared.refuses is None or draft.ends_early(prepared):
        return None
    if (said := led(prepared.wording, draft.text.strip())) is None:
        return None
    if decisive := shown.verified.decided_by:
        text = f"{said.other}: {decisive}"
        other = await _verify(text, prepared, chain.prompts, refusal)
        if not other.abstained and not other.verified.unsupported:
            return replace(other, at_most=min(other.at_most, _TURNED))
    asked = read(prepared.wording)
    given = (asked.facts or asked.days[0]) and not shown.verified.lead_agrees
    if shown.verified.unsupported or given:
        other = await _verify(said.exchanged, prepared, chain.prompts, refusal)
        if other.verified.lead_agrees and not other.verified.unsupported:
            return replace(other, at_most=min(other.at_most, _TURNED))
    if prepared.quoted or not isinstance(chain.llm, LocalChatModel):
        return None
    try:
        if not await means_other(chain.llm, chain.prompts, prepared.wording, said):
            return None
    except (QuestionError, GenerationError):  # too long for the model, or it failed
        return None
    other = await _verify(said.exchanged, prepared, chain.prompts, refusal)
    return replace(other, at_most=min(other.at_most, _TURNED))


async def _again(
    chain: AnswerChain, prepared: Prepared, first: _Draft, shown: _Checked, refusal: str
) -> AsyncGenerator[Rereading | _Checked, None]:
    """Another answer that is supported where the first is not, if there is one; before it, that
    the passages are read again.

    Only a model that was trained to read its passages is asked: another writes worse.
    """
    if prepared.refuses is None or not shown.verified.unsupported:
        return
    otherwise, told = chain.read_otherwise(prepared), False
    while (state := await asyncio.to_thread(next, otherwise, None)) is not None:
        if not told:
            told = True
            yield Rereading()
        other = _Draft()
        try:
            written = other.write(chain.respond(state), state, chain.prompts.instructions)
            async with aclosing(written) as pieces:
                async for _ in pieces:
                    pass
        except (QuestionError, GenerationError):  # too long for the model, or it failed
            return
        first.usage = first.usage + other.usage
        better = await _verify(other.text, prepared, chain.prompts, refusal)
        better = await _turned(chain, prepared, other, better, refusal) or better
        # A yes in the place of a no is another decision, which no quote supports by itself: only
        # where the question and what is quoted decide it.
        leads = {read(shown.text).lead, read(better.text).lead}
        turned = leads == {"yes", "no"} and not better.verified.lead_agrees
        kept = keeps_to(prepared.terms, shown.text, better.text)
        if kept and not (other.cut or better.abstained or better.verified.unsupported or turned):
            first.cut = False
            yield replace(better, at_most=min(better.at_most, _ANOTHER_READING))
            return


def _asked_back(
    prepared: Prepared, shown: _Checked, refusals: SmallTalk, prompts: Prompts
) -> tuple[_Checked, list[str]] | None:
    """A question back, and its choices, where the answer has chosen for who asks.

    Before the model has written only the gate of a model that does not read asks between two.
    """
    question = prepared.question
    if prepared.refuses is None or shown.abstained or question.passages is not None:
        return None
    said = [str(turn.text) for turn in prepared.before]
    quotes = [citation.quote for citation in shown.verified.citations]
    spans = all_spans(prepared.read)
    choices = choices_passed_over(prepared.terms, said, shown.text, quotes, spans)
    if not choices:
        return None
    text = refusals.clarification(prepared.spoken, prompts.clarification, choices)
    return _Checked(text, True), choices


async def _verify(
    text: str, prepared: Prepared, prompts: Prompts, refusal: str, early: bool = False
) -> _Checked:
    """The text, which may have ended ``early``, verified beside the event loop: the first one reads
    the words of four languages and the names of cities, for a second or more."""
    return await asyncio.to_thread(_checked, text, prepared, prompts, refusal, early)


def _checked(
    text: str, prepared: Prepared, prompts: Prompts, refusal: str, early: bool
) -> _Checked:
    if not prompts.says_unknown(text, early):
        shown, verified = check(
            priced(text.strip(), [passage.text for passage in prepared.read]),
            prepared.passages,
            prompts.instructions,
            prepared.guarded,
            prepared.question.text,
            _questions_before(prepared),
        )
        if shown:
            said = (shown[start:end] for start, end in sentences(shown))
            most = _HALF if any(map(admits, said)) else 1.0
            return _Checked(shown, False, verified, _MARKED if verified.unsupported else most)
    return _Checked(refusal, True)


def _questions_before(prepared: Prepared) -> list[str]:
    """Those that the question goes on from, newest first."""
    return [str(turn.text) for turn in reversed(prepared.before) if turn.type == "human"]
