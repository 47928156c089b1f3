"""Puts together what each workspace has of its own: by the file, by its admins, and for how long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redis.asyncio import Redis

from bot.files.file_areas import file_areas
from bot.kernel.settings import Settings
from bot.providers import chosen, registry
from bot.services.teams.answer_retention import AnswerRetention
from bot.services.teams.team_file import InstallationRules
from bot.services.teams.team_parts import ProviderParts, TeamParts
from bot.services.teams.team_records import TeamRecords
from bot.state.expiring_bytes import ExpiringBytes
from bot.state.records import RecordStore

if TYPE_CHECKING:
    from bot.app.base import Base


def team_rules(settings: Settings) -> InstallationRules:
    """Blocking. Raises Misunderstood for a file of workspaces that isn't right."""
    known = {"source": registry.names_with("source"), "tracker": registry.names_with("tracker")}
    return InstallationRules.load(settings.team_settings, known, chosen.by_team(settings.trackers))


def team_parts(records: RecordStore, redis: Redis, rules: InstallationRules, opened: chosen.Chosen) -> TeamParts:
    """What workspaces may choose from, of all that is open."""
    sources, titles = opened.all_sources, {name: row.title for name, row in registry.providers().items()}
    parts = ProviderParts(sources.default, sources.sources, sources.recordings, sources.owners, opened.trackers, titles)
    return TeamParts(TeamRecords(records, ExpiringBytes(redis)), rules, parts)


def answer_retention(base: Base) -> AnswerRetention:
    return AnswerRetention(base.records, file_areas(base.settings).pictures, base.teams, base.clock)
