"""The whole bot with Datadog's stand-in behind it: what is there to be found, and the steps of the journey."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zlib import crc32

import duckdb

from bot.kernel.clock import Clock
from bot.kernel.settings import Secret
from bot.providers.datadog.datadog_settings import DatadogSettings
from bot.providers.local import rum_export
from bot.providers.local.event_store import EventStore
from standins.datadog.case_management import StoredCase, cases
from standins.datadog.datadog_server import running
from standins.datadog.incident_management import StoredIncident, incidents
from standins.datadog.notebook_service import StoredNotebook, notebooks
from standins.datadog.owner_catalog import CatalogRule, CatalogTeam, User, catalog
from standins.datadog.recorded_sessions import add
from standins.datadog.rum_api import KEPT
from standins.datadog.shape import with_sessions
from standins.datadog.world import World
from tests.handlers.house import INCIDENT, JISOO, MINA, House, has, open_house, until

Json = dict[str, Any]
TEAM = "T0NORDIC01"
RECORDINGS = Path(__file__).parents[1] / "recordings/datadog"
V1, CHANGE = "sdk-6.33.0-shop-v1", "sdk-7.16.2-shop-paired-rrweb"
QUESTION = "frustration signals on buy button in the last 7 days"


Shop = Callable[..., World]
"""`shop("a recording", …)` is a fixture."""


async def some_of(folder: Path, scratch: Path, now: datetime) -> list[Json]:
    """What Datadog would have of one in fifty of the store's sessions, but for those that are recorded: their
    recordings are not in the houses of these tests."""
    shutil.copytree(folder, scratch)
    store = await EventStore.open(scratch, clock=lambda: now)
    try:
        known = await store.query("SELECT id FROM sessions WHERE id NOT IN (SELECT session_id FROM segments)")
        some = [id for (id,) in known if crc32(id.encode()) % 50 == 0]
        await asyncio.to_thread(store.change, partial(keep_only, some))
        return await asyncio.to_thread(lambda: list(rum_export.events(store, now - KEPT)))
    finally:
        await store.close()
        shutil.rmtree(scratch)


def keep_only(sessions: list[str], connection: duckdb.DuckDBPyConnection) -> None:
    """A change of a store: every other session is gone."""
    connection.execute("DELETE FROM sessions WHERE id NOT IN (SELECT unnest($1))", [sessions])
    for table in ("actions", "errors", "views", "segments"):
        connection.execute(f"DELETE FROM {table} WHERE session_id NOT IN (SELECT id FROM sessions)")


def shop_of(crowd: Sequence[Json], clock: Clock, *recordings: str) -> World:
    """A crowd without replays, these sessions that were recorded, an incident, and a team on call."""
    now, world = clock(), World(clock=clock)
    world.events.add(with_sessions(crowd))
    for folder in recordings:
        add(world, RECORDINGS / folder, now - timedelta(minutes=2))
    incidents(world).append(StoredIncident(142, "Buy does nothing", [(TEAM, INCIDENT)]))
    known = catalog(world)
    known.rules = [CatalogRule("/", "cart", prefix=True)]
    known.teams = {"team-1": CatalogTeam("cart", {"u-1": "admin", "u-2": ""}, ["u-2"])}
    known.users = {"u-1": User(JISOO.email), "u-2": User(MINA.email)}
    return world


@asynccontextmanager
async def with_datadog(
    world: World, folder: Path, redis_url: str, *, worker: bool = False, **more: Any
) -> AsyncIterator[House]:
    async with running(world) as url:
        settings = DatadogSettings(api_key=Secret(world.api_key), app_key=Secret(world.app_key), url=url)
        async with open_house(
            folder, None, redis_url, world.clock, worker=worker, providers=(settings,), **more
        ) as house:
            yield house


async def filmed(house: House, said: Json) -> Json:
    await house.press(said, "clip.make")
    return await house.reply(said["ts"], lambda it: has(it, "clip.window"))


async def added(house: House, said: Json) -> Json:
    """The reply that leads to the notebook."""
    await house.press(said, "notebook.add")
    return await house.reply(said["ts"], lambda it: "in the post-mortem" in it["text"])


async def asked_owner(house: House, said: Json) -> Json:
    """The request in the thread."""
    await house.press(said, "backlog.ask")
    return await house.reply(said["ts"], lambda it: has(it, "backlog.in_backlog"))


async def confirmed(house: House, said: Json, request: Json) -> Json:
    """As the owner: a new ticket. The confirmation in the thread."""
    await house.press(request, "backlog.in_backlog", user=JISOO.id)
    assert await house.submit(await house.modal(user=JISOO.id), {}, user=JISOO.id) == {"ok": True}
    return await house.reply(said["ts"], lambda it: "SHOP-1" in it["text"] and it["ts"] != request["ts"])


async def walk(house: House) -> Json:
    """From the question to the confirmation, without a clip. The answer's message."""
    said = await house.ask(QUESTION)
    await added(house, said)
    await confirmed(house, said, await asked_owner(house, said))
    return said


def only_notebook(world: World) -> StoredNotebook:
    (found,) = notebooks(world).by_number.values()
    return found


def only_case(world: World) -> StoredCase:
    (found,) = cases(world).cases
    return found


def text_of(world: World) -> str:
    return "\n\n".join(cell.text for cell in only_notebook(world).cells)


async def written(world: World, *texts: str) -> str:
    """The notebook's text once it holds all of these."""

    async def found() -> str | None:
        text = text_of(world)
        return text if all(it in text for it in texts) else None

    return await until(found)


def graphs(world: World) -> list[Json]:
    definitions = [
        json.loads(bytes(cell.parts["attributes"]))["definition"]
        for cell in only_notebook(world).cells
        if not cell.markdown
    ]
    return [it for it in definitions if it["type"] == "timeseries"]


async def permalink(house: House, said: Json) -> str:
    return await house.services.slack.people.permalink(TEAM, INCIDENT, said["ts"])
