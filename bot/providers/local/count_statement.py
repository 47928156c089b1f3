"""The one statement that answers a question.

The actions of both periods are read once; counts, slices of time, errors and groups are taken from that result. Where
the periods overlap they are read once for each, as an action that lies in both counts in both.
Every row of the result has the columns of `Row`; `part` says what it is about.
"""

# ruff: noqa: S608 (names of our own tables and columns are put together here; values are parameters)

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from bot.providers.local.dialect import QUARTER_S, Dialect
from bot.providers.local.sql import Values, conditions
from bot.signals.answer import TargetMatch
from bot.signals.periods import edges, elapsed
from bot.signals.question import ALL_SIGNALS, SHARED, SLICES, GroupBy, Metric, Period, Question


def slot(starts: list[float], quarter: int) -> int:
    """Returns the index of the slice that a quarter of an hour belongs to. `starts` are the edges in epoch seconds."""
    return max(0, bisect_right(starts, quarter * QUARTER_S) - 1)


LONGEST_ACTION = timedelta(days=1)
"""Far more than an action lasts: an error later than this is of another."""
MOST_ERRORS = 5
MOST_TARGETS = 100
MOST_GROUPS = 1000
_GROUPS = {
    GroupBy.BROWSER: "browser",
    GroupBy.COUNTRY: "country",
    GroupBy.DEVICE: "device",
    GroupBy.VERSION: "version",
    GroupBy.OS: "os",
    GroupBy.ENV: "env",
    GroupBy.VIEW: "view_path",
    GroupBy.TARGET: "target",
}
_ORDER = {
    Metric.SIGNALS: "rage_clicks + dead_clicks + error_clicks",
    Metric.ACTIONS: "actions",
    Metric.PEOPLE: "people",
    Metric.SESSIONS: "sessions",
    Metric.RATE: "actions / used_actions",
    Metric.PEOPLE_SHARE: "people / used_people",
    Metric.SESSIONS_SHARE: "sessions / used_sessions",
}


class Row(NamedTuple):
    """`actions`, `people` and `sessions` have the signals asked for; `used_...` are all who used the targets."""

    part: str
    label: str
    slot: int
    rage: int
    dead: int
    error: int
    actions: int
    people: int
    sessions: int
    used_actions: int
    used_people: int
    used_sessions: int
    sample: bool
    nameless: bool
    """Among the people there are some whom the sender doesn't name."""


@dataclass(frozen=True, slots=True)
class Statement:
    sql: str
    values: dict[str, Any]
    shown: str


def statement(question: Question, targets: Sequence[TargetMatch], before: Period, dialect: Dialect) -> Statement:
    """`before` is the period to compare with."""
    values = Values(dialect)
    hit = _hit(question, targets, before, values)
    parts = [_counts(dialect), _slots(dialect), _TARGETS, _top_errors(question.period, values)]
    if question.group_by is not None:
        parts += _groups(question, question.group_by, values)
    by_session = _BY_SESSION.format(person=dialect.latest("person", "moment"))
    sql = f"WITH hit {dialect.once} (\n{hit}\n), {by_session}\n" + "\nUNION ALL\n".join(parts)
    return Statement(dialect.statement(sql), values.by_name, _headline(question, targets, dialect))


def _headline(question: Question, targets: Sequence[TargetMatch], dialect: Dialect) -> str:
    """Returns the query that people are shown: it gives the headline numbers and can be run as it is."""
    values = Values(dialect)
    wanted = " OR ".join(question.signals) or "false"
    person = dialect.latest_plainly("person", "moment")
    sums = "".join(f"sum({signal}s) AS {signal}s, " for signal in question.signals)
    counts = "".join(f"count(*) FILTER (WHERE {signal}) AS {signal}s, " for signal in question.signals)
    where = "\n    AND ".join(
        [_within(question.period, values), *conditions(question, targets, values, question.period)]
    )
    return values.shown(
        f"SELECT {sums}sum(frustrated) AS actions,\n"
        f"  {dialect.distinct('person', 'frustrated > 0')} AS people,\n"
        "  count(*) FILTER (WHERE frustrated > 0) AS sessions,\n"
        f"  {dialect.distinct('person')} AS people_who_used_it\n"
        f"FROM (\n  SELECT {person} AS person, {counts}count(*) FILTER (WHERE {wanted}) AS frustrated\n"
        f"  FROM {dialect.newest('actions')}\n  WHERE {where}\n  GROUP BY session_id\n)"
    )


