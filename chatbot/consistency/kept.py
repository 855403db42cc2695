"""The statements of documents, kept beside the index: only changed documents are read again."""

import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from chatbot.consistency.statements import Statement
from chatbot.files import replacing

_FILE = "statements.npz"
_FORMAT = 3
# The kind of values of each array, and its dimensions.
_KINDS = {
    "paths": ("U", 1),
    "hashes": ("U", 1),
    "documents": ("i", 1),
    "spans": ("i", 2),
    "texts": ("u", 1),
    "words": ("u", 1),
    "bounds": ("i", 1),
}
# What a damaged file raises: of its archive, of what is packed there, and of its arrays.
_DAMAGE = (
    OSError,
    ValueError,
    TypeError,
    LookupError,
    EOFError,
    RuntimeError,
    MemoryError,
    OverflowError,
    struct.error,
    zlib.error,
    zipfile.BadZipFile,
)


def read_statements(index: Path, known: Mapping[str, str]) -> dict[str, list[Statement]]:
    """The statements of those documents whose texts still have the hashes ``known`` by path; none
    where nothing was kept, or the file is damaged."""
    try:
        with np.load(index / _FILE, allow_pickle=False) as kept:
            if int(kept["format"]) != _FORMAT:
                return {}
            return _statements({name: kept[name] for name in _KINDS}, known)
    except _DAMAGE:
        return {}


def _statements(kept: Mapping[str, Any], known: Mapping[str, str]) -> dict[str, list[Statement]]:
    if any((kept[name].dtype.kind, kept[name].ndim) != kind for name, kind in _KINDS.items()):
        raise ValueError("an array is not what it should be")
    if any((kept[name] < 0).any() for name in ("documents", "spans", "bounds")):
        raise ValueError("a place is in front of the first one")
    paths, hashes = kept["paths"].tolist(), kept["hashes"].tolist()
    documents, spans = kept["documents"].tolist(), kept["spans"].tolist()
    texts, words = kept["texts"].tolist(), kept["words"].tolist()
    bounds = kept["bounds"].tolist()
    same = [known.get(path) == checksum for path, checksum in zip(paths, hashes, strict=True)]
    found: dict[str, list[Statement]] = {p: [] for p, ok in zip(paths, same, strict=True) if ok}
    rows = zip(documents, spans, texts, pairwise(bounds), strict=True)
    for document, (start, end), text, (first, last) in rows:
        if same[document]:
            path = paths[document]
            made = Statement(path, start, end, frozenset(words[first:last]), text)
            found[path].append(made)
    return found


def write_statements(
    index: Path, known: Mapping[str, str], statements: Mapping[str, Iterable[Statement]]
) -> None:
    """Replace what is kept, in one step."""
    paths = list(statements)
    rows = [(n, each) for n, path in enumerate(paths) for each in statements[path]]
    lengths = [len(each.words) for _, each in rows]
    with replacing(index / _FILE) as stream:
        np.savez(
            stream,
            format=_FORMAT,
            paths=np.asarray(paths, dtype=np.str_),
            hashes=np.asarray([known[path] for path in paths], dtype=np.str_),
            documents=np.asarray([n for n, _ in rows], dtype=np.int32),
            spans=np.asarray([(e.start, e.end) for _, e in rows], dtype=np.int32).reshape(-1, 2),
            texts=np.asarray([each.text for _, each in rows], dtype=np.uint32),
            words=np.asarray([w for _, each in rows for w in each.words], dtype=np.uint32),
            bounds=np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]),
        )
