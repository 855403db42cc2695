"""The statements of documents, kept beside the index: only changed documents are read again."""

import zipfile
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np

from chatbot.consistency.statements import Statement
from chatbot.files import replacing

_FILE = "statements.npz"
_FORMAT = 3


def read_statements(index: Path, known: Mapping[str, str]) -> dict[str, list[Statement]]:
    """The statements of those documents whose texts still have the hashes ``known`` by path; none
    where nothing was kept, or the file is damaged."""
    try:
        with np.load(index / _FILE, allow_pickle=False) as kept:
            if int(kept["format"]) != _FORMAT:
                return {}
            paths, hashes = kept["paths"].tolist(), kept["hashes"].tolist()
            documents, spans = kept["documents"].tolist(), kept["spans"].tolist()
            texts, words = kept["texts"].tolist(), kept["words"].tolist()
            bounds = kept["bounds"].tolist()
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return {}
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
