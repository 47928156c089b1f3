"""The embedded store as a source of signals and recordings."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.kernel.clock import seconds_of
from bot.providers.local import queries
from bot.providers.local.count_statement import Row, slot, statement
from bot.providers.local.event_store_port import EventStorePort
from bot.providers.local.provider import TITLE
from bot.providers.local.sql import LONGEST_SESSION, MASKED, Values
from bot.signals.answer import (
    Answer,
    Bucket,
    Caveat,
    CaveatKind,
    Counts,
    Day,
    Definition,
    FirstSeen,
    Group,
    TargetMatch,
    TopError,
    Tops,
)
from bot.signals.oldest_data import reaches_beyond
from bot.signals.periods import bar_of, edges, previous, slice_label
from bot.signals.question import SLICES, GroupBy, Period, Question, Signal
from bot.signals.question import Values as FacetValues
from bot.signals.source import PERSON, SESSION, Moment, SeenTarget, SeenValue

DEFINITION = Definition(key="sdk_rules", name="Datadog browser SDK rules")
LIVE = timedelta(seconds=60)
GOING_ON = timedelta(minutes=15)
PATIENCE_S = 3.0
"""How long an answer waits for recordings to be searched."""
STORED = {SESSION: "session_id", PERSON: "person"}
# Key of a text that other sources share: three clicks within a second, nothing within 100 ms, an error in the click.


class LocalSource:
    """Questions over what the intake stored. `clock` gives epoch seconds; without it, the store's."""

    name = "local"
    definition = DEFINITION

    def __init__(self, store: EventStorePort, clock: Callable[[], float] | None = None) -> None:
        self._store = store
        self._clock = clock or seconds_of(store.clock)

    async def seen(self, period: Period) -> Sequence[SeenTarget]:
        """Targets by name with the selector they have most often; masked and nameless ones each by selector."""
        await self._store.settle(PATIENCE_S)
        values, dialect = Values(self._store.dialect), self._store.dialect
        span = f"moment >= {values.add(period.start)} AND moment < {values.add(period.end)}"
        masked = values.among("target", MASKED)
        names = {"actions": dialect.newest("actions"), "clicks": dialect.total("n")}
        rows = await self._store.query(_SEEN.format(span=span, masked=masked, **names), values.by_name)
        return [SeenTarget(*row) for row in rows]

    async def answer(self, question: Question, targets: Sequence[TargetMatch]) -> Answer:
        searched = await self._store.settle(PATIENCE_S)
        before = question.compare or previous(question.period)
        counting = statement(self._stored(question), targets, before, self._store.dialect)
        counted, (caveats, kept_from) = await asyncio.gather(
            self._store.query(counting.sql, counting.values), self._caveats(question, before, searched=searched)
        )
        numbers = answer(question, targets, before, [Row(*row) for row in counted], self.definition)
        asked_at = datetime.fromtimestamp(self._clock(), UTC).astimezone(question.period.end.tzinfo)
        caveats += numbers.caveats
        return replace(numbers, query=counting.shown, caveats=caveats, kept_from=kept_from, asked_at=asked_at)

    async def _caveats(
        self, question: Question, before: Period, *, searched: bool
    ) -> tuple[tuple[Caveat, ...], datetime | None]:
        """What limits the numbers, and the time of the oldest data where the question reaches back beyond them."""
        period, now = question.period, datetime.fromtimestamp(self._clock(), UTC)
        going_on, sampled, kept_from, oldest = await self._limits(period, before, now)
        edge = _edge(kept_from, oldest, period, before)
        reasons = (
            (kept_from is None and oldest is None and not await self._has_any(), CaveatKind.NOTHING_YET),
            (edge is not None, CaveatKind.BEFORE_DATA),
            (sampled, CaveatKind.SAMPLED),
            (not searched, CaveatKind.SEARCHING),
            (searched and going_on, CaveatKind.LIVE),
        )
        caveats = tuple(Caveat(kind) for holds, kind in reasons if holds)
        return caveats, edge.astimezone(period.start.tzinfo) if edge else None

    async def _has_any(self) -> bool:
        """Whether anything was ever stored: sessions in which nobody clicked are known, too."""
        sessions = self._store.dialect.newest("sessions")
        return bool(await self._store.query(_ANY.format(sessions=sessions)))

    async def _limits(self, period: Period, before: Period, now: datetime) -> tuple[Any, ...]:
        """Returns (whether a session goes on, whether one was sampled, the ISO time before which data were deleted,
        the time of the oldest action in epoch ms)."""
        values, dialect = Values(self._store.dialect), self._store.dialect
        times = {"begin": period.start, "end": period.end, "from_before": before.start, "to_before": before.end}
        times |= {"live": now - LIVE, "recent": now - LIVE - GOING_ON}
        first, last = min(period.start, before.start), max(period.end, before.end)
        times |= {"first": first - LONGEST_SESSION, "last": last + LONGEST_SESSION}  # not every delivery tells the rate
        names = {name: values.add(moment) for name, moment in times.items()}
        sources = {
            "live_sessions": dialect.sessions(f"last_moment > {names['recent']}"),
            "sampled_sessions": dialect.sessions(_SAMPLED.format(**names)),
            "meta": dialect.newest("meta"),
            "oldest": dialect.oldest("true"),
        }
        (row,) = await self._store.query(_LIMITS.format(**names, **sources), values.by_name)
        return row

    async def moments(self, question: Question, targets: Sequence[TargetMatch], limit: int = 50) -> Sequence[Moment]:
        """Complete ones first, then newest first."""
        await self._store.settle(PATIENCE_S)
        return await queries.moments(self._store, self._stored(question), targets, limit)

    async def calm_moments(
        self, question: Question, targets: Sequence[TargetMatch], limit: int = 50
    ) -> Sequence[Moment]:
        """Complete ones first, then newest first."""
        await self._store.settle(PATIENCE_S)
        return await queries.calm_moments(self._store, self._stored(question), targets, limit)

    async def daily(self, question: Question, targets: Sequence[TargetMatch]) -> Sequence[Day]:
        return await queries.daily(self._store, self._stored(question), targets)

    async def tops(self, question: Question, targets: Sequence[TargetMatch]) -> Tops:
        return await queries.tops(self._store, self._stored(question), targets)

    async def versions(self, period: Period) -> Sequence[FirstSeen]:
        return await queries.versions(self._store, period)

    async def people_who_did(self, event: str, period: Period) -> int:
        await self._store.settle(PATIENCE_S)
        return await queries.people_who_did(self._store, event, period)

    async def has_value(self, facet: str, value: str) -> bool:
        await self._store.settle(PATIENCE_S)
        [(name, (stored,))] = self._as_stored({facet: (value,)}).items()
        return await queries.has_value(self._store, name, stored)

    async def seen_values(self, facet: str) -> Sequence[SeenValue]:
        return await queries.seen_values(self._store, STORED.get(facet, facet))

    def newest(self) -> datetime | None:
        return self._store.newest

    async def recording(self, session_id: str) -> Sequence[bytes]:
        return await self._store.recordings.recording(session_id)

    def _stored(self, question: Question) -> Question:
        """Returns the question with sessions and people as the store keeps them: people by their hash."""
        wanted, without = self._as_stored(question.wanted), self._as_stored(question.without)
        return question.with_wanted(wanted, without=without)

    def _as_stored(self, facets: FacetValues) -> dict[str, tuple[str, ...]]:
        person = self._store.rows.person
        return {
            STORED.get(name, name): tuple(map(person, values)) if name == PERSON else tuple(values)
            for name, values in facets.items()
        }


