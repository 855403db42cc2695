"""Formats with a short reader of their own."""

import json
import time

import pytest

from chatbot.errors import DocumentError
from chatbot.knowledge.formats import extract


@pytest.mark.parametrize(
    ("suffix", "data", "want"),
    [
        (".rst", "Pay\n===\n\n.. note:: In *30* days.\n\nSee :ref:`the form <form>`.\n",
         "# Pay\n\nNote\n\nIn 30 days.\n\nSee the form.\n"),
        (".adoc", "= Pay\n:days: 30\n\nNOTE: In *{days}* days.\n\n. One\n. Two\n",
         "# Pay\n\nNote: In 30 days.\n\n1. One\n2. Two\n"),
            (".rst", ".. code-block:: ini\n   :caption: a.ini\n\n   # idle\n   rpm = 8\n",
             "a.ini\n\n```\n# idle\nrpm = 8\n```\n"),
            (".adoc", "ifdef::in[]\nno\nendif::[]\n. A kbd:[F4]. <1>\n+\nWait.\n. menu:File[Quit]\n"
                      "\n[WARNING]\nHot.\n\n. New\n",
             "1. A F4.\n\nWait.\n\n2. File > Quit\n\nWarning: Hot.\n\n1. New\n"),
            (".adoc", "|===\n|Code |Who\n\n|W-1 a|\n* Service\n* Owner\n|===\n",
             "Code | Who\nW-1 | Service Owner\n"),
            (".vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\n \nso<00:01.400><c> the</c>\n\n"
                     "00:02.000 --> 00:02.010\nso the\n \n\n00:02.010 --> 00:04.000\n"
                     "so the\nheater\n",
             "so the heater\n"),
            (".rtf", r"{\rtf1{\info{\title Lift}}See {\field{\*\fldinst HYPERLINK "
                     r'"mailto:a@b.example"}{\fldrslt us}}.\par \u-3913? Ring.\par}',
             "See us (a@b.example).\n\n- Ring.\n"),
        (".adoc", "|===\n|Role |Memory |Note\n|Leader |48 GB |first\n.2+|Worker |64 GB |usual\n"
         "|96 GB |GPU\n2+|Spare |none\n|===\n",
         "Role | Memory | Note\nLeader | 48 GB | first\nWorker | 64 GB | usual\n"
         "Worker | 96 GB | GPU\nSpare | Spare | none\n"),
        (".adoc", "* Cash up to\n  80 euros.\n* Above that\nby bank.\n\nYes.\n",
         "- Cash up to 80 euros.\n- Above that by bank.\n\nYes.\n"),
        (".adoc", "|===\n|Plan |Price\n\n|Plus |9\n|===\n", "Plan | Price\nPlus | 9\n"),
        (".adoc", "[[fees]]\n[cols=\"2*<a\",options=\"header\"]\n|===\n|Who\n|Row\n\n|Guest\n|F\n"
                  "|===\n",
         "Who | Row\nGuest | F\n"),
        (".adoc", "[%header,format=csv]\n|===\nKind,Fee\nVan,\"6,50\"\n|===\n",
         "Kind | Fee\nVan | 6,50\n"),
        (".adoc", "Drive slowly, see <<park,Parking>>.footnote:[Forklifts too.]\n",
         "Drive slowly, see Parking. (Forklifts too.)\n"),
        (".adoc", "[.line-through]#90 days# [.red]#30# days, H~2~O, 10^6^ ~/x.\n\nRAM::: 8 GB\n",
         "30 days, H2O, 10^6 ~/x.\n\nRAM: 8 GB\n"),
        (".adoc", "== Fees [[fees]]\n\n. One\n.. Sub\n... Deep\n. Two\n\n* [x] done\n* [ ] not\n",
         "## Fees\n\n1. One\n  a. Sub\n    i. Deep\n2. Two\n- ☑ done\n- ☐ not\n"),
        (".adoc", "Set hosts[0], x[[1]], 2.1[beta] or items[].\n\nstd::args[1] is next.\n",
         "Set hosts[0], x[[1]], 2.1[beta] or items[].\n\nstd::args[1] is next.\n"),
        (".adoc", "mailto:help@a.example[Our desk,Hi], mailto:b@a.example[], xref:a:b:c.adoc#d[D]\n"
                  "and _https://a.example/b[B^]_, link:b%20.pdf[C,window=_blank] icon:check[].\n",
         "Our desk (help@a.example), b@a.example, D and B (https://a.example/b), C check.\n"),
        (".adoc", "== C++\n\n* Notepad++\n* Main St. 1 +\n10115 Berlin\n\nWith C{plus}{plus} +\n"
                  "or C\n\n|===\n|Age |Fee |Bar\n|18+ |- |+\n|16 + |2 + 3 +\nmore |-\n|===\n",
         "## C++\n\n- Notepad++\n- Main St. 1\n  10115 Berlin\n\nWith C++\nor C\n\n"
         "Age | Fee | Bar\n18+ | - | +\n16 | 2 + 3 more | -\n"),
        (".rst", ".. py:function:: send(parcel)\n\n   :param parcel: a box, see :py:func:`load`\n",
         "send(parcel)\n\nparam parcel: a box, see load\n"),
        (".rst", ".. versionadded:: 2.4\n\n.. deprecated:: 4.0\n   See *A*.\n\n"
                 ".. versionchanged:: 3.2 The *limit* is 5.\n\n   For all.\n\n"
                 ".. versionremoved:: 5.0\n\n   - b\n",
         "Added in version 2.4.\n\nDeprecated since version 4.0: See A.\n\n"
         "Changed in version 3.2: The limit is 5.\n\nFor all.\n\n"
         "Removed in version 5.0:\n\n- b\n"),
        (".rst", ".. deprecated-removed:: 3.1 3.3\n\n.. release:: 2.4\n\n   Fast.\n",
         "Deprecated since version 3.1, removed in version 3.3.\n\n2.4\n\nFast.\n"),
        (".rst", ".. confval:: timeout\n   :type: ``int``\n   :no-index:\n   :default: 30\n\n"
                 "   Seconds.\n\n.. py:data:: MOST\n   :value: 5\n",
         "timeout\n\ntype: int\n\ndefault: 30\n\nSeconds.\n\nMOST\n\nvalue: 5\n"),
        (".rst", "Line |br| end.\n\n.. |br| raw:: html\n\n   <br>\n\n.. only:: html\n\n   Seen.\n",
         "Line end.\n\nSeen.\n"),
        (".rst", ".. tab-set::\n\n   .. tab-item:: Cloud\n      :sync: c\n\n      19 days.\n\n"
                 "   .. tab-item:: Shell\n\n      .. code-block:: sh\n\n         run 3\n\n"
                 ".. tabs::\n\n   .. code-tab:: bash Mac\n\n      run 8\n",
         "Cloud: 19 days.\n\nShell:\n\n```\nrun 3\n```\n\nMac:\n\n```\nrun 8\n```\n"),
        (".rst", ".. dropdown:: Can I?\n   :open:\n\n   Yes.\n\n.. grid:: 1 2\n\n"
                 "   .. grid-item-card:: Copies\n      :link: https://a.example/b\n\n"
                 "      Hourly.\n      +++\n      More\n",
         "Can I? Yes.\n\nCopies (https://a.example/b): Hourly.\n\nMore\n"),
        (".rst", ".. our-box:: Note it\n   :kind: x\n\n   At :our-role:`pier 4` :octicon:`x`.\n",
         "Note it\n\nAt pier 4 .\n"),
        (".rst", ".. only:: internal\n\n   a\n\n.. only:: latex or not html\n\n   b\n\n"
                 ".. todo:: c\n\n.. only:: html and pro\n\n   Pro.\n\n"
                 ".. only:: not draft\n\n   All.\n",
         "Pro.\n\nAll.\n"),
        (".rst", ".. seealso::\n   - :ref:`One <a:b>`\n   - :ref:`c`\n\n.. our-box:: Note *it*\n\n"
                 "Open :guilabel:`<Your name>`.\n",
         "- One\n- c\n\nNote it\n\nOpen <Your name>.\n"),
        (".rst", "Open :menuselection:`File --> Save as`.\n\na. One\n#. Two\n",
         "Open File > Save as.\n\na. One\nb. Two\n"),
        (".adoc", ":edition: cloud\n:level: 3\n\nifdef::edition[Runs in {edition}.]\n"
                  "ifndef::edition[a]\nifdef::none+edition[b]\n\n"
                  "ifeval::[\"{edition}\" == \"server\"]\nc\n\nifdef::edition[d]\nendif::[]\n\n"
                  "ifeval::[{level} >= 2]\nHigh.\nendif::[]\n\n"
                  "ifeval::[\"{unknown}\" != \"\"]\nMay be.\nendif::[]\n",
         "Runs in cloud.\n\nHigh.\n\nMay be.\n"),
        (".adoc", "[cols=\"1,2a\",options=header]\n|===\n|Plan |Told\n\n|Pro\n|Wow! Some.\n\n"
                  "[CAUTION]\n--\nTake care.\n--\n|Lite\n|\n[cols=\"1,1\"]\n!===\n!A !B\n\n!1\n!2\n"
                  "!===\n|===\n",
         "Plan | Told\nPro | Wow! Some. Caution: Take care.\nLite | A B; 1 2\n"),
        (".adoc", ":site: https://a.example\n:docs: {site}/docs\n\nSee {docs}/b[the manual], "
                  "pass:[2*] and stem:[x] of {base}/c[it^].\n\nSystems::\n  Linux:::\n"
                  "  . Debian\n  Free?::: Yes.\n",
         "See the manual (https://a.example/docs/b), 2* and x of it.\n\nSystems:\n\nLinux:\n\n"
         "1. Debian\n\nFree? Yes.\n"),
        (".adoc", "|===\n|Key |Value\n\n|mode |[Optional]\n|[x]\n|--\n|===\n",
         "Key | Value\nmode | [Optional]\n[x] | --\n"),
        (".adoc", ":a: ab\n" + ":a: {a}{a}\n" * 60 + ":b: x\n\nIt is {b}.\n", "It is x.\n"),
        (".adoc", "|===\n|Plan |Monthly |Yearly\n\n.^|Lite 2*|5\n^.^|Pro >.^|9 .^|12\n|===\n",
         "Plan | Monthly | Yearly\nLite | 5 | 5\nPro | 9 | 12\n"),
        (".vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\nHold the\n\n00:03.000 --> 00:04.000\npin.\n",
         "Hold the pin.\n"),
        (".vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ann>Free?</v>\n<v Bob>No.\nNine.</v>\n\n"
                 "00:02.000 --> 00:03.000\n<v Ann>Thanks.\n\n00:03.000 --> 00:04.000\nBye.\n",
         "Ann: Free?\n\nBob: No. Nine.\n\nAnn: Thanks. Bye.\n"),
        (".srt", "1\n00:00:01,000 --> 00:00:02,000\n<i>Hold</i> it.\n", "Hold it.\n"),
        (".srt", "1\n00:00:01.00 --> 00:00:02.5\nHold it\n2\n00:00:03,0 --> 00:00:04,0\nfor 12\n"
         "seconds.\n\n3\n00:00:05,0 --> 00:00:06,0\n", "Hold it for 12 seconds.\n"),
        (".rtf", r"{\rtf1\ansi F\'fcr 30 Tage.\par Ende.}", "Für 30 Tage.\n\nEnde.\n"),
        (".ipynb",
         json.dumps({"cells": [{"cell_type": "markdown", "source": ["# Pay\n", "Now."]}]}),
         "# Pay\n\nNow.\n"),
    ],
)  # fmt: skip
def test_further_formats(suffix: str, data: str, want: str) -> None:
    assert extract(suffix, data.encode()).text == want


