"""Letters to drafts: each is looked at once, and ends in a draft, a reason, or a sentence."""

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from chatbot.answering.answer import Answer
from chatbot.answering.events import Answered
from chatbot.answering.question import Question
from chatbot.answering.smalltalk import SmallTalk
from chatbot.audience import VISITOR, Asker
from chatbot.errors import DocumentError, GenerationError, QuestionError
from chatbot.importing.conversations import message_body, question_of, words_of
from chatbot.importing.letters import Letter, read_letter
from chatbot.mail.box import Box, Stored
from chatbot.mail.draft import body_of, colleague_body, draft_of, message_id
from chatbot.mail.state import Handled
from chatbot.mail.threads import MOST, turns_before
from chatbot.service import ChatService

DRAFTED, COLLEAGUE, IGNORED, FAILED = "drafted", "colleague", "ignored", "failed"
_NO_WORDS = "it holds no words of its writer's"


@dataclass(frozen=True)
class MailOptions:
    """``own`` are the addresses, in small letters, of those who answer; ``most`` letters are
    drafted for. ``asker`` is whose documents answer: a letter is from anybody, so those for the
    public. Without ``refusals``, what the knowledge base does not answer gets no draft."""

    own: tuple[str, ...] = ()
    asker: Asker = VISITOR
    most: int = 50
    refusals: bool = True


@dataclass
class MailReport:
    """``drafted`` counts answers and ``colleague`` drafts that promise a colleague's; ``ignored``
    and ``failed`` say of each other letter where it is (``path``) and why (``reason``)."""

    drafted: int = 0
    colleague: int = 0
    ignored: list[dict[str, str]] = field(default_factory=list)
    failed: list[dict[str, str]] = field(default_factory=list)
    seconds: float = 0.0


@dataclass(frozen=True)
class _Outcome:
    kind: str
    reason: str = ""


class LetterAnswering:
    """Drafts answers to the letters of one box."""

    def __init__(
        self, service: ChatService, small_talk: SmallTalk, box: Box, options: MailOptions
    ) -> None:
        """``small_talk`` tells letters that only thank or greet."""
        self._service, self._small_talk = service, small_talk
        self._box, self._options = box, options

    async def run(
        self, handled: Handled, progress: Callable[[int], None] = lambda done: None
    ) -> MailReport:
        """Look at every letter that waits; ``progress`` gets how many are done.

        Raises:
            MailError: the box fails.
            IndexUnavailableError, ModelUnavailableError, BusyError: nothing can be answered.
        """
        report = MailReport()
        done = 0
        for stored in self._box.waiting(handled.has_place):
            if report.drafted + report.colleague >= self._options.most:
                break
            outcome = await self._handle(stored, handled)
            if outcome is None:
                continue
            done += 1
            progress(done)
            report.drafted += outcome.kind == DRAFTED
            report.colleague += outcome.kind == COLLEAGUE
            if outcome.kind in (IGNORED, FAILED):
                rows = report.ignored if outcome.kind == IGNORED else report.failed
                rows.append({"path": stored.name, "reason": outcome.reason})
        return report

    async def _handle(self, stored: Stored, handled: Handled) -> _Outcome | None:
        """What became of a letter; ``None`` where that was said before."""
        try:
            letter = read_letter(stored.read())
        except DocumentError as exc:
            if handled.has_key(stored.name):
                return None
            handled.add(stored.name, stored.place, FAILED)
            return _Outcome(FAILED, str(exc))
        if handled.has_key(letter.key):
            if stored.place:  # a copy, which need not be fetched again
                handled.add(letter.key, stored.place, IGNORED)
            return None
        try:
            outcome = await self._look_at(stored, letter)
        except DocumentError as exc:
            outcome = _Outcome(FAILED, str(exc))
        except (QuestionError, GenerationError) as exc:  # another model, or another time, may do
            return _Outcome(FAILED, str(exc).rstrip("."))
        handled.add(letter.key, stored.place, outcome.kind)
        return outcome

    async def _look_at(self, stored: Stored, letter: Letter) -> _Outcome:
        options = self._options
        if letter.is_from(options.own):
            return _Outcome(IGNORED, "it is our own")
        if automatic := letter.why_automatic(options.own):
            return _Outcome(IGNORED, automatic)
        if letter.damaged:
            return _Outcome(FAILED, letter.damaged)
        if self._box.has_draft(stored, message_id(letter, options.own)):
            return _Outcome(IGNORED, "there is a draft")
        if self._box.is_answered(letter.key):
            return _Outcome(IGNORED, "somebody answered it")
        body = _without_name(message_body(letter.text, letter.subject), letter.name)
        said = question_of("" if letter.refers else letter.subject, body).strip()
        if not said:
            return _Outcome(IGNORED, _NO_WORDS)
        wants_nothing = self._small_talk.wants_nothing(body)
        if wants_nothing:
            return _Outcome(IGNORED, "it asks nothing")
        return await self._draft(stored, letter, said, for_person=wants_nothing is False)

    async def _draft(
        self, stored: Stored, letter: Letter, said: str, *, for_person: bool
    ) -> _Outcome:
        """``for_person`` says that it asks for one, or complains: no answer is looked for."""
        most = self._service.settings.max_question_chars
        question = said[:most]
        history = turns_before(letter, self._box.related(letter.refers[-MOST:]), self._options.own)
        draft_of(letter, "", self._options.own)  # its address is looked at before a model writes
        asked = Question(question, history, asker=self._options.asker, thread=True)
        answer = None if for_person else await self._answer(asked)
        if answer is None or answer.refused:
            if not self._options.refusals:
                return _Outcome(IGNORED, "the knowledge base does not answer it")
            body = colleague_body(letter, question)
        else:
            body = body_of(answer, letter, question, most if len(said) > most else 0)
        self._box.save(stored, draft_of(letter, body, self._options.own))
        return _Outcome(COLLEAGUE if answer is None or answer.refused else DRAFTED)

    async def _answer(self, question: Question) -> Answer:
        events: AsyncIterator[Any]
        async with aclosing(self._service.answer(question)) as events:
            async for event in events:
                if isinstance(event, Answered):
                    return event.answer
        raise GenerationError("The model ended without an answer.")


def _without_name(body: str, name: str) -> str:
    """A letter without its writer's name below it, where no closing stands over that."""
    lines = body.rstrip().split("\n")
    while len(lines) > 1:
        said = words_of(lines[-1])
        if lines[-1].strip() and not (said and said <= words_of(name)):
            break
        lines.pop()
    return "\n".join(lines).strip()
