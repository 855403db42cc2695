"""The architecture: imports go one way, and each library has one owner."""

import ast
import graphlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LAYERS = [
    {"errors"},
    {"privacy"},
    {"settings"},
    {"text"},
    {"prompts", "memory", "passage", "knowledge", "store"},
    {"cases"},
    {"index", "llm"},
    {"grounding"},
    {"answering"},
    {"service"},
    {"desk"},
    {"page"},
    {"app", "api", "training", "evaluation"},
    {"cli"},
    {"__main__"},
]
# The modules and packages that may import a library; all others reach it through them.
OWNERS = {
    "faiss": {"index.stores.faiss_store", "index.stores.vectors"},
    "orjson": {"index.generations"},
    "scipy": {"index.bm25"},
    "Stemmer": {"text.tokens", "grounding.words"},
    "pypdf": {"knowledge"},
    "pdf_oxide": {"knowledge"},
    "office_oxide": {"knowledge"},
    "lxml": {"knowledge"},
    "docutils": {"knowledge"},
    "markdown_it": {"knowledge"},
    "olefile": {"knowledge"},
    "oxmsg": {"knowledge"},
    "PIL": {"knowledge"},
    "tesserocr": {"knowledge"},
    "xlrd": {"knowledge"},
    "striprtf": {"knowledge"},
    "charset_normalizer": {"knowledge"},
    "sentencex": {"text"},
    "docx": set(),
    "pptx": set(),
    "openpyxl": set(),
    "langchain_community": {"index.stores.faiss_store"},
    "langchain_milvus": {"index.stores.milvus"},
    "pymilvus": {"index.stores.milvus"},
    "langchain_pinecone": {"index.stores.pinecone"},
    "pinecone": {"index.stores.pinecone"},
    "sentence_transformers": {"index.rerank"},
    "torch": {"llm", "training"},
    "transformers": {"llm", "training"},
    "gguf": {"llm"},
    "safetensors": {"llm"},
    "openvino": {"llm"},
    "openvino_genai": {"llm"},
    "peft": {"llm", "training"},
    "langchain_openai": {"llm.engines.hosted"},
    "langchain_huggingface": {"index.embeddings", "llm.engines.hosted"},
    "huggingface_hub": {"llm"},
    "tenacity": {"llm.engines.hosted"},
    "chainlit": {"page"},
    "sqlalchemy": {"store"},
    "argon2": {"store.users"},
    "sklearn": {"desk.corrections", "evaluation"},
    "phonenumbers": {"text.masking"},
    "stdnum": {"text.masking"},
    "matplotlib": set(),
    "fastapi": {"api"},
    "fastapi_offline": set(),
    "uvicorn": {"api.server"},
    "prometheus_client": {"api.metrics"},
    "opentelemetry": {"api.tracing"},
}
HEAVY = {
    "torch",
    "peft",
    "transformers",
    "openvino",
    "openvino_genai",
    "faiss",
    "sentence_transformers",
    "uvicorn",
    "opentelemetry",
}
FILES = sorted((ROOT / "chatbot").rglob("*.py"))


def module_of(path: Path) -> str:
    """The name below ``chatbot``, such as ``index.builder``; that of a package is its folder's."""
    parts = path.relative_to(ROOT / "chatbot").with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


def unit_of(path: Path) -> str:
    return module_of(path).split(".")[0]


def is_import(node: ast.AST) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom)


def imports(tree: ast.AST) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def layer(unit: str) -> int:
    return next(number for number, units in enumerate(LAYERS) if unit in units)


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_go_one_way(path: Path) -> None:
    unit = unit_of(path)
    if unit == "__init__":
        return
    for name in imports(ast.parse(path.read_text())):
        if name.startswith("chatbot."):
            other = name.split(".")[1]
            assert other == unit or layer(other) <= layer(unit), f"{path} imports {name}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_each_library_is_imported_by_its_owner_only(path: Path) -> None:
    for name in imports(ast.parse(path.read_text())):
        owners = OWNERS.get(name.split(".")[0])
        if owners is not None:
            own = f"{module_of(path)}."
            assert any(own.startswith(f"{owner}.") for owner in owners), f"{path} imports {name}"


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Also inside packages. Imports within functions and for annotations do not count, and a
    module may name its own package, of which it takes another module."""
    modules = {module_of(path): path for path in FILES}
    needs: dict[str, set[str]] = {}
    for name, path in modules.items():
        tree = ast.Module([n for n in ast.parse(path.read_text()).body if is_import(n)], [])
        wanted = {found.removeprefix("chatbot.") for found in imports(tree)}
        needs[name] = {
            other for other in wanted & modules.keys() if not f"{name}.".startswith(other + ".")
        }
    graphlib.TopologicalSorter(needs).prepare()  # CycleError names the circle


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_private_module_is_imported(path: Path) -> None:
    for name in imports(ast.parse(path.read_text())):
        assert not any(part.startswith("_") for part in name.split(".")), f"{path} imports {name}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_heavy_libraries_are_imported_where_they_are_used(path: Path) -> None:
    top = ast.Module([n for n in ast.parse(path.read_text()).body if is_import(n)], [])
    assert not {name.split(".")[0] for name in imports(top)} & HEAVY
