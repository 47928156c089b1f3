"""What a workspace's questions and requests use: its source, its tracker, its owners, and the language it reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from bot.backlog.owners import AllOwners, Owners, OwnerSource
from bot.backlog.owners_file import read
from bot.backlog.tracker import Trackers
from bot.kernel.errors import Missing, Misunderstood, Upstream
from bot.services.teams.team_file import InstallationRules
from bot.services.teams.team_records import TeamRecords
from bot.services.teams.team_settings import OWN, TeamValue, effective, offered
from bot.signals.asked_question import AskedQuestion
from bot.signals.source import Recordings, Source

TYPED = "owners"
"""What stands for the file's name where owners were typed into the modal."""


@dataclass(frozen=True, slots=True)
class ProviderParts:
    """What is open in this process, by the provider's name; `default` answers where a workspace has no choice."""

    default: str
    sources: Mapping[str, Source]
    recordings: Mapping[str, Recordings]
    owners: Mapping[str, OwnerSource]
    trackers: Trackers
    titles: Mapping[str, str]

    def names(self, part: str) -> tuple[str, ...]:
        """Returns what can be chosen for a part, the default first."""
        default, there = (
            (self.trackers.default, self.trackers.by_name)
            if part == "tracker"
            else (self.default, self.sources or self.recordings)
        )
        return tuple(sorted(there, key=lambda name: (name != default, name)))


@dataclass(frozen=True, slots=True)
class TeamParts:
    """`usual` is the bot's own part, for workspaces that have no other."""

    records: TeamRecords
    rules: InstallationRules
    parts: ProviderParts

    async def settings(self, team: str) -> dict[str, TeamValue]:
        """Returns what holds in a workspace, by the name of the setting. Raises Upstream."""
        return effective(self.rules.of(team), await self.records.of(team))

    def offered(self, team: str, part: str) -> tuple[str, ...]:
        """Returns the providers that a workspace may use."""
        return offered(getattr(self.rules.of(team), part), self.parts.names(part))

    async def source(self, team: str, usual: Source, answered: str = "") -> Source:
        """Returns the source of new questions, or the one that something was `answered` from while it may be used.

        Raises Missing where it isn't set up any more, and Upstream.
        """
        name = await self._source_name(team, answered)
        return usual if name == self.parts.default else self.parts.sources[name]

    async def source_of(self, asked: AskedQuestion, usual: Source) -> Source:
        """Returns the source that a question was answered from, so that what follows is about the same events."""
        return await self.source(asked.team, usual, asked.answer.source if asked.answer else "")

    async def recordings_of(self, asked: AskedQuestion, usual: Recordings) -> Recordings:
        """Returns where the recordings of its sessions are. Raises as `source` does."""
        name = await self._source_name(asked.team, asked.answer.source if asked.answer else "")
        return usual if name == self.parts.default else self.parts.recordings[name]

    async def _source_name(self, team: str, answered: str) -> str:
        may = self.offered(team, "source")
        if may == (self.parts.default,):
            return self.parts.default
        name = answered if answered in may else str((await self.settings(team))["source"].value)
        name = name or self.parts.default
        if name not in may:
            raise Missing(
                "The source “%(name)s” isn’t set up any more; an admin can choose another one with "
                "/replay settings workspace.",
                name=name,
            )
        return name

    async def tracker(self, team: str, feature: str = "") -> str:
        """Returns the name of the tracker of a new request: the feature's, or else the workspace's."""
        return feature or str((await self.settings(team))["tracker"].value)

    async def owners(self, team: str, usual: AllOwners) -> AllOwners:
        """Returns who owns what in a workspace; `usual` where it has no owners of its own."""
        value = (await self.settings(team))["owners"]
        file = usual.file
        if value.value:
            file = self.rules.owners[str(value.value)] if value.fixed else self.owners_in(str(value.value))
        others = usual.others
        if (name := await self._source_or_none(team)) != self.parts.default:
            others = (self.parts.owners[name],) if name in self.parts.owners else ()
        return usual if file is usual.file and others == usual.others else AllOwners(file, others)

    async def _source_or_none(self, team: str) -> str:
        try:
            return await self._source_name(team, "")
        except Missing:
            return ""

    def owners_in(self, text: str) -> Owners:
        """Raises Misunderstood with the line and the field."""
        return _owners_in(text, frozenset(self.parts.trackers.by_name))

    async def language(self, team: str, copy: bytes | None) -> str:
        """Returns the one language of a workspace, empty where everybody has their own. `copy` is as in TeamRecords."""
        try:
            chosen = await self.records.read(team, copy)
        except Upstream:
            return ""  # better in one's own language than not at all
        language = str(effective(self.rules.of(team), chosen)["language"].value)
        return "" if language == OWN else language


@lru_cache(maxsize=64)
def _owners_in(text: str, trackers: frozenset[str]) -> Owners:
    """Only what can be read is remembered."""
    owners = Owners(read(text, TYPED, trackers))
    if not owners.features:
        raise Misunderstood("There is no feature in it; begin with “features:”.")
    return owners
