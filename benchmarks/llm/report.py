"""The table and the plot of what ``compare.py`` has measured."""

import json
from pathlib import Path
from typing import Any


def report(folder: Path) -> None:
    """Print a Markdown table; write ``results.json`` and ``bench-llm.png`` into ``folder``."""
    from benchmarks.llm.contenders import CONTENDERS

    files = {name: folder / f"{name}.json" for name in CONTENDERS}
    results = {name: json.loads(f.read_text()) for name, f in files.items() if f.exists()}
    results = {name: result for name, result in results.items() if "one" in result}
    (folder / "results.json").write_text(json.dumps(results, indent=1) + "\n")
    print(table(results))
    if "ours" in results:
        print("\n" + ratios(results))
    draw(results, folder / "bench-llm.png")


def table(results: dict[str, Any]) -> str:
    """One row a contender."""
    counts = sorted({int(n) for r in results.values() for n in r["users"]})
    many = [f"{n} users tok/s, cold / follow-up" for n in counts]
    head = ["", "first token cold", "follow-up", "decode tok/s", *many, "peak MB", "load s"]
    rows = [head, ["---"] * len(head)]
    for result in results.values():
        one = result["one"]
        users = [
            f"{r['cold_tokens_s']:.0f} / {r['follow_up_tokens_s']:.0f}" if r else ""
            for r in (result["users"].get(str(n)) for n in counts)
        ]
        rows.append([
            result["title"], f"{one['first_token_cold_s']:.3f} s",
            f"{one['first_token_follow_up_s']:.3f} s", f"{one['decode_tokens_s']:.0f}", *users,
            f"{result['peak_memory_mb']:,}", f"{result['load_s']:.1f}",
        ])  # fmt: skip
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def ratios(results: dict[str, Any]) -> str:
    """How many times better ours is than each other contender."""
    ours = results["ours"]
    lines = ["| ours is better by | first token cold | follow-up | decode | 8 users cold "
             "| 8 users follow-up |", "|---|---|---|---|---|---|"]  # fmt: skip
    for name, other in results.items():
        if name == "ours":
            continue
        first = [other["one"][k] / ours["one"][k]
                 for k in ("first_token_cold_s", "first_token_follow_up_s")]  # fmt: skip
        first.append(ours["one"]["decode_tokens_s"] / other["one"]["decode_tokens_s"])
        if "8" in ours["users"] and "8" in other["users"]:
            mine, theirs = ours["users"]["8"], other["users"]["8"]
            first += [mine[k] / theirs[k] for k in ("cold_tokens_s", "follow_up_tokens_s")]
        cells = [f"{value:.1f}" for value in first] + ["-"] * (5 - len(first))
        lines.append(f"| than {other['title']} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def draw(results: dict[str, Any], file: Path) -> None:
    """Two panels: seconds to the first token (logarithmic), tokens a second by users."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(11, 4), layout="constrained")
    titles = [result["title"] for result in results.values()]
    for offset, (key, label) in enumerate(
        (("first_token_cold_s", "cold"), ("first_token_follow_up_s", "follow-up"))
    ):
        heights = [result["one"][key] for result in results.values()]
        places = [at + 0.4 * offset for at in range(len(heights))]
        bars = left.barh(places, heights, 0.38, label=label)
        left.bar_label(bars, fmt="%.2f s", padding=3, fontsize=8)
    left.set(xscale="log", title="Seconds to the first token, 910-token prompt")
    left.set_yticks([at + 0.2 for at in range(len(titles))], titles)
    left.invert_yaxis()
    left.margins(x=0.2)
    left.legend(frameon=False)
    for result in results.values():
        points = sorted(
            (int(n), rates["follow_up_tokens_s"]) for n, rates in result["users"].items()
        )
        if points:
            right.plot(*zip(*points, strict=True), marker="o", label=result["title"])
    right.set(title="Tokens a second of all together, follow-up turns", xlabel="users")
    right.set_xticks([1, 4, 8, 16])
    right.set_ylim(bottom=0)
    right.legend(frameon=False, fontsize=8)
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(file, dpi=120)
    pyplot.close(figure)
