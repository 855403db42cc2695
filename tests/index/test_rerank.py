"""The optional reranker: its order is shown, its scores are kept, and the gate is not misled."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from langchain_core.documents import Document

from chatbot.audience import EVERYTHING
from chatbot.errors import ConfigurationError, ModelUnavailableError
from chatbot.index.builder import update_index
from chatbot.index.generations import Generation, load_current
from chatbot.index.rerank import CrossEncoderReranker, Reranker
from chatbot.index.retriever import HybridRetriever, build_retriever
from chatbot.service import ChatService
from chatbot.settings import Settings
from tests.support.scripted import HashedEmbeddings

QUERY = "How many days do returns take?"


class ScriptedReranker:
    """Prefers the passages with the highest page number."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        self.read += texts
        return [float(text.split("page ")[1].split()[0]) for text in texts]


@pytest.fixture
def generation(settings: Settings) -> Generation:
    for path in settings.knowledge.iterdir():
        path.unlink()
    for number in range(30):
        text = "returns take days " * (1 + number % 4) + f"and this is page {number} of many"
        (settings.knowledge / f"{number}.md").write_text(f"# Returns {number * 7}\n\n{text}.\n")
    update_index(settings, "bundled", HashedEmbeddings)
    return load_current(settings.index)


def over(generation: Generation, k: int, reranker: Reranker | None = None) -> HybridRetriever:
    return build_retriever(
        generation, HashedEmbeddings(), k, 50, reranker=reranker, rerank_passages=10
    )


def ids(found: Sequence[Document]) -> list[str]:
    return [str(document.id) for document in found]


def test_the_first_ones_are_shown_in_its_order(generation: Generation) -> None:
    fused = over(generation, 15).invoke(QUERY)
    reranker = ScriptedReranker()
    found = over(generation, 15, reranker).invoke(QUERY)
    assert len(reranker.read) == 10
    assert reranker.read[0].startswith(fused[0].metadata["title"])
    scores = [document.metadata["rerank"] for document in found[:10]]
    assert scores == sorted(scores, reverse=True)
    assert {*ids(found[:10])} == {*ids(fused[:10])} and ids(found[:10]) != ids(fused[:10])
    assert ids(found[10:]) == ids(fused[10:])
    assert not any("rerank" in document.metadata for document in found[10:])
    assert ids(over(generation, 3, ScriptedReranker()).invoke(QUERY)) == ids(found[:3])


def test_what_the_gate_sees_stays_what_it_was(generation: Generation, settings: Settings) -> None:
    fused = over(generation, 12).invoke(QUERY)
    found = over(generation, 15, ScriptedReranker()).invoke(QUERY)
    own = {"rerank", "place"}
    by_id = {d.id: {k: v for k, v in d.metadata.items() if k not in own} for d in found}
    assert all(by_id[d.id] == d.metadata for d in fused)  # score, similarity and ranks
    gate = ChatService(settings, embeddings=HashedEmbeddings()).gate()
    assert found[0].id != fused[0].id
    assert gate.features(QUERY, QUERY, found, False) == gate.features(QUERY, QUERY, fused, False)
    assert gate.decide(QUERY, QUERY, found, False) == gate.decide(QUERY, QUERY, fused, False)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cross-encoder with random weights, saved as the real ones are."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    folder = tmp_path_factory.mktemp("reranker")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "how", "many", "days", "do", "returns"]
    words += ["take", "?", "and", "this", "is", "page", "of", ".", *map(str, range(300))]
    (folder / "vocab.txt").write_text("\n".join(words))
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        num_labels=1,
        initializer_range=0.5,
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder


@pytest.fixture
def with_model(settings: Settings, checkpoint: Path, tmp_path: Path) -> Settings:
    """The shipped catalogue and a reranker 'tiny' in it."""
    models = tmp_path / "models"
    models.mkdir()
    entry = f'\n[reranker.tiny]\ntitle = "tiny"\nsource = {{ path = "{checkpoint}" }}\n'
    entry += 'licence = "none"\nmax_tokens = 64\n'
    catalogue = (settings.models / "catalogue.toml").read_text()
    (models / "catalogue.toml").write_text(catalogue + entry)
    return settings.model_copy(update={"models": models, "reranker": "tiny"})


def test_a_real_cross_encoder_reads_pairs(
    checkpoint: Path, with_model: Settings, generation: Generation
) -> None:
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    service = ChatService(with_model, embeddings=HashedEmbeddings())
    # As 'chatbot evaluate retrieval' asks.
    found = service.retriever(EVERYTHING, k=12).invoke(QUERY)
    texts = [f"{d.metadata['title']}\n{d.page_content}" for d in found]
    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    model = AutoModelForSequenceClassification.from_pretrained(checkpoint).eval()
    with torch.inference_mode():
        inputs = tokenizer([QUERY] * len(texts), texts, padding=True, return_tensors="pt")
        expected = torch.sigmoid(model(**inputs).logits[:, 0]).tolist()
    scores = [d.metadata["rerank"] for d in found]
    assert scores == pytest.approx(expected, abs=0.02)  # the CPU may compute in bf16
    assert scores == sorted(scores, reverse=True) and scores[0] > scores[-1]
    assert service.models.entries["reranker"].title == "tiny"
    assert [p.path for p in service.search(QUERY, EVERYTHING, k=3)] == [
        d.metadata["path"] for d in found[:3]
    ]


def test_a_model_that_is_not_here_or_damaged_is_named(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"no model 'bge' \(CHATBOT_RERANKER\)"):
        ChatService(settings.model_copy(update={"reranker": "bge"}))
    service = ChatService(settings.model_copy(update={"reranker": "bge-reranker"}))
    with pytest.raises(ModelUnavailableError, match="'chatbot pull bge-reranker'"):
        service.models.reranker()
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(ModelUnavailableError, match="does not load"):
        CrossEncoderReranker(tmp_path, 64)
