"""The chain: understand -> retrieve -> decide -> excerpt -> fit -> read, then prompt -> model.

It is made of LangChain runnables in parts, so that a front end can show the passages while the
model still reads or writes: :attr:`AnswerChain.search` turns a :class:`Question` into a
:class:`Prepared`, :attr:`AnswerChain.weigh` has the model read it, and :meth:`AnswerChain.respond`
streams the answer's message chunks from it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.prompt_values import ChatPromptValue
from langchain_core.runnables import Runnable, RunnableLambda

from chatbot.answering.conversation import (
    QUERY_CHARS,
    ConversationSearch,
    Rewrite,
    said_of_person,
    search_query,
    turns_behind,
)
from chatbot.answering.excerpts import Excerpts
from chatbot.answering.fitting import fit, unread
from chatbot.answering.gist import asked_in_short, gist
from chatbot.answering.question import Question
from chatbot.answering.translating import build_translator, first_line
from chatbot.grounding.choices import open_choices
from chatbot.grounding.gate import Gate
from chatbot.grounding.injection import (
    clean_history,
    clean_passages,
    instructions,
    without_instructions,
)
from chatbot.llm.local import LocalChatModel
from chatbot.memory import newest_turns, to_messages
from chatbot.passage import Passage
from chatbot.prompts import Prompts

# Where a model without discipline goes on to write the user's next turn by itself.
# A heading is never part of an answer of one or two sentences.
_RUN_ON = ("\nQuestion:", "\nUser:", "\n[1]", "\n#")

# How passages are read for another answer, in turn: (with the names of columns in the rows, the
# share of the room). What is read wrongly in one way is often read rightly in another.
_OTHERWISE = ((False, 1.0), (True, 0.5))

# A refusal that is less probable is never what greedy decoding begins with.
_NEAR_REFUSAL = 0.05


@dataclass(frozen=True)
class Prepared:
    """All that is known of a question before the model answers it.

    ``wording`` is the question as the model reads it, ``history`` what fits its budget; ``guarded``
    says that instructions to the assistant were found and left out. ``query`` was searched for;
    ``terms`` are the question itself, of a letter its gist, in the language of the documents.
    ``before`` are the turns that the question goes on from, which the model reads: others would
    lend it their topic and their language. ``spoken`` is its language. ``ranked`` is what the gate
    looks at, ``passages`` are shown, and the model reads those in ``read``, or excerpts of them.
    ``choices`` are those of a question back. ``retrieval`` is the confidence from the search
    alone, ``refuses`` the probability that the model refuses, before or behind what it ``quoted``
    for its answer, where the gate asks for it; both from 0 to 1.
    """

    question: Question
    wording: str
    guarded: bool
    history: list[BaseMessage]
    query: str
    terms: str
    before: list[BaseMessage] = field(default_factory=list)
    spoken: str = "en"
    ranked: list[Passage] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    read: list[Passage] = field(default_factory=list)
    confidence: float = 0.0
    retrieval: float = 0.0
    refuses: float | None = None
    quoted: str = ""
    abstain: bool = False
    choices: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class AnswerChain:
    """``search`` finds passages and ``weigh`` decides, which takes as long as the model needs to
    read them; :meth:`respond` is not called when it abstains. ``read_otherwise`` gives the same
    question with the passages read in other ways, for another answer. ``right`` is
    the share of the model's supported answers that are right.

    Where the gate has read and answers, the model does not begin with its refusal: which
    probability of it is too much is measured, and greedy decoding would take half, or less.
    """

    search: Runnable[Question, Prepared]
    weigh: Runnable[Prepared, Prepared]
    render: Runnable[Prepared, ChatPromptValue]
    llm: BaseChatModel
    prompts: Prompts
    read_otherwise: Callable[[Prepared], Iterator[Prepared]]
    right: float = 1.0

    @property
    def prepare(self) -> Runnable[Question, Prepared]:
        """All that comes before the answer."""
        return self.search | self.weigh

    def respond(self, prepared: Prepared) -> Runnable[Prepared, AIMessage]:
        """What writes the answer, within the limits of the question."""
        return self.render | self._within_limits(prepared)

    def _within_limits(self, prepared: Prepared) -> Runnable[Any, AIMessage]:
        question = prepared.question
        limits: dict[str, Any] = {"stop": [*question.stop, *_RUN_ON]}
        if question.max_tokens:
            limits["max_tokens"] = question.max_tokens
        if prepared.quoted:
            limits["begins"] = prepared.quoted
        if (prepared.refuses or 0.0) > _NEAR_REFUSAL:
            limits["avoid"] = self.prompts.unknown
        return self.llm.bind(**limits)


def build_chain(
    llm: BaseChatModel,
    retriever: Runnable[str, list[Passage]],
    prompts: Prompts,
    *,
    history_tokens: int,
    gate: Gate,
    deciding: Runnable[str, list[Passage]] | None = None,
    shown: int,
    reads: int | None = None,
    excerpts: Excerpts | None = None,
    condense: Literal["model", "history"] = "history",
    languages: Sequence[str] = (),
    right: float = 1.0,
) -> AnswerChain:
    """Compose the chain from its parts; a scripted ``llm`` makes the same chain for tests.

    ``condense="model"`` has the model rewrite a follow-up; ``"history"`` searches with the last
    turns in front of the question, which serves models too small to rewrite. The ``retriever``
    may find more passages than are ``shown``: the ``gate`` compares them all; ``deciding`` finds
    them without a reranker, where there is one. Of those found, the
    model reads the first ``reads``: a small one takes its answer from the wrong one of several.
    With ``excerpts`` it reads the parts of those shown that are nearest to the question, and those
    of which it reads nothing are not shown.
    A question in none of the ``languages`` of the documents is searched for in the first of them,
    translated by the model; without them as it is.
    """
    rewrite = build_rewriter(llm, prompts) if condense == "model" else None
    translate = build_translator(llm, prompts)
    conversation = ConversationSearch(retriever, gate, deciding)

    def holds(word: str) -> bool:
        """Whether the documents have a word."""
        terms = gate.vocabulary.terms(word)
        return bool(terms) and all(gate.vocabulary.holds(term) for term in terms)

    def understand(question: Question) -> Prepared:
        """What is said to the assistant instead of asked does not reach it."""
        turns = to_messages(question.history)
        kept = newest_turns(turns, history_tokens, llm.get_num_tokens)
        whole = kept == turns[len(turns) - len(kept) :]
        notes = [] if whole else [unread("all of the last message")]
        said = [question.text, *(str(turn.text) for turn in kept)]
        wording, history = without_instructions(question.text).strip(), clean_history(kept)
        guarded = any(instructions(text) for text in said)
        spoken = question.language(languages[0] if languages else "en", holds)
        before = turns_behind(history, wording)
        asked = wording
        if wording and languages and spoken not in languages:
            query = terms = translate(asked_in_short(history, wording), spoken, languages[0])
        else:
            terms = wording if len(wording) <= QUERY_CHARS else gist(wording, QUERY_CHARS)
            query = ""  # whether it needs the conversation is seen by what is found
            if rewrite:  # an empty rewrite would search for nothing
                query = (before and rewrite(before, terms)) or terms
        if wording and question.wanted not in ("", spoken):
            # Asked in that language it is answered in it, as any question is.
            asked = translate(asked_in_short([], wording), spoken, question.wanted)
            question, spoken = replace(question, text=asked), question.wanted
        return Prepared(
            question, asked, guarded, history, query, terms, before, spoken=spoken, notes=notes
        )

    def retrieve(state: Prepared) -> Prepared:
        found = find(state)
        return replace(found, before=found.history) if found.question.thread else found

    def find(state: Prepared) -> Prepared:
        supplied = state.question.passages
        if supplied is not None:
            query = state.query or search_query(state.before, state.terms)
            return replace(state, query=query, passages=list(supplied), ranked=list(supplied))
        if not state.wording:
            return state
        if state.query:
            found = retriever.invoke(state.query, asked=state.terms)
            return replace(state, passages=found, ranked=found)
        of = conversation.find(state.history, state.terms)
        before = [*said_of_person(state.history, of.before), *of.before]
        return replace(state, query=of.query, before=before, passages=of.passages, ranked=of.ranked)

    def decide(state: Prepared) -> Prepared:
        passages, supplied = state.passages, state.question.passages is not None
        # A follow-up's own words say too little; a first question's query is the question.
        decision = gate.decide(state.terms, state.query, state.ranked, supplied)
        passages = passages if supplied else passages[:shown]
        orders = any(instructions(passage.text) for passage in passages)
        return replace(
            state,
            passages=passages,
            read=passages if supplied else passages[:reads],
            guarded=state.guarded or orders,
            confidence=decision.confidence,
            retrieval=decision.confidence,
            abstain=decision.action != "answer" or not state.wording,
            choices=decision.choices,
        )

    def excerpt(state: Prepared) -> Prepared:
        if state.abstain or excerpts is None or state.question.passages is not None:
            return state
        chosen = excerpts.of(state.read, state.query, state.terms)
        shown = [state.passages[place] for place, _ in chosen]
        return replace(state, passages=shown, read=[passage for _, passage in chosen])

    def shorten(state: Prepared) -> Prepared:
        return state if state.abstain else _fit_context(llm, prompts, state)

    def read(state: Prepared) -> Prepared:
        """What the model makes of the passages; it keeps what it has read for the answer. One that
        quotes is asked twice: what comes nearest may not be what was asked for."""
        if state.abstain or gate.reading is None or not isinstance(llm, LocalChatModel):
            return state
        messages, unknown = render(state).to_messages(), prompts.unknown
        refuses, quoted = llm.probability(messages, unknown), ""
        decision = gate.weigh(state.retrieval, refuses)
        if decision.action == "answer":
            quoted = llm.quote(messages, avoid=unknown if refuses > _NEAR_REFUSAL else "")
        if quoted:
            refuses += (1 - refuses) * llm.probability(messages, unknown, behind=quoted)
            decision = gate.weigh(state.retrieval, refuses)
        return replace(
            state,
            confidence=decision.confidence,
            refuses=refuses,
            quoted=quoted,
            abstain=decision.action != "answer",
        )

    def read_otherwise(state: Prepared) -> Iterator[Prepared]:
        if excerpts is None:
            return
        before = [state.read]
        for named, share in _OTHERWISE:
            chosen = excerpts.of(state.passages, state.query, state.terms, named=named, share=share)
            passages = [passage for _, passage in chosen]
            if passages not in before:
                before.append(passages)
                yield replace(state, read=passages, quoted="")

    def ask_back(state: Prepared) -> Prepared:
        """Where the passages say it of several things, the question is which is meant: also to a
        model that would refuse, since it cannot know."""
        unread = state.abstain and state.refuses is None
        if unread or state.question.passages is not None:
            return state
        said = [str(turn.text) for turn in state.before]
        choices = open_choices(state.terms, said, state.passages)
        return replace(state, abstain=state.abstain or bool(choices), choices=choices)

    def render(state: Prepared) -> ChatPromptValue:
        return prompts.render_answer(state.before, clean_passages(state.read), state.wording)

    search = (
        RunnableLambda(understand)
        | RunnableLambda(retrieve)
        | RunnableLambda(decide)
        | RunnableLambda(excerpt)
        | RunnableLambda(shorten)
    )
    weigh = RunnableLambda(read) | RunnableLambda(ask_back)
    return AnswerChain(search, weigh, RunnableLambda(render), llm, prompts, read_otherwise, right)


def _fit_context(llm: BaseChatModel, prompts: Prompts, state: Prepared) -> Prepared:
    """The state with as many turns and as many passages as ``llm`` can read."""
    context = getattr(llm, "context", None)
    if context is None:
        return state
    reader: Any = llm  # both kinds of chat model render and know their limits

    def render(history: Sequence[BaseMessage], passages: Sequence[Passage]) -> str:
        value = prompts.render_answer(history, clean_passages(passages), state.wording)
        return str(reader.render(value.to_messages()))

    room = max(context - reader.max_tokens, context // 2)
    left = fit(render, llm.get_num_tokens, room, state.before, state.read)
    return replace(
        state,
        before=left.history,
        read=left.passages,
        passages=[*_shown(state, left.passages), *state.passages[len(state.read) :]],
        notes=[*state.notes, *([left.note] if left.note else [])],
    )


def _shown(state: Prepared, kept: Sequence[Passage]) -> list[Passage]:
    """What is shown of the passages that are read: as much of them as is left, excerpts whole."""
    each = zip(state.passages, state.read, kept, strict=False)
    return [left if read is shown else shown for shown, read, left in each]


def build_rewriter(llm: BaseChatModel, prompts: Prompts) -> Rewrite:
    """A follow-up as a question that stands alone, in the words of ``llm``."""
    write = llm | RunnableLambda(first_line)

    def rewrite(history: Sequence[BaseMessage], question: str) -> str:
        return write.invoke(prompts.render_condense(history, question))

    return rewrite
