"""The command that trains: ``finetune``."""

import argparse
import sys
from pathlib import Path
from typing import Any

from chatbot.cli.common import add_json, print_json


def add_commands(commands: Any) -> None:
    """Add it to the parser of ``chatbot``."""
    tune = commands.add_parser("finetune", help="LoRA training on rows")
    tune.add_argument("--data", nargs="+", required=True, metavar="FILE[=N]",
                      help="JSON lines; =N takes a random N of a file's rows")  # fmt: skip
    tune.add_argument("--base", default="bundled", metavar="NAME")
    tune.add_argument("--out", type=Path, required=True, metavar="DIR")
    tune.add_argument("--refusals", type=float, default=0.1, help="largest share of refusals")
    tune.add_argument("--epochs", type=float, default=1.0)
    tune.add_argument("--seed", type=int, default=7)
    add_json(tune)
    tune.set_defaults(command=_finetune)


def _finetune(options: argparse.Namespace) -> None:
    from chatbot.llm.catalogue import load_catalogue
    from chatbot.llm.templates import chat_template
    from chatbot.prompts import load_prompts
    from chatbot.settings import load_settings
    from chatbot.training.data import mix, parse_data_file
    from chatbot.training.finetune import Recipe, finetune

    settings = load_settings()
    entry = load_catalogue(settings.models).choose_llm(options.base)
    prompts = load_prompts(settings.prompts)
    files = [parse_data_file(text) for text in options.data]
    template = chat_template(entry.template)
    mixture = mix(files, prompts, template, refusals=options.refusals, seed=options.seed)
    for problem in mixture.problems:
        print(f"left out: {problem}", file=sys.stderr)
    recipe = Recipe(epochs=options.epochs, seed=options.seed)
    report = finetune(
        entry, prompts, mixture, recipe, options.out, lambda t: print(t, file=sys.stderr)
    )
    if options.json:
        print_json({key: value for key, value in report.items() if key != "curve"})
