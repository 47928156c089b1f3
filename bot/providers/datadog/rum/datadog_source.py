"""Datadog RUM as a source of signals and recordings."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.kernel.clock import Clock, system_clock
from bot.providers.datadog.http import links
from bot.providers.datadog.http.api_call import Call
from bot.providers.datadog.http.client import Client
from bot.providers.datadog.provider import TITLE
from bot.providers.datadog.replay import replays
from bot.providers.datadog.replay.replays import KEPT, kept
from bot.providers.datadog.rum import clip_candidates, query, surroundings
from bot.providers.datadog.rum.answer_from_buckets import answer, by_error
from bot.providers.datadog.rum.cache import Remembered
from bot.providers.datadog.rum.count_requests import plan
from bot.providers.datadog.rum.rum_requests import Aggregated, found
from bot.providers.datadog.rum.seen_targets import seen
from bot.providers.datadog.rum.top_errors import LOOKED_AT, causes
from bot.signals.answer import Answer, Caveat, CaveatKind, Day, Definition, FirstSeen, TargetMatch, Tops
from bot.signals.question import GroupBy, Period, Question
from bot.signals.source import Moment, SeenTarget

DEFINITION = Definition(key="sdk_rules", name="Datadog browser SDK rules")
REMEMBER_S = 60.0
SLOWLY_S = 600.0  # what changes with the application and not with the question
CAVEATS_TOLD = 2  # at most, the gravest first
EDGE_SLACK = timedelta(hours=12)
"""A first day on which nobody clicked before breakfast is whole all the same."""


class DatadogSource:
    """`secret` makes people's ids opaque; `clock` gives the time, aware."""

    name = "datadog"
    definition = DEFINITION

    def __init__(self, client: Client, secret: str, clock: Clock = system_clock) -> None:
        self._client = client
        self._clock = clock
        self._person = clip_candidates.person_by(secret)
        self._seen: Remembered[Sequence[SeenTarget]] = Remembered(REMEMBER_S)
        self._sampled: Remembered[bool] = Remembered(SLOWLY_S)
        self._oldest: Remembered[datetime | None] = Remembered(SLOWLY_S)
        self._versions: Remembered[Sequence[FirstSeen]] = Remembered(SLOWLY_S)

    async def seen(self, period: Period) -> Sequence[SeenTarget]:
        """Asked once a minute for the same period: every question needs it, and some twice."""
        minute = tuple(int(moment.timestamp() // REMEMBER_S) for moment in (period.start, period.end))
        return await self._seen.get(minute, lambda: seen(self._client, period))

    async def answer(self, question: Question, targets: Sequence[TargetMatch]) -> Answer:
        before = question.compare or Period(_earlier(question.period), question.period.start)
        planned = plan(question, targets, before)
        hits = query.frustrated(question, targets)
        listed = question.group_by is GroupBy.ERROR
        told, why, sampled, oldest = await asyncio.gather(
            self._numbers(planned.calls),
            causes(self._client, hits, question.period, listed=listed),
            self._is_sampled(),
            self._first_click(),
        )
        begins = min(question.period.start, before.start)
        forgotten, unknown = begins < self._clock() - KEPT, oldest is not None and begins < oldest - EDGE_SLACK
        limits = (
            (why.partial or any(it.partial for it in told.values()), Caveat(CaveatKind.TIMED_OUT, TITLE)),
            (forgotten, Caveat(CaveatKind.FORGOTTEN, TITLE, KEPT.days)),
            (unknown and not forgotten, Caveat(CaveatKind.BEFORE_DATA)),
            (sampled, Caveat(CaveatKind.SAMPLED)),
            (why.newest_only, Caveat(CaveatKind.NEWEST_ERRORS, number=LOOKED_AT)),
        )
        numbers = answer(question, targets, before, planned, told, self.definition)
        return replace(
            numbers,
            errors=why.errors,
            groups=by_error(question, why.actions or {}) if listed else numbers.groups,
            caveats=tuple(caveat for holds, caveat in limits if holds)[:CAVEATS_TOLD],
            kept_from=oldest.astimezone(begins.tzinfo) if oldest and (forgotten or unknown) else None,
            link=links.question(self._client.site, hits, question.period),
            asked_at=self._clock().astimezone(question.period.end.tzinfo),
        )

    async def moments(self, question: Question, targets: Sequence[TargetMatch], limit: int = 50) -> Sequence[Moment]:
        """Newest first, from sessions that were recorded. Whether a recording is whole shows when it is read."""
        hits = query.frustrated(question, targets)
        return await clip_candidates.find(self._client, hits, question.period, limit, kept(self._clock()), self._person)

    async def daily(self, question: Question, targets: Sequence[TargetMatch]) -> Sequence[Day]:
        return await surroundings.daily(self._client, question, targets, kept(self._clock()), await self._first_click())

    async def tops(self, question: Question, targets: Sequence[TargetMatch]) -> Tops:
        return await surroundings.tops(self._client, question, targets)

    async def versions(self, period: Period) -> Sequence[FirstSeen]:
        """As far as Datadog still keeps clicks, to the hour; asked every ten minutes."""
        stored = kept(self._clock())
        start, end = max(period.start, stored.start), min(period.end, stored.end)
        if start >= end:
            return []
        key = tuple(int(moment.timestamp() // SLOWLY_S) for moment in (start, end))
        return await self._versions.get(key, lambda: surroundings.versions(self._client, Period(start, end), stored))

    async def recording(self, session_id: str) -> Sequence[bytes]:
        """The pieces in order. Raises Missing when Datadog has none (any more)."""
        return await replays.recording(self._client, session_id, kept(self._clock()))

    async def _numbers(self, calls: Mapping[str, Call]) -> dict[str, Aggregated]:
        buckets = await asyncio.gather(*(self._client.get(call, Aggregated) for call in calls.values()))
        return dict(zip(calls, buckets, strict=True))

    async def _first_click(self) -> datetime | None:
        """Of all that are kept, to the hour; looked up every ten minutes."""
        return await self._oldest.get("", lambda: surroundings.oldest(self._client, kept(self._clock())))

    async def _is_sampled(self) -> bool:
        """Whether the SDK leaves sessions out, as the newest event says; looked up every ten minutes."""
        return await self._sampled.get("", self._look_at_sampling)

    async def _look_at_sampling(self) -> bool:
        newest = await found(self._client, query.CLICKS, kept(self._clock()), most=1)
        return any(it.inner().internal.configuration.session_sample_rate < 100 for it in newest.data)


def _earlier(period: Period) -> datetime:
    """The same elapsed span before the start, in the zone of the period."""
    return (period.start.astimezone(UTC) - period.span).astimezone(period.start.tzinfo)
