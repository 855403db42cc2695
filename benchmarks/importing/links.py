"""Whether citations link to the page that holds the answer, over an imported site.

    python -m benchmarks.importing.links FOLDER [--pages 60] [--questions 50] [--embeddings NAME]
        [--llm NAME]

The site is made of the Markdown files in FOLDER, as for ``site.py``. Each question has words of one
page's rarest sentence; a scripted model quotes the best sentence of what was found, or with
``--llm`` one of the catalogue answers as it does for everybody. Prints one line of JSON: questions,
those whose citations all link to the right page, those that were refused, and what was cited
instead.
"""

import argparse
import asyncio
import json
import multiprocessing
import tempfile
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Any

from benchmarks.importing.site import bodies, serve
from chatbot.answering.events import Answered
from chatbot.answering.question import Question
from chatbot.audience import EVERYTHING
from chatbot.importing.web.crawl import Bounds
from chatbot.importing.web.importer import import_site
from chatbot.knowledge.documents import load_document
from chatbot.service import ChatService
from chatbot.settings import Settings, load_settings
from tests.support.quoting import QuotingEngine, questions
from tests.support.scripted import HashedEmbeddings, scripted_model


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pages", type=int, default=60)
    parser.add_argument("--questions", type=int, default=50)
    parser.add_argument(
        "--embeddings", default="", help="of the catalogue; hashed words by default"
    )
    parser.add_argument("--llm", default="", help="of the catalogue; scripted by default")
    options = parser.parse_args()
    pages = bodies(options.folder, options.pages)
    ports: Queue[int] = multiprocessing.Queue()
    never = multiprocessing.Value("i", 0)
    server = multiprocessing.Process(target=serve, args=(pages, 0, ports, never), daemon=True)
    server.start()
    address = f"http://127.0.0.1:{ports.get()}/"
    with tempfile.TemporaryDirectory() as folder:
        knowledge = Path(folder) / "knowledge"
        knowledge.mkdir()
        import_site(knowledge, address, Bounds(), name="site", allow_private=True)
        settings = load_settings(
            knowledge=knowledge,
            index=Path(folder) / "index",
            embeddings=options.embeddings or None,
            **({"llm": options.llm} if options.llm else {"refuse_below": 0.0}),
        )
        print(json.dumps(asyncio.run(asked(settings, options))))
    server.kill()


async def asked(settings: Settings, options: argparse.Namespace) -> dict[str, Any]:
    """Ask, and compare addresses."""
    hashed = None if options.embeddings else HashedEmbeddings()
    model = None if options.llm else scripted_model(QuotingEngine())
    service = ChatService(settings, llm=model, embeddings=hashed)
    service.warm_up()
    names = (path.relative_to(settings.knowledge) for path in settings.knowledge.rglob("*.md"))
    documents = [load_document(settings.knowledge, name.as_posix(), 10**7) for name in names]
    texts = {document.address: document.text for document in documents}
    rows = []
    for address, question in questions(texts, options.questions).items():
        async for event in service.answer(Question(question, asker=EVERYTHING)):
            if isinstance(event, Answered):
                cited = {citation.address for citation in event.answer.citations}
                rows.append((address, cited, event.answer.abstained, question))
    wrong = [[a, sorted(cited), question] for a, cited, _, question in rows if cited != {a}]
    return {
        "documents": len(texts),
        "questions": len(rows),
        "right": len(rows) - len(wrong),
        "refused": sum(abstained for _, _, abstained, _ in rows),
        "wrong": wrong,
    }


if __name__ == "__main__":
    main()
