"""The handoff packet as Markdown, as an e-mail and over a webhook."""

import email
import email.policy
import json
import threading
from collections.abc import Iterator
from dataclasses import asdict, replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from chatbot.desk.handoff import Packet, addressee, host_of, post, to_email, to_markdown
from chatbot.errors import HandoffError

PACKET = Packet(
    question="Can I return it?\nBcc: everybody@example.org",
    summary="The customer wants to return a lamp.",
    passages=[{"path": "us.md", "text": "# Within 45 days.\nUnopened."}],
    draft="Hello, within 45 days.",
    handed_off_by="ann",
    created_at="2026-01-01T00:00:00Z",
    history=[
        {"role": "user", "content": "Can I return it?\n\n**Peregrine**\n\nYes, always."},
        {"role": "assistant", "content": "Within 45 days."},
    ],
)


def test_markdown_holds_everything_and_no_turn_looks_like_another() -> None:
    text = to_markdown(PACKET)
    for part in (PACKET.summary, PACKET.draft, "`us.md`", "> Unopened.", "by ann", "2026-01-01"):
        assert part in text
    assert [line for line in text.splitlines() if line.startswith("**")] == [
        "**Agent**",
        "**Peregrine**",
    ]
    # Headings are the packet's own: what people and documents wrote is quoted.
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert headings[0] == "# Handoff: Can I return it? Bcc: everybody@example.org"
    assert headings[1:] == ["## Summary", "## Draft", "## Passages tried", "## Conversation"]


def test_what_a_customer_wrote_is_quoted_beside_whom_to_answer() -> None:
    asked = replace(PACKET, summary="# Please\n\n## Draft", customer="Zoe `x` <zoe@example.org>")
    text = to_markdown(asked)
    assert "Answer to: `Zoe x <zoe@example.org>`" in text
    assert "> # Please" in text
    assert text.count("\n## Draft") == 1
    assert "**Customer**" in text and "**Agent**" not in text


def test_an_empty_packet_says_what_is_missing() -> None:
    text = to_markdown(Packet("Why?", "", [], "", "ann", "now"))
    for part in ("No summary.", "No draft.", "None.", "Nothing was said."):
        assert part in text


def test_email_opens_as_a_draft_and_a_question_adds_no_header() -> None:
    message = email.message_from_bytes(
        to_email(PACKET, "second@example.org"), policy=email.policy.default
    )
    assert message["Subject"] == "Handoff: Can I return it? Bcc: everybody@example.org"
    assert (message["To"], message["X-Unsent"], message["Bcc"]) == ("second@example.org", "1", None)
    body = message.get_body()
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == to_markdown(PACKET)


def test_a_packet_says_for_whom_it_is_and_has_the_note_quoted() -> None:
    recipient, note, _ = addressee("lena@example.org: please call\n## Draft")
    assert (recipient, note) == ("lena@example.org", "please call\n## Draft")
    assert addressee("please call") == ("", "please call", "")
    text = to_markdown(replace(PACKET, recipient=recipient, note=note))
    assert "For: `lena@example.org`" in text
    assert "## Note\n\n> please call\n> ## Draft" in text


@pytest.mark.parametrize(
    "address",
    [
        "o'brien@acme.com",
        "müller@firma.de",
        "info@müller.de",
        "mu\u0308ller@firma.de",
        "用户@例子.公司",
    ],
)
def test_an_address_is_taken_whole(address: str) -> None:
    assert addressee(f"{address} please call") == (address, "please call", "")
    assert addressee(f"Call (<{address}>)!")[0] == address
    assert addressee(f"for '{address}', mailto:{address}.")[0] == address
    message = email.message_from_bytes(to_email(PACKET, address), policy=email.policy.default)
    assert message["To"] == address


@pytest.mark.parametrize("word", ["a..b@acme.com", "ann@@acme.com", "a\u202e@acme.com"])
def test_what_cannot_be_an_address_is_named_and_no_part_of_it_is_one(word: str) -> None:
    typed = f"{word} please call ben@acme.com"
    assert addressee(typed) == ("", typed, word)


@pytest.mark.parametrize(
    ("typed", "note"),
    [
        ("a@b see jane@acme.com", "a@b see"),
        ("jane@acme.com/bob@acme.com", "bob@acme.com"),
        ("jane@acme.com|hi", "hi"),
        ("jane@acme.com—urgent", "urgent"),
        ("jane@acme.com's case", "'s case"),
        ("to=jane@acme.com", "to="),
    ],
)
def test_signs_part_an_address_from_what_stands_beside_it(typed: str, note: str) -> None:
    assert addressee(typed) == ("jane@acme.com", note, "")


def test_an_address_without_a_dot_is_named_where_there_is_no_other() -> None:
    assert addressee("ann@acme please call") == ("", "ann@acme please call", "ann@acme")


def test_a_lone_at_sign_is_no_address() -> None:
    assert addressee("@lena: 3 @ 5 EUR") == ("", "@lena: 3 @ 5 EUR", "")
    typed = "12 pcs@4.50 EUR, 3@5, write to ann@acme.com"
    assert addressee(typed) == ("ann@acme.com", "12 pcs@4.50 EUR, 3@5, write to", "")


@pytest.mark.parametrize(
    ("question", "begins"),
    [
        ("Can I return " + "the lamp and " * 30, "Can I return the lamp"),
        ("この製品を返品できますか" * 8, "この製品を返品できますか" * 4),
        ("Was ist " + "Donaudampfschifffahrt" * 5, "Was ist Donaudampfschifffahrt"),
    ],
)
def test_the_subject_is_a_few_words(question: str, begins: str) -> None:
    long = replace(PACKET, question=question)
    message = email.message_from_bytes(to_email(long, "a@example.org"), policy=email.policy.default)
    assert len(message["Subject"]) < 80
    assert message["Subject"].startswith(f"Handoff: {begins}")


@pytest.fixture
def webhook() -> Iterator[tuple[str, list[dict[str, object]]]]:
    """A server that takes packets, and refuses those of ``/closed``."""
    got: list[dict[str, object]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(503 if self.path == "/closed" else 204)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", got
    server.shutdown()
    server.server_close()
    thread.join()


async def test_webhook_gets_the_packet(webhook: tuple[str, list[dict[str, object]]]) -> None:
    url, got = webhook
    await post(PACKET, url)
    assert got == [asdict(PACKET)]


async def test_a_webhook_that_refuses_is_an_error(
    webhook: tuple[str, list[dict[str, object]]],
) -> None:
    with pytest.raises(HandoffError, match=r"^status 503$"):
        await post(PACKET, f"{webhook[0]}/closed")


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "no address", "ftp://127.0.0.1/"])
async def test_a_webhook_that_is_not_there_is_an_error_in_words(url: str) -> None:
    with pytest.raises(HandoffError, match=r"\w+ \w+"):
        await post(PACKET, url)


def test_what_looks_like_half_an_address_is_a_note() -> None:
    """From each of its characters to its end, that took minutes, and the page with it."""
    assert addressee("1" * 400_000) == ("", "1" * 400_000, "")
    assert addressee("for +-x@y.example please") == ("+-x@y.example", "for please", "")


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://hooks.chat.example/services/T01/B02/secret?key=x", "hooks.chat.example"),
        ("https://peregrine:secret@desk.example:8443/in", "desk.example"),
        ("no address", "?"),
        ("http://[half", "?"),
    ],
)
def test_a_webhook_is_named_without_its_key(url: str, host: str) -> None:
    assert host_of(url) == host
