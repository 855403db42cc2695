"""Formats with a short reader of their own."""

import json

import pytest

from chatbot.knowledge.formats import extract


@pytest.mark.parametrize(
    ("suffix", "data", "want"),
    [
        (".rst", "Pay\n===\n\n.. note:: In *30* days.\n\nSee :ref:`the form <form>`.\n",
         "# Pay\n\nNote\n\nIn 30 days.\n\nSee the form.\n"),
        (".adoc", "= Pay\n:days: 30\n\nNOTE: In *{days}* days.\n\n. One\n. Two\n",
         "# Pay\n\nNote: In 30 days.\n\n1. One\n1. Two\n"),
        (".adoc", "|===\n|Plan |Price\n\n|Plus |9\n|===\n", "Plan | Price\nPlus | 9\n"),
        (".vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\nHold the\n\n00:03.000 --> 00:04.000\npin.\n",
         "Hold the pin.\n"),
        (".srt", "1\n00:00:01,000 --> 00:00:02,000\n<i>Hold</i> it.\n", "Hold it.\n"),
        (".rtf", r"{\rtf1\ansi F\'fcr 30 Tage.\par Ende.}", "Für 30 Tage.\n\nEnde.\n"),
        (".ipynb",
         json.dumps({"cells": [{"cell_type": "markdown", "source": ["# Pay\n", "Now."]}]}),
         "# Pay\n\nNow.\n"),
    ],
)  # fmt: skip
def test_further_formats(suffix: str, data: str, want: str) -> None:
    assert extract(suffix, data.encode()).text == want
