#!/usr/bin/env bash
# xberg (Kreuzberg) puts the command of a numbered step in Markdown before the step that it is for.
#
# One would guess: text and blocks of a Markdown file stay in the order in which they were written,
# since the file is nearly the output already.
# What happens (xberg 1.3.9): a fenced block, a quotation or a table inside a list's item comes out
# before the item's own text, which is held back until the item ends. In Markdown output it becomes an
# item of its own or the end of the one before: "reset --all", the command of step 2, stands under
# step 1, "Unplug the router", and later steps get other numbers, so "go back to step 2" is wrong.
# A second paragraph of an item is joined to the first without a space. Such lists, a sentence and
# the command below it, are the common form of instructions. Nothing warns. (Kreuzberg up to 4.10.4
# had it, too, and lost the text of an item with a list in it, which upstream mended as issue 1459.)
# Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check xberg==1.3.9
venv/bin/python - <<'PYTHON'
import asyncio

from xberg import ExtractInput, ExtractInputKind, ExtractionConfig, extract

STEPS = """# Reset

1. Unplug the router.

2. Press the button, then run:

   ```
   reset --all
   ```

3. Plug it in:

   | Lamp | Meaning |
   |------|---------|
   | red  | wait    |

4. Call us.

   It costs 5 EUR.
"""


async def text(output):
    file = ExtractInput(
        kind=ExtractInputKind.BYTES, bytes=STEPS.encode(), mime_type="text/markdown"
    )
    result = await extract(file, ExtractionConfig(output_format=output))
    (document,) = result.results
    assert not result.errors and not document.processing_warnings, "it warns now"
    print(document.content)
    return document.content


async def main():
    for output in ("plain", "markdown"):
        read = await text(output)
        places = [read.index(words) for words in ("Unplug", "reset --all", "Press", "red", "Plug it")]
        assert places == sorted(places), f"{output}: blocks stand behind their steps now"
        assert "Call us.It costs 5 EUR." in read, f"{output}: paragraphs of an item are parted now"
    under_first = "1. Unplug the router.\n   ```\n   reset --all\n   ```\n2. Press"
    assert under_first in read, "the command stands in its own step now"


asyncio.run(main())
PYTHON
