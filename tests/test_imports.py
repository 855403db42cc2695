"""The architecture: imports go one way, and each library has one owner."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LAYERS = [
    {"errors"},
    {"privacy"},
    {"settings"},
    {"text"},
    {"prompts", "knowledge", "memory", "passage", "masking", "store"},
    {"cases", "index", "llm"},
    {"grounding"},
    {"answering"},
    {"service"},
    {"corrections", "handoff", "uploads"},
    {"desk"},
    {"app", "api", "doctor", "training", "evaluation"},
    {"cli"},
    {"__main__"},
]
OWNERS = {
    "faiss": {"index"},
    "orjson": {"index"},
    "scipy": {"index"},
    "Stemmer": {"index", "grounding"},
    "pypdf": {"knowledge"},
    "pdf_oxide": {"knowledge"},
    "office_oxide": {"knowledge"},
    "lxml": {"knowledge"},
    "docutils": {"knowledge"},
    "markdown_it": {"knowledge"},
    "oxmsg": {"knowledge"},
    "striprtf": {"knowledge"},
    "charset_normalizer": {"knowledge"},
    "sentencex": {"text"},
    "docx": set(),
    "pptx": set(),
    "openpyxl": set(),
    "langchain_community": {"index"},
    "langchain_milvus": {"index"},
    "pymilvus": {"index"},
    "langchain_pinecone": {"index"},
    "pinecone": {"index"},
    "sentence_transformers": {"index"},
    "torch": {"index", "llm", "training"},
    "transformers": {"llm", "training"},
    "gguf": {"llm"},
    "safetensors": {"llm"},
    "openvino": {"llm"},
    "openvino_genai": {"llm"},
    "peft": {"llm", "training"},
    "langchain_openai": {"llm"},
    "langchain_huggingface": {"index", "llm"},
    "huggingface_hub": {"llm"},
    "tenacity": {"llm"},
    "chainlit": {"app", "api", "desk"},
    "sqlalchemy": {"store"},
    "argon2": {"store"},
    "sklearn": {"corrections", "evaluation"},
    "phonenumbers": {"masking"},
    "stdnum": {"masking"},
    "matplotlib": set(),
    "fastapi": {"api"},
    "fastapi_offline": set(),
    "uvicorn": {"api"},
    "prometheus_client": {"api"},
    "opentelemetry": {"api"},
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


def unit_of(path: Path) -> str:
    parts = path.relative_to(ROOT / "chatbot").with_suffix("").parts
    return parts[0]


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
        assert owners is None or unit_of(path) in owners, f"{path} imports {name}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_private_module_is_imported(path: Path) -> None:
    for name in imports(ast.parse(path.read_text())):
        assert not any(part.startswith("_") for part in name.split(".")), f"{path} imports {name}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_heavy_libraries_are_imported_where_they_are_used(path: Path) -> None:
    top = ast.Module(
        [n for n in ast.parse(path.read_text()).body if isinstance(n, ast.Import | ast.ImportFrom)],
        [],
    )
    assert not {name.split(".")[0] for name in imports(top)} & HEAVY
