"""Spans of traces. They cost nothing until `tracing_with` says where they go, and nothing in them names a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import Literal, Protocol

SpanKind = Literal["server", "consumer", "client", "internal"]
Attributes = Mapping[str, str | int | float | bool]


class Tracer(Protocol):
    """What OpenTelemetry does, where it is installed and set up."""

    def span(self, name: str, kind: SpanKind, parent: str, attributes: Attributes) -> AbstractContextManager[None]:
        """A span for as long as the body. `parent` is a W3C traceparent of another process; empty: the one around."""
        ...

    def traceparent(self) -> str:
        """The span around, for another process to go on with; empty where there is none."""
        ...


_tracer: ContextVar[Tracer | None] = ContextVar("tracer", default=None)


def tracing_with(tracer: Tracer | None) -> None:
    """From now on, spans of this context and of the tasks that begin in it go to the tracer."""
    _tracer.set(tracer)


@contextmanager
def span(
    name: str, *, kind: SpanKind = "internal", parent: str = "", **attributes: str | float | bool
) -> Iterator[None]:
    """What the body does, as one span; an exception that leaves it marks it as failed, by its kind alone."""
    tracer = _tracer.get()
    if tracer is None:
        yield
        return
    with tracer.span(name, kind, parent, attributes):
        yield


def traceparent() -> str:
    """https://www.w3.org/TR/trace-context/#traceparent-header; empty without traces."""
    tracer = _tracer.get()
    return tracer.traceparent() if tracer else ""
