"""Prompts as files, and the one renderer of (history, passages, question) for every use.

A prompt file has front matter (``name``, ``version``, ``variables``; that of an answer also
``refusal``, the words with which a model says that the passages do not answer, and ``also``, how
it says so to questions in other languages; those of a translation and of a yes or no ``examples``:
the same question in several languages, by their codes, or what is asked and replied) and a body of
sections ``# system``, ``# user`` and ``# assistant``, with variables in braces.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from langchain_core.documents import Document
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from langchain_core.prompt_values import ChatPromptValue
from langchain_core.prompts import ChatPromptTemplate
from pydantic import BaseModel, ConfigDict, ValidationError

from chatbot.errors import PromptError
from chatbot.text.languages import NAMES
from chatbot.text.unicode import readable
from chatbot.text.wrapping import unwrapped

_FILE = re.compile(r"\A---\n(?P<meta>.*?)\n---\n(?P<body>.*)\Z", re.DOTALL)
_SECTION = re.compile(r"^# (system|user|assistant)\n", re.MULTILINE)
_MARK = re.compile(
    r"^[ \t]*(?:\[(?P<number>\d+)\]|(?P<role>Question|User|Assistant|System):)",
    re.MULTILINE | re.IGNORECASE,
)
_EXPECTED = {
    "answer": {"passages", "question"},
    "condense": {"history", "question"},
    "translate": {"text", "source", "language"},
    "refuse": set[str](),
    "draft": {"question", "answer", "tone", "language", "note"},
    "summarise": {"history"},
    "clarify": {"choices"},
    "yes_no": {"question", "rule"},
}

_REPLIED = {"question", "rule", "reply"}


class _FrontMatter(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    version: int
    variables: list[str]
    refusal: str = ""
    also: list[str] = []
    examples: list[dict[str, str]] = []


@dataclass(frozen=True)
class Prompt:
    """A validated prompt: ``messages`` are (role, template) pairs."""

    name: str
    version: int
    messages: tuple[tuple[str, str], ...]
    refusal: str = ""
    also: tuple[str, ...] = ()
    examples: tuple[dict[str, str], ...] = ()


@dataclass(frozen=True)
class Prompts:
    """The prompts of the chain and of the page's commands, and how they become messages."""

    answer: Prompt
    condense: Prompt
    translate: Prompt
    refuse: Prompt
    draft: Prompt
    summarise: Prompt
    clarify: Prompt
    yes_no: Prompt

    @property
    def fingerprint(self) -> dict[str, str]:
        """Name to version and hash of the text of what adapters are trained on."""
        return {
            p.name: f"{p.version}-{hashlib.sha256(repr(p.messages).encode()).hexdigest()[:12]}"
            for p in (self.answer, self.condense)
        }

    @property
    def refusal(self) -> str:
        """The words in which the bot says that it does not know."""
        return self.refuse.messages[0][1]

    @property
    def unknown(self) -> str:
        """What the model itself writes where the passages do not answer; its first token's
        probability tells how answerable the model finds a question."""
        return self.answer.refusal

    def says_unknown(self, text: str, early: bool = False) -> bool:
        """Whether ``text``, written by the model, is its refusal, or the beginning of it where it
        ended ``early``."""
        said = text.strip().lower().replace("\u2019", "'")
        refusals = (self.unknown.rstrip("."), *self.answer.also)
        begun = early and bool(said)
        return any(
            said.startswith(refusal) or (begun and refusal.startswith(said))
            for refusal in map(str.lower, refusals)
        )

    @property
    def instructions(self) -> str:
        """The system prompt of an answer, which no answer may repeat."""
        return self.answer.messages[0][1]

    @property
    def clarification(self) -> str:
        """The question back, with ``{choices}`` in it."""
        return self.clarify.messages[0][1]

    def render_answer(
        self, history: Sequence[BaseMessage], passages: Sequence[Document], question: str
    ) -> ChatPromptValue:
        """Messages: system, then the conversation, whose first user turn carries the passages.

        That turn reads ``[1] Title > Heading\n<text>\n\n[2] ...\n\nQuestion: ...`` and later
        ones ``Question: ...``: a follow-up about the same passages begins with all that the model
        has read and written already, which its prefix cache then holds.
        """
        system, user = self.answer.messages
        shown = render_passages(passages)
        messages: list[BaseMessage] = [SystemMessage(system[1])]
        for turn in [*history, HumanMessage(question)]:
            if isinstance(turn, HumanMessage):
                text = user[1].format(passages=shown, question=turn.text)
                turn, shown = HumanMessage(text.strip()), ""
            messages.append(turn)
        return ChatPromptValue(messages=messages)

    def render_condense(self, history: Sequence[BaseMessage], question: str) -> ChatPromptValue:
        """Messages that ask for a standalone question; history as ``user: ...`` lines."""
        return _fill(self.condense, history=_lines(history), question=question)

    def render_translation(self, text: str, source: str, language: str) -> ChatPromptValue:
        """Messages that ask for ``text``, which is in ``source``, in ``language``; both are codes.

        Before it come the examples as turns, all into ``language``, from the other languages in
        turn: without them a model that was trained to answer questions answers this one, too.
        """
        system, user = self.translate.messages

        def wish(text: str, source: str) -> HumanMessage:
            names = {"source": NAMES[source], "language": NAMES[language]}
            return HumanMessage(user[1].format(text=text, **names))

        messages: list[BaseMessage] = [SystemMessage(system[1])]
        for number, example in enumerate(self.translate.examples):
            others = [code for code in example if code != language]
            if language in example and others:
                code = others[number % len(others)]
                messages += [wish(example[code], code), AIMessage(example[language])]
        return ChatPromptValue(messages=[*messages, wish(text, source)])

    def render_yes_no(self, question: str, rule: str) -> ChatPromptValue:
        """Messages that ask for "Yes" or "No" to a question by a rule, behind the examples."""
        system, user = self.yes_no.messages
        messages: list[BaseMessage] = [SystemMessage(system[1])]
        for example in self.yes_no.examples:
            wish = user[1].format(question=example["question"], rule=example["rule"])
            messages += [HumanMessage(wish), AIMessage(example["reply"])]
        wish = user[1].format(question=question, rule=rule)
        return ChatPromptValue(messages=[*messages, HumanMessage(wish)])

    def render_draft(self, **values: str) -> ChatPromptValue:
        """Messages that ask for a reply to a customer: question, answer, tone, language, and
        the agent's own note."""
        return _fill(self.draft, **values)

    def render_summary(self, history: Sequence[BaseMessage]) -> ChatPromptValue:
        """Messages that ask for a summary; history as ``user: ...`` lines."""
        return _fill(self.summarise, history=_lines(history))


