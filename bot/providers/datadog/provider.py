"""Datadog's parts, on one client."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.providers import Parts, Setup
from bot.providers.datadog.cases.datadog_cases import DatadogCases
from bot.providers.datadog.incidents.datadog_incidents import DatadogIncidents
from bot.providers.datadog.incidents.incident_notes import IncidentNotes, named
from bot.providers.datadog.notebooks.datadog_notebooks import DatadogNotebooks
from bot.providers.datadog.opening import open_datadog
from bot.providers.datadog.owners.accounts import Users
from bot.providers.datadog.owners.datadog_owners import DatadogOwners


@asynccontextmanager
async def opened(setup: Setup) -> AsyncIterator[Parts]:
    """Raises Misunderstood where a key is missing."""
    settings, redis = setup.settings, setup.redis
    async with open_datadog(settings, redis, clock=setup.clock) as datadog:
        incidents = DatadogIncidents(datadog.client, redis, named(settings.datadog_incidents), now=setup.clock)
        notes = IncidentNotes(incidents, redis, Users(datadog.client))
        yield Parts(
            source=datadog.source,
            recordings=datadog.source,
            notebooks=DatadogNotebooks(datadog.client, redis, public_url=setup.public_url, written=notes.written),
            tracker=DatadogCases(datadog.client, redis, project=settings.tracker_project),
            owners=DatadogOwners(datadog.client, redis, project=settings.tracker_project),
        )
