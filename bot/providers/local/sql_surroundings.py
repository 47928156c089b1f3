"""What is shown around an answer: the days before it, when versions were first seen, where the signals were."""

# ruff: noqa: S608 (names of our own tables and columns are put together here; values are parameters)

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.providers.local.count_statement import QUARTER_S, slot
from bot.providers.local.filters import conditions
from bot.providers.local.sql import Values
from bot.signals.answer import Day, FirstSeen, TargetMatch, Top, Tops
from bot.signals.periods import edges
from bot.signals.question import GroupBy, Period, Question

WEEKS = 4
MOST_TOPS = 5
Query = Callable[[str, Mapping[str, Any]], Awaitable[list[tuple[Any, ...]]]]


async def daily(query: Query, question: Question, targets: Sequence[TargetMatch]) -> Sequence[Day]:
    """Returns the days from the first complete one of which data are kept."""
    span = _with_weeks_before(question.period)
    values = Values()
    where = " AND ".join([*_within(span, values), *conditions(question, targets, values)])
    signals = " + ".join(f"{signal}::INTEGER" for signal in question.signals) or "0"
    rows = await query(_DAILY.format(signals=signals, where=where, begin=values.add(span.start)), values.by_name)
    (_, oldest), *counted = rows
    starts = edges(span, GroupBy.DAY)
    seconds = [start.timestamp() for start in starts]
    sums = [0] * len(starts)
    for quarter, count in counted:
        sums[slot(seconds, quarter)] += int(count)  # the column holds a time too, so it comes as a float
    kept = float("inf") if oldest is None else oldest
    return [Day(start, count) for start, count in zip(starts, sums, strict=True) if start.timestamp() >= kept]


async def tops(query: Query, question: Question, targets: Sequence[TargetMatch]) -> Tops:
    values = Values()
    wanted = " OR ".join(question.signals) or "false"
    where = [*_within(question.period, values), f"({wanted})", *conditions(question, targets, values)]
    rows = await query(_TOPS.format(where=" AND ".join(where)), values.by_name)
    views = [Top(label, actions) for version, label, actions in rows if not version and label]
    versions = [Top(label, actions) for version, label, actions in rows if version and label]
    return Tops(tuple(views[:MOST_TOPS]), tuple(versions[:MOST_TOPS]))


async def versions(query: Query, period: Period) -> Sequence[FirstSeen]:
    values = Values()
    rows = await query(_VERSIONS.format(start=values.add(period.start), end=values.add(period.end)), values.by_name)
    zone = period.end.tzinfo
    return [FirstSeen(version, datetime.fromtimestamp(at, UTC).astimezone(zone)) for version, at in rows]


def _with_weeks_before(period: Period) -> Period:
    """Returns the period from midnight four weeks before its first day. In wall-clock time: days stay days."""
    midnight = datetime.combine(period.start.date(), datetime.min.time(), tzinfo=period.start.tzinfo)
    return Period(midnight - timedelta(weeks=WEEKS), period.end)


def _within(period: Period, values: Values) -> list[str]:
    return [f"moment >= {values.add(period.start)}", f"moment < {values.add(period.end)}"]


# The first row is the time of the oldest action of those weeks; the others are quarters of an hour with their signals.
_DAILY = f"""
SELECT -1, (SELECT epoch(min(moment)) FROM actions WHERE moment >= {{begin}})
UNION ALL
(SELECT epoch_ms(moment) // {1000 * QUARTER_S} AS quarter, sum({{signals}})::BIGINT
 FROM actions WHERE {{where}} GROUP BY quarter)
"""
_TOPS = """
WITH pairs AS (SELECT version, view_path, count(*) AS actions FROM actions WHERE {where} GROUP BY ALL)
SELECT false AS by_version, view_path AS label, sum(actions)::BIGINT AS n FROM pairs GROUP BY label
UNION ALL
SELECT true, version, sum(actions)::BIGINT FROM pairs GROUP BY version
ORDER BY n DESC, label
"""
# A version is new when it is seen for the first time at all, so what lies before the period counts too.
_VERSIONS = """
SELECT version, epoch(min(moment)) AS first_seen FROM actions WHERE version <> '' AND moment < {end}
GROUP BY version HAVING max(moment) >= {start} ORDER BY first_seen, version LIMIT 500
"""