def _fill(prompt: Prompt, **values: str) -> ChatPromptValue:
    value = ChatPromptTemplate(list(prompt.messages)).invoke(values)
    assert isinstance(value, ChatPromptValue)
    return value


def _lines(history: Sequence[BaseMessage]) -> str:
    return "\n".join(
        f"{'assistant' if message.type == 'ai' else 'user'}: {message.text}" for message in history
    )


def render_passages(passages: Sequence[Document]) -> str:
    """Numbered passages, each under its title and headings.

    What was wrapped is one line a paragraph. A line inside a passage that looks like our own marks,
    such as ``[2]`` or ``Question:``, is changed so that it cannot pass for one: ``(2)``,
    ``Question -``.
    """
    blocks = []
    for number, passage in enumerate(passages, start=1):
        parts = (passage.metadata.get("title"), passage.metadata.get("heading"))
        context = " > ".join(part for part in parts if part)
        lines = (context, _columns(passage), readable(unwrapped(passage.page_content)))
        block = _MARK.sub(_remove_mark, "\n".join(line for line in lines if line))
        blocks.append(f"[{number}] {block}")
    return "\n\n".join(blocks)


def _columns(passage: Document) -> str:
    """The names of the columns, unless the passage begins above them and has them in a line."""
    names = str(passage.metadata.get("columns") or "")
    wanted = [
        re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
        for name in names.split(" | ")
        if name.strip()
    ]
    return "" if any(_holds(line, wanted) for line in passage.page_content.splitlines()) else names