def _edge(kept_from: str | None, oldest_ms: int | None, *periods: Period) -> datetime | None:
    """When the oldest data is from, if one of the periods reaches beyond it: nobody knows what happened then."""
    deleted = datetime.fromisoformat(kept_from).replace(tzinfo=UTC) if kept_from else None
    stored = datetime.fromtimestamp(oldest_ms / 1000, UTC) if oldest_ms is not None else None
    if deleted is not None and any(period.start < deleted for period in periods):
        return max(deleted, stored) if stored else deleted
    return stored if stored is not None and reaches_beyond(stored, *periods) else None


_SEEN = """
SELECT target, argMax(selector, (n, selector)) AS usual, {clicks} AS clicks
FROM (SELECT target, selector, count(*) AS n FROM {actions} WHERE {span} GROUP BY target, selector)
GROUP BY target, if({masked}, selector, '') ORDER BY clicks DESC, target, usual LIMIT 5000
"""
_LIMITS = """
SELECT
  EXISTS (SELECT 1 FROM {live_sessions}
          WHERE NOT sample AND received > {live} AND last_moment > {recent}
            AND last_moment >= {begin} AND last_moment < {end}),
  EXISTS (SELECT 1 FROM {sampled_sessions}
          WHERE sample_rate < 100 AND (last_moment >= {begin} AND first_moment < {end}
            OR last_moment >= {from_before} AND first_moment < {to_before})),
  (SELECT max(value) FROM {meta} WHERE name = 'kept_from'),
  ({oldest})
"""
_ANY = "SELECT 1 FROM {sessions} LIMIT 1"
_SAMPLED = "sample_rate < 100 AND last_moment >= {first} AND last_moment < {last}"


