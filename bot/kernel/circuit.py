"""A circuit breaker: after several failures in a row a service is left alone, so that nobody waits for time-outs."""

from __future__ import annotations

import time
from collections.abc import Callable

from bot.kernel.errors import Unavailable

OPENS_AFTER = 5
RESTS_S = 15.0


class CircuitOpen(Unavailable):
    """A service failed several times in a row and is not asked for a moment."""


class Circuit:
    """The circuit is closed, open (nothing is sent), or half-open: one request is let through and decides.

    `service` is what people call it. Requests that were under way together and fail together count as one failure: a
    question is several at once.
    """

    def __init__(self, service: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._service = service
        self._clock = clock
        self._failures = 0
        self._open_until = 0.0
        self._entered = 0
        self._counted_to = 0

    def enter(self) -> int:
        """Returns the number of a request that may be sent now. Raises CircuitOpen."""
        self._entered += 1
        if self._failures < OPENS_AFTER:
            return self._entered
        now = self._clock()
        if now < self._open_until:
            wait = self._open_until - now
            raise CircuitOpen(
                "%(service)s failed %(times)s times in a row; it is asked again in %(wait)s s.",
                service=self._service,
                times=self._failures,
                wait=f"{wait:.0f}",
            )
        self._open_until = now + RESTS_S  # this request decides; the others wait for its outcome
        return self._entered

    def worked(self) -> None:
        self._failures = 0

    def failed(self, number: int) -> None:
        if number <= self._counted_to:
            return
        self._counted_to = self._entered
        self._failures += 1
        if self._failures >= OPENS_AFTER:
            self._open_until = self._clock() + RESTS_S
