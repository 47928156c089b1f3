"""Watches through the whole bot: set, risen, back, kept back in quiet hours, listed, ended; each told once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

import msgspec

from bot.kernel.errors import Unavailable
from bot.providers.local import recording_pieces, sdk_events
from bot.providers.local.batch import Surroundings
from bot.providers.local.local_source import LocalSource
from bot.services.clips.clip_settings import ClipSettings
from bot.services.watches.context import WatchContext
from bot.services.watches.jobs import WatchJob
from bot.services.watches.watch_clock import look_at_watch
from bot.signals.answer import Answer
from bot.signals.source import Source
from bot.signals.watch import Watch
from tests.handlers.house import INCIDENT, JISOO, House, until
from tests.handlers.test_clips import filmed
from tests.handlers.walking import quiet
from tests.providers.local.rumevents import action, lines
from tests.replay.sessions import START, Session, element, text

Json = dict[str, Any]
TEAM = "T0NORDIC01"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
QUESTION = "frustration signals on gift card"


async def write(house: House, *events: Json) -> None:
    source = house.services.watches.source
    assert isinstance(source, LocalSource)
    store = source._store
    await store.write(store.rows.rum(sdk_events.decode(lines(*events))[0], Surroundings())[0])


async def visited(house: House, end: datetime, sessions: int, affected: int = 0) -> None:
    """So many people press the button in the half hour up to `end`, some of them in vain."""
    step = 30 * MINUTE / (sessions + 1)
    await write(
        house,
        *(
            action(
                end - step * (n + 1),
                *(["rage_click"] if n < affected else []),
                target="Gift card",
                session=f"{end:%d%H%M}-{n}",
                user=f"{end:%d%H%M}-{n}",
            )
            for n in range(sessions)
        ),
    )


async def recorded(house: House, at: datetime) -> None:
    """One session of which there is a recording: clicks that do nothing."""
    source = house.services.watches.source
    assert isinstance(source, LocalSource)
    page = Session(element(4, "button", text(5, "Gift card")), element(6, "p", text(7, "0 in the cart")))
    for n in range(5):
        page.click(3_000 + 200 * n, 4)
    page.mutation(9_000)
    begin = round(at.timestamp() * 1000)
    events = [{**event, "timestamp": begin + event["timestamp"] - START} for event in page.events]
    sent = msgspec.json.encode({"session": "filmed", "view": "v", "person": "filmed", "seq": 0, "events": events})
    piece, batch = recording_pieces.rrweb(sent, sent, Surroundings(), source._store.rows)
    await source._store.keep([piece], batch)


def watching(house: House, now: datetime, source: Source | None = None) -> WatchContext:
    """The bot's watches at another time, or with another source."""
    context = house.services.watches
    reader = replace(context.questions.reader, source=source or context.source)
    return replace(context, clock=lambda: now, questions=replace(context.questions, reader=reader))


async def look(house: House, now: datetime, *, source: Source | None = None) -> Watch:
    """The clock comes by, then; twice, as jobs do."""
    watch = await the_watch(house)
    for _ in range(2):
        await look_at_watch(watching(house, now, source), WatchJob(team=TEAM, watch=watch.id))
    await quiet(house.redis)
    return await the_watch(house)


async def the_watch(house: House) -> Watch:
    [watch] = await house.services.watches.records.of_channel(TEAM, INCIDENT)
    return watch


async def named(house: House, part: str) -> list[Json]:
    """Messages of the channel that begin so."""
    return [it for it in await house.messages() if it["text"].startswith(part)]


async def watched(house: House) -> Json:
    """The message that says that it is watched, after an hour in which all went well.

    From here on the test alone looks at it: the bot's own round would do so at another time of day.
    """
    await visited(house, house.clock(), 30)
    await house.say(f"/replay watch {QUESTION}")
    said = await house.message(lambda it: it["text"].startswith("Watched from now on"))
    await quiet(house.redis)
    watch = await the_watch(house)
    await house.services.watches.records.due.look_at(TEAM, watch.id, watch.until + timedelta(days=1))
    return said


async def risen(house: House, now: datetime) -> Json:
    await visited(house, now, 40, 30)
    await look(house, now)
    [message] = await named(house, "More than usual")
    return message


async def test_a_watch_tells_of_a_rise_with_a_clip_and_of_its_end_once_each(house: House) -> None:
    said = await watched(house)
    assert "usually 0 to" in str(said["blocks"])
    now = house.clock() + 2 * HOUR
    await recorded(house, now - 20 * MINUTE)
    async with house.rendering():
        message = await risen(house, now)
        await filmed(house, message)
    assert "31 sessions" in str(message["blocks"])
    await look(house, now + 5 * MINUTE)
    await visited(house, now + 70 * MINUTE, 10, 9)
    await look(house, now + 70 * MINUTE)
    assert len(await named(house, "More than usual")) == 1
    for minutes in (180, 185, 190):
        await visited(house, now + minutes * MINUTE, 20)
        await look(house, now + minutes * MINUTE)
    [back] = await named(house, "Back to usual")
    assert back["thread_ts"] == message["ts"]
    assert "up to 31 sessions in an hour" in str(back["blocks"])
    await visited(house, now + 300 * MINUTE, 40, 30)
    await look(house, now + 300 * MINUTE)
    assert len(await named(house, "More than usual")) == 2, "it rose again"


