"""Calls to outside systems: each is counted, timed and a span of the trace, in one place."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any

from bot.kernel.metrics import Metrics, outcome_of
from bot.kernel.tracing import span

_metrics: ContextVar[Metrics | None] = ContextVar("metrics", default=None)


def counted_in(metrics: Metrics) -> None:
    """From now on, calls of this context and of the tasks that begin in it are counted there."""
    _metrics.set(metrics)


@contextmanager
def outside_call(provider: str, method: str) -> Iterator[None]:
    """The body is one call of a method, whose names are ours or the provider's and never made of what people wrote."""
    began, outcome = time.monotonic(), "ok"
    try:
        with span(f"{provider} {method}", kind="client"):
            yield
    except asyncio.CancelledError:
        outcome = "cancelled"
        raise
    except Exception as error:
        outcome = outcome_of(error)
        raise
    finally:
        if metrics := _metrics.get():
            metrics.provider_calls.labels(provider, method, outcome).inc()
            metrics.provider_call_seconds.labels(provider).observe(time.monotonic() - began)


class CountedPart:
    """Stands for a part of an outside system, of whose class it says it is; each of its calls is counted.

    A method's name in metrics is the part's and its own, such as `tracker.create`.
    """

    def __init__(self, provider: str, name: str, part: object) -> None:
        self.__dict__.update(_provider=provider, _name=name, _part=part)

    @property  # type: ignore[misc]
    def __class__(self) -> type:  # what asks whether a source can do more, asks this
        return type(self._part)

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.__dict__["_part"], name)
        if not iscoroutinefunction(value):
            return value
        return _counting(self.__dict__["_provider"], f"{self.__dict__['_name']}.{name}", value)


def _counting(provider: str, method: str, call: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    @wraps(call)
    async def counting(*args: Any, **named: Any) -> Any:
        with outside_call(provider, method):
            return await call(*args, **named)

    return counting
