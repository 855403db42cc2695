"""The report of an evaluation."""

from chatbot.reports.evaluation import answers_report


def test_the_report_is_inert_and_shows_what_is_unsupported() -> None:
    row = {
        "question": "<script>alert(1)</script>",
        "answer": "It is 5 days.",
        "answerable": False,
        "abstained": False,
        "confidence": 0.9,
        "similarity": 0.4,
        "token_f1": 0.0,
        "unsupported": [{"start": 0, "end": 13, "reason": "no passage says it"}],
        "passages": ["a.md"],
        "shown": [{"path": "a.md", "text": "<b>x</b>"}],
    }
    page = answers_report([row], {"n": 1})
    assert "<script>" not in page
    assert "<b>x" not in page and "&lt;b&gt;x" in page
    assert '<mark title="no passage says it">It is 5 days.</mark>' in page