def answer(
    question: Question, targets: Sequence[TargetMatch], before: Period, rows: Sequence[Row], definition: Definition
) -> Answer:
    """Returns the numbers, and says who people are where that isn't plain.

    The caller adds the query and what limits the numbers.
    """
    now = _one(rows, "now")
    return Answer(
        question=question,
        source="local",
        source_title=TITLE,
        definition=definition,
        query="",
        counts=_counts(question, now),
        before=_counts(question, _one(rows, "before")),
        before_period=before,
        exposed=_used(now),
        targets=_targets(targets, rows),
        series=_series(question, [row for row in rows if row.part == "slot"]),
        errors=tuple(TopError(row.label, row.actions) for row in _ranked(rows, "error")),
        groups=tuple(_group(question, row, now) for row in rows if row.part == "group"),
        sample=now.sample,
        caveats=(Caveat(CaveatKind.NAMELESS),) if now.nameless else (),
    )


_EMPTY = Row("", "", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, sample=False, nameless=False)


def _one(rows: Sequence[Row], part: str) -> Row:
    return next((row for row in rows if row.part == part), _EMPTY)


def _ranked(rows: Sequence[Row], part: str) -> list[Row]:
    return sorted((row for row in rows if row.part == part), key=lambda row: (-row.actions, row.label))


def _by_signal(question: Question, row: Row) -> dict[Signal, int]:
    counts = {Signal.RAGE: row.rage, Signal.DEAD: row.dead, Signal.ERROR: row.error}
    return {signal: counts[signal] for signal in question.signals}


def _counts(question: Question, row: Row) -> Counts:
    return Counts(_by_signal(question, row), row.actions, row.people, row.sessions)


def _targets(targets: Sequence[TargetMatch], rows: Sequence[Row]) -> tuple[TargetMatch, ...]:
    used = {row.label: row.actions for row in rows if row.part == "target"}
    return tuple(replace(match, actions=used.get(match.name, 0)) for match in targets)


def _series(question: Question, rows: Sequence[Row]) -> tuple[Bucket, ...]:
    starts = edges(question.period, bar_of(question.period))
    seconds = [start.timestamp() for start in starts]
    sums = [dict.fromkeys(question.signals, 0) for _ in starts]
    for row in rows:
        bucket = sums[slot(seconds, row.slot)]
        for signal, count in _by_signal(question, row).items():
            bucket[signal] += count
    return tuple(Bucket(start, count) for start, count in zip(starts, sums, strict=True))


def _group(question: Question, row: Row, everyone: Row) -> Group:
    counts, base = _counts(question, row), row
    if question.group_by is GroupBy.SIGNAL:
        counts, base = replace(counts, by_signal={Signal(row.label): counts.by_signal[Signal(row.label)]}), everyone
    if question.group_by is GroupBy.ERROR:
        return Group(row.label, counts)  # an error has no base: nobody met it without it
    return Group(_label(question, row), counts, _used(base))


def _used(row: Row) -> Counts:
    return Counts(actions=row.used_actions, people=row.used_people, sessions=row.used_sessions)


def _label(question: Question, row: Row) -> str:
    """Days, hours and minutes are labelled by their local date, others by their value."""
    if question.group_by not in SLICES:
        return row.label
    start = datetime.fromtimestamp(row.slot, UTC).astimezone(question.period.start.tzinfo)
    return slice_label(start, question.group_by)
