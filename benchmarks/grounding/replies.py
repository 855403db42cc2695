"""How many right and wrong sentences of replies `chatbot check` tells apart, whole folders each.

    python -m benchmarks.grounding.replies [NAME...] [--show]

`replies/NAME/knowledge` is a made-up company's help centre and `replies/NAME/sentences.jsonl` has
sentences as support staff write them: {"sentence", "right", "kind"}; wrong is what the documents
contradict or do not say. The folder is indexed in a temporary place.
"""

import argparse
import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.grounding.sentences import share
from chatbot.audience import EVERYTHING
from chatbot.desk.checking import CheckedSentence, check_reply
from chatbot.service import ChatService
from chatbot.settings import load_settings

REPLIES = Path(__file__).with_name("replies")


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*")
    parser.add_argument("--show", action="store_true")
    args = parser.parse_args()
    names = args.names or sorted(p.name for p in REPLIES.iterdir() if p.is_dir())
    every: dict[bool, Counter[bool]] = {True: Counter(), False: Counter()}
    for name in names:
        own = measure(name, args.show)
        for right, counts in own.items():
            every[right] += counts
        print(f"{name}: {_told(own)}", flush=True)
    print(f"all: {_told(every)}")


@contextmanager
def help_centre(name: str) -> Iterator[tuple[ChatService, list[dict[str, Any]]]]:
    """A service over the documents of a help centre, and the sentences about them."""
    folder = REPLIES / name
    lines = (folder / "sentences.jsonl").read_text(encoding="utf-8").splitlines()
    with tempfile.TemporaryDirectory() as index:
        service = ChatService(load_settings(knowledge=folder / "knowledge", index=Path(index)))
        service.update_index()
        yield service, [json.loads(line) for line in lines]


def measure(name: str, show: bool) -> dict[bool, Counter[bool]]:
    """How many of the right and of the wrong sentences are marked, and are not."""
    counts: dict[bool, Counter[bool]] = {True: Counter(), False: Counter()}
    with help_centre(name) as (service, rows):
        for row in rows:
            found = check_reply(service, row["sentence"], EVERYTHING)
            marked = not all(one.supported or one.is_polite for one in found)
            counts[row["right"]][marked] += 1
            if show and marked == row["right"]:
                print(" ", row["kind"], row["sentence"], _reasons(found), sep=" | ")
    return counts


def _reasons(found: list[CheckedSentence]) -> str:
    return "; ".join(one.reason for one in found if one.reason)


def _told(counts: dict[bool, Counter[bool]]) -> str:
    return f"{share(counts[True], 'right marked')}, {share(counts[False], 'wrong caught')}"


if __name__ == "__main__":
    main()
