#!/usr/bin/env bash
# LangChain's HTMLHeaderTextSplitter moves bold words behind the sentence that they were in.
#
# One would guess: the text of a section comes as it is read; marks such as <b>, <a> and <sup> are
# dropped and their words stay where they are, as of BeautifulSoup's get_text().
# What happens (langchain-text-splitters 1.1.3): of each element the text of its own comes first, then
# the elements in it, one a line. "Do <b>not</b> open the case." becomes "Do open the case." and, on
# another line, "not"; "<b>14</b> days" loses its number. In instructions the bold word is the one
# that counts, and what is left of the sentence is well formed and says the opposite.
# HTMLSemanticPreservingSplitter turns it round: the bold words come first (upstream's issue 38404).
# Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check langchain-text-splitters==1.1.3 \
  langchain-core==1.7.2 beautifulsoup4==4.15.0
venv/bin/python -W ignore - <<'PYTHON'
from bs4 import BeautifulSoup
from langchain_text_splitters import HTMLHeaderTextSplitter, HTMLSemanticPreservingSplitter

HEADERS = [("h1", "heading")]
CASES = {
    "<p>Do <b>not</b> open the case.</p>": ("Do open the case.  \nnot", "not Do open the case."),
    "<p>You have <b>14</b> days, not 30.</p>": (
        "You have days, not 30.  \n14", "14 You have days, not 30."),
    "<p>See <a href='/faq'>questions</a> first.</p>": (
        "See first.  \nquestions", "questions See first."),
}
for html, wanted in CASES.items():
    page = f"<html><body><h1>Safety</h1>{html}</body></html>"
    print(BeautifulSoup(html, "html.parser").get_text())
    for splitter, expected in zip((HTMLHeaderTextSplitter, HTMLSemanticPreservingSplitter), wanted):
        read = splitter(headers_to_split_on=HEADERS).split_text(page)[-1].page_content
        print("   ", splitter.__name__, repr(read))
        assert read == expected, f"{splitter.__name__} reads it otherwise now"
PYTHON
