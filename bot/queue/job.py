"""What a job is: a struct that is put on the queue, a row in a table, and rules for when it fails."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from inspect import signature
from typing import Any, ClassVar, Generic, Literal, TypeVar, get_type_hints

import msgspec

from bot.kernel.errors import ReplaybookError
from bot.kernel.locale import Locale
from bot.kernel.origin import Origin
from bot.kernel.reply_address import ReplyAddress

C = TypeVar("C")

# Lanes. Answers need the source, which on one machine lives in the bot's own process; clips need a browser.
ANSWERS = "answers"
CLIPS = "clips"

Priority = Literal["high", "normal", "low"]


class QueuedJob(msgspec.Struct, frozen=True, kw_only=True):
    """What is put on the queue. A subclass names its job and its lane, and gives an id that follows from its fields.

    While a job with the same id waits or runs, putting another one does nothing.
    """

    job_name: ClassVar[str]
    lane: ClassVar[str]

    waits: ReplyAddress | None = None
    """Who waits for it: filled in by the queue with whoever triggered what put it there."""
    origin: Origin | None = None
    """What led to it: filled in by the queue, too."""

    @property
    def job_id(self) -> str:
        """Raises NotImplementedError here: a struct can't have abstract methods, and a job without an id is a bug."""
        raise NotImplementedError


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

    def text(self, locale: Locale) -> str:
        """The sentence in the reader's language."""
        error = self.error
        return error.text(locale) if isinstance(error, ReplaybookError) else locale.text(self.sentence)


Report = Callable[[JobFailure], Awaitable[None]]
