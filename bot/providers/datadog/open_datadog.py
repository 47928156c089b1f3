"""Opens Datadog as the settings say: one client, and the parts that are built on it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.asyncio import Redis

from bot.kernel.errors import Misunderstood
from bot.kernel.settings import Settings
from bot.notebook.notebook_text import NotebookText
from bot.providers.datadog.cases.datadog_cases import DatadogCases
from bot.providers.datadog.datadog_settings import DatadogSettings
from bot.providers.datadog.http.client import Client
from bot.providers.datadog.http.site import Site
from bot.providers.datadog.incidents.datadog_incidents import DatadogIncidents
from bot.providers.datadog.incidents.incident_notes import IncidentNotes, incidents_by_channel
from bot.providers.datadog.incidents.incident_postmortems import IncidentPostmortems
from bot.providers.datadog.notebooks.datadog_notebooks import DatadogNotebooks
from bot.providers.datadog.owners.accounts import Users
from bot.providers.datadog.owners.datadog_owners import DatadogOwners
from bot.providers.datadog.rum.datadog_source import DatadogSource
from bot.providers.provider import Parts, Setup
from bot.state.call_limits import OwnLimits, SharedLimits


@asynccontextmanager
async def open_datadog(setup: Setup) -> AsyncIterator[Parts]:
    """Nothing is sent yet. Raises Misunderstood where a key is missing."""
    settings, project = setup.settings.of(DatadogSettings), setup.settings.tracker_project
    redis, records = setup.redis, setup.records
    async with open_client(settings, redis) as client:
        incidents = DatadogIncidents(client, redis, records, incidents_by_channel(settings.incidents), now=setup.clock)
        notes = IncidentNotes(incidents, redis, Users(client))
        text = NotebookText.load()
        notebooks = DatadogNotebooks(
            client, redis, records, public_url=setup.public_url, head=text.own_head, written=notes.written
        )
        source = DatadogSource(client, str(settings.api_key), setup.clock)
        yield Parts(
            source=source,
            recordings=source,
            notebooks=notebooks,
            tracker=DatadogCases(client, redis, records, project=project),
            owners=DatadogOwners(client, redis, project=project),
            exporter=IncidentPostmortems(client, redis, records, incidents, settings.postmortem_template),
            incidents=incidents,
        )


@asynccontextmanager
async def open_client(settings: DatadogSettings, redis: Redis | None = None) -> AsyncIterator[Client]:
    """With `redis`, rate limits are shared with every other process that has it. Raises Misunderstood without keys."""
    if not settings.configured:
        raise Misunderstood("Datadog needs its keys: set DD_API_KEY and DD_APP_KEY.", at="DD_API_KEY")
    if not (settings.api_key and settings.app_key):
        missing = "DD_APP_KEY" if settings.api_key else "DD_API_KEY"
        raise Misunderstood("Datadog needs both of its keys, but %(missing)s isn’t set.", at=missing, missing=missing)
    site = site_of(settings)
    limits = SharedLimits(redis, "datadog", site.name) if redis else OwnLimits()
    async with Client.opened(site, str(settings.api_key), str(settings.app_key), limits) as client:
        yield client


def site_of(settings: DatadogSettings) -> Site:
    return Site(settings.site, settings.url, settings.app_url)


def intake_of(settings: Settings) -> str:
    """Where Datadog's SDK sends to."""
    return site_of(settings.of(DatadogSettings)).intake
