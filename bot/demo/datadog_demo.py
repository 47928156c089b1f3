"""Datadog's stand-in on what the local store holds, so that the Datadog side can be tried without an account.

The clips' recordings stay where they are: as with the intake as a tee, what was recorded here is looked at first, and
only sessions that are added from a folder come through the replay API.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from bot.files.file_areas import file_areas
from bot.kernel.clock import Clock
from bot.kernel.settings import Secret, Settings
from bot.providers.datadog.datadog_settings import DatadogSettings
from bot.providers.local import rum_export
from bot.providers.local.event_store import EventStore
from bot.providers.local.sample.load import load_sample
from standins.datadog.datadog_server import running
from standins.datadog.incident_management import StoredIncident, incidents
from standins.datadog.owner_catalog import CatalogTeam, User, catalog
from standins.datadog.recorded_sessions import add
from standins.datadog.rum_api import KEPT
from standins.datadog.shape import with_sessions
from standins.datadog.world import World
from standins.slack.seed import ERIK, INCIDENT, JISOO, MINA, demo_seed

APART = timedelta(minutes=10)
DATADOG = "datadog"
INCIDENT_ID = "1ad0142c-7e5b-4c3a-9b0e-000000000142"
"""The same at every start: the bot remembers which incident a channel has."""


@asynccontextmanager
async def stand_in(settings: Settings, clock: Clock, recordings: Sequence[Path] = ()) -> AsyncIterator[Settings]:
    """The settings for a bot that runs on it. It has the sample week, the demo's incident and its people.

    A recording is a folder with `rum-events.ndjson` and `segments/*.deflate`, as the browser SDK sent them; its
    session ended some minutes ago, whenever it was really made.
    """
    now, world = clock(), World(clock=clock)
    store = await EventStore.open(settings.data / "rum", file_areas(settings).segments, clock=clock)
    try:
        await load_sample(store, now.astimezone())
        await store.settle()
        await fill(world, store, now)
    finally:
        await store.close()
    for number, folder in enumerate(recordings, 1):
        add(world, folder, now - number * APART)
    _nordic_outfitters(world)
    async with running(world) as url:
        datadog = DatadogSettings(api_key=Secret(world.api_key), app_key=Secret(world.app_key), url=url, app_url=url)
        chosen = msgspec.structs.replace(
            settings, source=DATADOG, notebooks=DATADOG, tracker=DATADOG, intake_forward=None
        )
        yield chosen.with_provider(datadog)


async def fill(world: World, store: EventStore, now: datetime) -> None:
    """All that Datadog would still keep of what the store holds."""
    events = with_sessions(rum_export.events(store, now - KEPT))
    await asyncio.to_thread(world.events.add, events)


def _nordic_outfitters(world: World) -> None:
    channel = (demo_seed().team_id, INCIDENT)
    incidents(world).append(StoredIncident(142, "The Buy button does nothing", [channel], id=INCIDENT_ID))
    known = catalog(world)
    known.users = {person.id: User(person.email) for person in (MINA, JISOO, ERIK)}
    known.teams = {"team-1": CatalogTeam("shop", {JISOO.id: "admin", MINA.id: ""}, [MINA.id])}
    known.services = {"shop-web": "shop"}
