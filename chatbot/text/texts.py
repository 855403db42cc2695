"""What pages say in the languages of their readers, kept as TOML."""

import tomllib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path


class Texts:
    """The texts of a file with a section for each language; it is read with the first use."""

    def __init__(self, file: Path) -> None:
        self._file = file

    @cached_property
    def by_language(self) -> Mapping[str, Mapping[str, str]]:
        """Every text by language and key."""
        return tomllib.loads(self._file.read_text(encoding="utf-8"))

    def say(self, language: str, key: str, /, **values: object) -> str:
        """The text of ``key`` in a browser's language such as ``de-CH``; English where the file
        does not have that language. Of one thing (``count``), the text ``<key>_one`` if there
        is one; in French of none, too."""
        code = language[:2].lower() if language[:2].lower() in self.by_language else "en"
        own = self.by_language[code]
        single = values.get("count") in ((0, 1) if code == "fr" else (1,))
        return own[f"{key}_one" if single and f"{key}_one" in own else key].format(**values)
