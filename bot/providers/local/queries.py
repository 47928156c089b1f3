"""What is asked of the store beside the numbers: moments for a clip, days, tops, versions, and values ever seen."""

# ruff: noqa: S608 (names of our own tables and columns are put together here; values are parameters)

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from bot.providers.local.count_statement import QUARTER_S, slot
from bot.providers.local.sql import COLUMNS, Values, attribute, attribute_is, conditions, facet_is, view_is
from bot.replay.detect.click_rules import RAGE_CLICKS
from bot.signals.answer import Day, FirstSeen, TargetMatch, Top, Tops
from bot.signals.periods import edges
from bot.signals.question import ALL_SIGNALS, GroupBy, Period, Question, Signal
from bot.signals.source import VIEW, Moment, SeenValue

WEEKS = 4
MOST_TOPS = 5
MOST_VALUES = 1000
MOST_PAGES = 5000
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


async def people_who_did(query: Query, event: str, period: Period) -> int:
    """Custom actions are those of whoever the session counts for."""
    values = Values()
    within, name = " AND ".join(_within(period, values)), values.add(event)
    [(people,)] = await query(_DID.format(within=within, name=name), values.by_name)
    return int(people)


def _with_weeks_before(period: Period) -> Period:
    """Returns the period from midnight four weeks before its first day. In wall-clock time: days stay days."""
    midnight = datetime.combine(period.start.date(), datetime.min.time(), tzinfo=period.start.tzinfo)
    return Period(midnight - timedelta(weeks=WEEKS), period.end)


def _within(period: Period, values: Values) -> list[str]:
    return [f"moment >= {values.add(period.start)}", f"moment < {values.add(period.end)}"]


_DID = """
WITH done AS (
  SELECT DISTINCT session_id FROM others WHERE {within} AND kind = 'action' AND name = {name}
)
SELECT count(DISTINCT person) FROM (
  SELECT person FROM sessions WHERE id IN (SELECT session_id FROM done)
  UNION ALL
  SELECT person FROM actions WHERE {within} AND target = {name}
)
"""
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


async def moments(query: Query, question: Question, targets: Sequence[TargetMatch], limit: int) -> list[Moment]:
    """Returns the worst moment of each session in all of the period: complete ones first, then newest first."""
    values = Values()
    wanted = f"({' OR '.join(question.signals) or 'false'}) AND {_clicks(question, targets, values)}"
    return await _found(query, question, wanted, values, limit)


async def calm_moments(query: Query, question: Question, targets: Sequence[TargetMatch], limit: int) -> list[Moment]:
    """Returns a click of each session that used the targets and met no signal on them; complete ones first, too."""
    values = Values()
    clicks, signal = _clicks(question, targets, values), " OR ".join(ALL_SIGNALS)
    failed = f"SELECT session_id FROM actions WHERE ({signal}) AND {clicks}"
    return await _found(query, question, f"{clicks} AND session_id NOT IN ({failed})", values, limit)


def _clicks(question: Question, targets: Sequence[TargetMatch], values: Values) -> str:
    """Everyone who used the targets in the period."""
    span = [f"moment >= {values.add(question.period.start)}", f"moment < {values.add(question.period.end)}"]
    return " AND ".join([*span, *conditions(question, targets, values)])


async def _found(query: Query, question: Question, wanted: str, values: Values, limit: int) -> list[Moment]:
    rows = await query(_MOMENTS.format(wanted=wanted, rage=RAGE_CLICKS, limit=limit), values.by_name)
    return [_moment(row, question.period.start.tzinfo) for row in rows]


def _moment(row: tuple[Any, ...], zone: tzinfo | None) -> Moment:
    session, view, at_ms, rage, dead, error, target, clicks, first_ms, message, complete, *rest = row
    flags = ((Signal.RAGE, rage), (Signal.DEAD, dead), (Signal.ERROR, error))
    path, version, browser, country, device, person, sample = rest
    return Moment(
        session_id=session,
        view_id=view,
        at=datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone),
        signals=tuple(signal for signal, on in flags if on),
        target=target,
        clicks=clicks or (0 if rage else 1),  # a sender that doesn't count the clicks of a rage click leaves it open
        seconds_in=max(0.0, (at_ms - first_ms) / 1000),
        complete=complete,
        error=message or "",
        view=path or "",
        version=version or "",
        browser=browser,
        country=country,
        device=device,
        person=person,
        sample=sample,
    )


