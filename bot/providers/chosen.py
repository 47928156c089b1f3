"""The parts that the settings choose, of providers that are each opened once for a process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, fields
from pkgutil import resolve_name
from typing import TypeVar

from bot.backlog.owners import OwnerSource
from bot.backlog.tracker import Trackers
from bot.kernel.errors import Misunderstood
from bot.kernel.outside_calls import CountedPart
from bot.notebook.ports import Exporter, IncidentSource, NotebookStore
from bot.providers.provider import Opener, PartName, Parts, Setup
from bot.providers.registry import AUTO, provider_of, set_up_with
from bot.signals.language.model_rewriting import Rewriter
from bot.signals.source import FirstOf, Recordings, Source

T = TypeVar("T")
EMBEDDED = "local"


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


@asynccontextmanager
async def opened(setup: Setup, trackers: Iterable[str] = ()) -> AsyncIterator[Chosen]:
    """Opens what the settings choose, and the `trackers` that features name.

    Raises Misunderstood for a name that no provider has and for one without the part, and what opening raises.
    """
    async with AsyncExitStack() as stack:
        settings, opening = setup.settings, _Opening(setup, stack)
        numbers, local = await opening.parts("source", settings.source), await opening.parts("recordings", "local")
        yield Chosen(
            source=numbers.source,
            owners=numbers.owners,
            # What the intake recorded is read first: it is here, complete, and kept when a provider's has expired.
            recordings=FirstOf(local.recordings, None if numbers is local else numbers.recordings),
            notebooks=_given("notebooks", (await opening.parts("notebooks", settings.notebooks)).notebooks),
            trackers=await _trackers(opening, settings.tracker, trackers, by_team(settings.trackers)),
            rewriter=(await opening.parts("rewriter", AUTO)).rewriter,
            incidents=(await opening.parts("incidents", AUTO)).incidents,
            exporters=await _exporters(opening, set_up_with("exporter", settings)),
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


def _counted(provider: str, parts: Parts) -> Parts:
    """The same parts of an outside system; their calls are counted, whatever the provider does inside."""
    given = {part.name: getattr(parts, part.name) for part in fields(parts)}
    return Parts(**{name: value and CountedPart(provider, name, value) for name, value in given.items()})


def by_team(texts: Iterable[str]) -> dict[str, str]:
    """`T0123=github` as a setting says it."""
    return {team: name for team, _, name in (text.partition("=") for text in texts)}


async def _trackers(opening: _Opening, wanted: str, named: Iterable[str], of_teams: Mapping[str, str]) -> Trackers:
    default = _given("tracker", opening.name("tracker", wanted))
    names = {default, *named, *of_teams.values()}
    by_name = {name: _given("tracker", (await opening.parts("tracker", name)).tracker) for name in sorted(names)}
    return Trackers(by_name, default, of_teams)


async def _exporters(opening: _Opening, names: Iterable[str]) -> dict[str, Exporter]:
    by_name = {name: (await opening.parts("exporter", name)).exporter for name in names}
    return {name: exporter for name, exporter in by_name.items() if exporter}


def _given(part: PartName, value: T | None) -> T:
    if value is None:
        raise Misunderstood("No provider that is set up has a part “%(part)s”.", at=part, part=part)
    return value
