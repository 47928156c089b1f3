"""What a provider is: the row that each one has in the registry, and what it opens."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from bot.kernel.clock import Clock
from bot.kernel.settings import Settings
from bot.kernel.settings_table import ProviderSettings

if TYPE_CHECKING:  # rows are read by every command, ports and clients only by those that open something
    from redis.asyncio import Redis

    from bot.backlog.owners import OwnerSource
    from bot.backlog.tracker import Tracker
    from bot.notebook.ports import Exporter, IncidentSource, NotebookStore
    from bot.signals.language.model_rewriting import Rewriter
    from bot.signals.source import Recordings, Source
    from bot.state.records import RecordStore

PartName = Literal["source", "recordings", "notebooks", "tracker", "owners", "rewriter", "incidents", "exporter"]
"""The parts that a provider may have: the names of the fields of `Parts`."""


@dataclass(frozen=True, slots=True)
class Provider:
    """One outside system, or the embedded parts.

    `open`, `doctor` and `intake` name functions as `package.module:function`, so that a row is read without importing
    clients: an Opener, a Doctor where something can be checked, and an IntakeAddress where what browsers send to the
    bot's intake can be sent on to the provider's; `hooks` names a `bot.providers.hooks.Hooks`. `title` is what people
    read (a text of the catalogs where it is no proper name). Of several providers that are set up, `auto` takes the one
    with the highest priority.
    """

    name: str
    title: str
    parts: frozenset[PartName]
    settings: type[ProviderSettings]
    open: str
    doctor: str | None = None
    intake: str | None = None
    hooks: str | None = None
    priority: int = 0


@dataclass(frozen=True, slots=True)
class Setup:
    """What a provider may need. `store` is the local provider's, in the one process that owns its files."""

    settings: Settings
    redis: Redis
    records: RecordStore
    public_url: str
    clock: Clock
    store: object = None


@dataclass(frozen=True, slots=True)
class Parts:
    """What a provider gives; None where it has no such part, or not in this process."""

    source: Source | None = None
    recordings: Recordings | None = None
    notebooks: NotebookStore | None = None
    tracker: Tracker | None = None
    owners: OwnerSource | None = None
    rewriter: Rewriter | None = None
    incidents: IncidentSource | None = None
    exporter: Exporter | None = None


Opener = Callable[[Setup], AbstractAsyncContextManager[Parts]]
"""Opens a provider for as long as a process lives. Raises Misunderstood naming the variable that isn't set."""
Check = Callable[[], Awaitable[str]]
"""Gives a sentence of what was found, or raises ReplaybookError with what is to be done."""
Doctor = Callable[[Settings], Mapping[str, Check]]
"""The checks of a provider by name; none where it isn't set up."""
IntakeAddress = Callable[[Settings], str]
"""The base address of a provider's own intake."""