_MOMENTS = """
WITH hit AS MATERIALIZED (
  SELECT * FROM actions WHERE {wanted} AND session_id IN (SELECT session_id FROM segments)
), piece AS (
  SELECT session_id, if(format = 'rrweb', '', view_id) AS stream, seq, moment, last_moment, full_snapshot
  FROM segments WHERE session_id IN (SELECT session_id FROM hit)
), numbered AS (  -- pieces that follow one another without a gap have the same `run`
  SELECT *, seq - dense_rank() OVER (PARTITION BY session_id, stream ORDER BY seq) AS run FROM piece
), span AS (  -- what can be replayed: from a full snapshot to the end of its run
  SELECT session_id, min(moment) FILTER (full_snapshot) AS first, max(last_moment) AS last
  FROM numbered GROUP BY session_id, stream, run
), joined AS (
  SELECT action_id, arg_min(message, errors.moment) AS message
  FROM errors JOIN hit ON hit.id = errors.action_id GROUP BY action_id
), whole AS (
  SELECT DISTINCT hit.id FROM hit JOIN span USING (session_id) WHERE hit.moment BETWEEN span.first AND span.last
), candidate AS (
  SELECT hit.*, coalesce(message, '') AS message, whole.id IS NOT NULL AS complete,
    if(clicks > 0, clicks, if(rage_click, {rage}, 1)) AS least_clicks
  FROM hit LEFT JOIN joined ON joined.action_id = hit.id LEFT JOIN whole ON whole.id = hit.id
), worst AS (  -- as `bot.replay.script.choice` has it
  SELECT * FROM candidate
  QUALIFY row_number() OVER (
    PARTITION BY session_id ORDER BY complete DESC, rage_click::INT + dead_click::INT + error_click::INT DESC,
      least_clicks DESC, message = '', moment, view_id, view_path, version, target, message, id
  ) = 1
)
SELECT session_id, view_id, epoch_ms(moment), rage_click, dead_click, error_click, target, clicks,
  epoch_ms(sessions.first_moment), message, complete, worst.view_path, worst.version, worst.browser, worst.country,
  worst.device, worst.person, worst.sample
FROM worst JOIN sessions ON sessions.id = worst.session_id
ORDER BY complete DESC, moment DESC, session_id LIMIT {limit}
"""


async def has_value(query: Query, facet: str, value: str) -> bool:
    """Returns whether it is in the store, of whatever time. Sessions and views count, too: nobody need have clicked."""
    values = Values()
    tables: tuple[str, ...]
    if facet == VIEW:
        tables, condition = ("actions", "views"), view_is(value, values)
    elif facet in COLUMNS:
        tables, condition = ("actions", "sessions"), facet_is(facet, value, values)
    else:
        tables, condition = ("sessions",), attribute_is(facet, value, values)
    exists = " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE {condition})" for table in tables)
    return bool((await query(f"SELECT {exists}", values.by_name))[0][0])


async def seen_values(query: Query, facet: str) -> Sequence[SeenValue]:
    values = Values()
    tables: tuple[str, ...]
    if facet == VIEW:
        tables, column, most = ("actions", "views"), "view_path", MOST_PAGES
    elif facet in COLUMNS:
        tables, column, most = ("actions", "sessions"), facet, MOST_VALUES
    else:
        tables, column, most = ("sessions",), attribute(facet, values), MOST_VALUES
    counted = " UNION ALL ".join(
        f"SELECT {column} AS value, count(*) AS events FROM {table} GROUP BY ALL" for table in tables
    )
    rows = await query(_SEEN.format(counted=counted, most=most), values.by_name)
    return [SeenValue(value, events) for value, events in rows]


_SEEN = """
SELECT value, sum(events)::BIGINT AS seen FROM ({counted}) WHERE value <> ''
GROUP BY value ORDER BY seen DESC, value LIMIT {most}
"""
