"""Servers with OpenAI's API that differ, through the clients of both hosted engines."""

from collections.abc import Iterator
from typing import Any

import pytest

from chatbot.errors import GenerationError
from chatbot.llm.catalogue import load_catalogue
from chatbot.llm.engines.hosted import HostedChatModel
from chatbot.llm.engines.openai import _is_openai
from chatbot.llm.factory import load_chat_model
from chatbot.settings import load_settings
from tests.support.sse_server import STREAM, Reply, Script, chunk, scripted_server, stream

ENGINES = ["openai", "hf"]
SAID = [chunk(""), chunk("It takes "), chunk("5 days.")]


@pytest.fixture(scope="module")
def script() -> Iterator[Script]:
    with scripted_server() as script:
        yield script


def ask(script: Script, engine: str, reply: Any, **options: Any) -> HostedChatModel:
    """A model whose server answers everything with ``reply``."""
    script.replies["x"] = reply
    script.asked.clear()
    url = script.url("x")
    given = {"openai": {"openai_base_url": url, "openai_model": "any"}, "hf": {"hf_model": url}}
    settings = load_settings(**(given[engine] | {"server_retries": 2} | options))
    model = load_chat_model(load_catalogue(settings.models).llm[engine], settings)
    assert isinstance(model, HostedChatModel)
    model.pause = 0.001
    return model


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (Reply(b"<!doctype html><p>A page", kind="text/html"), "OpenAI-compatible API"),
        (Reply({"choices": [{"message": {"content": "It."}}]}), "OpenAI-compatible API"),
        (Reply(b"data: [DONE]\n\n", kind=STREAM), "OpenAI-compatible API"),
        (stream(chunk(""), chunk(None, "length")), "within its 160 tokens"),
        (stream(chunk("<think>5 or"), chunk(" 7?", "length")), "within its 160 tokens"),
        (stream(chunk(""), chunk(None, "content_filter")), "withheld its answer"),
    ],
)
async def test_no_answer_is_told_in_a_sentence(
    script: Script, engine: str, reply: Reply, says: str
) -> None:
    model = ask(script, engine, reply)
    with pytest.raises(GenerationError, match=says):
        await model.ainvoke("How long?")
    with pytest.raises(GenerationError, match=says):
        model.invoke("How long?")


@pytest.mark.parametrize("engine", ENGINES)
async def test_nothing_within_few_tokens_is_empty(script: Script, engine: str) -> None:
    """Of a translation for the search or a try by ``chatbot doctor``, by a model that thinks."""
    model = ask(script, engine, stream(chunk("<think>5 or"), chunk(" 7?", "length")))
    assert (await model.ainvoke("How long?", max_tokens=80)).text == ""
    assert model.invoke("How long?", max_tokens=80).text == ""


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (422, {"error": "`inputs` tokens + `max_new_tokens` must be <= 4096."}, "too long"),
        (400, {"error": {"message": "maximum context length is 4096 tokens"}}, "too long"),
        (400, {"errors": [{"message": "maximum context length is 500"}]}, "too long"),
        (413, {"error": {"message": "Request too large"}}, "too long"),
        (402, {"error": "You have exceeded your monthly credits."}, "quota is spent"),
        (400, {"error": {"message": "Unknown field 'seed'"}}, "says 'Unknown field 'seed''"),
        (400, {"error": {"message": "'temperature' is above 2"}}, "says ''temperature' is above 2"),
    ],
)
async def test_a_refusal_says_what_is_wrong(
    script: Script, engine: str, status: int, body: object, says: str
) -> None:
    model = ask(script, engine, Reply(body, status))
    with pytest.raises(GenerationError, match=says):
        await model.ainvoke("How long?")
    with pytest.raises(GenerationError, match=says):
        model.invoke("How long?")
    assert len(script.asked) == 2  # asking again would not help


@pytest.mark.parametrize(
    ("engine", "refused"), [("openai", ["temperature", "stop", "max_tokens"]), ("hf", ["stop"])]
)
async def test_an_option_that_the_model_refuses_is_left_out(
    script: Script, engine: str, refused: list[str]
) -> None:
    def picky(asked: dict[str, Any]) -> Reply:
        for name in refused:
            if asked.get(name) is not None:
                error = {"message": f"Unsupported parameter: '{name}'.", "param": name}
                return Reply({"error": error}, 400)
        return stream(*SAID, chunk(" END It"), chunk(None, "stop"))

    model = ask(script, engine, picky, server_retries=0)
    assert (await model.ainvoke("How long?", stop=["END"])).text == "It takes 5 days. "
    assert model.invoke("How long?", stop=["END"]).text == "It takes 5 days. "
    assert len(script.asked) == len(refused) + 2  # refused once, not each time
    if "max_tokens" in refused:
        assert [asked.get("max_completion_tokens") for asked in script.asked[-2:]] == [160, 160]


