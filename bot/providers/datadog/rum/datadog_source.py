"""Datadog RUM as a source of signals and recordings."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.kernel.clock import Clock
from bot.kernel.result_cache import ResultCache
from bot.providers.datadog.http import datadog_links
from bot.providers.datadog.http.api_call import Call
from bot.providers.datadog.http.client import Client
from bot.providers.datadog.provider import TITLE
from bot.providers.datadog.replay import replays
from bot.providers.datadog.replay.replays import KEPT, kept_period
from bot.providers.datadog.rum import clip_candidates, query, surroundings
from bot.providers.datadog.rum.answer_from_buckets import answer, by_error
from bot.providers.datadog.rum.bucket_totals import single
from bot.providers.datadog.rum.count_requests import RequestPlan, event_plan, plan
from bot.providers.datadog.rum.people_counts import PeopleIds
from bot.providers.datadog.rum.rum_requests import Aggregated, search_events
from bot.providers.datadog.rum.seen_targets import has_value, seen_targets, seen_values
from bot.providers.datadog.rum.top_errors import LOOKED_AT, top_errors
from bot.signals.answer import Answer, Caveat, CaveatKind, Day, Definition, FirstSeen, TargetMatch, Tops
from bot.signals.oldest_data import reaches_beyond
from bot.signals.periods import previous
from bot.signals.question import GroupBy, Period, Question
from bot.signals.source import Moment, SeenTarget, SeenValue

DEFINITION = Definition(key="sdk_rules", name="Datadog browser SDK rules")
FRESH_S = 60.0
SLOWLY_S = 600.0  # for what changes with the application and not with the question
MOST_CAVEATS = 2  # the gravest first


class DatadogSource:
    """A Source. `secret` makes people's ids opaque, `clock` gives the time (aware)."""

    name = "datadog"
    definition = DEFINITION

    def __init__(self, client: Client, secret: str, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._person = clip_candidates.person_by(secret)
        self._seen: ResultCache[Sequence[SeenTarget]] = ResultCache(FRESH_S)
        self._has_value: ResultCache[bool] = ResultCache(FRESH_S)
        self._sampled: ResultCache[bool] = ResultCache(SLOWLY_S)
        self._ids: ResultCache[PeopleIds] = ResultCache(SLOWLY_S)
        self._oldest: ResultCache[datetime | None] = ResultCache(SLOWLY_S)
        self._versions: ResultCache[Sequence[FirstSeen]] = ResultCache(SLOWLY_S)

    async def seen(self, period: Period) -> Sequence[SeenTarget]:
        """Datadog is asked once a minute for the same period: every question needs the names, and some twice."""
        minute = tuple(int(moment.timestamp() // FRESH_S) for moment in (period.start, period.end))
        return await self._seen.get(minute, lambda: seen_targets(self._client, period))

    async def answer(self, question: Question, targets: Sequence[TargetMatch]) -> Answer:
        before = question.compare or previous(question.period)
        requests = plan(question, targets, before, await self._people_ids())
        hits = query.frustrated(question, targets)
        by_errors = question.group_by is GroupBy.ERROR
        results, errors, sampled, oldest = await asyncio.gather(
            self._results(requests),
            top_errors(self._client, hits, question.period, with_actions=by_errors),
            self._is_sampled(),
            self._first_click(),
        )
        begins = min(question.period.start, before.start)
        forgotten = begins < self._clock() - KEPT
        unknown = oldest is not None and reaches_beyond(oldest, question.period, before)
        numbers = answer(question, targets, before, requests, results, self.definition)
        limits = (
            (errors.partial or _timed_out(results), Caveat(CaveatKind.TIMED_OUT, TITLE)),
            (forgotten, Caveat(CaveatKind.FORGOTTEN, TITLE, KEPT.days)),
            (unknown and not forgotten, Caveat(CaveatKind.BEFORE_DATA)),
            (sampled, Caveat(CaveatKind.SAMPLED)),
            (errors.newest_only, Caveat(CaveatKind.NEWEST_ERRORS, number=LOOKED_AT)),
        )
        return replace(
            numbers,
            errors=errors.errors,
            groups=by_error(question, errors.actions or {}) if by_errors else numbers.groups,
            caveats=tuple(caveat for holds, caveat in limits if holds)[:MOST_CAVEATS] + numbers.caveats,
            kept_from=oldest.astimezone(begins.tzinfo) if oldest and (forgotten or unknown) else None,
            link=datadog_links.question(self._client.site, hits, question.period),
            asked_at=self._clock().astimezone(question.period.end.tzinfo),
        )

    async def moments(self, question: Question, targets: Sequence[TargetMatch], limit: int = 50) -> Sequence[Moment]:
        """Moments of recorded sessions, newest first. Whether a recording is complete shows when it is read."""
        hits = query.frustrated(question, targets)
        return await clip_candidates.find(
            self._client, hits, question.period, limit, kept_period(self._clock()), self._person
        )

    async def calm_moments(
        self, question: Question, targets: Sequence[TargetMatch], limit: int = 50
    ) -> Sequence[Moment]:
        """Of recorded sessions, newest first."""
        kept = kept_period(self._clock())
        return await clip_candidates.find_calm(self._client, question, targets, limit, kept, self._person)

    async def daily(self, question: Question, targets: Sequence[TargetMatch]) -> Sequence[Day]:
        return await surroundings.daily(
            self._client, question, targets, kept_period(self._clock()), await self._first_click()
        )

    async def tops(self, question: Question, targets: Sequence[TargetMatch]) -> Tops:
        return await surroundings.tops(self._client, question, targets)

    async def versions(self, period: Period) -> Sequence[FirstSeen]:
        """To the hour, as far back as Datadog keeps clicks; looked up every ten minutes."""
        stored = kept_period(self._clock())
        start, end = max(period.start, stored.start), min(period.end, stored.end)
        if start >= end:
            return []
        key = tuple(int(moment.timestamp() // SLOWLY_S) for moment in (start, end))
        return await self._versions.get(key, lambda: surroundings.versions(self._client, Period(start, end), stored))

    async def people_who_did(self, event: str, period: Period) -> int:
        results = await self._sent(event_plan(event, period, await self._people_ids()))
        return single(results, "did").people

    async def has_value(self, facet: str, value: str) -> bool:
        """As far back as Datadog keeps events. Asked once a minute: a version may have been deployed just now."""
        kept = kept_period(self._clock())
        return await self._has_value.get((facet, value), lambda: has_value(self._client, facet, value, kept))

    async def seen_values(self, facet: str) -> Sequence[SeenValue]:
        return await seen_values(self._client, facet, kept_period(self._clock()))

    async def recording(self, session_id: str) -> Sequence[bytes]:
        """The pieces in order. Raises Missing when Datadog has none (any more)."""
        return await replays.recording(self._client, session_id, kept_period(self._clock()))

    async def _results(self, requests: RequestPlan) -> dict[str, Aggregated]:
        results = await self._sent(requests.calls)
        return results | await self._sent(requests.instead(results))

    async def _sent(self, calls: Mapping[str, Call]) -> dict[str, Aggregated]:
        answers = await asyncio.gather(*(self._client.send(call, Aggregated) for call in calls.values()))
        return dict(zip(calls, answers, strict=True))

    async def _people_ids(self) -> PeopleIds:
        """What people are named by in all that is kept; looked up every ten minutes."""
        return await self._ids.get("", lambda: surroundings.people_ids(self._client, kept_period(self._clock())))

    async def _first_click(self) -> datetime | None:
        """The hour of the first click that is kept; looked up every ten minutes."""
        return await self._oldest.get("", lambda: surroundings.oldest(self._client, kept_period(self._clock())))

    async def _is_sampled(self) -> bool:
        """Whether the SDK leaves sessions out, as the newest event says; looked up every ten minutes."""
        return await self._sampled.get("", self._look_at_sampling)

    async def _look_at_sampling(self) -> bool:
        newest = await search_events(self._client, query.CLICKS, kept_period(self._clock()), most=1)
        return any(event.event().internal.configuration.session_sample_rate < 100 for event in newest.data)


def _timed_out(results: Mapping[str, Aggregated]) -> bool:
    return any(result.partial for result in results.values())
