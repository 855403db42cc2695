"""The commands about the installation: ``models``, ``pull`` and ``doctor``."""

import argparse
import sys
from typing import Any

from chatbot.cli.common import add_json, print_json
from chatbot.errors import ConfigurationError


def add_commands(commands: Any) -> None:
    """Add them to the parser of ``chatbot``."""
    pull = commands.add_parser("pull", help="fetch a model's weights")
    pull.add_argument("name", metavar="NAME")
    pull.add_argument("--safetensors", action="store_true",
                      help="the full-precision weights, for a GPU or for training")  # fmt: skip
    pull.set_defaults(command=_pull)

    models = commands.add_parser("models", help="the catalogue")
    add_json(models)
    models.set_defaults(command=_models)

    doctor = commands.add_parser("doctor", help="check the installation")
    doctor.add_argument("--offline", action="store_true", help="prove that nothing calls out")
    add_json(doctor)
    doctor.set_defaults(command=_doctor)


def _catalogue() -> Any:
    from chatbot.llm.catalogue import load_catalogue
    from chatbot.settings import load_settings

    return load_catalogue(load_settings().models)


def _pull(options: argparse.Namespace) -> None:
    from chatbot.llm.catalogue import require_weights
    from chatbot.llm.download import download, pending_bytes

    entry = _entry(options.name)
    source = entry.source_for("transformers") if options.safetensors else entry.source
    if source is None:
        raise ConfigurationError(f"'{entry.name}' runs on a server; there is nothing to fetch.")
    size = f"about {entry.size_mb:,} MB" if source == entry.source else "full precision"
    print(f"{entry.name} ({entry.title}): {size}, licence: {entry.licence}", file=sys.stderr)
    if source.hub is None:
        print(require_weights(entry))
        return
    print(f"{pending_bytes(entry, source) / 1e6:,.0f} MB to fetch.", file=sys.stderr)
    print(download(entry, source))


def _entry(name: str) -> Any:
    catalogue = _catalogue()
    every = {
        known: entry for entries in catalogue.kinds.values() for known, entry in entries.items()
    }
    # A name of two kinds, such as 'bundled', is that of the language model.
    entry = catalogue.llm.get(name) or every.get(name)
    if entry is None:
        known = ", ".join(sorted(every))
        raise ConfigurationError(f"There is no model '{name}'; known are {known}.")
    return entry


def _models(options: argparse.Namespace) -> None:
    from chatbot.llm.catalogue import find_weights

    catalogue = _catalogue()
    rows = [
        {
            "name": entry.name,
            "kind": kind,
            "title": entry.title,
            "licence": entry.licence,
            "size_mb": entry.size_mb,
            "hosted": entry.source is None,
            "here": find_weights(entry) is not None,
        }
        for kind, entries in catalogue.kinds.items()
        for entry in entries.values()
    ]
    if options.json:
        print_json({"models": rows})
        return
    for row in rows:
        here = "here" if row["here"] else "hosted" if row["hosted"] else "not here"
        size = "" if row["hosted"] else f"{row['size_mb']:,} MB"
        print(f"{row['name']:18} {row['kind']:11} {row['title']:33} {size:>9}  {here}")


def _doctor(options: argparse.Namespace) -> int:
    from chatbot.doctor import run_checks
    from chatbot.settings import load_settings

    checks = run_checks(load_settings(), offline=options.offline)
    if options.json:
        print_json({"ok": all(c.ok for c in checks), "checks": [c.as_dict() for c in checks]})
    else:
        for check in checks:
            print(f"{'ok  ' if check.ok else 'FAIL'} {check.name}: {check.detail}")
    return 0 if all(check.ok for check in checks) else 1
