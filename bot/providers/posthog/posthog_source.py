"""A PostHog project as a source of signals and recordings."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.kernel.clock import Clock
from bot.kernel.result_cache import ResultCache
from bot.providers.posthog import project_facts
from bot.providers.posthog.around_answers import AroundAnswers
from bot.providers.posthog.clip_moments import ClipMoments, person_by
from bot.providers.posthog.count_query import MOST_ROWS, CountRow, count_query
from bot.providers.posthog.event_properties import EventProperties
from bot.providers.posthog.posthog_answer import answer
from bot.providers.posthog.posthog_calls import QueryRows, query_call
from bot.providers.posthog.posthog_client import PostHogClient
from bot.providers.posthog.project_facts import ProjectFacts
from bot.providers.posthog.provider import TITLE
from bot.signals.answer import Answer, Caveat, CaveatKind, Day, Definition, FirstSeen, TargetMatch, Tops
from bot.signals.oldest_data import reaches_beyond
from bot.signals.periods import previous
from bot.signals.question import Period, Question, Signal
from bot.signals.source import Moment, Recordings, SeenTarget, SeenValue

DEFINITION = Definition(
    key="posthog_rules",
    name="rules of posthog-js (error clicks are derived: an exception within a second after a click)",
)
FRESH_S, SLOWLY_S = 60.0, 600.0
LOOKED_BACK = timedelta(days=90)
"""How far back values and first versions are looked for: PostHog keeps events for years."""
MOST_CAVEATS = 3  # the gravest first


class PostHogSource:
    """A Source. `secret` makes people's ids opaque, `clock` gives the time (aware)."""

    name = "posthog"
    definition = DEFINITION

    def __init__(
        self,
        client: PostHogClient,
        properties: EventProperties,
        recordings: Recordings,
        secret: str,
        clock: Clock,
    ) -> None:
        self._client = client
        self._properties = properties
        self._recordings = recordings
        self._clock = clock
        self._moments = ClipMoments(client, properties, person_by(secret))
        self._around = AroundAnswers(client, properties)
        self._seen: ResultCache[Sequence[SeenTarget]] = ResultCache(FRESH_S)
        self._has_value: ResultCache[bool] = ResultCache(FRESH_S)
        self._values: ResultCache[Sequence[SeenValue]] = ResultCache(FRESH_S)
        self._facts: ResultCache[ProjectFacts] = ResultCache(FRESH_S)
        self._oldest: ResultCache[datetime | None] = ResultCache(SLOWLY_S)
        self._versions: ResultCache[Sequence[FirstSeen]] = ResultCache(SLOWLY_S)

    async def seen(self, period: Period) -> Sequence[SeenTarget]:
        """Asked once a minute for the same period: every question needs the names, and some twice."""
        return await self._seen.get(_minutes(period), lambda: self._around.seen(period))

    async def answer(self, question: Question, targets: Sequence[TargetMatch]) -> Answer:
        before = question.compare or previous(question.period)
        counting = count_query(question, targets, before, self._properties)
        counted, facts, oldest = await asyncio.gather(
            self._client.send(query_call(counting.query, counting.values), QueryRows),
            self._facts.get(
                (_minutes(question.period), _minutes(before)),
                lambda: project_facts.facts(self._client, question.period, before),
            ),
            self._first_click(),
        )
        numbers = answer(question, targets, before, [CountRow(*row) for row in counted.results], self.definition)
        unknown = oldest is not None and reaches_beyond(oldest, question.period, before)
        cut = bool(counted.has_more) or len(counted.results) >= MOST_ROWS
        limits = _limits(question, facts, nothing=oldest is None, unknown=unknown, cut=cut)
        zone = question.period.end.tzinfo
        return replace(
            numbers,
            query=counting.shown,
            caveats=limits[:MOST_CAVEATS] + numbers.caveats,
            kept_from=oldest.astimezone(zone) if oldest and unknown else None,
            asked_at=self._clock().astimezone(zone),
        )

    async def moments(self, question: Question, targets: Sequence[TargetMatch], limit: int = 50) -> Sequence[Moment]:
        """Newest first. Whether a recording is complete shows when it is read."""
        return await self._moments.worst(question, targets, limit)

    async def calm_moments(
        self, question: Question, targets: Sequence[TargetMatch], limit: int = 50
    ) -> Sequence[Moment]:
        return await self._moments.calm(question, targets, limit)

    async def daily(self, question: Question, targets: Sequence[TargetMatch]) -> Sequence[Day]:
        return await self._around.daily(question, targets, await self._first_click())

    async def tops(self, question: Question, targets: Sequence[TargetMatch]) -> Tops:
        return await self._around.tops(question, targets)

    async def versions(self, period: Period) -> Sequence[FirstSeen]:
        """As far back as values are looked for; looked up every ten minutes."""
        key = tuple(int(moment.timestamp() // SLOWLY_S) for moment in (period.start, period.end))
        return await self._versions.get(key, lambda: self._around.versions(period, self._looked_back()))

    async def people_who_did(self, event: str, period: Period) -> int:
        return await self._around.people_who_did(event, period)

    async def has_value(self, facet: str, value: str) -> bool:
        """Asked once a minute: a version may have been deployed just now."""
        return await self._has_value.get(
            (facet, value), lambda: self._around.has_value(facet, value, self._looked_back())
        )

    async def seen_values(self, facet: str) -> Sequence[SeenValue]:
        return await self._values.get(facet, lambda: self._around.seen_values(facet, self._looked_back()))

    async def recording(self, session_id: str) -> Sequence[bytes]:
        """The pieces in order. Raises Missing when PostHog has none (any more)."""
        return await self._recordings.recording(session_id)

    def _looked_back(self) -> Period:
        now = self._clock()
        return Period(now - LOOKED_BACK, now + timedelta(minutes=1))  # clocks differ

    async def _first_click(self) -> datetime | None:
        """The time of the first click of all; looked up every ten minutes."""
        return await self._oldest.get("", lambda: project_facts.oldest(self._client))


def _limits(question: Question, facts: ProjectFacts, *, nothing: bool, unknown: bool, cut: bool) -> tuple[Caveat, ...]:
    dead = Signal.DEAD in question.signals
    reasons = (
        (cut, Caveat(CaveatKind.CUT, TITLE)),
        (nothing, Caveat(CaveatKind.NOTHING_YET)),
        (unknown, Caveat(CaveatKind.BEFORE_DATA)),
        (dead and facts.clicks and not facts.dead_clicks, Caveat(CaveatKind.DEAD_UNSEEN, TITLE)),
        (dead and facts.both_rules, Caveat(CaveatKind.RULE_CHANGED)),
        (facts.sampled, Caveat(CaveatKind.SAMPLED)),
    )
    return tuple(caveat for holds, caveat in reasons if holds)


def _minutes(period: Period) -> tuple[int, ...]:
    return tuple(int(moment.timestamp() // FRESH_S) for moment in (period.start, period.end))
