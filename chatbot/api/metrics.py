"""What Prometheus reads at ``/metrics``; every name is documented in docs/operations.md."""

import math

from prometheus_client import (
    GC_COLLECTOR,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from chatbot.service import ChatService

_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120)
_LONGEST_RETRY = 60


class Metrics:
    """The metrics of one application; a registry of its own lets tests build several."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self, service: ChatService) -> None:
        self.registry = CollectorRegistry()
        self._line = service.line
        self._seconds_each = 2.0  # of an answer, as a moving mean; a guess before the first one
        labels = ("path", "status")
        self.requests = self._counter("requests", "Requests by route and status.", labels)
        self.seconds = Histogram(
            "peregrine_request_seconds",
            "Seconds until a response was complete.",
            ("path",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.first_token = Histogram(
            "peregrine_first_token_seconds",
            "Seconds from a question's arrival to the first piece of its answer.",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.answers = self._counter("answers", "Questions by how they ended.", ("outcome",))
        self.tokens = self._counter("tokens", "Tokens that the model read and wrote.", ("kind",))
        gauges = {
            "questions_waiting": ("Questions waiting for their turn.", lambda: len(self._line)),
            "questions_served": ("Questions being answered.", lambda: self._line.serving),
            "ready": ("Whether answers can be given.", lambda: service.can_answer),
            "index_generation": ("Number of the index generation.", lambda: _number(service)),
        }
        for name, (text, read) in gauges.items():
            Gauge(f"peregrine_{name}", text, registry=self.registry).set_function(read)
        ProcessCollector(registry=self.registry)
        self.registry.register(GC_COLLECTOR)

    def _counter(self, name: str, text: str, labels: tuple[str, ...]) -> Counter:
        return Counter(f"peregrine_{name}", text, labels, registry=self.registry)

    def count_answer(self, seconds: float) -> None:
        """An answer took so long at the model."""
        self._seconds_each += 0.1 * (seconds - self._seconds_each)

    def retry_after(self) -> int:
        """Whole seconds until a place in the full line is likely to be free, at most a minute."""
        turns = (len(self._line) / 2 + 1) / self._line.at_once
        return min(max(math.ceil(turns * self._seconds_each), 1), _LONGEST_RETRY)

    def text(self) -> bytes:
        """All of it, in Prometheus' format."""
        return bytes(generate_latest(self.registry))


def _number(service: ChatService) -> float:
    digits = "".join(c for c in service.generation or "" if c.isdigit())
    return float(digits or 0)
