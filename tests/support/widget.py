"""What the widget's tests share."""

import json
from dataclasses import dataclass
from typing import Any

import httpx

SITE = "https://www.example.com"


def events_of(text: str) -> list[dict[str, Any]]:
    """The server-sent events of a response."""
    return [json.loads(line.removeprefix("data: ")) for line in text.split("\n\n") if line]


@dataclass
class Site:
    """A page of ``SITE`` in a visitor's browser."""

    client: httpx.AsyncClient
    key: str

    async def send(self, what: str, /, **body: Any) -> httpx.Response:
        url = f"/widget/{self.key}/{what}"
        return await self.client.post(url, json=body, headers={"Origin": SITE})

    async def ask(self, question: str, visit: str = "") -> dict[str, Any]:
        """The last event, the one with the whole answer."""
        response = await self.send("ask", question=question, visit=visit)
        assert response.status_code == 200, response.text
        return events_of(response.text)[-1]
