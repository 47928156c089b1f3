"""A receiver of traces as OpenTelemetry's collector is one: OTLP over HTTP, on loopback."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.http_server import answering


@dataclass(frozen=True, slots=True)
class ReceivedSpan:
    """`attributes` are as they came, those of the process (`service.name` …) among them."""

    name: str
    trace: str
    id: str
    parent: str
    failed: bool
    attributes: dict[str, str]
    service: str


@dataclass
class OtlpReceiver:
    url: str = ""
    spans: list[ReceivedSpan] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        if request.headers.get("Content-Encoding") == "gzip" and body[:2] == b"\x1f\x8b":
            body = gzip.decompress(body)
        self.bodies.append(body)
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            process = {it.key: it.value.string_value for it in resource.resource.attributes}
            for span in (each for scope in resource.scope_spans for each in scope.spans):
                own = {it.key: it.value.string_value for it in span.attributes}
                self.spans.append(
                    ReceivedSpan(
                        span.name,
                        span.trace_id.hex(),
                        span.span_id.hex(),
                        span.parent_span_id.hex(),
                        span.status.code == 2,
                        own,
                        process["service.name"],
                    )
                )
        return web.Response(content_type="application/x-protobuf")


@asynccontextmanager
async def otlp_receiver() -> AsyncIterator[OtlpReceiver]:
    receiver = OtlpReceiver()
    async with answering(receiver.take) as receiver.url:
        yield receiver
