"""The ``chatbot`` command: see README.md, "Commands". JSON to stdout, everything else to stderr."""

import argparse
import io
import os
import select
import sys
from collections.abc import Callable, Sequence

from chatbot.cli import approved, ask, check, desk, imports, keys, mail, mcp, measure, models, train
from chatbot.errors import ChatbotError, disk_sentence, operator_sentence, reason_of
from chatbot.privacy import quiet_libraries

_INTERRUPTED, _NO_READER = 130, 141  # as of a shell: 128 and the number of the signal


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status: 0 done, 1 failed with a sentence, 2 usage; after
    Ctrl-C, and where who reads stdout has left, those of a shell."""
    quiet_libraries()
    if isinstance(sys.stdout, io.TextIOWrapper):  # names of files may be no text
        sys.stdout.reconfigure(errors="backslashreplace")
    options = _parser().parse_args(arguments)
    try:
        command: Callable[[argparse.Namespace], int | None] = options.command
        status = command(options) or 0
        if sys.stdout:  # none where it was closed
            sys.stdout.flush()
        return status
    except ChatbotError as exc:
        print(operator_sentence(exc), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return _INTERRUPTED
    except UnicodeError as exc:  # a name or a line of stdin of other bytes
        print(f"What was given is not all UTF-8 text: {reason_of(exc)}.", file=sys.stderr)
        return 1
    except OSError as exc:
        if isinstance(exc, BrokenPipeError) and _reader_left():
            return _NO_READER
        print(disk_sentence(exc), file=sys.stderr)
        return 1


def _reader_left() -> bool:
    """Whether nobody reads what is written any more ("| head" has what it wants), and not whoever
    a command speaks with, such as a server; what is still to be written is dropped then."""
    asked = select.poll()
    for stream in (1, 2):
        asked.register(stream, 0)
    left = [stream for stream, event in asked.poll(0) if event & (select.POLLERR | select.POLLHUP)]
    for stream in left:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream)  # Python writes the rest when it ends
    return bool(left)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="chatbot",
        description="A support chatbot that answers only from your own knowledge folder.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for group in (ask, check, imports, measure, train, models, desk, approved, keys, mcp, mail):
        group.add_commands(commands)
    return parser
