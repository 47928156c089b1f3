"""The embedded store as a source of signals and recordings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.kernel.clock import seconds_of
from bot.providers.local import clip_moments, inventory, sql_surroundings
from bot.providers.local.answer_from_rows import answer
from bot.providers.local.count_statement import Row, statement
from bot.providers.local.event_store import EventStore
from bot.providers.local.filters import MASKED
from bot.providers.local.sql import Values
from bot.signals.answer import Answer, Caveat, CaveatKind, Day, Definition, FirstSeen, TargetMatch, Tops
from bot.signals.periods import previous
from bot.signals.question import Period, Question
from bot.signals.source import Moment, SeenTarget, SeenValue

DEFINITION = Definition(key="sdk_rules", name="Datadog browser SDK rules")
LIVE_S = 60
PATIENCE_S = 3.0
"""How long an answer waits for recordings to be searched."""
EDGE_SLACK = timedelta(hours=12)
"""A first day on which nobody clicked in the morning counts as complete."""
# Key of a text that other sources share: three clicks within a second, nothing within 100 ms, an error in the click.


class LocalSource:
    """Questions over what the intake stored. `clock` gives epoch seconds; without it, the store's."""

    name = "local"
    definition = DEFINITION

    def __init__(self, store: EventStore, clock: Callable[[], float] | None = None) -> None:
        self._store = store
        self._clock = clock or seconds_of(store.clock)

    async def seen(self, period: Period) -> Sequence[SeenTarget]:
        """Targets by name with the selector they have most often; masked and nameless ones each by selector."""
        await self._store.settle(PATIENCE_S)
        values = Values()
        span = f"moment >= {values.add(period.start)} AND moment < {values.add(period.end)}"
        masked = values.among("target", MASKED)
        rows = await self._store.query(_SEEN.format(span=span, masked=masked), values.by_name)
        return [SeenTarget(*row) for row in rows]

    async def answer(self, question: Question, targets: Sequence[TargetMatch]) -> Answer:
        searched = await self._store.settle(PATIENCE_S)
        before = question.compare or previous(question.period)
        counting = statement(question, targets, before)
        rows = [Row(*row) for row in await self._store.query(counting.sql, counting.values)]
        numbers = answer(question, targets, before, rows, self.definition)
        asked_at = datetime.fromtimestamp(self._clock(), UTC).astimezone(question.period.end.tzinfo)
        caveats, kept_from = await self._caveats(question, before, searched=searched)
        caveats += numbers.caveats
        return replace(numbers, query=counting.shown, caveats=caveats, kept_from=kept_from, asked_at=asked_at)

    async def _caveats(
        self, question: Question, before: Period, *, searched: bool
    ) -> tuple[tuple[Caveat, ...], datetime | None]:
        """What limits the numbers, and the time of the oldest data where the question reaches back beyond them."""
        values = Values()
        period, now = question.period, datetime.fromtimestamp(self._clock(), UTC)
        live = values.add(now - timedelta(seconds=LIVE_S))
        ends = {"begin": period.start, "end": period.end, "from_before": before.start, "to_before": before.end}
        limits = _LIMITS.format(live=live, **{name: values.add(moment) for name, moment in ends.items()})
        rows = await self._store.query(limits, values.by_name)
        going_on, sampled, kept_from, oldest = rows[0]
        begins = min(period.start, before.start)
        edge = _edge(begins, kept_from, oldest)
        reasons = (
            (edge is not None, CaveatKind.BEFORE_DATA),
            (sampled, CaveatKind.SAMPLED),
            (not searched, CaveatKind.SEARCHING),
            (searched and going_on, CaveatKind.LIVE),
        )
        caveats = tuple(Caveat(kind) for holds, kind in reasons if holds)
        return caveats, edge.astimezone(begins.tzinfo) if edge else None

    async def moments(self, question: Question, targets: Sequence[TargetMatch], limit: int = 50) -> Sequence[Moment]:
        """Complete ones first, then newest first."""
        await self._store.settle(PATIENCE_S)
        return await clip_moments.find(self._store.query, question, targets, limit)

    async def calm_moments(
        self, question: Question, targets: Sequence[TargetMatch], limit: int = 50
    ) -> Sequence[Moment]:
        """Complete ones first, then newest first."""
        await self._store.settle(PATIENCE_S)
        return await clip_moments.find_calm(self._store.query, question, targets, limit)

    async def daily(self, question: Question, targets: Sequence[TargetMatch]) -> Sequence[Day]:
        return await sql_surroundings.daily(self._store.query, question, targets)

    async def tops(self, question: Question, targets: Sequence[TargetMatch]) -> Tops:
        return await sql_surroundings.tops(self._store.query, question, targets)

    async def versions(self, period: Period) -> Sequence[FirstSeen]:
        return await sql_surroundings.versions(self._store.query, period)

    async def has_value(self, facet: str, value: str) -> bool:
        await self._store.settle(PATIENCE_S)
        return await inventory.has_value(self._store.query, facet, value)

    async def seen_values(self, facet: str) -> Sequence[SeenValue]:
        return await inventory.seen_values(self._store.query, facet)

    def newest(self) -> datetime | None:
        return self._store.newest

    async def recording(self, session_id: str) -> Sequence[bytes]:
        return await self._store.recordings.recording(session_id)


def _edge(begins: datetime, kept_from: str | None, oldest: datetime | None) -> datetime | None:
    """When the oldest data are of, if `begins` is clearly earlier: nobody knows what happened then."""
    deleted = datetime.fromisoformat(kept_from).replace(tzinfo=UTC) if kept_from else None
    stored = oldest.replace(tzinfo=UTC) if oldest else None
    if deleted is not None and begins < deleted:
        return max(deleted, stored) if stored else deleted
    return stored if stored is not None and begins < stored - EDGE_SLACK else None


_SEEN = """
WITH pairs AS (
  SELECT target, selector, count(*) AS clicks FROM actions WHERE {span} GROUP BY target, selector
)
SELECT target, arg_max(selector, clicks) AS selector, sum(clicks)::BIGINT AS clicks
FROM pairs GROUP BY target, if({masked}, selector, '') ORDER BY clicks DESC, target LIMIT 5000
"""
_LIMITS = """
SELECT
  EXISTS (SELECT 1 FROM sessions
          WHERE NOT sample AND received > {live} AND last_moment > {live} - INTERVAL 15 MINUTES
            AND last_moment >= {begin} AND last_moment < {end}),
  EXISTS (SELECT 1 FROM sessions
          WHERE sample_rate < 100 AND (last_moment >= {begin} AND first_moment < {end}
            OR last_moment >= {from_before} AND first_moment < {to_before})),
  (SELECT value FROM meta WHERE name = 'kept_from'),
  (SELECT min(moment) FROM actions)
"""
