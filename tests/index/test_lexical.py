"""The search by words."""

import random

import numpy as np
import pytest

from chatbot.index.lexical import LexicalIndex


def test_an_updated_word_index_equals_a_new_one() -> None:
    old_texts = ["Title\nReturns within 30 days.", "Title\nShipping to France.", "Other\nRefunds."]
    new_texts = ["Other\nRefunds.", "New\nReturns of shoes, again.", old_texts[0]]
    old = LexicalIndex.build(old_texts)
    updated = LexicalIndex.build(new_texts, old, [2, -1, 0])
    fresh = LexicalIndex.build(new_texts)
    for query in ("returns", "refunds in france", "shoes within days"):
        assert updated.scores(query) == pytest.approx(fresh.scores(query), abs=1e-6)


def test_candidates_of_a_large_index_have_their_exact_scores(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    random_ = random.Random(0)
    words = [f"word{number}" for number in range(300)]
    weights = [1 / rank for rank in range(1, 301)]
    texts = [
        "Title\n" + ". ".join(" ".join(random_.choices(words, weights, k=30)) for _ in range(4))
        for _ in range(400)
    ]
    index = LexicalIndex.build(texts)
    queries = [" ".join(random_.choices(words, k=6)) for _ in range(20)]
    exact = [index.scores(query) for query in queries]
    monkeypatch.setattr("chatbot.index.lexical._MANY", 100)
    monkeypatch.setattr("chatbot.index.lexical._CANDIDATES", 60)
    monkeypatch.setattr("chatbot.index.lexical._ENTRIES", 200)
    same = 0
    for query, full in zip(queries, exact, strict=True):
        quick = index.scores(query, also=[5, 7])
        scored = np.flatnonzero(quick)
        assert quick[[5, 7]] == pytest.approx(full[[5, 7]], abs=1e-5)
        assert quick[scored] == pytest.approx(full[scored], abs=1e-5)
        assert len(scored) <= 62
        same += len({*np.argsort(-quick)[:10]} & {*np.argsort(-full)[:10]})
    assert same > 0.9 * 200
    allowed = np.arange(400) < 30
    assert not index.scores(queries[0], allowed=allowed)[30:].any()


@pytest.mark.parametrize(
    ("query", "want"),
    [
        ("E-3", 0), ("fault e3", 0), ("3.2.1", 1), ("Comet S", 2), ("返品", 3), ("保証期間", 4),
        ("환불", 5), ("Türklingel", 6), ("Tuerklingel", 6), ("Turklingel", 6), ("E‑3", 0),
        ("devolucion", 8), ("Strasse", 9), ("このエラーコード番号はE-3です", 0),
    ],
)  # fmt: skip
def test_short_codes_and_words_without_blanks_are_found(query: str, want: int) -> None:
    texts = [
        "Fault E-3: door",
        "Version 3.2.1 of 12 V",
        "The Comet S is red",
        "返品は30日以内に",
        "この製品の保証期間",
        "환불은 30일",
        "Tu\u0308rklingel ersetzen",
        "E-12 and 12 V",
        "Plazo de devolución",
        "Straße und Ort",
    ]
    index = LexicalIndex.build([f"\n{text}" for text in texts])
    assert index.search(query, 1)[0][0] == want


@pytest.mark.parametrize(
    ("query", "want"),
    [
        ("how much is the kettle", 0), ("hw much is the kettle", 0),
        ("How much for a kettle?", 0), ("kettle cost", 0),
        ("was kostet der kettle", 0), ("how much water does the kettle hold", 1),
        ("cuanto cuesta kettle", 0), ("ça coûte quoi kettle", 0), ("kettle combien de water", 1),
    ],
)  # fmt: skip
def test_asking_what_it_costs_means_the_price(query: str, want: int) -> None:
    texts = [
        "Kettle, price in euros: 49.00",
        "The kettle holds 1.7 litres of water and is made of steel",
        "The kettle must be descaled; it is for the kitchen",
    ]
    index = LexicalIndex.build([f"\n{text}" for text in texts])
    assert index.search(query, 1)[0][0] == want


@pytest.mark.parametrize(
    ("query", "want"),
    [
        ("επιστροφες", 0), ("ΛΟΓΑΡΙΑΣΜΌΣ", 0), ("ISTANBUL", 1), ("שלום", 2), ("أيام 3", 3),
        ("التوصيل", 3), ("مي شود", 4), ("می‌شود", 4), ("4500", 4), ("AC-E120", 5), ("ace120", 5),
        ("उत्पाद", 6), ("15", 6), ("max retries counted", 7), ("MAX-RETRIES-COUNTED", 7),
        ("aero5s", 8), ("120 km", 9),
        ("16 GB", 10), ("kx 100 bl", 11), ("KX_100/BL", 11), ("ora-942", 12), ("f7", 13),
        ("T X 1774", 14), ("еще", 15),
    ],
)  # fmt: skip
def test_words_and_codes_are_found_as_people_type_them(query: str, want: int) -> None:
    texts = [
        "Η επιστροφή: ΕΠΙΣΤΡΟΦΕΣ, λογαριασμός",
        "İstanbul mağazası",
        "שָׁלוֹם",
        "التـــوصيل خلال ٣ أيّامٍ",
        "ارسال می‌شود ۴۵۰۰",
        "part \u0410\u0421-\u0415120",
        "उत्पाद १५ दिन",
        "set max_retries_counted first",
        "Aero5s bag",
        "range 120㎞",
        "16GB of memory",
        "article KX-100-BL",
        "ORA-00942 seen",
        "F07 seen",
        "TX1774 seen",
        "Ещё раз",
    ]
    index = LexicalIndex.build([f"\n{text}" for text in texts])
    assert index.search(query, 1)[0][0] == want


def test_other_forms_count_only_where_the_own_one_is_not_held() -> None:
    index = LexicalIndex.build(["\nfault F7", "\nfault F07", "\n16 days", "\n16gb"])
    assert [row for row, _ in index.search("f7", 4)] == [0]
    assert [row for row, _ in index.search("16gb", 4)] == [3]
    assert not index.search("3rd", 4) and not index.search("1x", 4)


def test_scores_of_some_texts_are_those_of_all() -> None:
    texts = ["Returns within 30 days.", "Shipping to France. Returns by post.", "Refunds."]
    index = LexicalIndex.build(texts)
    rows = np.asarray([2, 1])
    for query in ("returns by post", "refunds in france"):
        assert index.scores_of(rows, query) == pytest.approx(index.scores(query)[rows])
    assert not index.scores_of(rows, "the").any()
    assert len(index.scores_of(rows[:0], "returns")) == 0


@pytest.mark.parametrize(
    ("query", "want"),
    [("panel shows E.7.12", 1), ("panel shows E.7.2", 0), ("release 2.1", 2), ("in C++", 3)],
)
def test_codes_with_dots_and_signs_are_words(query: str, want: int) -> None:
    texts = ["Shown is E.7.2 on 12.", "Shown is E.7.12 on 2.", "v2.1 is out", "Use C++", "Use C#"]
    scores = LexicalIndex.build(texts).scores(query)
    assert int(np.argmax(scores)) == want and np.sum(scores == scores[want]) == 1


def test_texts_without_blanks_have_windows_too() -> None:
    around = "この文は長い説明です。" * 60
    texts = [f"\n{around * 3}返品は三十日以内です。", f"\n返品{around}三十{around}日以内。"]
    index = LexicalIndex.build(texts)
    assert index.search("返品 三十 以内", 1)[0][0] == 0
