"""What a model reads of many passages."""

import textwrap
import threading
from dataclasses import replace

import pytest
from langchain_core.runnables import RunnableLambda

from chatbot.answering.chain import build_chain
from chatbot.answering.excerpts import Excerpts
from chatbot.answering.question import Question
from chatbot.audience import EVERYTHING
from chatbot.passage import Passage
from chatbot.service import ChatService
from tests.support.scripted import HashedEmbeddings

FILLER = "\n\n".join(
    f"Paragraph {n} tells of gardens, rivers and hills in the north of the country."
    for n in range(60)
)


def passage(text: str, path: str = "a.md", **metadata: object) -> Passage:
    return Passage(
        page_content=text, metadata={"path": path, "start": 0, "end": len(text), **metadata}
    )


def read(passages: list[Passage], question: str) -> list[tuple[int, str]]:
    chosen = Excerpts(HashedEmbeddings()).of(passages, question, question)
    return [(place, part.page_content) for place, part in chosen]


def test_short_passages_are_read_whole() -> None:
    passages = [passage("One sentence. Another one."), passage("A third.")]
    assert read(passages, "third?") == [(0, "One sentence. Another one."), (1, "A third.")]


def test_the_sentence_of_a_late_passage_is_read_and_its_place_is_told() -> None:
    passages = [passage(FILLER) for _ in range(7)]
    passages.append(passage(f"{FILLER}\n\nRefunds arrive within nine days.", "refunds.md"))
    chosen = read(passages, "How many days until refunds arrive?")
    assert sum(len(text) for _, text in chosen) < 2_500
    assert chosen[-1][0] == 7
    assert "Refunds arrive within nine days." in chosen[-1][1]


def test_a_sentence_brings_its_heading_and_what_it_points_back_to() -> None:
    about = "The Harbor is sold sealed. It can be returned opened, too."
    text = f"{FILLER}\n\n## Returns\n\n{about}\n\n{FILLER}"
    (_, shown), *_ = read([passage(text)], "returned opened?")
    assert "## Returns" in shown
    assert about in shown


def test_an_item_brings_the_sentence_that_introduces_it() -> None:
    text = (
        f"{FILLER}\n\nThese are not covered:\n- water in the housing\n- worn batteries\n\n{FILLER}"
    )
    (_, shown), *_ = read([passage(text)], "worn batteries")
    assert "These are not covered:" in shown
    assert "- worn batteries" in shown


RIVERS = " ".join(
    f"Bank {n} of the river tells where you change a seat for a hill." for n in range(30)
)


@pytest.mark.parametrize("form", ["**{}**\n\n{} {}", "Q: {}\nA: {} {}", "{}\n{} {}"])
def test_a_question_of_a_passage_brings_its_answer_and_the_other_way_round(form: str) -> None:
    question, answer, more = "Can I change my seat?", "Yes, until Friday.", "It is free."
    text = form.format(question, answer, more)
    passages = [passage(f"{text}\n\n**Is it warm?**\n\n{RIVERS}"), passage(RIVERS)]
    for asked in ("can i change my seat", "until friday free"):
        shown = read(passages, asked)[0][1]
        assert all(part in shown for part in (question, answer, more))


def test_a_sentence_whose_question_has_no_room_is_read_without_it() -> None:
    asked = f"What of the mast?\nIt is of {'fir and ' * 44}pine. The mast is 9 EUR."
    passages = [passage("Paint the boat blue at once."), passage(asked), passage(RIVERS)]
    question = "paint the boat blue at once mast 9 EUR"
    chosen = Excerpts(HashedEmbeddings()).of(passages, question, question, share=0.18)
    shown = [part.page_content for _, part in chosen]
    assert shown[:2] == ["Paint the boat blue at once.", "The mast is 9 EUR."]


