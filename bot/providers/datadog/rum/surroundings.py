"""What stands around an answer: the days before it, when versions were first seen, where the signals were."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.providers.datadog.http.client import Client
from bot.providers.datadog.rum import query
from bot.providers.datadog.rum.count_requests import BY_KIND, FACETS
from bot.providers.datadog.rum.rum_requests import Aggregated, ComputeRequest, FacetGroup, aggregate
from bot.providers.datadog.rum.series_slices import interval, placing
from bot.signals.answer import Day, FirstSeen, TargetMatch, Top, Tops
from bot.signals.question import GroupBy, Period, Question
from bot.signals.slices import edges

WEEKS = timedelta(weeks=4)
HOUR = timedelta(hours=1)
TOPS_TOLD = 5
VERSIONS_TOLD = 50


async def daily(
    client: Client, question: Question, targets: Sequence[TargetMatch], kept: Period, oldest: datetime | None
) -> list[Day]:
    """Days from the first whole one of which data are kept; `oldest` is the time of the oldest data. One request."""
    whole = within(weeks_before(question.period), kept)
    if whole is None or oldest is None:
        return []
    starts = edges(whole, hourly=False)
    series = ComputeRequest(interval=interval(starts))
    kinds = aggregate(query.frustrated(question, targets), whole, [series], [BY_KIND])
    found = await client.get(kinds, Aggregated)
    sums, place = [0] * len(starts), placing(starts)
    for bucket in found.buckets:
        if query.signal_of(str(bucket.by.get(query.FRUSTRATION))) in question.signals:
            for point in bucket.points(0):
                sums[place(point.time)] += round(point.value)
    first = max(oldest, kept.start)
    return [Day(start, count) for start, count in zip(starts, sums, strict=True) if start >= first]


async def oldest(client: Client, kept: Period) -> datetime | None:
    """When the first click of all was, to the hour; None without any."""
    found = await client.get(aggregate(query.CLICKS, kept, [ComputeRequest(interval="1h")]), Aggregated)
    times = [point.time for bucket in found.buckets for point in bucket.points(0) if point.value]
    return min(times, default=None)


async def tops(client: Client, question: Question, targets: Sequence[TargetMatch]) -> Tops:
    """Three requests at once."""
    hits, facets = query.frustrated(question, targets), (FACETS[GroupBy.VIEW], FACETS[GroupBy.VERSION], "service")
    calls = (aggregate(hits, question.period, [ComputeRequest()], [FacetGroup(facet, TOPS_TOLD)]) for facet in facets)
    found = await asyncio.gather(*(client.get(call, Aggregated) for call in calls))
    return Tops(*map(_tops, found, facets))


def _tops(found: Aggregated, facet: str) -> tuple[Top, ...]:
    return tuple(Top(str(it.by.get(facet)), it.number(0)) for it in found.buckets)


async def versions(client: Client, period: Period, kept: Period) -> list[FirstSeen]:
    """Versions clicked in the period, by the hour of the kept time in which each was first seen, oldest first.

    One request; of very many versions those with most clicks.
    """
    facet, stored = FACETS[GroupBy.VERSION], Period(kept.start, period.end)
    call = aggregate(query.CLICKS, stored, [ComputeRequest(interval="1h")], [FacetGroup(facet, VERSIONS_TOLD)])
    answer = await client.get(call, Aggregated)
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
    """From midnight four weeks before the day on which the period begins. In wall-clock time: days stay days."""
    midnight = datetime.combine(period.start.date(), datetime.min.time(), tzinfo=period.start.tzinfo)
    return Period(midnight - WEEKS, period.end)


def within(period: Period, kept: Period) -> Period | None:
    """The part of the period of which data are kept, from a midnight on; None when nothing is left of it."""
    start = period.start
    while start < kept.start:
        start += timedelta(days=1)
    return Period(start, period.end) if start < period.end else None
