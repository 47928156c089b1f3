"""Candidates for a clip: the worst moment, or a calm click, of each session that PostHog recorded."""

# ruff: noqa: S608 (expressions of our own are put together here; values are parameters)

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from bot.providers.posthog.click_actions import actions
from bot.providers.posthog.click_conditions import FacetColumns, frustrated, in_period, meant
from bot.providers.posthog.event_properties import EventProperties
from bot.providers.posthog.hogql_values import HogQLValues
from bot.providers.posthog.posthog_calls import Asked, QueryRows, query_call
from bot.providers.posthog.posthog_client import PostHogClient
from bot.replay.detect.click_rules import RAGE_CLICKS
from bot.signals.answer import TargetMatch
from bot.signals.periods import elapsed
from bot.signals.question import Period, Question, Signal
from bot.signals.source import VIEW, Moment

LONGEST_SESSION = timedelta(days=1)
"""posthog-js begins another one after a day."""
FACETS = ("window", VIEW, "version", "browser", "country", "device")
Person = Callable[[str], str]


def person_by(secret: str) -> Person:
    """Returns what makes people's ids opaque."""
    key = hashlib.sha256(b"posthog person " + secret.encode()).digest()
    return lambda id: hmac.new(key, id.encode(), hashlib.sha256).hexdigest()[:16] if id else ""


class ClipMoments:
    """One request each."""

    def __init__(self, client: PostHogClient, properties: EventProperties, person: Person) -> None:
        self._client = client
        self._properties = properties
        self._person = person

    async def worst(self, question: Question, targets: Sequence[TargetMatch], limit: int) -> list[Moment]:
        """The worst moment of each session in all of the period, newest first: as `bot.replay.script.choice` has it."""
        key = (
            f"tuple(0 - rage - dead - error, 0 - if(clicks > 0, clicks, if(rage = 1, {RAGE_CLICKS}, 1)), "
            "if(message = '', 1, 0), moment, {facets}, target)"
        )
        having = f"HAVING max(if({frustrated(question.signals)}, 1, 0)) = 1"
        only = frustrated(question.signals)
        rows = await self._rows(question, targets, key, only, having, limit)
        return [self._moment(row, question.period.start.tzinfo) for row in rows]

    async def calm(self, question: Question, targets: Sequence[TargetMatch], limit: int) -> list[Moment]:
        """The last click of each session that met no signal at all on the targets in the period, newest first."""
        having = f"HAVING max(if({frustrated()}, 1, 0)) = 0"
        rows = await self._rows(question, targets, "tuple(0 - moment, {facets}, target)", "1 = 1", having, limit)
        return [self._moment(row, question.period.start.tzinfo, calm=True) for row in rows]

    async def _rows(
        self, question: Question, targets: Sequence[TargetMatch], key: str, only: str, having: str, limit: int
    ) -> list[list[Any]]:
        values, columns = HogQLValues(), FacetColumns(self._properties)
        facets = [columns.name(facet) for facet in FACETS]
        where = [in_period(question.period), only, *meant(question, targets, columns, values)]
        wanted = ["moment", "rage", "dead", "error", "target", "clicks", "message", "person", *facets]
        source = actions((question.period,), columns.expressions, values)
        taken = ", ".join(f"tupleElement(worst, {at})" for at in range(1, len(wanted) + 1))
        query = f"""SELECT session_id, begun, {taken}
FROM (
  SELECT session_id, min(begun_ms) AS begun,
    argMin(tuple({", ".join(wanted)}), {key.format(facets=", ".join(facets))}) AS worst
  FROM {source} AS actions
  INNER JOIN {_recorded(question.period, values)} AS replays ON replays.recorded = actions.session_id
  WHERE {" AND ".join(where)}
  GROUP BY session_id {having}
) AS picked
ORDER BY tupleElement(worst, 1) DESC, session_id ASC LIMIT {limit}"""
        return (await self._client.send(query_call(query, values.by_name, Asked.MOMENTS), QueryRows)).results

    def _moment(self, row: Sequence[Any], zone: tzinfo | None, *, calm: bool = False) -> Moment:
        session, begun, at, rage, dead, error, target, clicks, message, person, window, *rest = row
        view, version, browser, country, device = rest
        flags = ((Signal.RAGE, rage), (Signal.DEAD, dead), (Signal.ERROR, error))
        return Moment(
            session_id=session,
            view_id=window,
            at=datetime.fromtimestamp(at / 1000, UTC).astimezone(zone),
            signals=tuple(signal for signal, on in flags if on),
            target=target,
            clicks=1 if calm else clicks or (0 if rage else 1),
            seconds_in=max(0.0, (at - begun) / 1000),
            error=message,
            view=view,
            version=version,
            browser=browser,
            country=country,
            device=device,
            person=self._person(person),
        )


def _recorded(period: Period, values: HogQLValues) -> str:
    """Sessions with a recording, and when it began. One that began before the period may hold a moment of it."""
    start, end = elapsed(period.start, -LONGEST_SESSION), elapsed(period.end, LONGEST_SESSION)
    times = f"min_first_timestamp >= {values.time(start)} AND min_first_timestamp < {values.time(end)}"
    return f"""(
    SELECT session_id AS recorded, min(toUnixTimestamp64Milli(min_first_timestamp)) AS begun_ms
    FROM raw_session_replay_events WHERE {times} GROUP BY recorded
  )"""
