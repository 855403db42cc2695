"""OpenTelemetry, where the setting ``otel_endpoint`` asks for it: a span for each request.

Spans carry routes, statuses and request ids, and no conversation.
"""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI

from chatbot.errors import ConfigurationError


def add_tracing(api: FastAPI, endpoint: str) -> Callable[[], None]:
    """Send spans to a collector's HTTP endpoint, such as ``http://collector:4318/v1/traces``.

    Returns what sends the last ones at the end.

    Raises:
        ConfigurationError: OpenTelemetry is not installed.
    """
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as exc:
        raise ConfigurationError(
            "CHATBOT_OTEL_ENDPOINT needs OpenTelemetry; run "
            "pip install 'peregrine-chatbot[telemetry]'."
        ) from exc

    provider = TracerProvider(resource=Resource.create({"service.name": "peregrine"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))

    def keep(span: Any, scope: dict[str, Any]) -> None:
        scope.setdefault("state", {})["span"] = span  # the edge, inside of it, knows the id

    FastAPIInstrumentor.instrument_app(
        api,
        tracer_provider=provider,
        excluded_urls="healthz,readyz,metrics",
        server_request_hook=keep,
    )
    return provider.shutdown
