"""The ``chatbot`` command: see README.md, "Commands". JSON to stdout, everything else to stderr."""

import argparse
import io
import sys
from collections.abc import Callable, Sequence

from chatbot.cli import approved, ask, check, desk, imports, keys, mail, mcp, measure, models, train
from chatbot.errors import ChatbotError, disk_sentence, reason_of
from chatbot.privacy import quiet_libraries


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status: 0 done, 1 failed with a sentence, 2 usage."""
    quiet_libraries()
    if isinstance(sys.stdout, io.TextIOWrapper):  # names of files may be no text
        sys.stdout.reconfigure(errors="backslashreplace")
    options = _parser().parse_args(arguments)
    try:
        command: Callable[[argparse.Namespace], int | None] = options.command
        return command(options) or 0
    except ChatbotError as exc:
        print(exc, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    except UnicodeError as exc:  # a name or a line of stdin of other bytes
        print(f"What was given is not all UTF-8 text: {reason_of(exc)}.", file=sys.stderr)
        return 1
    except OSError as exc:
        print(disk_sentence(exc), file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="chatbot",
        description="A support chatbot that answers only from your own knowledge folder.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for group in (ask, check, imports, measure, train, models, desk, approved, keys, mcp, mail):
        group.add_commands(commands)
    return parser
