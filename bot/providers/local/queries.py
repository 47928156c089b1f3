"""What is asked of the store beside the numbers: moments for a clip, days, tops, versions, and values ever seen."""

# ruff: noqa: S608 (names of our own tables and columns are put together here; values are parameters)

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from bot.providers.local.count_statement import slot
from bot.providers.local.event_store_port import EventStorePort
from bot.providers.local.sql import COLUMNS, EXACT, LONGEST_SESSION, Values, conditions, facet_is, lowered, view_is
from bot.replay.detect.click_rules import RAGE_CLICKS
from bot.signals.answer import Day, FirstSeen, TargetMatch, Top, Tops
from bot.signals.periods import edges
from bot.signals.question import ALL_SIGNALS, GroupBy, Period, Question, Signal
from bot.signals.source import VIEW, Moment, SeenValue

WEEKS = 4
MOST_TOPS = 5
MOST_VALUES = 1000
MOST_PAGES = 5000


async def daily(store: EventStorePort, question: Question, targets: Sequence[TargetMatch]) -> Sequence[Day]:
    """Returns the days from the first complete one for which data is kept."""
    span, dialect = _with_weeks_before(question.period), store.dialect
    values = Values(dialect)
    where = " AND ".join([*_within(span, values), *conditions(question, targets, values, span)])
    signals = " + ".join(f"{signal}::INTEGER" for signal in question.signals) or "0"
    names = {"signals": dialect.total(signals), "quarter": dialect.quarter("moment")}
    names |= {"oldest": dialect.oldest(f"moment >= {values.add(span.start)}"), "actions": dialect.newest("actions")}
    rows = await store.query(_DAILY.format(where=where, **names), values.by_name)
    starts = edges(span, GroupBy.DAY)
    seconds = [start.timestamp() for start in starts]
    sums, kept = [0] * len(starts), float("inf")
    for quarter, number in rows:
        if quarter >= 0:
            sums[slot(seconds, quarter)] += number
        elif number is not None:
            kept = number / 1000
    return [Day(start, count) for start, count in zip(starts, sums, strict=True) if start.timestamp() >= kept]


async def tops(store: EventStorePort, question: Question, targets: Sequence[TargetMatch]) -> Tops:
    values = Values(store.dialect)
    wanted = " OR ".join(question.signals) or "false"
    where = [*_within(question.period, values), f"({wanted})", *conditions(question, targets, values, question.period)]
    names = {"where": " AND ".join(where), "actions": store.dialect.newest("actions")}
    rows = await store.query(_TOPS.format(**names), values.by_name)
    views = [Top(view, actions) for no_version, _, view, actions in rows if no_version and view]
    versions = [Top(version, actions) for no_version, version, _, actions in rows if not no_version and version]
    return Tops(tuple(views[:MOST_TOPS]), tuple(versions[:MOST_TOPS]))


async def versions(store: EventStorePort, period: Period) -> Sequence[FirstSeen]:
    values, dialect = Values(store.dialect), store.dialect
    names = {"start": values.add(period.start), "end": values.add(period.end), "actions": dialect.newest("actions")}
    rows = await store.query(_VERSIONS.format(first=dialect.epoch_ms("min(moment)"), **names), values.by_name)
    zone = period.end.tzinfo
    return [FirstSeen(version, datetime.fromtimestamp(at / 1000, UTC).astimezone(zone)) for version, at in rows]


async def people_who_did(store: EventStorePort, event: str, period: Period) -> int:
    """Custom actions are those of whoever the session counts for."""
    values, dialect = Values(store.dialect), store.dialect
    names = {table: dialect.newest(table) for table in ("actions", "others", "sessions")}
    names |= {"within": " AND ".join(_within(period, values)), "name": values.add(event)}
    [(people,)] = await store.query(_DID.format(people=dialect.distinct("person"), **names), values.by_name)
    return int(people)


def _with_weeks_before(period: Period) -> Period:
    """Returns the period from midnight four weeks before its first day. In wall-clock time: days stay days."""
    midnight = datetime.combine(period.start.date(), datetime.min.time(), tzinfo=period.start.tzinfo)
    return Period(midnight - timedelta(weeks=WEEKS), period.end)


