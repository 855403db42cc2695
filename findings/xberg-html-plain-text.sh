#!/usr/bin/env bash
# xberg (Kreuzberg) reads of a web page, as set by default, only headings, paragraphs, lists, tables.
#
# One would guess: the text of an HTML page is what a reader of the page can see, whatever output is
# asked for; formats differ in their marks. A list within a list stands below its item.
# What happens (xberg 1.3.9, as Kreuzberg 4.10.4): the default output, "plain", and "html" and "json"
# leave out what stands in a <div>, <dl>, <blockquote>, <address> or <details> without a paragraph of
# its own, and every <summary>: fees as a list of terms, answers that fold out and their questions.
# Inner lists come behind the whole outer one, so prices stand apart from their plans, and a line end
# (<br>) joins two words. Nothing warns. "markdown", which has all of it in order, does not tell so
# either, and who looks at "plain" sees a page that reads well.
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

PAGE = """<!doctype html><html><body><h1>Fees</h1><p>What you pay.</p>
<dl><dt>Transfer abroad</dt><dd>5 EUR</dd></dl>
<div>Cards are free for members.</div>
<details><summary>What if I am late?</summary>Late payments cost 9 EUR.</details>
<blockquote>Not on Sundays.</blockquote>
<ul><li>Basic<ul><li>12 EUR</li></ul></li><li>Team<ul><li>20 EUR</li></ul></li></ul>
<p>Ask 030 901<br>820 or us.</p></body></html>"""
LOST = ("Transfer abroad", "5 EUR", "free for members", "I am late", "cost 9 EUR", "on Sundays")


async def text(config):
    page = ExtractInput(kind=ExtractInputKind.BYTES, bytes=PAGE.encode(), mime_type="text/html")
    result = await extract(page, config)
    (document,) = result.results
    assert not result.errors and not document.processing_warnings, "it warns now"
    return document.content


async def main():
    default = await text(ExtractionConfig())
    print(default)
    for name in ("plain", "html", "json"):
        read = await text(ExtractionConfig(output_format=name))
        assert name != "plain" or read == default, "another output is the default now"
        assert "What you pay." in read
        assert not [words for words in LOST if words in read], f"{name} has them now"
    assert "Basic\nTeam\n12 EUR\n20 EUR" in default, "inner lists stand in their items now"
    assert "901820" in default, "a line end parts words now"
    markdown = await text(ExtractionConfig(output_format="markdown"))
    assert not [words for words in LOST if words not in markdown], "markdown loses them, too, now"


asyncio.run(main())
PYTHON
