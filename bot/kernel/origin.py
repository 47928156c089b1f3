"""What led to the work at hand, however deep the code is that does it: every log line and every trace names it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import msgspec
from structlog.contextvars import bound_contextvars

from bot.kernel.tracing import traceparent


class Origin(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody did, or a round of the clock. It goes along with jobs and messages, and names no person.

    `at` is when it was done, as Unix time; 0 where nobody waits. `trace` is a W3C traceparent, empty without traces.
    """

    reference: str
    team: str = ""
    channel: str = ""
    at: float = 0.0
    trace: str = ""


_origin: ContextVar[Origin | None] = ContextVar("origin", default=None)
_words: ContextVar[tuple[str, ...]] = ContextVar("peoples_words", default=())


def current_origin() -> Origin | None:
    """Returns None outside of any work, as while a process starts."""
    return _origin.get()


def handed_on() -> Origin | None:
    """The origin for a job or a message, which goes on with the trace from here."""
    origin, trace = current_origin(), traceparent()
    return msgspec.structs.replace(origin, trace=trace) if origin and trace else origin


def peoples_words() -> tuple[str, ...]:
    """Returns what people wrote that the work at hand is about; the log hides it."""
    return _words.get()


@contextmanager
def working_for(origin: Origin, words: tuple[str, ...] = ()) -> Iterator[None]:
    """Log lines of the body carry team, channel and reference, and none of these words."""
    origins, hidden = _origin.set(origin), _words.set(words)
    try:
        with bound_contextvars(team=origin.team, channel=origin.channel, reference=origin.reference):
            yield
    finally:
        _words.reset(hidden)
        _origin.reset(origins)
