"""The port through which recordings come in, beside the one for numbers: a worker that makes clips needs it alone."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

from bot.kernel.errors import Missing


class Recordings(Protocol):
    """Where sessions' recordings are kept."""

    async def recording(self, session_id: str) -> Sequence[bytes]:
        """The stored pieces of a session's recording, in order. Raises Missing."""


class FirstOf:
    """Recordings of the first place that has them."""

    def __init__(self, *places: Recordings | None) -> None:
        """At least one place must be there; None stands for one that isn't in this process."""
        self._places = [place for place in places if place is not None]

    async def recording(self, session_id: str) -> Sequence[bytes]:
        *earlier, last = self._places
        for place in earlier:
            with suppress(Missing):
                return await place.recording(session_id)
        return await last.recording(session_id)
