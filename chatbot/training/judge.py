"""Training a judge: the lower layers of a language model learn whether a text says a statement.

    python -m chatbot.training.judge OUT ROWS... [--base bundled] [--from FOLDER]
        [--minutes N] [--rate R] [--seed N] [--layers N] [--first N]

ROWS are files of ``{"source", "right", "wrong"}`` a line: a text, statements that it says and
statements that it does not say (``models/recipes/verdicts``); in the place of a statement a pair
may stand, a question and an answer to it (``models/recipes/answers``). The products of layers from
``--first`` on learn low-rank differences (LoRA, Hu et al. 2021), and one output is learned anew;
binary cross-entropy, and within each text a right statement has to be ahead of a wrong one
(pairwise logistic loss, Burges et al. 2005, with half the weight). The rate falls as a cosine of
the time that has passed, so a run ends when it should on every machine; what it has is written
every few minutes.
"""

import argparse
import math
import random
import re
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from chatbot.errors import ChatbotError, ConfigurationError, disk_sentence
from chatbot.files import parse_json
from chatbot.llm.catalogue import load_catalogue, require_weights
from chatbot.llm.judge import (
    LONGEST_STATEMENT,
    LONGEST_TEXT,
    Group,
    inputs,
    statement_tokens,
    text_tokens,
)
from chatbot.llm.matrices import Matrices
from chatbot.llm.tokens import read_tokens
from chatbot.settings import load_settings
from chatbot.training.judge_model import JudgeModel
from chatbot.training.memory import give_memory_back

_STEP = 700  # tokens of a step
_MOST = 14  # statements of a text
_PAIRS = 0.5
RATE, _OUTPUT_RATE = 4e-4, 2e-3
_WARM_UP = 12  # steps
_LEAST = 0.03  # of the rate, at the end
_SAVED = 20  # steps
_HALF = re.compile("[\ud800-\udfff]")  # which no tokenizer reads


class Example(NamedTuple):
    """A text with its statements as tokens, and which are right."""

    group: Group
    right: list[float]


def read_rows(files: Sequence[Path]) -> dict[str, list[tuple[str, bool]]]:
    """The statements about each text, and whether it says them.

    Raises:
        ConfigurationError: a file cannot be read, or has no rows; a line is no JSON, or has no text
            and statements.
    """
    found: dict[str, list[tuple[str, bool]]] = defaultdict(list)
    for file in files:
        try:
            lines = file.read_text(encoding="utf-8-sig").split("\n")
        except OSError as exc:
            raise ConfigurationError(f"'{file}' cannot be read: {exc.strerror}.") from exc
        except UnicodeDecodeError as exc:
            raise ConfigurationError(f"'{file}' is not UTF-8 text.") from exc
        for number, line in enumerate(lines, start=1):
            if line.strip():
                source, said = _row(line, f"{file}, line {number}")
                found[source] += said
    if not found:
        raise ConfigurationError("There is nothing to learn from: the files have no rows.")
    return found


def _row(line: str, where: str) -> tuple[str, list[tuple[str, bool]]]:
    try:
        row = parse_json(line)
        source, right, wrong = row["source"], row["right"], row["wrong"]
    except (ValueError, TypeError, KeyError) as exc:
        raise ConfigurationError(f"{where}: 'source', 'right' or 'wrong' is missing.") from exc
    said: list[list[Any]] = [
        [_statement(item) for item in items] if isinstance(items, list) else [None]
        for items in (right, wrong)
    ]
    texts = [source, *said[0], *said[1]]
    if not all(isinstance(text, str) for text in texts):
        raise ConfigurationError(
            f"{where}: 'source' has to be a text, 'right' and 'wrong' lists of texts or of pairs "
            "of a question and an answer."
        )
    if _HALF.search("".join(texts)):
        raise ConfigurationError(f"{where}: a text has half a character; write it anew.")
    if not (right or wrong):
        raise ConfigurationError(f"{where}: there is no statement in 'right' or 'wrong'.")
    return source, [(text, True) for text in said[0]] + [(text, False) for text in said[1]]


def _statement(item: Any) -> Any:
    """A statement as it is, a pair of a question and an answer as one."""
    pair = isinstance(item, list) and len(item) == 2 and all(isinstance(x, str) for x in item)
    if not pair:
        return item
    question, answer = (" ".join(text.split()) for text in item)
    return f'To "{question}" the answer is: {answer}'


