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
from typing import Any, NamedTuple

from bot.providers.local.sql import Values, conditions, utc
from bot.signals.answer import TargetMatch
from bot.signals.periods import edges
from bot.signals.question import ALL_SIGNALS, SHARED, SLICES, GroupBy, Metric, Period, Question

QUARTER_S = 900


def slot(starts: list[float], quarter: int) -> int:
    """Returns the index of the slice that a quarter of an hour belongs to. `starts` are the edges in epoch seconds."""
    return max(0, bisect_right(starts, quarter * QUARTER_S) - 1)


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


def statement(question: Question, targets: Sequence[TargetMatch], before: Period) -> Statement:
    """`before` is the period to compare with."""
    values = Values()
    hit = _hit(question, targets, before, values)
    parts = [_COUNTS, _SLOTS, _TARGETS, _top_errors(question.period, values)]
    if question.group_by is not None:
        parts += _groups(question, question.group_by, values)
    sql = f"WITH hit AS MATERIALIZED (\n{hit}\n), {_BY_SESSION}\n" + "\nUNION ALL\n".join(parts)
    return Statement(sql, values.by_name, _headline(question, targets))


def _headline(question: Question, targets: Sequence[TargetMatch]) -> str:
    """Returns the query that people are shown: it gives the headline numbers and can be run as it is."""
    values = Values()
    wanted = " OR ".join(question.signals) or "false"
    sums = ", ".join(f"sum({signal}) AS {signal}s" for signal in question.signals)
    counts = ", ".join(f"count(*) FILTER ({signal}) AS {signal}" for signal in question.signals)
    where = "\n    AND ".join([_within(question.period, values), *conditions(question, targets, values)])
    return values.shown(
        f"SELECT {sums}, sum(frustrated) AS actions,\n"
        "  count(DISTINCT person) FILTER (frustrated > 0) AS people, count(*) FILTER (frustrated > 0) AS sessions,\n"
        "  count(DISTINCT person) AS people_who_used_it\n"
        f"FROM (\n  SELECT arg_max(person, moment) AS person, {counts}, count(*) FILTER ({wanted}) AS frustrated\n"
        f"  FROM actions\n  WHERE {where}\n  GROUP BY session_id\n)"
    )


def _hit(question: Question, targets: Sequence[TargetMatch], before: Period, values: Values) -> str:
    period = question.period
    wanted = " OR ".join(question.signals) or "false"
    kept = ", ".join(signal if signal in question.signals else f"false AS {signal}" for signal in ALL_SIGNALS)
    columns = dict.fromkeys(("id", "moment", "session_id", "person", "target", "sample", "nameless"))
    if question.group_by in _GROUPS:
        columns[_GROUPS[question.group_by]] = None
    picked = f"  SELECT {', '.join(columns)}, {kept}, ({wanted}) AS frustrated"
    rest = "".join(f"\n    AND {condition}" for condition in conditions(question, targets, values))
    now = _within(period, values)
    if period.start < before.end and before.start < period.end:
        parts = ((now, "true"), (_within(before, values), "false"))
        return "\n  UNION ALL\n".join(
            f"{picked}, {which} AS in_period\n  FROM actions\n  WHERE {within}{rest}" for within, which in parts
        )
    return f"{picked}, {now} AS in_period\n  FROM actions\n  WHERE {_span(period, before, now, values)}{rest}"


def _within(period: Period, values: Values) -> str:
    return f"(moment >= {values.add(period.start)} AND moment < {values.add(period.end)})"


def _span(period: Period, before: Period, now: str, values: Values) -> str:
    """The span of both periods comes first: its zone maps let the database skip what lies outside."""
    first, last = min(period.start, before.start), max(period.end, before.end)
    both = f"moment >= {values.add(first)} AND moment < {values.add(last)}"
    if before.end == period.start:
        return both
    return f"{both} AND ({now} OR {_within(before, values)})"


_NUMBERS = """count(*) FILTER (rage_click) AS rage_clicks, count(*) FILTER (dead_click) AS dead_clicks,
  count(*) FILTER (error_click) AS error_clicks, count(*) FILTER (frustrated) AS actions,
  count(DISTINCT person) FILTER (frustrated) AS people, count(DISTINCT session_id) FILTER (frustrated) AS sessions,
  count(*) AS used_actions, count(DISTINCT person) AS used_people, count(DISTINCT session_id) AS used_sessions,
  coalesce(bool_or(sample), false) AS sample, false AS nameless"""
