"""Clicks put together to actions with signals, as one subquery of HogQL.

posthog-js sends every click as `$autocapture`; beside it `$rageclick` with the third of three fast ones, and
`$dead_click` for one that nothing followed, seconds later (by newer versions with the time of the click). Nothing but
the session, the element and the time says which belong together. Here

- clicks on the same target of a session that are less than CHAIN_MS apart are one action;
- a dead click is of the last action on its target, if that was at most DEAD_MS before, or of a click that comes at
  most SKEW_MS later, if that is nearer: PostHog corrects times request by request, so one that was sent with the time
  of its click may lie before it;
- an exception is of the last click of its session, if that was at most ERROR_MS before: an error click is derived.
"""

# ruff: noqa: S608 (expressions of our own are put together here; values are parameters)

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from bot.providers.posthog.event_properties import LIB, MESSAGE, SELECTOR, SESSION_ID, TARGET, text_of
from bot.providers.posthog.hogql_values import HogQLValues
from bot.signals.periods import elapsed
from bot.signals.question import Period

CHAIN_MS = 800
DEAD_MS = 5000
ERROR_MS = 1000
SKEW_MS = 500
NEVER_MS = 10**14
AROUND = timedelta(seconds=10)
"""What belongs to an action of a period lies at most so far outside of it."""


def actions(spans: Sequence[Period], columns: Mapping[str, str], values: HogQLValues) -> str:
    """Returns the subquery, in parentheses: a row for each action that began in one of the spans or shortly around.

    Its columns are session_id, moment (epoch ms), person, nameless, target, selector, clicks (0 where none was sent),
    rage, dead, error (0 or 1), message (of the first exception), messages, and `columns`, which are by their name
    expressions over an event.
    """
    first = "".join(f",\n    argMinIf({name}, acted_ms, kind < 3) AS {name}" for name in columns)
    return f"""(
  SELECT session_id, minIf(acted_ms, kind < 3) AS moment, argMinIf(who, acted_ms, kind < 3) AS person,
    argMinIf(unnamed, acted_ms, kind < 3) AS nameless, argMinIf(name, acted_ms, kind < 3) AS target,
    argMinIf(css, acted_ms, kind < 3) AS selector, countIf(kind = 0) AS clicks,
    max(if(kind = 1, 1, 0)) AS rage, max(if(kind = 2, 1, 0)) AS dead, max(if(kind = 3, 1, 0)) AS error,
    argMinIf(text, acted_ms, kind = 3) AS message,
    groupUniqArray(if(kind = 3 AND text != '', text, NULL)) AS messages{first}
  FROM {_numbered(spans, columns, values)} AS numbered
  GROUP BY session_id, element, number HAVING countIf(kind < 3) > 0
)"""


def _numbered(spans: Sequence[Period], columns: Mapping[str, str], values: HogQLValues) -> str:
    """Events with the number of their action among those on the same element of the session."""
    begins = f"if((kind < 2 AND ms - before_ms >= {CHAIN_MS}) OR (kind = 2 AND acted_ms - before_ms > {DEAD_MS}), 1, 0)"
    soon = f"after_ms >= ms AND after_ms - ms <= {SKEW_MS}"  # it is 0 where nothing follows at all
    early = f"kind = 2 AND {soon} AND after_ms - ms < ms - last_ms"
    earlier = "ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING"
    later = "ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING"
    until_now = "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"
    owner = "if(kind = 3, ifNull(clicked, ''), own)"
    return f"""(
    SELECT *, sum({begins}) OVER (
        PARTITION BY session_id, element ORDER BY acted_ms ASC, kind ASC {until_now}
      ) AS number
    FROM (
      SELECT *, if({early}, after_ms, ms) AS acted_ms, if({early}, after_ms, last_ms) AS before_ms
      FROM (
        SELECT *,
          max(if(kind < 2, ms, 0)) OVER (
            PARTITION BY session_id, element ORDER BY ms ASC, kind ASC {earlier}
          ) AS last_ms,
          min(if(kind < 2, ms, {NEVER_MS})) OVER (
            PARTITION BY session_id, element ORDER BY ms ASC, kind ASC {later}
          ) AS after_ms
        FROM (
          SELECT *, {owner} AS element FROM (
            SELECT *, anyLast(if(kind < 2, own, NULL)) OVER (
                PARTITION BY session_id ORDER BY ms ASC, kind ASC {until_now}
              ) AS clicked,
              max(if(kind < 2, ms, 0)) OVER (
                PARTITION BY session_id ORDER BY ms ASC, kind ASC {until_now}
              ) AS clicked_ms
            FROM {_events(spans, columns, values)} AS captured
          ) AS looked_back
          WHERE kind < 3 OR ms - clicked_ms <= {ERROR_MS}
        ) AS owned
      ) AS placed
    ) AS paced
  )"""


def _events(spans: Sequence[Period], columns: Mapping[str, str], values: HogQLValues) -> str:
    """Events of the spans. `own` is what tells elements apart: the name, or the selector of one without a name."""
    more = "".join(f",\n              {expression} AS {name}" for name, expression in columns.items())
    return f"""(
            SELECT *, concat(name, ' ', if(name = 'Masked Element', css, '')) AS own FROM (
              SELECT toUnixTimestamp64Milli(timestamp) AS ms, {SESSION_ID} AS session_id,
              multiIf(event = '$autocapture', 0, event = '$rageclick', 1, event = '$dead_click', 2, 3) AS kind,
              toString(person_id) AS who, if({text_of("$is_identified")} = 'true', 0, 1) AS unnamed,
              if(event = '$exception', '', {TARGET}) AS name, if(event = '$exception', '', {SELECTOR}) AS css,
              if(event = '$exception', {MESSAGE}, '') AS text{more}
              FROM events
              WHERE ({" OR ".join(within(around(span), values) for span in spans)})
                AND event IN ('$autocapture', '$rageclick', '$dead_click', '$exception')
                AND (event != '$autocapture' OR {text_of("$event_type")} = 'click')
                AND {LIB} = 'web' AND {SESSION_ID} != ''
            ) AS sent
          )"""


def around(span: Period) -> Period:
    return Period(elapsed(span.start, -AROUND), elapsed(span.end, AROUND))


def within(span: Period, values: HogQLValues) -> str:
    """A condition on the time of an event."""
    return f"(timestamp >= {values.time(span.start)} AND timestamp < {values.time(span.end)})"
