"""The bot's home tab: what waits for one person, and what is new in the channels that they may see.

It is published when it is opened, and for some hours afterwards again when what it shows has changed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec
import structlog

from bot.kernel.errors import Conflict, ReplaybookError, Upstream
from bot.kernel.ids import meaning
from bot.services.clips.clip_records import RecentClip
from bot.services.home_records import ShownHome
from bot.services.postmortems.channel_notebook import newest_for
from bot.services.requests.for_person import for_person
from bot.services.services import Services
from bot.signals.question_text import slice_name
from bot.signals.watch import Watch
from bot.slack.person import Person
from bot.slack.web_api import called
from bot.state import keys
from bot.state.locks import LockLost

MOST_CLIPS, MOST_WATCHES = 5, 5
MOST_HOMES = 50
"""Tabs that are looked at in a minute."""
EVERY, FOR = timedelta(minutes=1), timedelta(hours=12)

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ClipRow:
    """A clip and where it was shown; `url` is empty where Slack doesn't tell."""

    clip: RecentClip
    url: str


@dataclass(frozen=True, slots=True)
class WatchRow:
    watch: Watch
    what: str


async def opened_home(services: Services, team: str, user: str) -> None:
    """Publishes the tab for whoever opened it. Raises Upstream, and what Slack refuses."""
    now = services.postmortems.clock()
    async with services.homes.turn(team, user):
        await _publish(services, team, user, (now + FOR).timestamp(), before="")
        await services.homes.due.look_at(team, user, now + EVERY)


async def refresh_homes(services: Services) -> None:
    """Publishes those tabs again of which something has changed. One that fails stops no other."""
    for team, user in await services.homes.due.due(services.postmortems.clock(), limit=MOST_HOMES):
        try:
            async with services.homes.turn(team, user):
                await _refresh(services, team, user)
        except ReplaybookError as error:
            log.info("a home tab stays as it was", why=error.sentence, team=team)
            if not isinstance(error, Upstream | Conflict | LockLost):  # somebody else publishes it
                await services.homes.due.close(team, user)


async def _refresh(services: Services, team: str, user: str) -> None:
    homes, now = services.homes, services.postmortems.clock()
    record = await homes.shown.get(keys.record(team, "home", user))
    if record is None or record[0].until < now.timestamp():
        await homes.due.close(team, user)
        return
    await homes.due.look_at(team, user, now + EVERY)
    await _publish(services, team, user, record[0].until, before=record[0].digest)


async def _publish(services: Services, team: str, user: str, until: float, *, before: str) -> None:
    view = await _view(services, team, await services.slack.people.get(team, user))
    digest = meaning(msgspec.json.encode(view).decode())
    if digest != before:
        call = services.slack.clients.patient(team).views_publish(user_id=user, view=view)
        await called("views.publish", call)
    shown = ShownHome(digest, until)
    await services.homes.shown.change(keys.record(team, "home", user), lambda now: now if now == shown else shown)


async def _view(services: Services, team: str, person: Person) -> dict[str, Any]:
    reader = await services.questions.reader_of(team)
    mine, notebooks, clips, watches, examples = await asyncio.gather(
        for_person(services.requests, team, person),
        newest_for(services.postmortems, team, person.id),
        _clips(services, team, person),
        _watches(services, team, person),
        reader.examples(person.locale),
    )
    return services.slack.messages.home(
        "home/home",
        person.locale,
        url=services.postmortems.public_url,
        mine=mine,
        notebooks=notebooks,
        clips=clips,
        watches=watches,
        examples=examples,
    )


async def _clips(services: Services, team: str, person: Person) -> Sequence[ClipRow]:
    rows: list[ClipRow] = []
    people, outbox = services.slack.people, services.slack.outbox
    for clip in await services.clips.records.recent(team):
        if len(rows) < MOST_CLIPS and await _sees_clip(services, team, person, clip):
            ts = await outbox.posted_ts(f"clip:{clip.id}", team=team)
            rows.append(ClipRow(clip, await people.permalink(team, clip.channel, ts) if ts else ""))
    return rows


async def _sees_clip(services: Services, team: str, person: Person, clip: RecentClip) -> bool:
    if not await services.slack.people.sees(team, person.id, clip.channel):
        return False
    return await services.access.sees_clips(team, clip.channel, person.id)


async def _watches(services: Services, team: str, person: Person) -> Sequence[WatchRow]:
    """Those that are above their usual range come first."""
    rows: list[WatchRow] = []
    for watch in sorted(await services.watches.records.of_team(team), key=lambda watch: not watch.risen):
        if len(rows) < MOST_WATCHES and await services.slack.people.sees(team, person.id, watch.channel):
            rows.append(WatchRow(watch, slice_name(watch.question, person.locale)))
    return rows