def _hit(question: Question, targets: Sequence[TargetMatch], before: Period, values: Values) -> str:
    period = question.period
    wanted = " OR ".join(question.signals) or "false"
    kept = ", ".join(signal if signal in question.signals else f"false AS {signal}" for signal in ALL_SIGNALS)
    columns = dict.fromkeys(("id", "moment", "session_id", "person", "target", "sample", "nameless"))
    if question.group_by in _GROUPS:
        columns[_GROUPS[question.group_by]] = None
    picked = f"  SELECT {', '.join(columns)}, {kept}, ({wanted}) AS frustrated"
    rest = "".join(f"\n    AND {condition}" for condition in conditions(question, targets, values, period, before))
    now, source = _within(period, values), values.dialect.newest("actions")
    if period.start < before.end and before.start < period.end:
        parts = ((now, "true"), (_within(before, values), "false"))
        return "\n  UNION ALL\n".join(
            f"{picked}, {which} AS in_period\n  FROM {source}\n  WHERE {within}{rest}" for within, which in parts
        )
    return f"{picked}, {now} AS in_period\n  FROM {source}\n  WHERE {_span(period, before, now, values)}{rest}"


def _within(period: Period, values: Values) -> str:
    return f"(moment >= {values.add(period.start)} AND moment < {values.add(period.end)})"


def _span(period: Period, before: Period, now: str, values: Values) -> str:
    """The span of both periods comes first: its zone maps let the database skip what lies outside."""
    first, last = min(period.start, before.start), max(period.end, before.end)
    both = f"moment >= {values.add(first)} AND moment < {values.add(last)}"
    if before.end == period.start:
        return both
    return f"{both} AND ({now} OR {_within(before, values)})"


_NOTHING = "0 AS rage_clicks, 0 AS dead_clicks, 0 AS error_clicks"
_ALONE = (
    "0 AS people, 0 AS sessions, 0 AS used_actions, 0 AS used_people, 0 AS used_sessions, false AS sample, "
    "false AS nameless"
)
_BY_SIGNAL = """count(*) FILTER (WHERE rage_click) AS rage_clicks, count(*) FILTER (WHERE dead_click) AS dead_clicks,
  count(*) FILTER (WHERE error_click) AS error_clicks"""
_BY_SESSION = """used AS (
  SELECT in_period, session_id, {person} AS person, count(*) FILTER (WHERE rage_click) AS rage,
    count(*) FILTER (WHERE dead_click) AS dead, count(*) FILTER (WHERE error_click) AS error,
    count(*) FILTER (WHERE frustrated) AS actions, count(*) AS used, max(sample) AS sample, min(nameless) AS nameless
  FROM hit WHERE in_period OR frustrated GROUP BY in_period, session_id
), by_person AS (
  SELECT in_period, person, sum(u.rage) AS rage, sum(u.dead) AS dead, sum(u.error) AS error, sum(u.actions) AS actions,
    count(*) FILTER (WHERE u.actions > 0) AS sessions, sum(u.used) AS used, count(*) AS used_sessions,
    max(u.sample) AS sample, max(u.nameless) AS nameless
  FROM used AS u GROUP BY in_period, person
)"""
_TARGETS = f"""(SELECT 'target' AS part, target AS label, 0 AS slot, {_NOTHING}, count(*) AS actions, {_ALONE}
FROM hit WHERE in_period GROUP BY target ORDER BY actions DESC, label LIMIT {MOST_TARGETS})"""


def _counts(dialect: Dialect) -> str:
    """Counting in two steps, sessions and then people, takes half the time of several distinct counts of all actions.

    A session counts for one person, the last one named in it: whoever logs in was somebody else before.
    """
    sums = {"rage": "rage_clicks", "dead": "dead_clicks", "error": "error_clicks", "actions": "actions"}
    summed = ", ".join(f"{dialect.total(f'p.{column}')} AS {name}" for column, name in sums.items())
    return f"""SELECT if(in_period, 'now', 'before') AS part, '' AS label, 0 AS slot,
  {summed}, count(*) FILTER (WHERE p.actions > 0) AS people, {dialect.total("p.sessions")} AS sessions,
  {dialect.total("p.used")} AS used_actions, count(*) AS used_people,
  {dialect.total("p.used_sessions")} AS used_sessions,
  max(p.sample) AS sample, max(p.nameless) AS nameless
FROM by_person AS p GROUP BY in_period"""


