"""The parts that the settings choose, of providers that are each opened once for a process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, fields
from pkgutil import resolve_name
from typing import TypeVar

import structlog

from bot.backlog.owners import OwnerSource
from bot.backlog.tracker import Trackers
from bot.kernel.errors import Misunderstood
from bot.kernel.outside_calls import CountedPart
from bot.kernel.settings import Settings
from bot.notebook.ports import Exporter, IncidentSource, NotebookStore
from bot.providers.provider import Opener, PartName, Parts, Setup
from bot.providers.registry import AUTO, keeps_events, provider_of, set_up_with
from bot.signals.language.model_rewriting import Rewriter
from bot.signals.source import FirstOf, Recordings, Source

T = TypeVar("T")
EMBEDDED = "local"

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ChosenSources:
    """All that workspaces may choose from, by the provider's name; `default` is the name of the bot's own.

    Recordings are in every process, and have a name for each source that there is in a process that answers.
    """

    default: str
    sources: Mapping[str, Source] = field(default_factory=dict)
    recordings: Mapping[str, Recordings] = field(default_factory=dict)
    owners: Mapping[str, OwnerSource] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the settings choose. Only a process that answers has a source, and only some providers know owners."""

    source: Source | None
    owners: OwnerSource | None
    recordings: Recordings
    notebooks: NotebookStore
    trackers: Trackers
    rewriter: Rewriter | None
    incidents: IncidentSource | None
    exporters: Mapping[str, Exporter]
    """Of every provider that is set up and has one, by its name."""
    all_sources: ChosenSources


@asynccontextmanager
async def opened(setup: Setup, trackers: Collection[str] = (), sources: Collection[str] = ()) -> AsyncIterator[Chosen]:
    """Opens what the settings choose, the `trackers` and `sources` that are named for features and workspaces, and
    every other one that is set up, for workspaces to choose.

    Raises Misunderstood for a name that no provider has and for one without the part, and what opening raises.
    """
    async with AsyncExitStack() as stack:
        settings, opening = setup.settings, _Opening(setup, stack)
        numbers, local = await opening.parts("source", settings.source), await opening.parts("recordings", "local")
        yield Chosen(
            source=numbers.source,
            owners=numbers.owners,
            recordings=_recordings(local, numbers),
            notebooks=_given("notebooks", (await opening.parts("notebooks", settings.notebooks)).notebooks),
            trackers=await _trackers(opening, settings, trackers),
            rewriter=(await opening.parts("rewriter", AUTO)).rewriter,
            incidents=(await opening.parts("incidents", AUTO)).incidents,
            exporters=await _exporters(opening, set_up_with("exporter", settings)),
            all_sources=await _sources(opening, settings, sources, local),
        )


class _Opening:
    """Opens each provider once; what is open closes with the stack."""

    def __init__(self, setup: Setup, stack: AsyncExitStack) -> None:
        self._setup = setup
        self._stack = stack
        self._open: dict[str, Parts] = {}

    def name(self, part: PartName, wanted: str) -> str | None:
        """The provider that a setting means; None where `auto` finds none that is set up."""
        provider = provider_of(part, wanted, self._setup.settings)
        return provider.name if provider else None

    async def parts(self, part: PartName, wanted: str) -> Parts:
        """The parts of the provider that a setting means for one of them."""
        provider = provider_of(part, wanted, self._setup.settings)
        if provider is None:
            return Parts()
        if provider.name not in self._open:
            opener: Opener = resolve_name(provider.open)
            opened = await self._stack.enter_async_context(opener(self._setup))
            self._open[provider.name] = opened if provider.name == EMBEDDED else _counted(provider.name, opened)
        return self._open[provider.name]

    async def several(self, part: PartName, wanted: Collection[str], others: Iterable[str]) -> dict[str, Parts]:
        """The parts of `wanted` providers by name, and of those `others` of which all that they need is set."""
        by_name = {name: await self.parts(part, name) for name in sorted(wanted)}
        for name in others:
            try:
                by_name[name] = by_name.get(name) or await self.parts(part, name)
            except Misunderstood as unfinished:
                log.info("a provider can't be chosen", provider=name, part=part, why=unfinished.sentence)
        return by_name


def _recordings(local: Parts, numbers: Parts) -> Recordings:
    """What the intake recorded is read first: it is here, complete, and kept when a provider's has expired."""
    return FirstOf(local.recordings, None if numbers is local else numbers.recordings)


def _counted(provider: str, parts: Parts) -> Parts:
    """The same parts of an outside system; their calls are counted, whatever the provider does inside."""
    given = {part.name: getattr(parts, part.name) for part in fields(parts)}
    return Parts(**{name: value and CountedPart(provider, name, value) for name, value in given.items()})


def by_team(texts: Iterable[str]) -> dict[str, str]:
    """`T0123=github` as a setting says it."""
    return {team: name for team, _, name in (text.partition("=") for text in texts)}


async def _trackers(opening: _Opening, settings: Settings, named: Collection[str]) -> Trackers:
    default = _given("tracker", opening.name("tracker", settings.tracker))
    opened = await opening.several("tracker", {default, *named}, set_up_with("tracker", settings))
    return Trackers({name: _given("tracker", parts.tracker) for name, parts in opened.items()}, default)


async def _sources(opening: _Opening, settings: Settings, named: Collection[str], local: Parts) -> ChosenSources:
    """The embedded events are chosen from only where they are the bot's own source, or are named.

    Raises Misunderstood where they are named and not kept.
    """
    default = _given("source", opening.name("source", settings.source))
    wanted = {default, *named}
    if EMBEDDED in wanted and not keeps_events(settings):
        raise Misunderstood("A workspace has the source “local”, and no events are kept here: set up the intake.")
    others = [name for name in set_up_with("source", settings) if name != EMBEDDED]
    opened = await opening.several("source", wanted, others)
    return ChosenSources(
        default,
        sources={name: parts.source for name, parts in opened.items() if parts.source},
        recordings={name: _recordings(local, parts) for name, parts in opened.items()},
        owners={name: parts.owners for name, parts in opened.items() if parts.owners},
    )


async def _exporters(opening: _Opening, names: Iterable[str]) -> dict[str, Exporter]:
    by_name = {name: (await opening.parts("exporter", name)).exporter for name in names}
    return {name: exporter for name, exporter in by_name.items() if exporter}


def _given(part: PartName, value: T | None) -> T:
    if value is None:
        raise Misunderstood("No provider that is set up has a part “%(part)s”.", at=part, part=part)
    return value
