"""Tells a channel once a week which follow-ups are open, since when, and what they cost since."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

import msgspec

from bot.backlog import digest as weekly
from bot.backlog.digest import Digest, DigestRow, FollowUpCost, Uncounted
from bot.backlog.fix_check import TOO_LOW
from bot.backlog.hours import WorkingHours
from bot.backlog.request import Request
from bot.backlog.sentences import already
from bot.kernel.errors import Missing, ReplaybookError, Unfilmable
from bot.kernel.locale import Locale
from bot.kernel.messages import MessageLocale
from bot.services.requests import notify
from bot.services.requests.context import RequestContext
from bot.services.requests.jobs import DigestJob
from bot.signals.question import Period
from bot.slack.buttons import Pressed


async def tick(context: RequestContext) -> None:
    """Queues a job for each channel whose digest is due: a job of its own, so that one can't stop others."""
    for team, channel in await context.records.digests.due(context.clock()):
        await context.queue.put(DigestJob(team=team, channel=channel))


async def send_digest(context: RequestContext, job: DigestJob) -> None:
    """Posts the week's digest, once, and sets when the next one comes. Raises Upstream while Slack is away."""
    team, channel, now = job.team, job.channel, context.clock()
    requests = weekly.ordered(await _open_in(context, team, channel))
    if not requests or (await context.slack.people.channel_facts(team, channel)).archived:
        await context.records.digests.close(team, channel)
        for request in await _open_in(context, team, channel):  # somebody may have asked before it was closed
            if request not in requests:
                await expect(context, request)
        return
    locale = await _locale(context, requests[0])
    hours = WorkingHours(zone=locale.zone.key)
    if (opening := hours.from_(now)) > now:
        await context.records.digests.look_at(team, channel, opening)
        return
    if await _wanted(context, team, channel):
        await _post(context, team, channel, requests, locale)
    await context.records.digests.look_at(team, channel, weekly.next_digest(now, hours))


async def refresh(context: RequestContext, request: Request) -> None:
    """Brings the channel's last digest up to what became of a follow-up in it, so that no button lies."""
    digest = await context.records.digest(request.team, request.channel)
    if digest and any(row.request == request.id for row in digest.rows):
        await _bring_up_to_date(context, digest, request, await _locale(context, request))


async def _bring_up_to_date(
    context: RequestContext, digest: Digest, request: Request, locale: Locale, shown: Sequence[Request] = ()
) -> None:
    """Until nothing in it has changed while it was handed over: whoever hands it over last has read the newest."""
    while (now := await _requests_in(context, digest, request.team)) != shown:
        message = await _message(context, digest, now, locale)
        with suppress(Missing):
            await context.slack.outbox.update(_key(request.channel, digest.week), message, team=request.team)
        shown = now


async def expect(context: RequestContext, request: Request) -> None:
    """Sees to it that the channel of an open follow-up has a time for its digest."""
    if weekly.is_open(request):
        locale = await notify.locale_of(context, request, request.asker)
        when = weekly.next_digest(context.clock(), WorkingHours(zone=locale.zone.key))
        await context.records.digests.expect(request.team, request.channel, when)


async def _open_in(context: RequestContext, team: str, channel: str) -> list[Request]:
    requests = await context.records.open(team)
    return [request for request in requests if request.channel == channel and weekly.is_open(request)]


async def _wanted(context: RequestContext, team: str, channel: str) -> bool:
    try:
        settings, _ = await context.postmortems.clips.settings(team, channel)
    except Unfilmable:
        return True
    return not settings.no_digest


async def _locale(context: RequestContext, request: Request) -> Locale:
    """The language and zone of the channel's notebook, or else of whoever asked."""
    with suppress(Missing):
        if request.notebook:
            notebook = await context.postmortems.notebooks.get(request.notebook)
            return notebook.locale.as_of(context.clock())
    return await notify.locale_of(context, request, request.asker)


def _key(channel: str, week: str) -> str:
    return f"digest:{channel}:{week}"


async def _post(context: RequestContext, team: str, channel: str, requests: list[Request], locale: Locale) -> None:
    """The record comes first: what dies between it and the message is done again, with the same numbers."""
    now = context.clock()
    week = weekly.week_of(now, WorkingHours(zone=locale.zone.key))
    digest = await context.records.digest(team, channel)
    if digest is None or digest.week != week:
        shown = requests[: weekly.MOST_ROWS]
        rows = tuple([DigestRow(each.id, await _cost(context, each, now)) for each in shown])
        digest = Digest(week, now, rows, len(requests) - len(shown))
        await context.records.keep_digest(team, channel, digest)
    asked = await _requests_in(context, digest, team)
    message = await _message(context, digest, asked, locale)
    await context.slack.outbox.post(_key(channel, week), team=team, channel=channel, message=message)
    await _bring_up_to_date(context, digest, requests[0], locale, asked)


async def _cost(context: RequestContext, request: Request, now: datetime) -> FollowUpCost:
    """Counts the people of the same question since it was due, or since it was asked."""
    zone = (await notify.locale_of(context, request, request.responsible)).zone
    since, late = weekly.counted_from(request, now.astimezone(zone).date(), WorkingHours(zone=zone.key))
    cost = FollowUpCost(since, late)
    try:
        asked = await context.questions.get(request.team, request.question)
        if asked.answer is None:
            return msgspec.structs.replace(cost, why=Uncounted.AWAY)
        period = Period(since.astimezone(asked.locale.zone), now.astimezone(asked.locale.zone))
        answer = await context.count(request.team, asked.answer, period)
        used = answer.exposed.sessions > 0 or answer.counts.sessions > 0
        source = await context.teams.source_of(asked, context.source)
        if not used and not await source.seen(period):
            return msgspec.structs.replace(cost, why=Uncounted.NO_DATA)
    except ReplaybookError:
        return msgspec.structs.replace(cost, why=Uncounted.AWAY)
    if TOO_LOW & {caveat.kind for caveat in answer.caveats}:
        return msgspec.structs.replace(cost, why=Uncounted.INCOMPLETE)
    kept_from = answer.kept_from if answer.kept_from and answer.kept_from > since else None
    return msgspec.structs.replace(cost, people=answer.counts.people, kept_from=kept_from)


async def _requests_in(context: RequestContext, digest: Digest, team: str) -> list[Request]:
    """Those of its rows that are still kept, as they are now."""
    requests = [await context.records.find(team, row.request) for row in digest.rows]
    return [request for request in requests if request]


async def _message(
    context: RequestContext, digest: Digest, requests: Sequence[Request], locale: Locale
) -> dict[str, object]:
    """As things stand now, with the numbers of the day on which they were counted."""
    now, rows, spoken = context.clock(), [], MessageLocale.for_readers(locale)
    costs, today = {row.request: row.cost for row in digest.rows}, now.astimezone(locale.zone).date()
    for request in requests:
        rows.append(
            {
                "request": request,
                "open": weekly.is_open(request),
                "overdue": weekly.overdue(request, today),
                "words": weekly.in_words(request, costs[request.id], today, spoken),
                "sentence": already(request, now, spoken),
                "value": Pressed(request.id, version=request.version).value(),
                "url": await notify.thread_url(context, request),
            }
        )
    return context.slack.messages.message("backlog/digest", locale, rows=rows, more=digest.more)
