"""What a job is: a name in a table, a payload, and rules for when it fails."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from inspect import signature
from typing import Any, Generic, Literal, TypeVar, get_type_hints

import msgspec

C = TypeVar("C")

Priority = Literal["high", "normal", "low"]


@dataclass(frozen=True, slots=True)
class Job(Generic[C]):
    """`run(context, payload)`; the payload is the msgspec.Struct that its second parameter is annotated with.

    `tries`: runs that may end in `Upstream`, the only error that is tried again (not `Unauthorized`: a key isn't mended
    by waiting). `limit_s`: a run that takes longer is stopped and counts as a bug.
    """

    run: Callable[[C, Any], Awaitable[None]]
    tries: int = 3
    limit_s: float = 900.0

    @property
    def payload(self) -> type[msgspec.Struct]:
        """Raises TypeError when the function doesn't say."""
        name = list(signature(self.run).parameters)[1]
        kind = get_type_hints(self.run).get(name)
        if not (isinstance(kind, type) and issubclass(kind, msgspec.Struct)):
            raise TypeError(f"{self.run.__qualname__} must annotate `{name}` with a msgspec.Struct")
        return kind


@dataclass(frozen=True, slots=True)
class Repeat(Generic[C]):
    """`run(context)` at the times of `cron` (UTC), on one worker each time."""

    run: Callable[[C], Awaitable[None]]
    cron: str
    limit_s: float = 300.0


JobTable = Mapping[str, Job[C] | Repeat[C]]


@dataclass(frozen=True, slots=True)
class JobFailure:
    """A job that won't be tried again. `sentence` is for people; `reference` finds it in the log."""

    job: str
    id: str
    payload: msgspec.Struct | None
    error: BaseException
    sentence: str
    reference: str


Report = Callable[[JobFailure], Awaitable[None]]
