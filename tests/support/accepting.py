"""Accepts every item that waits as an approved answer, and says so after each:
``python -m tests.support.accepting URL``."""

import asyncio
import sys

from chatbot.store import Store
from chatbot.store.approved import ApprovedText
from chatbot.store.reviews import Decision


async def main(url: str) -> None:
    store = Store(url)
    for item in await store.reviews.waiting():
        approve = ApprovedText(item.question, "A month.")
        await store.reviews.decide(item, Decision("accepted", "", "A month."), "olga", (), approve)
        print("accepted", flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
