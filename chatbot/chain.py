"""The chain: memory -> condense -> retrieve -> decide, then prompt -> model.

It is made of LangChain runnables in two parts, so that a front end can show the passages while
the model still writes: :attr:`AnswerChain.prepare` turns ``{"question", "history"}`` into a
:class:`Prepared`, and :attr:`AnswerChain.respond` streams the answer's message chunks from it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypedDict, cast

from langchain_core.documents import Document
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.prompt_values import ChatPromptValue
from langchain_core.runnables import (
    Runnable,
    RunnableLambda,
    RunnablePassthrough,
    RunnableSequence,
)

from chatbot.fitting import fit
from chatbot.grounding.gate import Gate
from chatbot.grounding.injection import (
    clean_history,
    clean_passages,
    instructions,
    without_instructions,
)
from chatbot.grounding.topics import changes_topic
from chatbot.llm.local import LocalChatModel
from chatbot.memory import newest_turns, to_messages
from chatbot.prompts import Prompts

# Two turns of each side: what follow-ups refer to is nearly always within them.
_QUERY_TURNS = 4

# Where a model without discipline goes on to write the user's next turn by itself.
# A heading is never part of an answer of one or two sentences.
_RUN_ON = ("\nQuestion:", "\nUser:", "\n[1]", "\n#")


class Prepared(TypedDict):
    """All that is known before the model answers; ``history`` is what fits its budget, and
    ``read`` those of the ``passages`` that the model reads.

    ``asked`` is the question as the model reads it; ``guarded`` says that instructions to the
    assistant were found and left out; ``competing`` are the topics of a question back.
    ``retrieval`` is the confidence from the search alone, ``refuses`` the probability that the
    model refuses, where the gate has it read.
    """

    question: str
    asked: str
    guarded: bool
    history: list[BaseMessage]
    query: str
    passages: list[Document]
    read: list[Document]
    confidence: float
    retrieval: float
    refuses: float | None
    abstain: bool
    competing: list[str]
    notes: list[str]


@dataclass(frozen=True)
class AnswerChain:
    """``prepare`` decides, ``respond`` answers; ``respond`` is not called when it abstains."""

    prepare: Runnable[dict[str, Any], Prepared]
    respond: Runnable[Prepared, BaseMessage]

    def messages(self, prepared: Prepared) -> list[BaseMessage]:
        """What the model gets to answer from."""
        render, _ = cast(RunnableSequence[Prepared, BaseMessage], self.respond).steps
        return cast(ChatPromptValue, render.invoke(prepared)).to_messages()

    def respond_within(
        self, max_tokens: int | None, stop: Sequence[str]
    ) -> Runnable[Prepared, BaseMessage]:
        """``respond`` with a limit of tokens and further stop strings of one request."""
        render, model = cast(RunnableSequence[Prepared, BaseMessage], self.respond).steps
        given: dict[str, Any] = {"max_tokens": max_tokens} if max_tokens else {}
        if stop:
            given["stop"] = [*_RUN_ON, *stop]
        return render | cast(Runnable[Any, BaseMessage], model).bind(**given)


def build_chain(
    llm: BaseChatModel,
    retriever: Runnable[str, list[Document]],
    prompts: Prompts,
    *,
    history_tokens: int,
    gate: Gate,
    shown: int,
    reads: int | None = None,
    condense: Literal["model", "history"] = "history",
) -> AnswerChain:
    """Compose the chain from its parts; a scripted ``llm`` makes the same chain for tests.

    ``condense="model"`` has the model rewrite a follow-up; ``"history"`` searches with the last
    turns in front of the question, which serves models too small to rewrite. The ``retriever``
    may find more passages than are ``shown``: the ``gate`` compares them all. Of those found, the
    model reads the first ``reads``: a small one takes its answer from the wrong one of several.
    """

    def remember(state: dict[str, Any]) -> list[BaseMessage]:
        return newest_turns(to_messages(state["history"]), history_tokens, llm.get_num_tokens)

    def clean(state: dict[str, Any]) -> dict[str, Any]:
        """What is said to the assistant instead of asked does not reach it."""
        said = [state["question"], *(str(turn.text) for turn in state["history"])]
        return state | {
            "asked": without_instructions(state["question"]).strip(),
            "history": clean_history(state["history"]),
            "guarded": any(instructions(text) for text in said),
        }

    def retrieve(state: dict[str, Any]) -> Any:
        given = state.get("given")
        if given is not None:
            return given
        return retriever.invoke(state["query"]) if state["asked"] else []

    def decide(state: dict[str, Any]) -> dict[str, Any]:
        found, given = state["passages"], state.get("given") is not None
        # A follow-up's own words say too little; a first question's query is the question.
        decision = gate.decide(state["asked"], state["query"], found, given)
        passages = found if given else found[:shown]
        orders = any(instructions(passage.page_content) for passage in passages)
        return state | {
            "passages": passages,
            "read": passages if given else passages[:reads],
            "guarded": state["guarded"] or orders,
            "confidence": decision.confidence,
            "retrieval": decision.confidence,
            "refuses": None,
            "abstain": decision.action != "answer" or not state["asked"],
            "competing": decision.competing,
            "notes": [],
        }

    def shorten(state: dict[str, Any]) -> dict[str, Any]:
        return state if state["abstain"] else _fitted(llm, prompts, state)

    def read(state: dict[str, Any]) -> dict[str, Any]:
        """What the model makes of the passages; it keeps what it has read for the answer."""
        if state["abstain"] or not isinstance(llm, LocalChatModel) or gate.reading is None:
            return state
        messages = _render(prompts)(cast(Prepared, state)).to_messages()
        refuses = llm.probability(messages, prompts.unknown)
        decision = gate.weigh(state["retrieval"], refuses)
        return state | {
            "confidence": decision.confidence,
            "refuses": refuses,
            "abstain": decision.action != "answer",
        }

    prepare: Runnable[Any, Any] = (
        RunnablePassthrough.assign(history=RunnableLambda(remember))
        | RunnableLambda(clean)
        | RunnablePassthrough.assign(query=_condense(llm, prompts, condense))
        | RunnablePassthrough.assign(passages=RunnableLambda(retrieve))
        | RunnableLambda(decide)
        | RunnableLambda(shorten)
        | RunnableLambda(read)
    )
    respond: Runnable[Any, Any] = RunnableLambda(_render(prompts)) | llm.bind(stop=list(_RUN_ON))
    return AnswerChain(prepare, respond)


def _fitted(llm: BaseChatModel, prompts: Prompts, state: dict[str, Any]) -> dict[str, Any]:
    """The state with as much history and as many passages as ``llm`` can read."""
    context = getattr(llm, "context", None)
    if context is None:
        return state
    asked: Any = llm  # both kinds of chat model render and know their limits

    def render(history: Sequence[BaseMessage], passages: Sequence[Document]) -> str:
        value = prompts.render_answer(history, clean_passages(passages), state["asked"])
        return str(asked.render(value.to_messages()))

    room = max(context - asked.max_tokens, context // 2)
    left = fit(render, llm.get_num_tokens, room, state["history"], state["read"])
    return state | {
        "history": left.history,
        "read": left.passages,
        "passages": [*left.passages, *state["passages"][len(state["read"]) :]],
        "notes": [left.note] if left.note else [],
    }


def _render(prompts: Prompts) -> Callable[[Prepared], ChatPromptValue]:
    def render(state: Prepared) -> ChatPromptValue:
        passages = clean_passages(state["read"])
        return prompts.render_answer(state["history"], passages, state["asked"])

    return render


def search_query(history: Sequence[BaseMessage], question: str) -> str:
    """The question behind the last turns of the conversation, one a line."""
    turns = [str(message.text) for message in history[-_QUERY_TURNS:]]
    return "\n".join([*turns, question])


def build_rewriter(llm: BaseChatModel, prompts: Prompts) -> Runnable[dict[str, Any], str]:
    """``{"question", "history"}`` to a standalone question in the words of ``llm``."""

    def render(state: dict[str, Any]) -> Any:
        return prompts.render_condense(state["history"], state["question"])

    def first_line(message: AIMessage) -> str:
        return str(message.text).strip().split("\n")[0].strip()

    return RunnableLambda(render) | llm | RunnableLambda(first_line)


def _condense(
    llm: BaseChatModel, prompts: Prompts, method: Literal["model", "history"]
) -> Runnable[Any, str]:
    """The search query of a question; a first question is its own query."""

    rewrite = build_rewriter(llm, prompts)

    def choose(state: dict[str, Any]) -> Any:
        turns = [str(turn.text) for turn in state["history"]]
        if not turns or changes_topic(turns, state["asked"]):
            return state["asked"]
        if method == "model":
            return rewrite.invoke(state | {"question": state["asked"]})
        return search_query(state["history"], state["asked"])

    # An empty rewrite would search for nothing.
    def or_question(state: dict[str, Any]) -> str:
        return str(state["query"] or state["asked"])

    return RunnablePassthrough.assign(query=RunnableLambda(choose)) | RunnableLambda(or_question)