def _slots(dialect: Dialect) -> str:
    return f"""SELECT 'slot' AS part, '' AS label, {dialect.quarter("moment")} AS slot,
  {_BY_SIGNAL}, count(*) AS actions, {_ALONE}
FROM hit WHERE frustrated AND in_period GROUP BY slot"""


def _messages(period: Period, values: Values) -> str:
    """Returns the errors that may belong to an action of the period: they come after it, within seconds."""
    begin, end = values.add(period.start), values.add(elapsed(period.end, LONGEST_ACTION))
    errors = values.dialect.newest("errors")
    return f"SELECT action_id, message FROM {errors} WHERE moment >= {begin} AND moment < {end}"


def _top_errors(period: Period, values: Values) -> str:
    """Errors are joined to the actions they happened in. An action with the same error twice counts once."""
    return f"""(SELECT 'error' AS part, message AS label, 0 AS slot, {_NOTHING},
  {values.dialect.distinct("hit.id")} AS actions, {_ALONE}
FROM ({_messages(period, values)}) AS met JOIN hit ON hit.id = met.action_id
WHERE hit.frustrated AND hit.in_period GROUP BY message ORDER BY actions DESC, label LIMIT {MOST_ERRORS})"""


def _groups(question: Question, by: GroupBy, values: Values) -> list[str]:
    limit = min(question.top or MOST_GROUPS, MOST_GROUPS)
    least = -1 if question.metric in SHARED else 0
    metric, dialect = question.metric, values.dialect
    if by in (GroupBy.SIGNAL, GroupBy.ERROR):  # everyone is the base of each row
        metric = SHARED.get(metric, metric)
        metric = metric if metric in (Metric.PEOPLE, Metric.SESSIONS) else Metric.ACTIONS  # one of a kind in an action
    order = f"ORDER BY {_ORDER[metric]} DESC, label LIMIT {limit}"
    if by is GroupBy.SIGNAL:
        kinds = [
            _group(dialect, f"'{signal}'", "0", f"WHERE in_period AND {signal}", 0, "") for signal in question.signals
        ]
        return [f"(SELECT * FROM ({' UNION ALL '.join(kinds)}) {order})"] if kinds else []
    if by is GroupBy.ERROR:
        return [_by_error(question.period, values, order)]
    if by in SLICES:
        starts = [round(edge.timestamp() * 1_000_000) for edge in edges(question.period, by)]
        slices = dialect.sliced("hit.moment", values.add(starts))
        which = f"{slices.join} WHERE in_period"
        return [_group(dialect, "''", slices.start, which, least, order if question.top else "ORDER BY slot")]
    return [_group(dialect, _GROUPS[by], "0", "WHERE in_period", least, order)]


def _by_error(period: Period, values: Values, order: str) -> str:
    """Actions by their errors: an action with two errors is in both rows, one with the same error twice in one."""
    return f"""(SELECT 'group' AS part, message AS label, 0 AS slot,
  {_numbers(values.dialect)}
FROM (SELECT DISTINCT hit.*, message FROM ({_messages(period, values)}) AS met JOIN hit ON hit.id = met.action_id
  WHERE hit.frustrated AND hit.in_period)
GROUP BY message {order})"""


def _group(dialect: Dialect, label: str, slot: str, which: str, least: int, order: str) -> str:
    """Groups of more than `least` actions with signals."""
    return f"""(SELECT 'group' AS part, {label} AS label, {slot} AS slot,
  {_numbers(dialect)}
FROM hit {which} GROUP BY ALL HAVING actions > {least} {order})"""


def _numbers(dialect: Dialect) -> str:
    return f"""{_BY_SIGNAL}, count(*) FILTER (WHERE frustrated) AS actions,
  {dialect.distinct("person", "frustrated")} AS people, {dialect.distinct("session_id", "frustrated")} AS sessions,
  count(*) AS used_actions, {dialect.distinct("person")} AS used_people,
  {dialect.distinct("session_id")} AS used_sessions,
  max(sample) AS sample, false AS nameless"""