async def test_what_was_decided_before_a_crash_is_told_after_it_and_once(house: House) -> None:
    await watched(house)
    now = house.clock() + 2 * HOUR
    await visited(house, now, 40, 30)
    context, watch = watching(house, now), await the_watch(house)

    class Dying:
        """Slack's outbox at the moment of a crash."""

        def __init__(self, real: Any, after: int) -> None:
            self.real, self.left = real, after

        async def post(self, *args: Any, **more: Any) -> bool:
            if self.left:
                self.left -= 1
                await self.real.post(*args, **more)
            raise KeyboardInterrupt

        def __getattr__(self, name: str) -> Any:
            return getattr(self.real, name)

    for after in (0, 1):
        slack = replace(context.slack, outbox=cast(Any, Dying(context.slack.outbox, after)))
        try:
            await look_at_watch(replace(context, slack=slack), WatchJob(team=TEAM, watch=watch.id))
        except KeyboardInterrupt:
            continue
        raise AssertionError("it should have died")
    await look(house, now + 5 * MINUTE)
    await look(house, now + 10 * MINUTE)
    assert len(await named(house, "More than usual")) == 1


async def test_two_looks_at_once_tell_once(house: House) -> None:
    await watched(house)
    now = house.clock() + 2 * HOUR
    await visited(house, now, 40, 30)
    watch = await the_watch(house)
    jobs = [look_at_watch(watching(house, now), WatchJob(team=TEAM, watch=watch.id)) for _ in range(3)]
    await asyncio.gather(*jobs)
    await quiet(house.redis)
    [message] = await named(house, "More than usual")
    assert (await the_watch(house)).count == 1
    await house.press(message, "watches.end", user=JISOO.id)
    await until(lambda: count_is(house, 0))
    await house.press(message, "watches.end")
    await house.message(lambda it: "Jisoo Han ended this watch already" in it["text"])


@dataclass
class Away:
    """A source that doesn't answer, or has recorded nothing."""

    source: Source
    answers: bool = False

    async def answer(self, *args: Any) -> Answer:
        if not self.answers:
            raise Unavailable("The source is away.")
        return await self.source.answer(*args)

    async def seen(self, *_: Any) -> Sequence[Any]:
        return []

    def __getattr__(self, name: str) -> Any:
        return getattr(self.source, name)


async def test_no_data_is_never_back_to_normal(house: House) -> None:
    await watched(house)
    now = house.clock() + 2 * HOUR
    await risen(house, now)
    for n in range(1, 4):
        watch = await look(house, now + n * 2 * HOUR, source=cast(Any, Away(house.services.watches.source)))
        assert watch.last
        assert watch.last.unknown == "away"
    for n in range(4, 6):
        watch = await look(house, now + n * 2 * HOUR)
        assert watch.last
        assert watch.last.unknown == "no_data"
    late = now + 12 * HOUR
    await visited(house, late, 20)
    for n in range(3):
        there = cast(Any, Away(house.services.watches.source, answers=True))
        watch = await look(house, late + n * 5 * MINUTE, source=there)
        assert watch.risen, "whatever came in is old"
    assert not await named(house, "Back to usual")
    await look(house, late + 15 * MINUTE)
    assert (await the_watch(house)).risen, "one look is not enough"
    await visited(house, late + 20 * MINUTE, 3)
    await look(house, late + 20 * MINUTE)
    assert len(await named(house, "Back to usual")) == 1


async def quiet_hours(house: House, now: datetime, zone: str = "Asia/Seoul") -> None:
    """From the hour of `now` on, for four hours."""
    hour = now.astimezone(ZoneInfo(zone)).hour
    settings = ClipSettings(quiet_from=hour, quiet_until=(hour + 4) % 24, zone=zone)
    records = house.services.clips.records
    _, version = await records.settings(TEAM, INCIDENT)
    await records.save_settings(TEAM, INCIDENT, settings, version)


async def test_what_still_stands_after_quiet_hours_is_told_in_one_message(house: House) -> None:
    await watched(house)
    now = house.clock() + 2 * HOUR
    await quiet_hours(house, now)
    await visited(house, now, 40, 30)
    await look(house, now)
    assert not await named(house, "More than usual")
    for hours in (1, 2, 3):
        await visited(house, now + hours * HOUR, 40, 30)
        await look(house, now + hours * HOUR)
    morning = now + 4 * HOUR
    await visited(house, morning, 40, 30)
    await look(house, morning)
    [message] = await named(house, "More than usual")
    assert "Above its usual range since" in str(message["blocks"])


async def test_what_is_over_after_quiet_hours_is_told_as_past_in_one_message(house: House) -> None:
    await watched(house)
    now = house.clock() + 2 * HOUR
    await quiet_hours(house, now)
    await visited(house, now, 40, 30)
    await look(house, now)
    for minutes in (100, 105, 110):
        await visited(house, now + minutes * MINUTE, 20)
        await look(house, now + minutes * MINUTE)
    assert not (await the_watch(house)).risen
    morning = now + 4 * HOUR
    await visited(house, morning, 20)
    await look(house, morning)
    await look(house, morning + 5 * MINUTE)
    [message] = await named(house, "More than usual for a while")
    assert "It is back in its usual range" in str(message["blocks"])
    assert "30 sessions" in str(message["blocks"])
    assert not await named(house, "Back to usual")


async def count_is(house: House, n: int) -> bool:
    return len(await house.services.watches.records.of_channel(TEAM, INCIDENT)) == n