@pytest.mark.parametrize(
    ("suffix", "text"),
    [
        (".html", "<p>$1" + "<sup>99</sup>" * 30_000),
        (".adoc", "|===\n|A |B\n" + ".900+|C\n" * 5_000 + "|===\n"),
        (".html", "<table><tr><td>$1" + "<sup>99</sup>" * 30_000),
        (".adoc", "|===\n|A |B\n|C" + "\n" * 50_000 + "|D\n|===\n"),
        (".adoc", "image:" * 30_000),
        (".adoc", "menu:a[" * 30_000),
        (".adoc", " *b" * 10_000),
        (".adoc", "x " + "image::a[" * 10_000),
        (".adoc", "x" + " " * 100_000 + "y"),
    ],
)
def test_signs_that_repeat_take_no_time(suffix: str, text: str) -> None:
    began = time.process_time()
    assert extract(suffix, text.encode()).text
    assert time.process_time() - began < 5


def test_spanned_cells_of_asciidoc_fill_no_memory() -> None:
    rows = "|b\n" * 999
    for cell, told in (("z" * 50_000, "characters"), ("z", "cells")):
        data = f"|===\n|a 99.999+|{cell} {'99.999+|c ' * 9}\n{rows}|===\n"
        with pytest.raises(DocumentError, match=f"a table of it has more than .* {told}"):
            extract(".adoc", data.encode())


def test_captions_mean_what_their_entities_say() -> None:
    found = extract(".vtt", b"WEBVTT\n\n00:01.000 --> 00:02.000\nFilter &amp; fan\n")
    assert found.text == "Filter & fan\n"


@pytest.mark.parametrize("opened", ["<v" + " " * 400_000, "</a" * 400_000, "{\\" * 400_000])
def test_captions_with_tags_that_nothing_closes(opened: str) -> None:
    """From each sign to the end, these took minutes."""
    cue = f"WEBVTT\n\n00:01.000 --> 00:02.000\n{opened}Hold the pin.\n"
    assert "Hold the pin." in extract(".vtt", cue.encode()).text
