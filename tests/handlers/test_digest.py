"""The weekly list of a channel: once, with numbers of the source, and buttons that do what they say."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import msgspec

from bot.backlog.digest import next_digest
from bot.backlog.hours import WorkingHours
from bot.backlog.request import Request, RequestState
from bot.kernel.errors import Unavailable
from bot.services.requests.context import RequestContext
from bot.services.requests.jobs import DigestJob
from bot.services.requests.post_digest import send_digest
from bot.signals.question import Period
from tests.handlers.house import INCIDENT, JISOO, MINA, House, at, has, tick, until
from tests.handlers.test_backlog import only_request
from tests.handlers.test_channels import opened
from tests.handlers.test_channels import said as settings
from tests.handlers.test_follow_ups import TICK, promised
from tests.handlers.walking import quiet

Json = dict[str, Any]
TEAM = "T0NORDIC01"
HOURS = WorkingHours(zone=MINA.zone)


async def due(house: House) -> datetime:
    """The time of the channel's next list, once the clock has been by."""
    await quiet(house.redis)
    await tick(house.services)
    return next_digest(house.clock(), HOURS)


async def send(house: House, moment: datetime, **other: Any) -> None:
    """What the minute's clock does at that moment, for all channels."""
    context: RequestContext = replace(at(house, lambda: moment).requests, **other)
    for team, channel in await context.records.digests.due(moment):
        await send_digest(context, DigestJob(team=team, channel=channel))


async def lists(house: House) -> list[Json]:
    return [it for it in await house.messages() if is_list(it)]


def is_list(message: Json) -> bool:
    """Not what is said of it in the channel's settings."""
    return bool(re.match(r"\d+ open follow-up|No follow-up is open", message["text"]))


async def listed(house: House) -> Json:
    return await house.message(is_list)


async def backdated(house: House, days: int) -> Request:
    """The one request, as if it had been asked so many days earlier."""
    request = await only_request(house)
    earlier = request.asked_at - timedelta(days=days)
    records = house.services.requests.records
    return await records.change(request, lambda it: msgspec.structs.replace(it, asked_at=earlier))


async def test_a_channel_hears_once_a_week_what_is_open_and_how_many_people_hit_it_since(house: House) -> None:
    await promised(house, outcome="Buy works at the first click")
    request, monday = await backdated(house, 2), await due(house)
    await send(house, monday - timedelta(minutes=1))
    assert await lists(house) == []
    for minute in (0, 1, 60):
        await send(house, monday + timedelta(minutes=minute))
    digest = await listed(house)
    asked = await house.services.questions.records.get(TEAM, request.question)
    assert asked.answer
    period = Period(request.asked_at.astimezone(asked.locale.zone), monday.astimezone(asked.locale.zone))
    counted = await house.services.requests.count(TEAM, asked.answer, period)
    assert counted.counts.people > 1
    assert f"{counted.counts.people:,} people hit it since it was asked" in str(digest["blocks"])
    assert "Buy works at the first click" in str(digest["blocks"])
    await quiet(house.redis)
    assert len(await lists(house)) == 1
    await send(house, monday + timedelta(weeks=1, minutes=1))

    async def two() -> bool:
        return len(await lists(house)) == 2

    assert await until(two)


async def test_what_is_overdue_mentions_its_owner_and_done_takes_its_buttons_away(house: House) -> None:
    said, _ = await promised(house, due="today")
    monday = await due(house) + timedelta(weeks=2)
    await send(house, monday)
    digest = await listed(house)
    assert f"<@{JISOO.id}>" in str(digest["blocks"])
    assert "overdue by" in digest["blocks"][1]["text"]["text"]
    await house.press(digest, "backlog.finish", user=JISOO.id)
    await house.reply(said["ts"], lambda it: "checkered_flag" in str(it.get("blocks")))

    async def settled() -> bool:
        return not has(await listed(house), "backlog.finish")

    assert await until(settled)
    assert "that it is done" in str((await listed(house))["blocks"])
    assert (await house.services.requests.trackers.of().get("SHOP-1")).status == "done"
    assert (await only_request(house)).state is RequestState.DONE


async def test_somebody_else_drops_it_on_behalf_with_a_reason_and_a_late_press_is_told(house: House) -> None:
    await house.let_others_answer()
    said, _ = await promised(house)
    await send(house, await due(house))
    digest = await listed(house)
    await house.press(digest, "backlog.plan", user=JISOO.id)
    late = await house.modal(user=JISOO.id)
    await house.press(digest, "backlog.drop", user=MINA.id)
    view = await house.modal(user=MINA.id)
    told = await house.submit(view, {"reason": {"reason": "The page goes away"}}, user=MINA.id)
    assert "on_behalf" in told["errors"]
    await house.submit(view, {**TICK, "reason": {"reason": "The page goes away"}}, user=MINA.id)
    confirmed = await house.reply(said["ts"], lambda it: f"<@{MINA.id}> on behalf of" in str(it.get("blocks")))
    assert "The page goes away" in str(confirmed["blocks"])
    assert f"<@{JISOO.id}>" in str(confirmed["blocks"])
    refused = await house.submit(late, {"due": {"due": "in 3 weeks"}}, user=JISOO.id)
    assert "The page goes away" in str(refused["errors"])

    async def settled() -> bool:
        return not has(await listed(house), "backlog.drop")

    assert await until(settled)


async def test_a_new_date_is_in_the_list_at_once(house: House) -> None:
    await promised(house, due="today")
    monday = await due(house) + timedelta(weeks=1)
    await send(house, monday)
    await house.press(await listed(house), "backlog.plan", user=JISOO.id)
    wanted = (monday + timedelta(days=30)).date()
    view = await house.modal(user=JISOO.id)
    assert await house.submit(view, {"due": {"due": wanted.isoformat()}}, user=JISOO.id) == {"ok": True}

    async def moved() -> bool:
        digest = await listed(house)
        return str(wanted.day) in str(digest["blocks"]) and "overdue" not in digest["text"]

    assert await until(moved)


async def test_what_cannot_be_counted_says_so_and_stops_nothing(house: House) -> None:
    await promised(house)

    class Away:
        async def answer(self, *_: object) -> None:
            raise Unavailable("Away.")

    await send(house, await due(house), source=Away())
    assert "can’t be counted" in str((await listed(house))["blocks"])


async def test_a_channel_that_is_archived_or_wants_none_gets_no_list(house: House) -> None:
    await promised(house)
    assert await house.submit(await opened(house), settings(digest=[])) == {"ok": True}
    await house.message(lambda it: "no weekly list" in it["text"])
    monday = await due(house)
    await send(house, monday)
    assert await house.submit(await opened(house), settings(digest=["weekly"])) == {"ok": True}
    await house.message(lambda it: "listed once a week" in it["text"])
    await house.session.post(f"{house.root}/_test/archive", json={"channel": INCIDENT, "user": MINA.id})

    async def closed() -> bool:
        """The bot's own clock may come by an open follow-up in between, and give its channel a time again."""
        await send(house, monday + timedelta(weeks=1, minutes=1))
        return await house.services.requests.records.digests.open(TEAM) == []

    assert await until(closed)
    await quiet(house.redis)
    assert await lists(house) == []