def _holds(line: str, wanted: Sequence[re.Pattern[str]]) -> bool:
    """Whether all are in a line, one behind the other."""
    at = 0
    for name in wanted:
        if (found := name.search(line, at)) is None:
            return False
        at = found.end()
    return True


def _remove_mark(match: re.Match[str]) -> str:
    return f"({match['number']})" if match["number"] else f"{match['role']} -"


def load_prompts(folder: Path) -> Prompts:
    """Read and validate the file of each prompt.

    Raises:
        PromptError: a file is missing or malformed, or a variable is missing or unknown.
    """
    return Prompts(**{name: _load(folder / f"{name}.md", name) for name in _EXPECTED})


def _fault(exc: ValidationError | yaml.YAMLError) -> str:
    """The first thing that is wrong, on one line."""
    if isinstance(exc, yaml.YAMLError):
        return " ".join(str(exc).split())
    first = exc.errors()[0]
    if first["type"] == "model_type":
        return "it is no list of keys and values"
    field = ".".join(map(str, first["loc"]))
    reason = first["msg"].removeprefix("Value error, ").rstrip(".")
    return f"'{field}': {reason}" if field else reason


def _load(path: Path, name: str) -> Prompt:
    try:
        match = _FILE.match(path.read_text(encoding="utf-8-sig"))
    except OSError as exc:
        raise PromptError(f"The prompt '{path}' cannot be read: {exc.strerror}.") from exc
    except UnicodeDecodeError as exc:
        raise PromptError(f"The prompt '{path}' is not UTF-8 text; save it as UTF-8.") from exc
    if match is None:
        raise PromptError(f"The prompt '{path}' has no front matter between two '---' lines.")
    try:
        meta = _FrontMatter.model_validate(yaml.load(match["meta"], yaml.CSafeLoader))
    except (ValidationError, yaml.YAMLError) as exc:
        why = _fault(exc)
        raise PromptError(f"The front matter of '{path}' is not right: {why}.") from exc
    if meta.name != name:
        raise PromptError(f"The prompt '{path}' is named '{meta.name}' inside; expected '{name}'.")
    parts = _SECTION.split(match["body"])[1:]
    roles = ["ai" if role == "assistant" else role for role in parts[::2]]
    messages = tuple(zip(roles, (part.strip() for part in parts[1::2]), strict=True))
    if not messages:
        raise PromptError(f"The prompt '{path}' has no '# system' or '# user' section.")
    if name in ("answer", "translate", "yes_no") and roles != ["system", "user"]:
        raise PromptError(
            f"The prompt '{path}' needs one '# system' and then one '# user' section."
        )
    _check_variables(path, messages, set(meta.variables), _EXPECTED[name])
    refusal = meta.refusal.strip()
    if (name == "answer") != bool(refusal):
        raise PromptError(
            f"The front matter of '{path}' needs 'refusal', the words in which the model says "
            "that it does not know."
            if name == "answer"
            else f"The front matter of '{path}' has a 'refusal', which only 'answer' may have."
        )
    named = {code for example in meta.examples for code in example}
    if name == "yes_no" and any(set(example) != _REPLIED for example in meta.examples):
        raise PromptError(
            f"Each example in the front matter of '{path}' needs {', '.join(sorted(_REPLIED))}."
        )
    if name != "yes_no" and (unknown := named - set(NAMES)):
        raise PromptError(
            f"The front matter of '{path}' has examples in {', '.join(sorted(unknown))}; "
            f"the languages that can be named are {', '.join(NAMES)}."
        )
    return Prompt(
        meta.name, meta.version, messages, refusal, tuple(meta.also), tuple(meta.examples)
    )


def _check_variables(
    path: Path, messages: tuple[tuple[str, str], ...], declared: set[str], expected: set[str]
) -> None:
    try:
        used = set(ChatPromptTemplate(list(messages)).input_variables)
    except ValueError as exc:
        raise PromptError(f"The braces in '{path}' do not match: {exc}.") from exc
    for given, what in ((used, "uses"), (declared, "declares")):
        if given != expected:
            wrong = ", ".join(sorted(given ^ expected))
            raise PromptError(
                f"The prompt '{path}' {what} other variables than the chain gives; "
                f"missing or unknown: {wrong}."
            )
