"""The draft of an answer to a letter: what it says, where that is written, and the letter itself
below it, as mail programs do it."""

import datetime as dt
import hashlib
import re
from email.errors import MessageError
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime
from pathlib import Path

from chatbot.answering.answer import Answer
from chatbot.errors import DocumentError
from chatbot.grounding.citations import mark
from chatbot.importing.conversations import bare_subject
from chatbot.importing.letters import Letter
from chatbot.text.languages import language_of
from chatbot.text.texts import Texts

TEXTS = Texts(Path(__file__).with_name("words.toml"))
say = TEXTS.say
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[a-z0-9.-]{1,250}", re.ASCII)
_PLAIN = re.compile(r"[\x21-\x7e]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_QUESTION = re.compile(r"[^.!?\n]+\?(?=\s|$)")
_LONGEST_SUBJECT = 200
_LONGEST_QUOTE = 20_000  # characters of the letter below its answer
_MOST_REFERENCES = 20
_SHOWN = 10  # names of what is attached


class _Ids(UnstructuredHeader, BaseHeader):
    """Message-IDs, which the library would write encoded where one is longer than a line, as those
    of Microsoft 365 are (CPython issue 100991)."""

    def fold(self, *, policy: Policy) -> str:
        """The header with a line for each id."""
        return f"{self.name}: {f'{policy.linesep} '.join(self.split())}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("in-reply-to", _Ids)
_HEADERS.map_to_type("references", _Ids)
_POLICY = SMTP.clone(header_factory=_HEADERS)


def message_id(letter: Letter, own: tuple[str, ...]) -> str:
    """The Message-ID of its draft, the same each time."""
    domain = (own[0] if own else "").rpartition("@")[2] or "localhost"
    return f"<peregrine.{hashlib.sha256(letter.key.encode()).hexdigest()[:32]}@{domain}>"


def draft_of(letter: Letter, body: str, own: tuple[str, ...]) -> EmailMessage:
    """The answer to a letter, from the address of ``own`` that it was written to.

    Raises:
        DocumentError: it names no address that an answer could go to.
    """
    draft = EmailMessage(policy=_POLICY)
    draft["Subject"] = f"Re: {_one_line(bare_subject(letter.subject))}"[:_LONGEST_SUBJECT].strip()
    draft["To"] = _address(letter.answer_to, letter.name)
    sender = next((each for each in letter.to if each in own), own[0] if own else "")
    if sender:
        draft["From"] = _address(sender)
    draft["Date"] = format_datetime(dt.datetime.now(dt.UTC))
    draft["Message-ID"] = message_id(letter, own)
    if letter.named and _PLAIN.fullmatch(letter.key):
        before = [key for key in letter.refers if _PLAIN.fullmatch(key)][1 - _MOST_REFERENCES :]
        draft["In-Reply-To"] = letter.key
        draft["References"] = " ".join([*before, letter.key])
    draft.set_content(f"{body}\n\n{_quotation(letter)}\n")
    return draft


def body_of(answer: Answer, letter: Letter, question: str, shortened: int = 0) -> str:
    """What the draft says. ``shortened`` is how many characters of the letter were read, 0 for
    all."""
    language = language_of(question)
    numbers: dict[str, int] = {}  # of a source, from 1, in the order in which it is used
    places: dict[int, int] = {}  # of a passage, the number of its source
    for citation in answer.citations:
        source = citation.address or citation.path
        places[citation.passage] = numbers.setdefault(source, len(numbers) + 1)
    if answer.approved and answer.approved.path:
        numbers[answer.approved.address or answer.approved.path] = 1
    behind = {end: places[n] for end, n in answer.rests_on.items() if n in places}
    parts = [say(language, "greeting"), mark(answer.answer, answer.unsupported, behind)]
    if numbers:
        listed = [f"[{number}] {source}" for source, number in numbers.items()]
        parts.append("\n".join([say(language, "sources"), *listed]))
    asked = len({found.strip() for found in _QUESTION.findall(question)})
    notes = _notes(language, letter, bool(answer.unsupported), shortened, asked)
    return "\n\n".join([*notes, *parts])


def colleague_body(letter: Letter, question: str) -> str:
    """What the draft says where the knowledge base has no answer."""
    language = language_of(question)
    parts = [say(language, "greeting"), say(language, "colleague")]
    return "\n\n".join([*_notes(language, letter), *parts])


def _notes(
    language: str, letter: Letter, unsupported: bool = False, shortened: int = 0, asked: int = 1
) -> list[str]:
    """For the colleague who sends it; nothing where there is nothing to see to."""
    notes = [say(language, "unsupported")] if unsupported else []
    if asked > 1:
        notes.append(say(language, "several", count=asked))
    if letter.attachments:
        names = [_one_line(name)[:80] for name in letter.attachments[:_SHOWN]]
        more = ["..."] * (len(letter.attachments) > _SHOWN)
        notes.append(say(language, "attachments", names=", ".join([*names, *more])))
    if shortened:
        notes.append(say(language, "shortened", count=f"{shortened:,}"))
    return [say(language, "note", notes=" ".join(notes))] if notes else []


def _quotation(letter: Letter) -> str:
    language = language_of(letter.text)
    name = _one_line(letter.name) or letter.answer_to
    if letter.date:
        when = dt.datetime.fromtimestamp(letter.date, dt.UTC)
        head = say(language, "wrote", date=f"{when:%Y-%m-%d %H:%M} UTC", name=name)
    else:
        head = say(language, "wrote_undated", name=name)
    text = _CONTROL.sub(" ", letter.text[:_LONGEST_QUOTE].strip())
    return "\n".join([head, *(f"> {line}".rstrip() for line in text.split("\n"))])


def _address(address: str, name: str = "") -> Address:
    try:
        if _ADDRESS.fullmatch(address):
            return Address(_one_line(name)[:100], addr_spec=address)
    except (ValueError, MessageError):  # "ken..t@docomo.ne.jp", which some providers give out
        pass
    raise DocumentError("it names no address that an answer could go to")


def _one_line(text: str) -> str:
    return " ".join(_CONTROL.sub(" ", text).split())
