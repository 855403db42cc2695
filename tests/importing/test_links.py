"""Citations of imported pages link to the page that holds what is cited."""

from pathlib import Path

from markdown_it import MarkdownIt

from chatbot.importing.web.crawl import Bounds
from chatbot.importing.web.importer import import_site
from chatbot.knowledge.documents import load_document
from chatbot.knowledge.front_matter import front_matter
from chatbot.service import ChatService
from chatbot.settings import load_settings
from tests.support import ROOT
from tests.support.answers import ask
from tests.support.quoting import QuotingEngine, questions
from tests.support.scripted import HashedEmbeddings, scripted_model
from tests.support.site_server import page, serving

render = MarkdownIt("commonmark").enable("table")
SAMPLE = sorted((ROOT / "knowledge").rglob("*.md"))


async def test_each_answer_links_to_its_page(tmp_path: Path) -> None:
    knowledge = tmp_path / "knowledge"
    knowledge.mkdir()
    with serving() as site:
        paths = [f"/{path.relative_to(ROOT / 'knowledge').with_suffix('')}" for path in SAMPLE]
        site.pages["/"] = page("Help", "<p>What would you like to know?</p>", tuple(paths))
        for path, file in zip(paths, SAMPLE, strict=True):
            text = file.read_text()
            site.pages[path] = page(file.stem, render.render(text[front_matter(text).end :]))
        import_site(knowledge, f"{site.address}/", Bounds(), name="help", allow_private=True)
    settings = load_settings(knowledge=knowledge, index=tmp_path / "index", refuse_below=0.0)
    model = scripted_model(QuotingEngine())
    service = ChatService(settings, llm=model, embeddings=HashedEmbeddings())
    service.warm_up()
    documents = [
        load_document(knowledge, path.relative_to(knowledge).as_posix(), 10**7)
        for path in knowledge.rglob("*.md")
    ]
    given = questions({each.address: each.text for each in documents}, 50)
    assert len(given) > 25
    for address, question in given.items():
        answer = await ask(service, question)
        cited = {citation.address for citation in answer.citations}
        assert cited == {address}, (question, answer.answer)