def examples(
    rows: dict[str, list[tuple[str, bool]]], tokens: Any, dice: random.Random, most: int = _STEP
) -> Iterator[list[Example]]:
    """Without end, the texts in ever new order, some ``most`` tokens at a time; each has a
    statement of another text beside its own."""
    sources = list(rows)
    step, size = list[Example](), 0
    while True:
        dice.shuffle(sources)
        for source in sources:
            own = dice.sample(rows[source], min(_MOST, len(rows[source])))
            if (other := dice.choice(sources)) != source:
                own.append((dice.choice(rows[other])[0], False))
            said = [statement_tokens(tokens, text, LONGEST_STATEMENT) for text, _ in own]
            group = Group(text_tokens(tokens, source)[:LONGEST_TEXT], said)
            if step and size + group.size > 1.15 * most:
                yield step
                step, size = [], 0
            step.append(Example(group, [float(right) for _, right in own]))
            size += group.size
            if size >= most:
                yield step
                step, size = [], 0


def train(
    model: JudgeModel,
    steps: Iterator[list[Example]],
    out: Path,
    seconds: float = math.inf,
    most: float = math.inf,
    rate: float = RATE,
) -> int:
    """Train until ``seconds`` have passed or ``most`` steps are done; the number of steps.

    ``rate`` is the highest that the differences learn with.
    """
    import torch

    new = [model.norm, model.head, model.bias]
    learned = list(model.differences.values())
    optimizer = torch.optim.AdamW(
        [{"params": learned, "lr": rate}, {"params": new, "lr": _OUTPUT_RATE}],
        weight_decay=0.0, betas=(0.9, 0.98),
    )  # fmt: skip
    rates = [group["lr"] for group in optimizer.param_groups]
    begun, done, told = time.monotonic(), 0, 0.0
    for step in steps:
        passed = max((time.monotonic() - begun) / seconds, done / most)
        if passed >= 1:
            break
        share = min(1.0, (done + 1) / _WARM_UP) * max(_LEAST, (1 + math.cos(math.pi * passed)) / 2)
        for group, highest in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = highest * share
        loss = _loss(model, step)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        done += 1
        told = loss.item() if done == 1 else 0.95 * told + 0.05 * loss.item()
        give_memory_back(done)
        if not done % _SAVED:
            model.save(out)
            print(f"{done} steps, loss {told:.3f}, {passed:.0%} of the time", flush=True)
    model.save(out)
    return done


def _loss(model: JudgeModel, step: Sequence[Example]) -> Any:
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits, softplus

    groups = [example.group for example in step]
    scores = model(*inputs(groups))
    right = torch.tensor([value for example in step for value in example.right])
    loss = binary_cross_entropy_with_logits(scores, right)
    pairs, at = [], 0
    for example in step:
        own, said = (values[at : at + len(example.right)] for values in (scores, right))
        at += len(example.right)
        ahead = own[said > 0.5][:, None] - own[said < 0.5][None, :]
        if ahead.numel():
            pairs.append(softplus(-ahead).mean())
    return loss + _PAIRS * torch.stack(pairs).mean() if pairs else loss


def main() -> int:
    """What the command line above does; a sentence and status 1 where it cannot."""
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("rows", type=Path, nargs="+")
    parser.add_argument("--base", default="bundled")
    parser.add_argument("--from", dest="begin", type=Path, metavar="FOLDER")
    parser.add_argument("--minutes", type=float, default=75.0)
    parser.add_argument("--rate", type=float, default=RATE)
    parser.add_argument("--seed", type=int, default=0, help="of the order; another to go on")
    parser.add_argument("--layers", type=int, default=14)
    parser.add_argument("--first", type=int, default=3)
    try:
        _run(parser.parse_args())
    except ChatbotError as exc:
        print(exc, file=sys.stderr)
        return 1
    except OSError as exc:
        print(disk_sentence(exc), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped; the folder has what was learned until then.", file=sys.stderr)
        return 130
    return 0


def _run(args: argparse.Namespace) -> None:
    if not args.minutes > 0:
        raise ConfigurationError("--minutes has to be more than 0.")
    if not 0 < args.rate < math.inf:
        raise ConfigurationError("--rate has to be a number above 0.")
    rows = read_rows(args.rows)  # before the weights, which take a minute
    args.out.mkdir(parents=True, exist_ok=True)
    settings = load_settings()
    entry = load_catalogue(settings.models).choose_llm(args.base)
    weights = require_weights(entry, "openvino")
    matrices = Matrices(weights)
    model = JudgeModel(matrices, args.layers, args.first)
    if args.begin:
        model.take(args.begin)
    dice = random.Random(args.seed)
    steps = examples(rows, read_tokens(weights, matrices.reader), dice)
    try:
        done = train(model, steps, args.out, 60 * args.minutes, rate=args.rate)
        print(f"{done} steps")
    except KeyboardInterrupt:
        model.save(args.out)
        raise


if __name__ == "__main__":
    sys.exit(main())
