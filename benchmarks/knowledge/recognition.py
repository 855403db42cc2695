"""How much of scanned pages is read, how fast, and with how much memory: JSON.

    python benchmarks/knowledge/recognition.py CORPORA [--pages 100] [--seed 0]

The pages (benchmarks/knowledge/scanned.py) are printed from texts of CORPORA, a folder of Markdown
files, and made pictures again. Recall is the share of the printed words that are read, precision
the share of the words read that were printed; seconds are of the processor, for a whole page with
its drawing and its order.
"""

import argparse
import json
import re
import resource
import sys
import time
from collections import Counter
from pathlib import Path
from statistics import mean, quantiles

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]
_WORD = re.compile(r"\w+")


def shared(read: str, printed: str) -> tuple[float, float]:
    """Recall and precision by words, each counted as often as it stands there."""
    found, wanted = (Counter(_WORD.findall(text.lower())) for text in (read, printed))
    both = (found & wanted).total()
    return both / max(1, wanted.total()), both / max(1, found.total())


def main() -> None:
    """Make, read, print."""
    from scanned import pages

    from chatbot.errors import DocumentError
    from chatbot.knowledge.formats import extract

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    made = pages(options.corpora, options.pages, options.seed)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    shares: list[tuple[float, float]] = []
    seconds = []
    for scan, printed in made:
        began = _processor()
        try:
            text = extract(".pdf", scan, lambda: None).text
        except DocumentError:
            text = ""
        seconds.append(_processor() - began)
        shares.append(shared(text, printed))
    recalls = [recall for recall, _ in shares]
    report = {
        "pages": len(made),
        "recall": round(mean(recalls), 4),
        "recall of one page in ten is below": round(quantiles(recalls, n=10)[0], 4),
        "precision": round(mean(precision for _, precision in shares), 4),
        "recall by kind": {
            name: round(mean(recalls[kind::4]), 4)
            for kind, name in enumerate(("text", "two columns", "text again", "table"))
            if recalls[kind::4]
        },
        "seconds a page": round(mean(seconds), 2),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000),
        "peak_mb_before": round(before / 1000),
    }
    print(json.dumps(report, indent=1))


def _processor() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


if __name__ == "__main__":
    main()