def _with_a_session_around(period: Period) -> Period:
    """Returns the period in which everything lies that belongs to a session of the period. In UTC."""
    start, end = period.start.astimezone(UTC), period.end.astimezone(UTC)
    return Period(start - LONGEST_SESSION, end + LONGEST_SESSION)


def _within(period: Period, values: Values) -> list[str]:
    return [f"moment >= {values.add(period.start)}", f"moment < {values.add(period.end)}"]


_DID = """
SELECT {people} FROM (
  SELECT person FROM {sessions}
  WHERE id IN (SELECT session_id FROM {others} WHERE {within} AND kind = 'action' AND name = {name})
  UNION ALL
  SELECT person FROM {actions} WHERE {within} AND target = {name}
)
"""
# The row before 1970 has the time of the oldest action of those weeks; the others are quarters of an hour.
_DAILY = """
SELECT -1 AS quarter, ({oldest}) AS number
UNION ALL
(SELECT {quarter} AS quarter, {signals} AS number FROM {actions} WHERE {where} GROUP BY quarter)
"""
_TOPS = """
SELECT grouping(version) AS no_version, version, view_path, count(*) AS n FROM {actions} WHERE {where}
GROUP BY GROUPING SETS ((version), (view_path)) ORDER BY n DESC, version, view_path
"""
# A version is new when it is seen for the first time at all, so what lies before the period counts too.
_VERSIONS = """
SELECT version, {first} AS first_seen FROM {actions} WHERE version <> '' AND moment < {end}
GROUP BY version HAVING max(moment) >= {start} ORDER BY first_seen, version LIMIT 500
"""


async def moments(
    store: EventStorePort, question: Question, targets: Sequence[TargetMatch], limit: int
) -> list[Moment]:
    """Returns the worst moment of each session in all of the period: complete ones first, then newest first."""
    values = Values(store.dialect)
    wanted = f"({' OR '.join(question.signals) or 'false'}) AND {_clicks(question, targets, values)}"
    return await _moments(store, question, wanted, values, limit)


async def calm_moments(
    store: EventStorePort, question: Question, targets: Sequence[TargetMatch], limit: int
) -> list[Moment]:
    """Returns a click of each session that used the targets and met no signal on them; complete ones first, too."""
    values, actions = Values(store.dialect), store.dialect.newest("actions")
    clicks, signal = _clicks(question, targets, values), " OR ".join(ALL_SIGNALS)
    failed = f"SELECT session_id FROM {actions} WHERE ({signal}) AND {clicks}"
    return await _moments(store, question, f"{clicks} AND session_id NOT IN ({failed})", values, limit)


def _clicks(question: Question, targets: Sequence[TargetMatch], values: Values) -> str:
    """Everyone who used the targets in the period."""
    period = question.period
    return " AND ".join([*_within(period, values), *conditions(question, targets, values, period)])


