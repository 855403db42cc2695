"""The command ``import``: knowledge from a site or from another system's export."""

import argparse
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from chatbot.cli.common import add_json, in_range, print_json, progress_bar

_SHOWN = 20  # of what was left out; --json has all


def add_commands(commands: Any) -> None:
    """Add it to the parser of ``chatbot``."""
    from chatbot.importing.sources import EXPORTS, OTHER_NAMES

    parser = commands.add_parser("import", help="bring in knowledge, again and again")
    sources = parser.add_subparsers(required=True, metavar="SOURCE")
    web = sources.add_parser("web", help="a site, by its sitemap or its links")
    web.add_argument("url", metavar="URL", help="where it begins; pages below it are imported")
    web.add_argument(
        "--allow-private", action="store_true", help="also from addresses that are not public"
    )
    web.add_argument("--pages", type=in_range(int, 1), default=5_000, metavar="N")
    web.add_argument(
        "--depth", type=in_range(int, 0), default=10, metavar="N", help="links from the start"
    )
    web.add_argument("--minutes", type=in_range(float, 0, above=True), default=60.0, metavar="N")
    web.add_argument("--megabytes", type=in_range(int, 1), default=1_000, metavar="N")
    web.add_argument(
        "--connections", type=in_range(int, 1, 16), default=4, metavar="N", help="at once"
    )
    web.add_argument("--no-sitemap", action="store_true", help="follow links only")
    _add_common(web)
    web.set_defaults(command=_import_web)
    for name, about in EXPORTS.items():
        others = OTHER_NAMES.get(name, [])
        export = sources.add_parser(name, aliases=others, help=about, description=about)
        export.add_argument("path", type=Path, metavar="PATH", help="a file, a zip or a folder")
        if name == "mailbox":
            export.add_argument(
                "--staff",
                action="append",
                default=[],
                metavar="WHO",
                help="an address or domain of those who answer; again for more",
            )
        else:
            export.add_argument(
                "--site", default="", metavar="URL", help="the system's address, for links"
            )
        _add_common(export)
        export.set_defaults(command=_import_export, source=name)


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--name", default="", metavar="NAME", help="of its folder below imports/; keep it"
    )
    parser.add_argument("--knowledge", type=Path, metavar="DIR")
    add_json(parser)


def _import_web(options: argparse.Namespace) -> None:
    from chatbot.importing.web.crawl import Bounds
    from chatbot.importing.web.importer import import_site
    from chatbot.settings import load_settings

    started = time.perf_counter()
    bounds = Bounds(
        options.pages,
        options.depth,
        options.minutes * 60,
        options.megabytes * 1_000_000,
        options.connections,
    )
    with progress_bar("Importing") as progress:
        report = import_site(
            load_settings(knowledge=options.knowledge).knowledge,
            options.url,
            bounds,
            name=options.name,
            allow_private=options.allow_private,
            use_sitemap=not options.no_sitemap,
            progress=progress,
        )
    _say(report, started, options.json)


def _import_export(options: argparse.Namespace) -> None:
    from chatbot.errors import ImportingError
    from chatbot.importing.exports import import_export
    from chatbot.importing.sources import ExportOptions
    from chatbot.settings import load_settings

    started = time.perf_counter()
    site = getattr(options, "site", "").rstrip("/")
    if site and not site.startswith(("http://", "https://")):
        raise ImportingError(f"--site is the address of the system, with https://, not '{site}'.")
    settings = load_settings(knowledge=options.knowledge)
    report = import_export(
        options.source,
        options.path,
        settings.knowledge,
        settings.data / "candidates",
        ExportOptions(site, tuple(getattr(options, "staff", ()))),
        options.name,
    )
    _say(report, started, options.json)


def _say(report: Any, started: float, as_json: bool) -> None:
    report.seconds = round(time.perf_counter() - started, 3)
    if as_json:
        print_json(asdict(report))
        return
    for failure in report.failed[:_SHOWN]:
        print(f"{failure['path']} was left out: {failure['reason']}.", file=sys.stderr)
    if len(report.failed) > _SHOWN:
        print(f"{len(report.failed) - _SHOWN} more were left out; --json has all.", file=sys.stderr)
    if report.candidates_file:
        print(
            f"{report.candidates} questions with answers, out of {report.conversations} "
            f"conversation{'s' * (report.conversations != 1)}, wait for review in "
            f"{report.candidates_file}; nothing is answered from them. In {report.marked} of them "
            "words are marked that may be names of people.",
            file=sys.stderr,
        )
        if report.note:
            print(f"{report.note}.", file=sys.stderr)
    if not (report.added or report.changed or report.removed or report.unchanged):
        print(f"No documents were in it, in {report.seconds:.1f} s.", file=sys.stderr)
        return
    print(
        f"{report.added} documents added, {report.changed} changed, {report.removed} removed, "
        f"{report.unchanged} unchanged in {report.folder}, in {report.seconds:.1f} s. "
        "'chatbot index' makes them searchable.",
        file=sys.stderr,
    )