def test_an_error_in_a_list_is_read(script: Script) -> None:
    """As Gemini sends them."""
    said = "The input token count (901) exceeds the maximum number of tokens allowed (500)."
    with pytest.raises(GenerationError, match="too long"):
        ask(script, "openai", Reply([{"error": {"message": said}}], 400)).invoke("How long?")


def test_what_there_is_no_room_for_is_not_refused_for_good(script: Script) -> None:
    said = "This model's maximum context length is 4096 tokens, and 4000 are in the messages."
    full = Reply({"error": {"message": said, "param": "max_tokens"}}, 400)
    model = ask(script, "openai", lambda _: full if len(script.asked) == 1 else stream(*SAID))
    with pytest.raises(GenerationError, match="too long"):
        model.invoke("How long? " * 1000)
    assert model.invoke("How long?").text == "It takes 5 days."
    assert [asked.get("max_tokens") for asked in script.asked] == [160, 160]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_server_that_names_a_pause_gets_it(
    script: Script, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr("tenacity.nap.time.sleep", slept.append)
    busy = Reply({"error": {"message": "slow down"}}, 429, headers={"Retry-After": "7"})
    model = ask(script, engine, lambda _: busy if len(script.asked) < 3 else stream(*SAID))
    assert model.invoke("How long?").text == "It takes 5 days."
    assert slept == [7, 7]
    busy.headers["Retry-After"] = "3600"
    with pytest.raises(GenerationError, match="quota is spent"):
        ask(script, engine, busy).invoke("How long?")
    assert slept == [7, 7]


async def test_what_fails_before_the_first_word_is_asked_again(script: Script) -> None:
    failed = stream(chunk(""), {"error": {"message": "overloaded", "code": 503}})
    model = ask(script, "openai", lambda _: failed if len(script.asked) < 3 else stream(*SAID))
    assert (await model.ainvoke("How long?")).text == "It takes 5 days."
    behind = stream(chunk("It "), {"error": {"message": "overloaded", "code": 503}})
    with pytest.raises(GenerationError, match="HTTP 503: overloaded"):
        await ask(script, "openai", behind).ainvoke("How long?")
    assert len(script.asked) == 1


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("last", "cut"),
    [
        ([chunk(None, "stop")], False),
        ([chunk(None, "eos_token")], False),
        ([chunk(None, "length")], True),
        ([chunk(None, "model_length")], True),
        ([], True),
        ([chunk(None, "stop"), chunk(None) | {"choices": None}], False),
    ],
)
async def test_an_answer_that_broke_off_is_one_that_is_cut(
    script: Script, engine: str, last: list[dict[str, Any]], cut: bool
) -> None:
    model = ask(script, engine, stream(*SAID, *last))
    chunks = [chunk async for chunk in model.astream("How long?")]
    assert "".join(str(chunk.text) for chunk in chunks) == "It takes 5 days."
    reasons = [chunk.response_metadata.get("finish_reason") for chunk in chunks]
    assert ("length" in reasons) is cut


@pytest.mark.parametrize("engine", ENGINES)
async def test_counts_that_are_null_are_none(script: Script, engine: str) -> None:
    usage = {"prompt_tokens": 5, "completion_tokens": None, "total_tokens": None}
    end = chunk(None, "stop") | {"choices": [], "usage": usage}
    model = ask(script, engine, stream(*SAID, chunk(None, "stop"), end))
    assert (await model.ainvoke("How long?")).text == "It takes 5 days."


@pytest.mark.parametrize("engine", ENGINES)
async def test_what_the_model_thinks_first_is_not_its_answer(script: Script, engine: str) -> None:
    pieces = ["\n<th", "ink>5 or", " 7?</thi", "nk>\n", "\n", "It takes <b>", "5 days."]
    model = ask(script, engine, stream(*map(chunk, pieces), chunk(None, "stop")))
    assert (await model.ainvoke("How long?")).text == "It takes <b>5 days."
    model = ask(script, engine, stream(chunk(" <"), chunk("5 days"), chunk(None, "stop")))
    assert (await model.ainvoke("How long?")).text == " <5 days"


@pytest.mark.parametrize("name", ["any", "my-codex-7b"])  # OpenAI's own "codex" have another API
def test_a_server_of_ones_own_is_told_the_limit_in_the_words_that_all_know(
    script: Script, name: str
) -> None:
    ask(script, "openai", stream(*SAID), openai_model=name).invoke("How long?")
    assert script.asked[0]["max_tokens"] == 160
    assert "max_completion_tokens" not in script.asked[0]
    assert _is_openai(None)
    assert _is_openai("https://eu.api.openai.com/v1")
    assert _is_openai("https://any.openai.azure.com/openai/v1")
    assert not _is_openai("https://openai.com.example.org/v1")


def test_a_character_of_a_script_without_blanks_counts_as_a_token(script: Script) -> None:
    model = ask(script, "openai", stream(*SAID))
    assert model.get_num_tokens("返品は三十日以内に可能です" * 100) >= 1300
    assert model.get_num_tokens("Returns are free. " * 100) < 700