async def _moments(store: EventStorePort, question: Question, wanted: str, values: Values, limit: int) -> list[Moment]:
    dialect = store.dialect
    names = {table: dialect.newest(table) for table in ("actions", "errors", "segments", "sessions")}
    near = " AND ".join(_within(_with_a_session_around(question.period), values))
    names |= {"near": near, "at": dialect.epoch_ms("moment"), "begun": dialect.epoch_ms("first_moment")}
    sql = _MOMENTS.format(once=dialect.once, wanted=wanted, rage=RAGE_CLICKS, limit=limit, **names)
    rows = await store.query(dialect.statement(sql), values.by_name)
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
        complete=bool(complete),
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
WITH hit {once} (
  SELECT * FROM {actions} WHERE {wanted} AND session_id IN (SELECT session_id FROM {segments} WHERE {near})
), piece AS (
  SELECT session_id, if(format = 'rrweb', '', view_id) AS stream, seq, moment, last_moment, full_snapshot
  FROM {segments} WHERE {near} AND session_id IN (SELECT session_id FROM hit)
), numbered AS (  -- pieces that follow one another without a gap have the same `run`
  SELECT *, seq - dense_rank() OVER (PARTITION BY session_id, stream ORDER BY seq) AS run FROM piece
), span AS (  -- what can be replayed: from a full snapshot to the end of its run
  SELECT session_id, min(moment) FILTER (WHERE full_snapshot) AS begins, max(last_moment) AS ends
  FROM numbered GROUP BY session_id, stream, run HAVING max(full_snapshot)
), met AS (
  SELECT action_id, argMin(message, (moment, message)) AS message
  FROM {errors} WHERE {near} AND action_id IN (SELECT id FROM hit) GROUP BY action_id
), replayed AS (
  SELECT hit.id AS id FROM hit JOIN span ON span.session_id = hit.session_id
  WHERE hit.moment >= span.begins AND hit.moment <= span.ends
), candidate AS (
  SELECT hit.*, coalesce(met.message, '') AS message, hit.id IN (SELECT id FROM replayed) AS complete,
    if(clicks > 0, clicks, if(rage_click, {rage}, 1)) AS least_clicks
  FROM hit LEFT JOIN met ON met.action_id = hit.id
), worst AS (  -- as `bot.replay.script.choice` has it
  SELECT * FROM candidate
  QUALIFY row_number() OVER (
    PARTITION BY session_id ORDER BY complete DESC, rage_click::INT + dead_click::INT + error_click::INT DESC,
      least_clicks DESC, message = '', moment, view_id, view_path, version, target, message, id
  ) = 1
)
SELECT session_id, view_id, {at} AS at_ms, rage_click, dead_click, error_click, target, clicks,
  {begun} AS begun_ms, message, complete, view_path, version, browser, country, device, person, sample
FROM worst JOIN (
  SELECT id AS begun_id, first_moment FROM {sessions} WHERE id IN (SELECT session_id FROM hit)
) AS begun ON begun_id = session_id
ORDER BY complete DESC, at_ms DESC, session_id LIMIT {limit}
"""


async def has_value(store: EventStorePort, facet: str, value: str) -> bool:
    """Returns whether it is in the store, of whatever time. Sessions and views count, too: nobody need have clicked."""
    values, dialect = Values(store.dialect), store.dialect
    if facet == VIEW:
        condition = view_is(value, values)
    elif facet in COLUMNS:
        condition = facet_is(facet, value, values)
    else:
        condition = f"{dialect.lower('value')} = {values.add(lowered(value))}"
    for source in _sources(facet, values):
        if await store.query(f"SELECT 1 FROM {source} WHERE {condition} LIMIT 1", values.by_name):
            return True
    return False


async def seen_values(store: EventStorePort, facet: str) -> Sequence[SeenValue]:
    if facet in EXACT:
        return ()  # nobody is offered another person's session
    values, dialect = Values(store.dialect), store.dialect
    column = "view_path" if facet == VIEW else facet if facet in COLUMNS else "value"
    counted = " UNION ALL ".join(
        f"SELECT {column} AS value, count(*) AS events FROM {source} GROUP BY ALL" for source in _sources(facet, values)
    )
    most = MOST_PAGES if facet == VIEW else MOST_VALUES
    names = {"seen": dialect.total("counted.events"), "counted": counted, "most": most}
    rows = await store.query(_SEEN_VALUES.format(**names), values.by_name)
    return [SeenValue(value, events) for value, events in rows]


def _sources(facet: str, values: Values) -> list[str]:
    """Returns what follows FROM where a facet has values; facets without a column have them as `value`."""
    dialect = values.dialect
    if facet in EXACT:
        return [dialect.newest("actions")]
    if facet in COLUMNS or facet == VIEW:
        return [dialect.newest(table) for table in ("actions", "views" if facet == VIEW else "sessions")]
    return [dialect.attributes(facet, "true", values.add)]


_SEEN_VALUES = """
SELECT value, {seen} AS seen FROM ({counted}) AS counted WHERE value <> ''
GROUP BY value ORDER BY seen DESC, value LIMIT {most}
"""
