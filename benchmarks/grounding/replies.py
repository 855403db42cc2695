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
from pathlib import Path

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
    every: Counter[tuple[bool, bool]] = Counter()
    for name in names:
        own = measure(REPLIES / name, args.show)
        every += own
        print(f"{name}: {_told(own)}", flush=True)
    print(f"all: {_told(every)}")


def measure(folder: Path, show: bool) -> Counter[tuple[bool, bool]]:
    """How many sentences by (right, marked)."""
    counts: Counter[tuple[bool, bool]] = Counter()
    with tempfile.TemporaryDirectory() as index:
        settings = load_settings(knowledge=folder / "knowledge", index=Path(index))
        service = ChatService(settings)
        service.update_index()
        for line in (folder / "sentences.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            found = check_reply(service, row["sentence"], EVERYTHING)
            marked = not all(one.supported or one.is_polite for one in found)
            counts[row["right"], marked] += 1
            if show and marked == row["right"]:
                print(" ", row["kind"], row["sentence"], _reasons(found), sep=" | ")
    return counts


def _reasons(found: list[CheckedSentence]) -> str:
    return "; ".join(one.reason for one in found if one.reason)


def _told(counts: Counter[tuple[bool, bool]]) -> str:
    right, wrong = (counts[kind, True] + counts[kind, False] for kind in (True, False))
    return (
        f"right marked {counts[True, True]}/{right} = {counts[True, True] / max(1, right):.1%}, "
        f"wrong caught {counts[False, True]}/{wrong} = {counts[False, True] / max(1, wrong):.1%}"
    )


if __name__ == "__main__":
    main()
