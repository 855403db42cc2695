"""A visit: what one visitor asked and was answered, kept by the visitor and signed by us.

Nothing of it is kept here to be read again: the browser gets it sealed with each answer and sends
it with the next question. So no visitor can name another's conversation, put words into the
assistant's mouth, or lose a visit to a replica that ends.
"""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

from chatbot.memory import Turn
from chatbot.store.threads import VISIT

LONGEST = 200_000  # characters of a sealed visit
_MOST_TURNS = 40
_MOST_CHARS = 24_000
_LASTS = 12 * 3600  # seconds since the last answer


@dataclass(frozen=True)
class Visit:
    """``id`` names its thread in the database; ``history`` is in order, oldest turn first."""

    id: str = field(default_factory=lambda: VISIT + secrets.token_hex(12))
    history: tuple[Turn, ...] = ()

    def answered(self, question: str, answer: str) -> "Visit":
        """The visit with one more question; the oldest turns go where it is long."""
        asked: Turn = {"role": "user", "content": question}
        said: Turn = {"role": "assistant", "content": answer}
        history = [*self.history, asked, said][-_MOST_TURNS:]
        while len(history) > 2 and sum(len(t["content"]) for t in history) > _MOST_CHARS:
            del history[:2]
        return replace(self, history=tuple(history))


class Seal:
    """Signs visits, each for one key of the widget."""

    def __init__(self, secret: Callable[[], str], clock: Callable[[], float] = time.time) -> None:
        """``secret`` is shared by all replicas; it is asked for at the first use."""
        self._secret, self._clock = secret, clock

    @cached_property
    def _key(self) -> bytes:
        """Signs nothing but visits."""
        return hmac.digest(self._secret().encode(), b"visit of the widget", "sha256")

    def close(self, visit: Visit, key_id: str) -> str:
        """The visit as text for the browser."""
        turns = [[turn["role"], turn["content"]] for turn in visit.history]
        kept = {"id": visit.id, "key": key_id, "at": int(self._clock()), "turns": turns}
        body = base64.urlsafe_b64encode(json.dumps(kept, ensure_ascii=False).encode()).decode()
        return f"{body}.{self._sign(body)}"

    def open(self, text: str, key_id: str) -> Visit:
        """The visit that was sealed; a new one where the text is no visit to this key, was
        changed, or is too old."""
        body, _, signature = text.rpartition(".")
        if not hmac.compare_digest(self._sign(body).encode(), signature.encode("utf-8", "replace")):
            return Visit()
        kept = json.loads(base64.urlsafe_b64decode(body))
        if kept["key"] != key_id or self._clock() - kept["at"] > _LASTS:
            return Visit()
        turns = tuple(Turn(role=role, content=content) for role, content in kept["turns"])
        return Visit(kept["id"], turns)

    def _sign(self, body: str) -> str:
        return hmac.new(self._key, body.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
