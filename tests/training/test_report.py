"""The report of a training run."""

from chatbot.reports.training import training_report
from tests.support.training import row


def test_the_report_shows_samples_as_text() -> None:
    report = {"base": "x", "rows": 1, "packs": 1, "files": {}, "left_out": 0, "seconds": 1,
              "recipe": {}, "curve": [], "problems": []}  # fmt: skip
    page = training_report(report, [row("a", True, False, True)], [row("a", True, True, False)])
    assert "&lt;a&gt;" in page
    assert 'class="right"' in page
    assert 'class="wrong"' in page
