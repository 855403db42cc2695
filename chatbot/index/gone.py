"""Documents whose files are gone, while the index still has them."""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

# The knowledge folder itself, among the folders in it.
_ITSELF = "."


def folders_of(folder: Path, paths: Iterable[str]) -> dict[str, list[int]]:
    """The knowledge folder and all folders in it on the way to documents, each with its device and
    inode, which tell it from another one in its place."""
    holding = [PurePosixPath(name) for name in {path.rpartition("/")[0] for path in paths}]
    names = {_ITSELF, *(str(place) for name in holding for place in (name, *name.parents))}
    return {name: known for name in sorted(names) if (known := _known(folder / name))}


def is_same(folder: Path, before: Mapping[str, Sequence[int]]) -> bool:
    """Whether the folder is still there itself, and each in it that is there: where a share is not
    mounted there is another one, and that it is empty says nothing."""
    now = {name: _known(folder / name) for name in before}
    return bool(now.get(_ITSELF)) and all(
        known in ([], list(before[name])) for name, known in now.items()
    )


def _known(folder: Path) -> list[int]:
    try:
        state = os.stat(folder)
    except OSError:
        return []
    return [state.st_dev, state.st_ino]


class Gone:
    """Which documents are no longer in a folder; each is looked for once."""

    def __init__(self, folder: Path | None, before: Mapping[str, Sequence[int]]) -> None:
        """Where the whole folder is away, or is empty and not the same as ``before``
        (:func:`folders_of`), as one that is not mounted, or is ``None``, its files count as being
        there."""
        there = folder is not None and (_holds_anything(folder) or is_same(folder, before))
        self._folder = folder if there else None
        self._known: dict[str, bool] = {}

    def has(self, path: str) -> bool:
        """Whether the file was deleted; one that only cannot be looked at was not."""
        if self._folder is None:
            return False
        if path not in self._known:
            try:
                os.stat(self._folder / path)
                self._known[path] = False
            except (FileNotFoundError, NotADirectoryError):
                self._known[path] = True
            except OSError:
                self._known[path] = False
        return self._known[path]


def _holds_anything(folder: Path) -> bool:
    try:
        return any(not path.name.startswith(".") for path in folder.iterdir())
    except OSError:
        return False
