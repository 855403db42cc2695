"""Four ways to run the same weights, side by side: first token, decoding, many users, memory.

All run what serves: of ``bundled-small`` the file with its adapter merged in, of ``bundled`` the
file as it is fetched (ours with its adapter), as ``CHATBOT_LLM`` says. Each contender has a
process of its own and gets the same conversations (``prompts.py``). Results are kept in ``--out``
as they come, so that a part can be measured again; the last step prints the table and draws the
plot from all that is there. On a shared machine the least disturbed of ``--tries`` counts, for
every contender alike.

    python -m benchmarks.llm.compare [--only ours,stock] [--users 1,4,8,16] [--tries 3]
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from benchmarks import ROOT
from benchmarks.llm.contenders import CONTENDERS
from benchmarks.llm.report import report
from benchmarks.served import weights
from chatbot.llm.weights import load_weights


def save_dense(gguf: Path, folder: Path) -> None:
    """The weights of a GGUF file as float32 safetensors, for contenders that read no GGUF."""
    for part in load_weights(gguf, "f32"):
        part.save_pretrained(folder)


def main() -> None:
    """Measure what was asked for, then report all that has been measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default=",".join(CONTENDERS))
    parser.add_argument("--users", default="1,4,8,16", help="empty: one person only")
    parser.add_argument("--tries", type=int, default=3, help="0: no measurement of one person")
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--out", type=Path, default=ROOT / "artefacts" / "bench-llm")
    options = parser.parse_args()
    gguf = weights()
    dense = options.out / f"dense-{gguf.stem}"
    options.out.mkdir(parents=True, exist_ok=True)
    if not (dense / "config.json").exists():
        save_dense(gguf, dense)
    for name in filter(None, options.only.split(",")):
        print(f"Measuring {CONTENDERS[name].title}", file=sys.stderr)
        arguments = [name, gguf, dense, options.out / f"{name}.json", options.tries,
                     options.tokens, options.users or "-"]  # fmt: skip
        subprocess.run(
            [sys.executable, "-m", "benchmarks.llm.measure", *map(str, arguments)],
            cwd=ROOT,
            env=os.environ | {"HF_HUB_OFFLINE": "1"},
            stdout=sys.stderr,
            check=True,
        )
    report(options.out)


if __name__ == "__main__":
    main()
