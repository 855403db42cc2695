"""Earlier answers, of a person whose groups were taken away."""

from collections.abc import Iterable

from chatbot.audience import EVERYTHING, Asker, staff
from chatbot.page.kept import shown_thread

PASSAGES = [
    {"path": "law/us.md", "text": "45 days."},
    {"path": "eu.md", "text": "30 days."},
    {"path": "upload/note.txt", "text": "My note."},
]
THREAD = {
    "id": "t",
    "steps": [
        {"id": "q", "output": "How long?"},
        {
            "id": "a",
            "output": "45 days.",
            "metadata": {
                "answer": {
                    "answer": "45 days.",
                    "passages": PASSAGES,
                    "citations": [{"path": "law/us.md", "quote": "45 days.", "passage": 1}],
                    "approved": {
                        "by": "olga",
                        "at": "2026-11-28",
                        "source": {"path": "law/us.md", "address": ""},
                    },
                }
            },
        },
    ],
    "elements": [
        {"id": "e", "name": "Sources", "props": {"label": "Sources", "sources": PASSAGES}},
        {"id": "f", "name": "note.txt", "type": "file"},
    ],
}


def may_see(asker: Asker, paths: Iterable[str]) -> bool:
    return asker == EVERYTHING or all(not path.startswith("law/") for path in paths)


def test_texts_that_are_for_others_by_now_are_left_out() -> None:
    shown = shown_thread(THREAD, staff(), may_see)
    record = shown["steps"][1]["metadata"]["answer"]
    assert [passage["text"] for passage in record["passages"]] == ["", "30 days.", "My note."]
    assert record["citations"] == [{"path": "law/us.md", "quote": "", "passage": 1}]
    assert record["approved"] == {"by": "olga", "at": "2026-11-28", "source": None}
    assert record["answer"] == shown["steps"][1]["output"] == "45 days."
    assert shown["elements"][0]["props"]["sources"] == PASSAGES[1:]
    assert shown["elements"][1] == THREAD["elements"][1]  # type: ignore[index]


def test_who_may_see_them_gets_a_thread_as_it_was() -> None:
    assert shown_thread(THREAD, EVERYTHING, may_see) == THREAD
