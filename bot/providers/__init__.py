"""Outside systems, one folder each, and the table of them. README.md in this folder says how to add one.

A provider is opened once for a process and gives the parts that it has; which part is used from whom is a setting.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import entry_points
from pkgutil import resolve_name
from typing import Protocol

from redis.asyncio import Redis

from bot.backlog.owner_lookup import OwnerSource
from bot.backlog.tracker import Tracker
from bot.kernel.clock import Clock, system_clock
from bot.kernel.errors import Missing, Misunderstood
from bot.kernel.settings import Settings
from bot.notebook.ports import NotebookStore
from bot.signals.source import Source

PROVIDERS: Mapping[str, str] = {
    "local": "bot.providers.local.provider:opened",
    "datadog": "bot.providers.datadog.provider:opened",
}
"""Name → what opens it. Others may add rows with an entry point of the group `replaybook.providers`."""
GROUP = "replaybook.providers"
AUTO = "auto"


class Recordings(Protocol):
    """The part of a source that a worker needs: pieces of a session's recording, in order."""

    async def recording(self, session_id: str) -> Sequence[bytes]:
        """Raises Missing."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What a provider may need. `store` is the local provider's, in the one process that owns its files."""

    settings: Settings
    redis: Redis
    public_url: str
    store: object = None
    clock: Clock = system_clock


@dataclass(frozen=True, slots=True)
class Parts:
    """What a provider gives; None where it has no such part, or not in this process."""

    source: Source | None = None
    recordings: Recordings | None = None
    notebooks: NotebookStore | None = None
    tracker: Tracker | None = None
    owners: OwnerSource | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the settings choose. Only a process that answers has a source, and only some providers know owners."""

    source: Source | None
    owners: OwnerSource | None
    recordings: Recordings
    notebooks: NotebookStore
    tracker: Tracker


Opener = Callable[[Setup], AbstractAsyncContextManager[Parts]]


def opener(name: str) -> Opener:
    """Raises Misunderstood for a provider that nobody has."""
    table = {**{row.name: row.value for row in entry_points(group=GROUP)}, **PROVIDERS}
    if name not in table:
        raise Misunderstood(f"There is no provider “{name}”; there are {', '.join(sorted(table))}.", at=name)
    found: Opener = resolve_name(table[name])
    return found


def chosen(settings: Settings) -> dict[str, str]:
    """Part → the provider that it is used from. `auto` is Datadog where its keys are set, else local."""
    usual = "datadog" if settings.dd_api_key or settings.dd_app_key else "local"
    names = {
        "source": settings.source,
        "recordings": settings.source,
        "owners": settings.source,
        "notebooks": settings.notebooks,
        "tracker": settings.tracker,
    }
    return {part: usual if name == AUTO else name for part, name in names.items()}


@asynccontextmanager
async def opened(setup: Setup) -> AsyncIterator[Chosen]:
    """The parts that the settings choose, each provider opened once. Raises Misunderstood, and what opening raises."""
    wanted = chosen(setup.settings)
    async with AsyncExitStack() as stack:
        ones = {name: await stack.enter_async_context(opener(name)(setup)) for name in {*wanted.values(), "local"}}
        parts = Parts(**{part: getattr(ones[name], part) for part, name in wanted.items()})
        if parts.notebooks is None or parts.tracker is None:
            part = "tracker" if parts.notebooks else "notebooks"
            raise Misunderstood(f"The provider {wanted[part]} has no {part}; choose another one.", at=part)
        # What the intake recorded is read first: it is here, whole, and kept when a provider has let it expire.
        recordings = FirstOf(ones["local"].recordings, parts.recordings)
        yield Chosen(parts.source, parts.owners, recordings, parts.notebooks, parts.tracker)


@dataclass(frozen=True, slots=True)
class FirstOf:
    """Recordings of the first who has them."""

    first: Recordings | None
    second: Recordings | None

    async def recording(self, session_id: str) -> Sequence[bytes]:
        known = [it for it in (self.first, self.second) if it is not None]
        for it in known[:-1]:
            with suppress(Missing):
                return await it.recording(session_id)
        return await known[-1].recording(session_id)
