"""The one query that answers a question: actions are read once, and each counts in every part that it belongs to.

Of each action a list of parts is made (`now`, `before`, its target, its slice of time, its group, its errors), and the
rows of all lists are counted by part. So one request, and one pass over the events, gives all numbers.
"""

# ruff: noqa: S608 (expressions of our own are put together here; values are parameters)

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bot.providers.posthog.click_actions import actions
from bot.providers.posthog.click_conditions import COLUMNS, FacetColumns, frustrated, in_period, meant, selected
from bot.providers.posthog.event_properties import EventProperties
from bot.providers.posthog.hogql_values import HogQLValues, Value, epoch_ms
from bot.signals.answer import TargetMatch
from bot.signals.periods import bar_of, edges
from bot.signals.question import ALL_SIGNALS, SLICES, GroupBy, Period, Question
from bot.signals.source import VIEW

MOST_ROWS = 50_000
"""PostHog gives no more."""
_FACETS = {
    GroupBy.BROWSER: "browser",
    GroupBy.COUNTRY: "country",
    GroupBy.DEVICE: "device",
    GroupBy.VERSION: "version",
    GroupBy.OS: "os",
    GroupBy.ENV: "env",
    GroupBy.VIEW: VIEW,
}


class CountRow(NamedTuple):
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
    nameless: int


@dataclass(frozen=True, slots=True)
class CountQuery:
    """`shown` is what people read: it gives the headline's numbers, and can be run as it is."""

    query: str
    values: dict[str, Value]
    shown: str


def count_query(
    question: Question, targets: Sequence[TargetMatch], before: Period, properties: EventProperties
) -> CountQuery:
    """`before` is the period to compare with."""
    values, columns = HogQLValues(), FacetColumns(properties)
    conditions = meant(question, targets, columns, values)
    parts = _parts(question, targets, before, columns, values)
    hits = f"if({frustrated(question.signals)}, 1, 0)"
    either = f"({in_period(question.period)} OR {in_period(before)})"
    source = actions((question.period, before), columns.expressions, values)
    query = f"""SELECT tupleElement(part, 1) AS kind, tupleElement(part, 2) AS label, tupleElement(part, 3) AS slot,
  {_sums(question)}
FROM (
  SELECT *, arrayJoin({parts}) AS part FROM (
    SELECT *, {hits} AS hit FROM {source} AS actions WHERE {" AND ".join([either, *conditions])}
  ) AS asked
) AS parted
GROUP BY kind, label, slot ORDER BY used_actions DESC, kind, label, slot LIMIT {MOST_ROWS}"""
    return CountQuery(query, values.by_name, _headline(question, targets, properties))


def _sums(question: Question) -> str:
    kinds = {
        f"{COLUMNS[signal]}_clicks": f"sum({COLUMNS[signal]})" if signal in question.signals else "sum(0)"
        for signal in ALL_SIGNALS
    }
    return selected(
        kinds
        | {
            "hit_actions": "sum(hit)",
            "people": "uniqExactIf(person, hit = 1)",
            "sessions": "uniqExactIf(session_id, hit = 1)",
            "used_actions": "count()",
            "used_people": "uniqExact(person)",
            "used_sessions": "uniqExact(session_id)",
            "unnamed": "max(nameless)",
        }
    )


def _parts(
    question: Question, targets: Sequence[TargetMatch], before: Period, columns: FacetColumns, values: HogQLValues
) -> str:
    """Targets are counted one by one only where some were named: there may be more of them than rows."""
    bars = values.add([epoch_ms(start) for start in edges(question.period, bar_of(question.period))])
    always = "[tuple('now', '', 0)" + (", tuple('target', target, 0)]" if targets else "]")
    slot = f"tuple('slot', '', arrayCount(edge -> edge <= moment, {bars}))"
    errors = "arrayMap(text -> tuple('error', text, 0), messages)"
    groups = _groups(question, columns, values)
    now = f"arrayConcat({always}, if(hit = 1, arrayConcat([{slot}], {errors}), []), {groups})"
    earlier = f"if({in_period(before)}, [tuple('before', '', 0)], [])"
    return f"arrayConcat(if({in_period(question.period)}, {now}, []), {earlier})"


def _groups(question: Question, columns: FacetColumns, values: HogQLValues) -> str:
    by = question.group_by
    if by is None:
        return "[]"
    if by is GroupBy.ERROR:
        return "if(hit = 1, arrayMap(text -> tuple('group', text, 0), messages), [])"
    if by is GroupBy.SIGNAL:
        kinds = [f"if({COLUMNS[signal]} = 1, [tuple('group', '{signal}', 0)], [])" for signal in question.signals]
        return f"arrayConcat([], {', '.join(kinds)})" if kinds else "[]"
    if by in SLICES:
        starts = values.add([epoch_ms(start) for start in edges(question.period, by)])
        return f"[tuple('group', '', arrayCount(edge -> edge <= moment, {starts}))]"
    label = "target" if by is GroupBy.TARGET else columns.name(_FACETS[by])
    return f"[tuple('group', {label}, 0)]"


def _headline(question: Question, targets: Sequence[TargetMatch], properties: EventProperties) -> str:
    values, columns = HogQLValues(), FacetColumns(properties)
    where = [in_period(question.period), *meant(question, targets, columns, values)]
    hit = frustrated(question.signals)
    counts = {f"{COLUMNS[signal]}_clicks": f"sum({COLUMNS[signal]})" for signal in question.signals}
    counts |= {"frustrated": f"countIf({hit})", "people": f"uniqExactIf(person, {hit})"}
    counts |= {"sessions": f"uniqExactIf(session_id, {hit})", "people_who_used_it": "uniqExact(person)"}
    source = actions((question.period,), columns.expressions, values)
    query = f"SELECT {selected(counts)}\nFROM {source} AS actions\nWHERE {' AND '.join(where)}\nLIMIT 1"
    return values.filled_in(query)
