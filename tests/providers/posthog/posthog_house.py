"""Worlds of PostHog's stand-in, all on one engine of this process's own."""

from __future__ import annotations

import itertools
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.kernel.clock import Clock
from bot.replay.read_recording import read, read_path
from standins.posthog.autocaptured import captured
from standins.posthog.events_engine import EventsEngine
from standins.posthog.posthog_world import PostHogWorld
from standins.posthog.snapshot_blobs import as_iso, stored
from tests.clickhouse_server import PASSWORD, started

_numbers = itertools.count()
Events = Iterable[dict[str, Any]]


@asynccontextmanager
async def empty_world(clock: Clock) -> AsyncIterator[PostHogWorld]:
    server, database = started(), f"posthog_{next(_numbers)}"
    engine = EventsEngine(f"http://127.0.0.1:{server.port}/", database, PASSWORD)
    await engine.set_up()
    yield PostHogWorld(clock, engine)
    server.run(f"DROP DATABASE {database}")


async def fill(world: PostHogWorld, events: Events, folder: Path | None, now: datetime) -> None:
    """Adds RUM events, and a session that Datadog's SDK recorded, which ended two minutes ago."""
    rum = list(events)
    if folder is not None:
        rum += await _recorded(world, folder, now - timedelta(minutes=2))
    await world.engine.add("events", captured(rum))


async def _recorded(world: PostHogWorld, folder: Path, ends: datetime) -> list[dict[str, Any]]:
    """The recording as rrweb's events, which is what posthog-js would have recorded."""
    events = [event.decode() for event in read(read_path(folder)).events]
    lines = (folder / "rum-events.ndjson").read_bytes().splitlines()
    rum = [json.loads(line) for line in lines]
    by_ms = round(ends.timestamp() * 1000) - max(event["timestamp"] for event in events)
    moved = [event | {"timestamp": event["timestamp"] + by_ms} for event in events]
    session = str(rum[0]["session"]["id"])
    await record(world, session, moved)
    return [event | {"date": event["date"] + by_ms} for event in last_states(rum)]


async def record(world: PostHogWorld, session: str, events: list[dict[str, Any]]) -> None:
    world.recordings[session] = stored("u-1", events)
    times = [event["timestamp"] for event in events]
    first, last = (as_iso(at).replace("T", " ").removesuffix("Z") for at in (min(times), max(times)))
    row = {
        "session_id": session,
        "distinct_id": "u-1",
        "min_first_timestamp": first,
        "max_last_timestamp": last,
    }
    await world.engine.add("raw_session_replay_events", [row])


def last_states(rum: Events) -> list[dict[str, Any]]:
    """The SDK sends a view, and an action that goes on, again and again: the last one says how it ended."""
    last = {(event["type"], event.get(event["type"], {}).get("id")): event for event in rum}
    return list(last.values())