_NOTHING = "0 AS rage_clicks, 0 AS dead_clicks, 0 AS error_clicks"
_ALONE = (
    "0 AS people, 0 AS sessions, 0 AS used_actions, 0 AS used_people, 0 AS used_sessions, false AS sample, "
    "false AS nameless"
)
_BY_SESSION = """used AS (
  SELECT in_period, session_id, arg_max(person, moment) AS person, count(*) FILTER (rage_click) AS rage,
    count(*) FILTER (dead_click) AS dead, count(*) FILTER (error_click) AS error,
    count(*) FILTER (frustrated) AS actions, count(*) AS used, bool_or(sample) AS sample,
    bool_and(nameless) AS nameless
  FROM hit WHERE in_period OR frustrated GROUP BY ALL
), by_person AS (
  SELECT in_period, person, sum(rage) AS rage, sum(dead) AS dead, sum(error) AS error, sum(actions) AS actions,
    count(*) FILTER (actions > 0) AS sessions, sum(used) AS used, count(*) AS used_sessions, bool_or(sample) AS sample,
    bool_or(nameless) AS nameless
  FROM used GROUP BY ALL
)"""
# Counting in two steps, sessions and then people, takes half the time of several count(DISTINCT ...) over all actions.
# A session counts for one person, the last one named in it: whoever logs in was somebody else before.
_COUNTS = """SELECT if(in_period, 'now', 'before') AS part, '' AS label, 0 AS slot,
  sum(rage)::BIGINT AS rage_clicks, sum(dead)::BIGINT AS dead_clicks, sum(error)::BIGINT AS error_clicks,
  sum(actions)::BIGINT AS actions, count(*) FILTER (actions > 0) AS people, sum(sessions)::BIGINT AS sessions,
  sum(used)::BIGINT AS used_actions, count(*) AS used_people, sum(used_sessions)::BIGINT AS used_sessions,
  bool_or(sample) AS sample, bool_or(nameless) AS nameless
FROM by_person GROUP BY in_period"""
_SLOTS = f"""SELECT 'slot' AS part, '' AS label, epoch_ms(moment) // {1000 * QUARTER_S} AS slot,
  count(*) FILTER (rage_click) AS rage_clicks, count(*) FILTER (dead_click) AS dead_clicks,
  count(*) FILTER (error_click) AS error_clicks, count(*) AS actions, {_ALONE}
FROM hit WHERE frustrated AND in_period GROUP BY ALL"""
_TARGETS = f"""(SELECT 'target' AS part, target AS label, 0 AS slot, {_NOTHING}, count(*) AS actions, {_ALONE}
FROM hit WHERE in_period GROUP BY target ORDER BY actions DESC, label LIMIT {MOST_TARGETS})"""


def _top_errors(period: Period, values: Values) -> str:
    """Errors are joined to the actions they happened in. An action with the same error twice counts once."""
    return f"""(SELECT 'error' AS part, message AS label, 0 AS slot, {_NOTHING},
  count(DISTINCT hit.id) AS actions, {_ALONE}
FROM errors JOIN hit ON hit.id = errors.action_id
WHERE hit.frustrated AND hit.in_period AND errors.moment >= {values.add(period.start)}
GROUP BY message ORDER BY actions DESC, label LIMIT {MOST_ERRORS})"""


def _groups(question: Question, by: GroupBy, values: Values) -> list[str]:
    limit = min(question.top or MOST_GROUPS, MOST_GROUPS)
    least = -1 if question.metric in SHARED else 0
    metric = question.metric
    if by in (GroupBy.SIGNAL, GroupBy.ERROR):  # everyone is the base of each row
        metric = SHARED.get(metric, metric)
        metric = metric if metric in (Metric.PEOPLE, Metric.SESSIONS) else Metric.ACTIONS  # one of a kind in an action
    order = f"ORDER BY {_ORDER[metric]} DESC, label LIMIT {limit}"
    if by is GroupBy.SIGNAL:
        kinds = [_group(f"'{signal}'", "0", f"WHERE in_period AND {signal}", 0, "") for signal in question.signals]
        return [f"(SELECT * FROM ({' UNION ALL '.join(kinds)}) {order})"] if kinds else []
    if by is GroupBy.ERROR:
        return [_by_error(question.period, values, order)]
    if by in SLICES:
        starts = values.add([utc(edge) for edge in edges(question.period, by)])
        slices = f"ASOF JOIN (SELECT unnest({starts}) AS start) AS slices ON hit.moment >= slices.start WHERE in_period"
        return [_group("''", "epoch(start)::BIGINT", slices, least, order if question.top else "ORDER BY slot")]
    return [_group(_GROUPS[by], "0", "WHERE in_period", least, order)]


def _by_error(period: Period, values: Values, order: str) -> str:
    """Actions by their errors: an action with two errors is in both rows, one with the same error twice in one."""
    return f"""(SELECT 'group' AS part, message AS label, 0 AS slot,
  {_NUMBERS}
FROM (SELECT DISTINCT hit.*, message FROM errors JOIN hit ON hit.id = errors.action_id
  WHERE hit.frustrated AND hit.in_period AND errors.moment >= {values.add(period.start)})
GROUP BY message {order})"""


def _group(label: str, slot: str, which: str, least: int, order: str) -> str:
    """Groups of more than `least` actions with signals."""
    return f"""(SELECT 'group' AS part, {label} AS label, {slot} AS slot,
  {_NUMBERS}
FROM hit {which} GROUP BY ALL HAVING actions > {least} {order})"""
