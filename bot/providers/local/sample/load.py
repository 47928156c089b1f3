"""Loads the sample, or brings it up to now."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from bot.providers.local import schema
from bot.providers.local.commit import Columns
from bot.providers.local.event_store_port import EventStorePort
from bot.providers.local.sample import columns
from bot.providers.local.sample.crowd import clicks, visits
from bot.providers.local.sample.recorded import recorded
from bot.providers.local.sample.story import Story

_ANCHOR, _UNTIL = "sample_anchor", "sample_until"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was added. `story` says when the deploy was."""

    story: Story
    sessions: int
    actions: int
    recordings: int


async def load_sample(store: EventStorePort, now: datetime) -> Loaded:
    """`now` is aware; the week begins on Monday of its zone. Repeating it adds only what happened since."""
    anchor = await store.meta(_ANCHOR)
    story = Story(datetime.fromisoformat(anchor)) if anchor else None
    if story is None or not story.same_week(now):
        await _forget(store)
        story = Story(now.replace(microsecond=0))
    until = await store.meta(_UNTIL)
    since = datetime.fromisoformat(until) if until else story.start
    sessions, actions = await _generate(store, story, since, now) if now > since else (0, 0)
    return Loaded(story, sessions, actions, await _recordings(store, story))


async def _recordings(store: EventStorePort, story: Story) -> int:
    """Recordings are stored as the intake stores its deliveries, so their signals are found in the same way."""
    known = {row[0] for row in await store.query("SELECT DISTINCT session_id FROM segments WHERE sample")}
    added = 0
    for pieces in await asyncio.to_thread(lambda: list(recorded(story, store.rows))):
        if pieces[0][0].session_id in known:
            continue
        for piece, batch in pieces:
            await store.keep([piece], batch)
        added += 1
    return added


async def _generate(store: EventStorePort, story: Story, since: datetime, until: datetime) -> tuple[int, int]:
    made = await asyncio.to_thread(tables, story, since, until)
    await store.fill(made, {_ANCHOR: story.anchor.isoformat(), _UNTIL: until.isoformat()})
    counts = {table.name: len(arrays["id"]) for table, arrays in made}
    return counts.get("sessions", 0), counts.get("actions", 0)


def tables(story: Story, since: datetime, until: datetime) -> list[tuple[schema.Table, Columns]]:
    """Generated sessions, actions and errors of [since, until), as columns."""
    made: dict[str, list[Columns]] = {"sessions": [], "actions": [], "errors": []}
    for who, random in visits(story, since, until):
        what = clicks(random, who).until(until)
        if not len(who.start):
            continue
        last = who.start.copy()
        np.maximum.at(last, what.visit, what.moment)
        acts = columns.actions(who, what)
        made["sessions"].append(columns.sessions(who, last))
        made["actions"].append(acts)
        made["errors"].append(columns.errors(what, acts))
    tables = (schema.SESSIONS, schema.ACTIONS, schema.ERRORS)
    return [(table, _joined(made[table.name])) for table in tables if made[table.name]]


def _joined(parts: Iterable[Columns]) -> Columns:
    blocks = list(parts)
    return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}


async def _forget(store: EventStorePort) -> None:
    for (session_id,) in await store.query("SELECT DISTINCT session_id FROM segments WHERE sample"):
        await store.recordings.forget(str(session_id))
    await store.forget_sample((_ANCHOR, _UNTIL))
