"""A circuit: after several failures in a row Datadog isn't asked for a while, so that nobody waits for time-outs."""

from __future__ import annotations

import time
from collections.abc import Callable

from bot.providers.datadog.http.error_answers import Resting

OPENS_AFTER = 5
RESTS_S = 15.0


class Circuit:
    """Closed, open (nothing is sent), or trying: one request is let through and decides.

    Requests that were under way together and fail together are one failure: a question is several at once.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures = 0
        self._open_until = 0.0
        self._tickets = 0
        self._counted_to = 0

    def enter(self) -> int:
        """Before a request; gives the ticket to leave with. Raises Resting while the circuit is open."""
        self._tickets += 1
        if self._failures < OPENS_AFTER:
            return self._tickets
        now = self._clock()
        if now < self._open_until:
            wait = self._open_until - now
            raise Resting(f"Datadog failed {self._failures} times in a row; it is asked again in {wait:.0f} s.")
        self._open_until = now + RESTS_S  # this one tries; the others wait for what becomes of it
        return self._tickets

    def worked(self) -> None:
        self._failures = 0

    def failed(self, ticket: int) -> None:
        if ticket <= self._counted_to:
            return
        self._counted_to = self._tickets
        self._failures += 1
        if self._failures >= OPENS_AFTER:
            self._open_until = self._clock() + RESTS_S
