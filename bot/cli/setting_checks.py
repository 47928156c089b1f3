"""The doctor's look at what settings choose and at the files that they name: what `serve` would refuse at its start."""

from __future__ import annotations

import asyncio
from collections.abc import Set

from bot.kernel.errors import Missing
from bot.kernel.settings import Settings, variable
from bot.kernel.settings_table import ProviderSettings
from bot.providers.provider import PartName, Provider

CHOSEN: tuple[PartName, ...] = ("source", "notebooks", "tracker")
"""The parts that a setting of the same name chooses."""


async def examined_systems(settings: Settings) -> str:
    """Raises Misunderstood for a name that can't be chosen, and Missing for a system of which nothing is set."""
    from bot.app.base import load_owners
    from bot.app.own_of_teams import team_rules
    from bot.providers.registry import provider_of

    found = []
    for part in CHOSEN:
        provider = provider_of(part, getattr(settings, part), settings)
        if provider and _lacks_all(provider, settings):
            raise Missing(
                "%(variable)s is %(name)s, and nothing of it is set up; its settings are in docs/settings.md.",
                variable=variable(part),
                name=provider.name,
            )
        found.append(f"{part} {provider.name if provider else 'none'}")
    rules = await asyncio.to_thread(team_rules, settings)
    named: dict[PartName, Set[str]] = {
        "tracker": load_owners(settings).trackers | rules.trackers,
        "source": rules.names("source"),
    }
    for part, name in [(part, name) for part, names in named.items() for name in sorted(names)]:
        provider = provider_of(part, name, settings)
        if provider and _lacks_all(provider, settings):
            raise Missing(
                "The %(part)s %(name)s is named for features or workspaces, and nothing of it is set up; its settings "
                "are in docs/settings.md.",
                part=part,
                name=name,
            )
    return ", ".join(found)


def _lacks_all(provider: Provider, settings: Settings) -> bool:
    """A package's provider may not say whether it is set up; then it is opened by its name, whatever is set."""
    says = provider.settings.configured is not ProviderSettings.configured
    return says and not settings.of(provider.settings).configured


async def examined_files(settings: Settings) -> str:
    """Raises Misunderstood for a file that can't be read, or says what it may not."""
    from bot.notebook.notebook_text import NotebookText
    from bot.notebook.postmortem_templates import PostmortemTemplates
    from bot.services.access.policy import InstallationPolicies
    from bot.signals.presets import presets
    from bot.web.intake_senders import read_senders

    presets(settings.presets)
    policies, senders, folder = settings.policies, settings.intake_senders, settings.postmortem_folder
    await asyncio.to_thread(InstallationPolicies.load, policies)
    if senders:
        await asyncio.to_thread(read_senders, senders)
    await asyncio.to_thread(PostmortemTemplates.load, NotebookText.load(), folder, settings.postmortem_templates)
    named = [str(path) for path in (policies, senders, folder, settings.team_settings) if path]
    return f"{', '.join(named)} can be read" if named else "none is named by a setting"