def test_a_few_steps_are_read_whole() -> None:
    steps = [f"{n}. {what}" for n, what in enumerate(("Open the lid.", "Wait. Press it."), start=1)]
    other = "\n".join(f"{n}. Paint number {n} of the gardens in the north." for n in range(1, 100))
    text = "\n".join(["To reset the lamp:", "", *steps, "3. Close it.", "", other, "", FILLER])
    for asked in ("how do i reset the lamp", "press", "close it"):
        (_, shown), *_ = read([passage(text)], asked)
        assert "To reset the lamp:" in shown
        assert "1. Open the lid.\n2. Wait. Press it.\n3. Close it." in shown
    assert read([passage(text)], "paint number 7")[0][1].count("Paint") < 60


def test_a_row_is_read_with_its_columns_and_a_small_table_whole() -> None:
    head = "| | Germany | Ireland |\n|---|---|---|"
    table = f"{head}\n| Express | 14 EUR | 19 EUR |\n| Standard | 4 EUR | free |"
    (_, shown), *_ = read([passage(f"{FILLER}\n\n{table}\n\n{FILLER}")], "express germany")
    assert "Express: Germany: 14 EUR; Ireland: 19 EUR" in shown
    assert "Standard: Germany: 4 EUR; Ireland: free" in shown
    assert "|" not in shown


def test_a_large_table_is_read_by_its_rows() -> None:
    rows = "\n".join(f"P-{n:03},Part {n},{n}.50,in stock in the main warehouse" for n in range(60))
    columns = "code | name | price_eur | stock"
    (_, shown), *_ = read([passage(rows, columns=columns), passage(FILLER)], "P-044 price")
    assert "code: P-044; name: Part 44; price_eur: 44.50" in shown
    assert shown.count("\n") < 30


def test_a_sentence_that_was_compared_once_is_not_embedded_again() -> None:
    embeddings = HashedEmbeddings()
    excerpts = Excerpts(embeddings)
    excerpts.of([passage(FILLER)], "rivers", "rivers")
    before = len(embeddings.embedded)
    assert before
    excerpts.of([passage(FILLER)], "hills", "hills")
    assert len(embeddings.embedded) == before


def test_many_threads_get_the_same() -> None:
    excerpts = Excerpts(HashedEmbeddings())
    passages = [passage(f"{FILLER}\n\nNumber {n} is blue.") for n in range(4)]
    found: list[list[tuple[int, str]]] = []

    def ask() -> None:
        chosen = excerpts.of(passages, "which number is blue", "which number is blue")
        found.append([(place, part.page_content) for place, part in chosen])

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert all(one == found[0] for one in found)


def test_the_chain_shows_whole_passages_and_reads_parts(service: ChatService) -> None:
    long = [
        passage(f"{FILLER}\n\nRefunds take {n} days.", f"{n}.md", similarity=0.5, score=0.5)
        for n in (3, 4)
    ]
    chain = build_chain(
        service.models.load_llm(),
        RunnableLambda(lambda _, asked="": long),
        service._prompts,
        history_tokens=100,
        gate=replace(service.gate(), refuse_below=0.0),
        shown=8,
        excerpts=Excerpts(HashedEmbeddings()),
    )
    prepared = chain.prepare.invoke(Question("How many days do refunds take?", asker=EVERYTHING))
    assert prepared.passages == long
    assert sum(len(part.page_content) for part in prepared.read) < 2_600
    assert "Refunds take 3 days." in prepared.read[0].page_content
    prompt = chain.render.invoke(prepared).to_string()
    assert prompt.count("Paragraph") < 60


def test_sentences_of_a_wrapped_page_are_read_in_one_line() -> None:
    filler = (
        "Gardens lie in the north of the country, and rivers, but few towns. Those who walk there "
        "see hills from every window, and at night the lamps of the harbour."
    )
    fact = "Customers in the US return a product to the warehouse in Boston within 45 days."
    pages = [
        passage(f"{textwrap.fill(filler, 66)}\n\n{textwrap.fill(f'{fact} {filler}', 66)}")
        for _ in range(5)
    ]
    text = "\n".join(part for _, part in read(pages, "how do customers in the US return it?"))
    assert fact in text
    assert "\n" in pages[0].page_content.partition("\n\n")[2], "the passage stays as it is"
