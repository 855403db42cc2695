"""Four ways to run the same weights, side by side: first token, decoding, many users, memory.

Each contender runs in a process of its own, on the same conversations (``prompts.py``). Results
are kept in ``--out`` as they come, so that a part can be measured again; the last step prints the
table and draws the plot from all that is there. On a shared machine the least disturbed of
``--tries`` counts, for every contender alike.

    python benchmarks/llm/compare.py [--only ours,stock] [--users 1,4,8,16] [--tries 3]
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from contenders import CONTENDERS
from report import report

from chatbot.llm.catalogue import load_catalogue, require_weights
from prompts import ROOT

CHILD = Path(__file__).with_name("measure.py")


def save_dense(gguf: Path, folder: Path) -> None:
    """The weights of a GGUF file as float32 safetensors, for contenders that read no GGUF."""
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    source = {"pretrained_model_name_or_path": str(gguf.parent), "gguf_file": gguf.name}
    model = AutoModelForCausalLM.from_pretrained(
        **source, quantization_config=GgufConfig(dequantize=True), dtype="float32"
    )
    for name in ("hf_quantizer", "quantization_method"):
        if hasattr(model, name):
            delattr(model, name)
    model.is_quantized = False
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    model.save_pretrained(folder)
    AutoTokenizer.from_pretrained(**source).save_pretrained(folder)


def main() -> None:
    """Measure what was asked for, then report all that has been measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default=",".join(CONTENDERS))
    parser.add_argument("--users", default="1,4,8,16", help="empty: one person only")
    parser.add_argument("--tries", type=int, default=3, help="0: no measurement of one person")
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--out", type=Path, default=ROOT / "artefacts" / "bench-llm")
    options = parser.parse_args()
    gguf = require_weights(load_catalogue(ROOT / "models").llm["bundled"])
    dense = options.out / "dense"
    options.out.mkdir(parents=True, exist_ok=True)
    if not (dense / "config.json").exists():
        save_dense(gguf, dense)
    for name in filter(None, options.only.split(",")):
        print(f"Measuring {CONTENDERS[name].title}", file=sys.stderr)
        arguments = [name, gguf, dense, options.out / f"{name}.json", options.tries,
                     options.tokens, options.users or "-"]  # fmt: skip
        subprocess.run(
            [sys.executable, str(CHILD), *map(str, arguments)],
            env=os.environ | {"PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"},
            stdout=sys.stderr,
            check=True,
        )
    report(options.out)


if __name__ == "__main__":
    main()
