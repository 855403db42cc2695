"""``/console/review``: corrections, thumbs and refused questions, for an owner to decide."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from fastapi import APIRouter
from fastapi.requests import Request
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from chatbot.audience import EVERYTHING
from chatbot.console.approved import ReplacesError, check_replaced, hashes, sentence_of
from chatbot.console.forms import LONGEST, LONGEST_SHOWN, form_of, page_of, text_of
from chatbot.console.parts import console_of, user_of
from chatbot.console.render import back, back_to_list, page
from chatbot.console.words import say
from chatbot.desk.approval import Draft, DraftError, check_alone, check_draft
from chatbot.desk.corrections import SHOULD_REFUSE
from chatbot.desk.naming import choose_document, nearest_documents
from chatbot.desk.review import Group, alike, group_items
from chatbot.errors import ConflictError, UserError
from chatbot.store.approved import ApprovedText
from chatbot.store.reviews import Decision, Review, Waiting

router = APIRouter(prefix="/review")

# What is wrong, and praise, which is looked at apart.
KINDS = ("correction", "down", "refused")
_PRAISE = "up"
_ALL = (*KINDS, _PRAISE)
_A_PAGE = 50  # questions, with those that are alike counted as one
_ALIKE = 10  # of them that are shown
_SHOWN = 20  # items of one question
_SETTLED = 500  # of them that one decision settles; the rest waits


@router.get("")
async def waiting(request: Request) -> HTMLResponse:
    """What waits; ``kind`` chooses, ``order`` is ``newest`` or ``frequent``, ``page`` is from 1."""
    console = console_of(request)
    kind, order = request.query_params.get("kind", ""), request.query_params.get("order", "")
    reviews = console.store.reviews
    if kind == _PRAISE:
        items, counts = await reviews.praised(), await reviews.counts()
    else:
        items = await reviews.waiting()
        counts = Counter[str](item.kind for item in items)
        counts[_PRAISE] = await reviews.count_praised()
    groups = [g for g in group_items(items) if kind not in KINDS or g.kinds[kind]]
    questions = [group.question for group in groups]
    vectors = await asyncio.to_thread(console.likeness.vectors, questions)
    found = await asyncio.to_thread(alike, groups, vectors)
    if order == "frequent":
        found.sort(key=lambda groups: -sum(len(group.items) for group in groups))
    last = max(1, -(-len(found) // _A_PAGE))
    number = page_of(request, last)
    return page(
        request,
        "review.html",
        found=[
            (alike[:_ALIKE], len(alike[_ALIKE:]))
            for alike in found[(number - 1) * _A_PAGE : number * _A_PAGE]
        ],
        counts={name: counts[name] for name in _ALL},
        names={name: say(request.state.language, f"kind_{name}") for name in _ALL},
        kind=kind if kind in _ALL else "",
        order="frequent" if order == "frequent" else "newest",
        number=number,
        last=last,
    )


@router.get("/{key}")
async def question(request: Request, key: str) -> HTMLResponse:
    """One question with what was answered, what was on screen and what is proposed."""
    group = await _group(request, key)
    if group is None:
        return page(request, "nothing_left.html")
    return await _question_page(request, group)


@dataclass(frozen=True)
class _Form:
    """What was sent; shown again when it cannot be saved. ``settled`` are the marks of the items
    that waited when the page was made, ``replaces`` that of an approved answer which may go."""

    item: str
    seen: str
    accept: bool
    refuse: bool
    right_answer: str
    right_document: str
    settle_all: bool
    settled: frozenset[str]
    approve: bool
    question: str
    expires_on: str
    audience: str
    replaces: str

    def decision(self) -> Decision:
        """The decision that it makes."""
        if not self.accept:
            return Decision("rejected")
        if self.refuse:
            return Decision("accepted", wrong=SHOULD_REFUSE)
        return Decision("accepted", "", self.right_answer, self.right_document)


@router.post("/{key}")
async def decide(request: Request, key: str) -> Response:
    """Accept or reject one item, and settle the others of its question with it."""
    sent = await _sent(request)
    store = console_of(request).store
    group = await _group(request, key)
    item = next((i for i in group.items if i.id == sent.item), None) if group else None
    if item is None or group is None:
        return await _decided_already(request, sent)
    try:
        if sent.seen != item.seen:
            raise ConflictError(say(request.state.language, "changed_meanwhile"))
        decision = await _decision(request, sent, item)
        approve = await _approved_text(request, sent, item, decision) if sent.approve else None
        settled = sent.settled if sent.settle_all else frozenset()
        others = [i for i in group.items if i is not item and _mark(i) in settled]
        if decision.status == "rejected":
            others = [i for i in others if not _says_otherwise(i, item)]
        await store.reviews.decide(item, decision, user_of(request).name, others, approve)
    except (DraftError, UserError, ConflictError) as exc:
        status = 409 if isinstance(exc, ConflictError) else 422
        if isinstance(exc, ReplacesError):
            sent = replace(sent, replaces=exc.mark)
        return await _question_page(request, group, status, sent, sentence_of(request, exc))
    rest = len(group.items) - 1 - len(others)
    said = "approved" if sent.approve else decision.status
    if rest:
        return back(f"review/{key}", list=request.query_params.get("list", ""), said=said)
    return back_to_list(request, "review", said=said)


async def _sent(request: Request) -> _Form:
    form = await form_of(request)
    return _Form(
        item=text_of(form, "item"),
        seen=text_of(form, "seen"),
        accept=text_of(form, "decision") in ("accept", "approve"),
        refuse=bool(text_of(form, "refuse")),
        right_answer=text_of(form, "right_answer", LONGEST_SHOWN),
        right_document=text_of(form, "right_document", 500),
        settle_all=bool(text_of(form, "settle_all")),
        settled=frozenset(text_of(form, "settled", LONGEST_SHOWN).split()),
        approve=text_of(form, "decision") == "approve",
        question=text_of(form, "question", LONGEST_SHOWN),
        expires_on=text_of(form, "expires_on", 40),
        audience=text_of(form, "audience", 1000),
        replaces=text_of(form, "replaces", 60),
    )


async def _decision(request: Request, sent: _Form, item: Waiting) -> Decision:
    """The decision, with the whole path of its document.

    Raises:
        UserError: there is no answer to accept or approve, or no such document.
    """
    language, console = request.state.language, console_of(request)
    if sent.approve and sent.refuse:
        raise UserError(say(language, "no_approved_refusal"))
    if not sent.accept or sent.refuse:
        return sent.decision()
    if not sent.right_answer:
        raise UserError(say(language, "answer_missing"))
    if len(sent.right_answer) > LONGEST:
        raise UserError(say(language, "text_too_long", most=LONGEST))
    if not sent.right_document:
        return sent.decision()
    record = await console.store.reviews.record(item)
    shown = [str(passage["path"]) for passage in record.get("passages", ())]
    known = console.service.document_paths(EVERYTHING)
    chosen = choose_document(sent.right_document, shown, known)
    if chosen is None:
        nearest = ", ".join(nearest_documents(sent.right_document, [*shown, *known])) or "-"
        raise UserError(say(language, "no_document", name=sent.right_document, nearest=nearest))
    return Decision("accepted", "", sent.right_answer, chosen)


async def _approved_text(
    request: Request, sent: _Form, item: Waiting, decision: Decision
) -> ApprovedText:
    """The approved answer that a decision makes.

    Raises:
        DraftError: it cannot be one as it is.
        ReplacesError: another one would go that nobody was shown.
    """
    console = console_of(request)
    record = await console.store.reviews.record(item)
    question = sent.question or item.question
    check_alone(question, item.question, record.get("history", []))
    says = (question, decision.right_answer, decision.right_document)
    text = check_draft(Draft(*says, sent.expires_on, sent.audience), await hashes(console))
    await check_replaced(request, text, sent.replaces)
    return text


async def _decided_already(request: Request, sent: _Form) -> Response:
    """The form came twice, or somebody was faster, or the conversation was deleted."""
    kept = await console_of(request).store.reviews.find(sent.item)
    if kept and _same(kept, sent):
        return back_to_list(request, "review", said=kept.status)
    key = "decided_meanwhile" if kept else "not_kept"
    who = {"who": kept.decided_by} if kept else {}
    sentence = say(request.state.language, key, **who)
    return page(request, "problem.html", 409, sentence=sentence, typed=sent.right_answer)


def _same(kept: Review, sent: _Form) -> bool:
    wanted = sent.decision()
    if (kept.status, kept.wrong) != (wanted.status, wanted.wrong):
        return False
    named = wanted.right_document.casefold()
    return kept.right_answer == wanted.right_answer and kept.right_document.casefold().endswith(
        named
    )


async def _group(request: Request, key: str) -> Group | None:
    reviews = console_of(request).store.reviews
    found = (*await reviews.waiting(key), *await reviews.praised(key))
    return Group(key, found) if found else None


def _says_otherwise(item: Waiting, rejected: Waiting) -> bool:
    """Whether an item is a correction by itself: who rejects another one said nothing of it."""
    mine, theirs = (
        (each.wrong, each.right_answer, each.right_document) for each in (item, rejected)
    )
    return item.kind == "correction" and mine != theirs


def _mark(item: Waiting) -> str:
    """Names an item with what it says: what was changed since is another one."""
    return f"{item.id}:{item.seen}"


def _proposal(item: Waiting, record: Mapping[str, Any], own: _Form | None) -> dict[str, Any]:
    """What stands in the form: what was sent, else what its writer or the praised answer says."""
    if own:
        return {
            "right_answer": own.right_answer,
            "right_document": own.right_document,
            "refuse": own.refuse,
            "question": own.question,
            "expires_on": own.expires_on,
            "audience": own.audience,
        }
    asks_back = bool(record.get("choices"))
    refused = item.kind == _PRAISE and bool(record.get("abstained")) and not asks_back
    praised = record.get("answer", "") if item.kind == _PRAISE and not refused else ""
    return {
        "right_answer": item.right_answer or praised,
        "right_document": item.right_document,
        "refuse": refused or item.wrong == SHOULD_REFUSE,
        "question": item.question,
        "expires_on": "",
        "audience": "",
    }


async def _question_page(
    request: Request,
    group: Group,
    status: int = 200,
    sent: _Form | None = None,
    problem: str = "",
) -> HTMLResponse:
    store = console_of(request).store
    shown: list[dict[str, Any]] = []
    records = await store.reviews.records(group.items[:_SHOWN])
    for item in group.items[:_SHOWN]:
        record = records.get(item.id, {})
        own = sent if sent and sent.item == item.id else None
        shown.append(
            {
                "item": item,
                "record": record,
                "passages": record.get("passages", []),
                "history": record.get("history", []),
                "problem": problem if own else "",
                "replaces": own.replaces if own else "",
                **_proposal(item, record, own),
            }
        )
    if not any(entry["record"] for entry in shown):
        raise HTTPException(404)
    settled = [_mark(item) for item in group.items[:_SETTLED]]
    taught = await store.reviews.accepted(group.key)
    return page(
        request, "question.html", status, group=group, shown=shown, settled=settled,
        taught=taught, refuse=SHOULD_REFUSE,
    )  # fmt: skip
