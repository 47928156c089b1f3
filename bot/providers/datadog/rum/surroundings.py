"""What is shown around an answer, and what is known of an account: its oldest data, its versions, its people's ids."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.providers.datadog.http.client import Client
from bot.providers.datadog.rum import query
from bot.providers.datadog.rum.count_requests import BY_KIND, FACETS
from bot.providers.datadog.rum.people_counts import NAMED_OTHERWISE, PeopleIds
from bot.providers.datadog.rum.rum_requests import Aggregated, ComputeRequest, FacetGroup, aggregate, search_events
from bot.providers.datadog.rum.series_slices import interval, slice_index
from bot.signals.answer import Day, FirstSeen, TargetMatch, Top, Tops
from bot.signals.periods import edges
from bot.signals.question import GroupBy, Period, Question

WEEKS = timedelta(weeks=4)
HOUR = timedelta(hours=1)
MOST_TOPS = 5
MOST_VERSIONS = 50


async def daily(
    client: Client, question: Question, targets: Sequence[TargetMatch], kept: Period, oldest: datetime | None
) -> list[Day]:
    """Returns the days from the first complete one for which data is kept. `oldest` is the time of the oldest data.

    One request.
    """
    span = within(weeks_before(question.period), kept)
    if span is None or oldest is None:
        return []
    starts = edges(span, GroupBy.DAY)
    series = ComputeRequest(interval=interval(starts))
    call = aggregate(query.frustrated(question, targets), span, [series], [BY_KIND])
    answer = await client.send(call, Aggregated)
    sums, index = [0] * len(starts), slice_index(starts)
    for bucket in answer.buckets:
        if query.signal_of(str(bucket.by.get(query.FRUSTRATION))) in question.signals:
            for point in bucket.points(0):
                sums[index(point.time)] += round(point.value)
    first = max(oldest, kept.start)
    return [Day(start, count) for start, count in zip(starts, sums, strict=True) if start >= first]


async def oldest(client: Client, kept: Period) -> datetime | None:
    """Returns the hour of the first click of all, None without any."""
    answer = await client.send(aggregate(query.CLICKS, kept, [ComputeRequest(interval="1h")]), Aggregated)
    times = [point.time for bucket in answer.buckets for point in bucket.points(0) if point.value]
    return min(times, default=None)


async def people_ids(client: Client, kept: Period) -> PeopleIds:
    """Returns what people are named by: one request, and a second one where not everybody is named by a user id."""
    for ids in (PeopleIds.USERS, PeopleIds.BROWSERS):
        page = await search_events(client, query.CLICKS + NAMED_OTHERWISE[ids], kept, most=1)
        if not page.data and not page.partial:
            return ids
    return PeopleIds.SESSIONS


async def tops(client: Client, question: Question, targets: Sequence[TargetMatch]) -> Tops:
    """Returns top views, versions and services, in three requests at once."""
    hits, facets = query.frustrated(question, targets), (FACETS[GroupBy.VIEW], FACETS[GroupBy.VERSION], "service")
    calls = (aggregate(hits, question.period, [ComputeRequest()], [FacetGroup(facet, MOST_TOPS)]) for facet in facets)
    answers = await asyncio.gather(*(client.send(call, Aggregated) for call in calls))
    return Tops(*map(_tops, answers, facets))


def _tops(answer: Aggregated, facet: str) -> tuple[Top, ...]:
    return tuple(Top(str(bucket.by.get(facet)), bucket.number(0)) for bucket in answer.buckets)


async def versions(client: Client, period: Period, kept: Period) -> list[FirstSeen]:
    """Versions clicked in the period, by the hour of the kept time in which each was first seen, oldest first.

    One request; of very many versions those with most clicks.
    """
    facet, stored = FACETS[GroupBy.VERSION], Period(kept.start, period.end)
    call = aggregate(query.CLICKS, stored, [ComputeRequest(interval="1h")], [FacetGroup(facet, MOST_VERSIONS)])
    answer = await client.send(call, Aggregated)
    hours = {
        str(bucket.by.get(facet)): [point.time for point in bucket.points(0) if point.value]
        for bucket in answer.buckets
    }
    seen = [
        FirstSeen(version, min(times).astimezone(period.end.tzinfo))
        for version, times in hours.items()
        if times and max(times) > period.start - HOUR
    ]
    return sorted(seen, key=lambda first: (first.at, first.version))


def weeks_before(period: Period) -> Period:
    """Returns the period from midnight four weeks before its first day. In wall-clock time: days stay days."""
    midnight = datetime.combine(period.start.date(), datetime.min.time(), tzinfo=period.start.tzinfo)
    return Period(midnight - WEEKS, period.end)


def within(period: Period, kept: Period) -> Period | None:
    """Returns the part of the period for which data is kept, from a midnight on, or None when nothing is left."""
    start = period.start
    while start < kept.start:
        start += timedelta(days=1)
    return Period(start, period.end) if start < period.end else None
