"""What the page writes for customers and colleagues: drafts, summaries, packets."""

from collections.abc import Callable

import chainlit as cl

from chatbot.desk.drafts import body_of, has_answer, keeps_numbers, letter, says
from chatbot.desk.handoff import Packet, addressee, host_of, post, to_email, to_markdown
from chatbot.desk.summaries import Event, is_told, what_happened
from chatbot.errors import HandoffError
from chatbot.page.answers import inert, without_images
from chatbot.page.desk import Desk, copy_button, file_element, stream
from chatbot.page.texts import LANGUAGES, say
from chatbot.store.database import now
from chatbot.store.records import cited_paths
from chatbot.text.languages import language_of

TONES = ("friendly", "formal", "brief")


async def draft(desk: Desk, typed: str) -> None:
    """A reply to the customer from the last answer, or a holding one where nothing is known or
    nothing bears the answer out; what the agent typed goes in. It may change words, not what is
    said."""
    record = desk.conversation.last_record()
    if record is None:
        await cl.Message(desk.say("draft_needs")).send()
        return
    tone, code = _chosen(desk)
    typed = typed.strip()
    message, warnings = cl.Message(""), list[str]()
    if record.get("choices"):  # a question back is for the customer as it is
        paragraphs = [record["answer"], typed]
    elif not has_answer(record):
        paragraphs = [say(code, "holding"), typed]
    else:
        paragraphs, warning = await _reply(desk, message, typed)
        marked = "draft_marked" if record.get("unsupported") else ""
        warnings = [key for key in (marked, warning) if key]
    text = _letter(code, tone, paragraphs)
    desk.conversation.draft = text
    note = desk.say(
        "draft_note",
        language=LANGUAGES[code],
        tone=desk.say(tone),
        sources=", ".join(map(inert, cited_paths(record))) or "-",
    )
    above = "".join(f"*{desk.say(key)}*\n\n" for key in warnings)
    message.content = f"{above}{without_images(text)}\n\n*{note}*"
    message.elements = [copy_button(desk, text)]
    await message.send()


async def _reply(desk: Desk, message: cl.Message, typed: str) -> tuple[list[str], str]:
    """The paragraphs of a reply from the last answer, and the key of what to say above them: what
    the model wrote if it keeps to the answer, else the answer as it is."""
    record = desk.conversation.last_record() or {}
    question, answer = record["question"], record["answer"]
    tone, code = _chosen(desk)
    pieces = desk.service.writer.draft(question, answer, tone, LANGUAGES[code], typed)
    body = body_of(await stream(message, pieces))
    own = language_of(answer, code)
    fits = bool(body) and language_of(body, code) == code
    fits = fits and (own != code or says(body, question, answer))
    if fits and keeps_numbers(body, answer, typed) and says(body, "", typed):
        return [body], ""
    if fits and keeps_numbers(body, answer):
        return [body, typed], ""
    return [answer, typed], "draft_unsure" if own == code else "draft_untranslated"


def _letter(code: str, tone: str, paragraphs: list[str]) -> str:
    return letter(say(code, f"greeting_{tone}"), paragraphs, say(code, f"closing_{tone}"))


def _chosen(desk: Desk) -> tuple[str, str]:
    """The tone and the language of drafts, as a code."""
    chosen = cl.user_session.get("chat_settings") or {}
    codes = {name: code for code, name in LANGUAGES.items()}
    own = desk.language[:2].lower()
    default = own if own in LANGUAGES else "en"
    return chosen.get("tone", TONES[0]), codes.get(chosen.get("language", ""), default)


async def summarise(desk: Desk, _: str) -> None:
    """What happened in the conversation."""
    if not desk.conversation.entries:
        await cl.Message(desk.say("empty_thread")).send()
        return
    message = cl.Message("")
    message.content, text = await _summary(desk, message)
    message.elements = [copy_button(desk, text)]
    await message.send()


async def _summary(desk: Desk, message: cl.Message) -> tuple[str, str]:
    """As the page shows it, and as plain text: the model's words where they add nothing to what was
    said; below them each question with what became of it, from the records."""
    told = await stream(message, desk.service.writer.summarise(desk.conversation.history))
    events = what_happened(desk.conversation.entries)
    told = told if is_told(told, desk.conversation.history) else ""

    def written(words: str, made: Callable[[str], str]) -> str:
        lines = [f"{n}. {_line(desk, event, made)}" for n, event in enumerate(events, start=1)]
        return "\n\n".join(filter(None, [words, "\n".join(lines)]))

    return written(without_images(told), inert), written(told, str)


def _line(desk: Desk, event: Event, made: Callable[[str], str]) -> str:
    """What became of a question, each of its words ``made`` fit for where it stands."""
    documents = ", ".join(map(made, event.documents))
    key = f"event_{event.outcome}"
    if event.outcome == "answered" and not documents:
        key = "event_said"
    values = {"question": made(event.question), "said": made(event.said), "documents": documents}
    return desk.say(key, **values)


async def hand_off(desk: Desk, typed: str) -> None:
    """A packet for a colleague; the person learns whether anybody was told. What was typed is a
    note, and a mail address in it says for whom it is."""
    if not desk.conversation.entries:
        await cl.Message(desk.say("empty_thread")).send()
        return
    message = cl.Message("")
    recipient, note, unusable = addressee(typed)
    summary, text = await _summary(desk, message)
    packet = make_packet(desk, text, recipient, note)
    settings = desk.service.settings
    said = [summary, await _deliver(desk, packet)]
    if unusable:
        said.append(desk.say("handoff_address", address=inert(unusable)))
    message.content = "\n\n".join(said)
    message.metadata = {"handoff": True}  # counted in the console
    mail = to_email(packet, packet.recipient or settings.handoff_to)
    message.elements = [
        file_element("handoff.md", to_markdown(packet).encode(), "text/markdown"),
        file_element("handoff.eml", mail, "message/rfc822"),
    ]
    await message.send()


def make_packet(desk: Desk, summary: str, recipient: str, note: str) -> Packet:
    """All that is known of the case."""
    question, answer = desk.conversation.last_case()
    record = answer or {}
    answered = record.get("answer", "") if not record.get("abstained") else ""
    tone, code = _chosen(desk)
    return Packet(
        question=question,
        summary=summary,
        passages=record.get("passages", []),
        draft=desk.conversation.draft or (answered and _letter(code, tone, [answered])),
        handed_off_by=desk.user,
        created_at=now(),
        history=desk.conversation.history,
        recipient=recipient,
        note=note,
    )


async def _deliver(desk: Desk, packet: Packet) -> str:
    target = desk.service.settings.handoff_webhook
    if not target:
        name = inert(packet.recipient) or desk.say("a_colleague")
        return desk.say("handoff_made", recipient=name)
    name = inert(host_of(target))
    try:
        await post(packet, target)
    except HandoffError as exc:
        return desk.say("handoff_failed", target=name, reason=inert(str(exc)))
    return desk.say("handoff_sent", target=name)
