"""Traces by OpenTelemetry, where OTEL_EXPORTER_OTLP_ENDPOINT says where they go. Nothing of it is imported elsewhere.

https://opentelemetry.io/docs/specs/otel/protocol/exporter says what the standard variables mean; the SDK reads them.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

from bot.kernel.extras import missing_extra
from bot.kernel.settings import Settings
from bot.kernel.tracing import Attributes, SpanKind, tracing_with

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

EXPORT_S = 5.0
"""What a batch may take where OTEL_EXPORTER_OTLP_TIMEOUT doesn't say: the last one is sent while the process ends."""


@asynccontextmanager
async def traced(settings: Settings, process: str) -> AsyncIterator[None]:
    """Sends spans for as long as the body lasts, where a setting says so. Raises Misunderstood without the extra."""
    base = settings.traces_base
    endpoint = settings.traces_endpoint or (f"{base.rstrip('/')}/v1/traces" if base else None)
    if endpoint is None or os.environ.get("OTEL_SDK_DISABLED", "").casefold() == "true":
        yield
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - an extra
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise missing_extra("otel", "OTEL_EXPORTER_OTLP_ENDPOINT") from error

    timeout = None if "OTEL_EXPORTER_OTLP_TIMEOUT" in os.environ else EXPORT_S
    named = {} if "OTEL_SERVICE_NAME" in os.environ else {"service.name": f"replaybook-{process}"}
    provider = TracerProvider(resource=Resource.create(named), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint, timeout=timeout)))
    tracing_with(OpenTelemetryTracer(provider.get_tracer("replaybook")))
    try:
        yield
    finally:
        tracing_with(None)
        await asyncio.to_thread(provider.shutdown)


class OpenTelemetryTracer:
    """Spans say that something failed and of which kind the error was, but not its words: they may be people's."""

    def __init__(self, tracer: Tracer) -> None:
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415

        self._tracer = tracer
        self._propagator = TraceContextTextMapPropagator()

    @contextmanager
    def span(self, name: str, kind: SpanKind, parent: str, attributes: Attributes) -> Iterator[None]:
        from opentelemetry.trace import SpanKind as Kind  # noqa: PLC0415
        from opentelemetry.trace import StatusCode  # noqa: PLC0415

        context = self._propagator.extract({"traceparent": parent}) if parent else None
        with self._tracer.start_as_current_span(
            name,
            context=context,
            kind=Kind[kind.upper()],
            attributes=dict(attributes),
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield
            except Exception as error:
                span.set_attribute("error.type", type(error).__name__)
                span.set_status(StatusCode.ERROR)
                raise

    def traceparent(self) -> str:
        carrier: dict[str, str] = {}
        self._propagator.inject(carrier)
        return carrier.get("traceparent", "")
