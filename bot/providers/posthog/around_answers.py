"""What is shown around an answer (days, tops, versions), and the names and values to match people's words to."""

# ruff: noqa: S608 (expressions of our own are put together here; values are parameters)

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.providers.posthog.click_actions import actions, within
from bot.providers.posthog.click_conditions import COLUMNS, FacetColumns, facet_is, frustrated, in_period, meant
from bot.providers.posthog.event_properties import CLICKED, LIB, MASKED, SELECTOR, SESSION_ID, TARGET, EventProperties
from bot.providers.posthog.hogql_values import HogQLValues, epoch_ms
from bot.providers.posthog.posthog_calls import Asked, QueryRows, query_call
from bot.providers.posthog.posthog_client import PostHogClient
from bot.signals.answer import Day, FirstSeen, TargetMatch, Top, Tops
from bot.signals.periods import edges
from bot.signals.question import GroupBy, Period, Question
from bot.signals.source import EMAIL, PERSON, SESSION, VIEW, SeenTarget, SeenValue

WEEKS = timedelta(weeks=4)
MOST_TOPS = 5
MOST_TARGETS, MOST_VALUES = 5000, 1000
_NOBODYS = frozenset({SESSION, PERSON, EMAIL})
"""Facets whose values are offered to nobody."""
_VISITED = f"event IN ('$autocapture', '$pageview') AND {LIB} = 'web' AND {SESSION_ID} != ''"


class AroundAnswers:
    """One request each. `kept` is the time in which values and first versions are looked for."""

    def __init__(self, client: PostHogClient, properties: EventProperties) -> None:
        self._client = client
        self._properties = properties

    async def seen(self, period: Period) -> list[SeenTarget]:
        """Targets by name with the selector they have most often; nameless ones each by selector."""
        values = HogQLValues()
        query = f"""SELECT name, argMax(css, clicks) AS usual, sum(clicks) AS n FROM (
  SELECT {TARGET} AS name, {SELECTOR} AS css, count() AS clicks FROM events
  WHERE {within(period, values)} AND {CLICKED} AND {LIB} = 'web' AND {SESSION_ID} != '' GROUP BY name, css
) AS clicked
GROUP BY name, if(name = '{MASKED}', css, '') ORDER BY n DESC, name ASC, usual ASC LIMIT {MOST_TARGETS}"""
        rows = await self._rows(query, values, Asked.NAMES)
        return [SeenTarget(name, selector, clicks) for name, selector, clicks in rows]

    async def daily(self, question: Question, targets: Sequence[TargetMatch], oldest: datetime | None) -> list[Day]:
        """Returns the days from the first complete one since the oldest data."""
        period = question.period
        midnight = datetime.combine(period.start.date(), datetime.min.time(), tzinfo=period.start.tzinfo)
        span = Period(midnight - WEEKS, period.end)
        starts = edges(span, GroupBy.DAY)
        values, columns = HogQLValues(), FacetColumns(self._properties)
        where = [in_period(span), frustrated(question.signals), *meant(question, targets, columns, values)]
        signals = " + ".join(COLUMNS[signal] for signal in question.signals) or "0"
        begins = values.add([epoch_ms(start) for start in starts])
        source = actions((span,), columns.expressions, values)
        query = f"""SELECT arrayCount(edge -> edge <= moment, {begins}) AS slot, sum({signals}) AS n
FROM {source} AS actions WHERE {" AND ".join(where)} GROUP BY slot ORDER BY slot LIMIT {len(starts)}"""
        sums = dict(map(tuple, await self._rows(query, values, Asked.NUMBERS))) if oldest else {}
        return [Day(at, sums.get(slot, 0)) for slot, at in enumerate(starts, 1) if oldest and at >= oldest]

    async def tops(self, question: Question, targets: Sequence[TargetMatch]) -> Tops:
        values, columns = HogQLValues(), FacetColumns(self._properties)
        facets = {facet: columns.name(facet) for facet in (VIEW, "version", "service")}
        where = [in_period(question.period), frustrated(question.signals)]
        where += meant(question, targets, columns, values)
        parts = ", ".join(f"tuple('{facet}', {column})" for facet, column in facets.items())
        source = actions((question.period,), columns.expressions, values)
        query = f"""SELECT tupleElement(part, 1) AS facet, tupleElement(part, 2) AS label, count() AS n
FROM (SELECT arrayJoin([{parts}]) AS part FROM {source} AS actions WHERE {" AND ".join(where)}) AS parted
GROUP BY facet, label HAVING label != '' ORDER BY n DESC, label ASC LIMIT {MOST_VALUES}"""
        rows = await self._rows(query, values, Asked.NUMBERS)
        lists = {name: [Top(label, n) for facet, label, n in rows if facet == name] for name in facets}
        return Tops(*(tuple(tops[:MOST_TOPS]) for tops in lists.values()))

    async def versions(self, period: Period, kept: Period) -> list[FirstSeen]:
        """Versions clicked in the period, by when each was first seen in the kept time, oldest first."""
        values, version = HogQLValues(), self._properties.column("version")
        looked = Period(min(kept.start, period.start), period.end)
        query = f"""SELECT {version} AS version, min(toUnixTimestamp64Milli(timestamp)) AS first_ms,
  max(toUnixTimestamp64Milli(timestamp)) AS last_ms
FROM events WHERE {within(looked, values)} AND {CLICKED} AND {LIB} = 'web'
GROUP BY version HAVING version != '' AND last_ms >= {epoch_ms(period.start)}
ORDER BY first_ms ASC, version ASC LIMIT {MOST_VALUES}"""
        zone = period.end.tzinfo
        rows = await self._rows(query, values, Asked.VERSIONS)
        return [FirstSeen(name, datetime.fromtimestamp(first / 1000, UTC).astimezone(zone)) for name, first, _ in rows]

    async def people_who_did(self, event: str, period: Period) -> int:
        """A custom event of exactly that name, or a click on a target of exactly that name."""
        values = HogQLValues()
        name = values.add(event)
        did = f"(event = {name} OR ({CLICKED} AND {TARGET} = {name}))"
        query = f"""SELECT uniqExact(person_id) AS people FROM events
WHERE {within(period, values)} AND {did} AND {SESSION_ID} != '' LIMIT 1"""
        [[people]] = await self._rows(query, values, Asked.NUMBERS)
        return int(people)

    async def has_value(self, facet: str, value: str, kept: Period) -> bool:
        column = self._properties.column(facet)
        if column is None:
            return False
        values = HogQLValues()
        query = f"""SELECT count() AS n FROM (SELECT {column} AS value FROM events
WHERE {within(kept, values)} AND {_VISITED}) AS visited WHERE {facet_is("value", facet, value, values)} LIMIT 1"""
        [[found]] = await self._rows(query, values, Asked.VALUES)
        return bool(found)

    async def seen_values(self, facet: str, kept: Period) -> list[SeenValue]:
        """Returns values, most seen first."""
        column = self._properties.column(facet)
        if column is None or facet in _NOBODYS:
            return []
        values = HogQLValues()
        query = f"""SELECT value, count() AS n FROM (SELECT {column} AS value FROM events
WHERE {within(kept, values)} AND {_VISITED}) AS visited
WHERE value != '' GROUP BY value ORDER BY n DESC, value ASC LIMIT {MOST_VALUES}"""
        return [SeenValue(value, n) for value, n in await self._rows(query, values, Asked.VALUES)]

    async def _rows(self, query: str, values: HogQLValues, what: Asked) -> list[list[Any]]:
        return (await self._client.send(query_call(query, values.by_name, what), QueryRows)).results
