"""Numbers on the command line: each has a range, and another one is a usage error; and which
store a measured service searches."""

from argparse import Namespace
from pathlib import Path

import pytest

from chatbot.cli import _parser, common, main

FINETUNE = ["finetune", "--data", "rows.jsonl", "--out", "run"]
ANSWERS = ["evaluate", "answers", "--cases", "cases.jsonl"]
RETRIEVAL = ["evaluate", "retrieval", "--cases", "cases.jsonl"]
REWRITES = ["evaluate", "rewrites", "--cases", "cases.jsonl"]
CALIBRATE = ["calibrate", "--cases", "cases.jsonl"]
SEARCH = ["search", "returns"]
KEYS = ["keys", "add", "shop"]
WRONG = [
    (FINETUNE, "--refusals", ["1", "-0.1", "nan", "ten"], "a number from 0 to 0.9"),
    (FINETUNE, "--epochs", ["0", "-1", "nan", "inf"], "a number above 0 up to 1000"),
    (FINETUNE, "--rate", ["0", "-1", "2", "nan"], "a number above 0 up to 1"),
    (FINETUNE, "--rehearse", ["-1", "1.5"], "a whole number from 0"),
    (FINETUNE, "--seed", ["-1", "4294967296"], "a whole number from 0 to 4294967295"),
    *((kind, "--limit", ["0", "-1", "2.5", ""], "a whole number from 1")
      for kind in (ANSWERS, RETRIEVAL, REWRITES, CALIBRATE)),
    (CALIBRATE, "--risk", ["0", "0.6", "nan"], "a number above 0 up to 0.5"),
    (SEARCH, "--k", ["0", "many"], "a whole number from 1"),
    (KEYS, "--per-minute", ["0", "1000001"], "a whole number from 1 to 1000000"),
    (["serve"], "--port", ["-1", "65536", "http"], "a whole number from 0 to 65535"),
]  # fmt: skip
EDGES = [
    (FINETUNE, "--refusals", ["0", "0.9"]),
    (FINETUNE, "--epochs", ["0.01", "1000"]),
    (FINETUNE, "--rate", ["1e-6", "1"]),
    (FINETUNE, "--rehearse", ["0"]),
    (FINETUNE, "--seed", ["0", "4294967295"]),
    (ANSWERS, "--limit", ["1", "100000"]),
    (CALIBRATE, "--risk", ["0.01", "0.5"]),
    (["serve"], "--port", ["0", "65535"]),
]


@pytest.mark.parametrize(
    ("command", "option", "value", "wanted"),
    [(command, option, value, wanted) for command, option, values, wanted in WRONG
     for value in values],
)  # fmt: skip
def test_a_number_out_of_range_is_a_usage_error(
    command: list[str], option: str, value: str, wanted: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*command, option, value])
    assert ended.value.code == 2
    assert f"argument {option}: '{value}' is not {wanted}.\n" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "option", "value"),
    [(command, option, value) for command, option, values in EDGES for value in values],
)
def test_the_ends_of_a_range_are_in_it(command: list[str], option: str, value: str) -> None:
    given = vars(_parser().parse_args([*command, option, value]))
    assert given[option.removeprefix("--")] == float(value)


def test_a_file_of_which_no_row_is_taken_is_a_usage_error(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["finetune", "--data", "rows.jsonl=0", "--out", "run"])
    assert ended.value.code == 2
    assert "takes no row" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("knowledge", "index", "store"),
    [("other", None, "faiss"), (None, "other", "faiss"), (None, None, "pinecone"),
     ("other", "index", "pinecone")],
)  # fmt: skip
def test_a_measured_index_of_its_own_leaves_the_store_alone(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    knowledge: str | None,
    index: str | None,
    store: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHATBOT_VECTOR_STORE", "pinecone")
    monkeypatch.setenv("CHATBOT_INDEX", "index")
    monkeypatch.setattr(common, "build_index", lambda service: None)
    monkeypatch.setattr("chatbot.service.build_service", lambda settings: Namespace(s=settings))
    given = {"knowledge": knowledge, "index": index}
    options = Namespace(**{name: Path(path) if path else None for name, path in given.items()})
    assert common.measured_service(options).s.vector_store == store
