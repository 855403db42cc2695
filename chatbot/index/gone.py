"""Documents whose files are gone, while the index still has them."""

import os
from pathlib import Path


class Gone:
    """Which documents are no longer in a folder; each is looked for once."""

    def __init__(self, folder: Path | None) -> None:
        """Where the whole folder is away or empty, as one that is not mounted, or is ``None``, its
        files count as being there."""
        self._folder = folder if folder is not None and _holds_anything(folder) else None
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
