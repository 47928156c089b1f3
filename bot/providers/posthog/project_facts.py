"""What is known of a project, beside the numbers: its oldest click, its dead clicks, and their rule."""

# ruff: noqa: S608 (expressions of our own are put together here; values are parameters)

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.providers.posthog.click_actions import within
from bot.providers.posthog.event_properties import LIB, LIB_VERSION, text_of
from bot.providers.posthog.hogql_values import HogQLValues
from bot.providers.posthog.posthog_calls import Asked, QueryRows, query_call
from bot.providers.posthog.posthog_client import PostHogClient
from bot.signals.question import Period

CHANGED = (1, 374, 0)
"""The version of posthog-js (of May 2026) that changed what a dead click is: links don't count, form controls do."""


@dataclass(frozen=True, slots=True)
class ProjectFacts:
    """Of the clicks in a period and the one before. `both_rules`: some were sent by either kind of version."""

    clicks: bool = False
    dead_clicks: bool = False
    both_rules: bool = False
    sampled: bool = False


async def facts(client: PostHogClient, *spans: Period) -> ProjectFacts:
    """One request."""
    values = HogQLValues()
    sampled = f"min(ifNull(toFloat({text_of('$sample_threshold')}), 1.0))"
    query = f"""SELECT {LIB_VERSION} AS version, countIf(event = '$autocapture') AS clicks,
  countIf(event = '$dead_click') AS dead_clicks, {sampled} AS threshold
FROM events
WHERE ({" OR ".join(within(span, values) for span in spans)})
  AND event IN ('$autocapture', '$dead_click') AND {LIB} = 'web'
GROUP BY version ORDER BY clicks DESC LIMIT 1000"""
    rows = (await client.send(query_call(query, values.by_name, Asked.FACTS), QueryRows)).results
    known = {number >= CHANGED for version, *_ in rows if (number := _number(str(version)))}
    return ProjectFacts(
        clicks=any(clicks for _, clicks, *_ in rows),
        dead_clicks=any(dead for _, _, dead, _ in rows),
        both_rules=len(known) > 1,
        sampled=any(threshold < 1 for *_, threshold in rows),
    )


async def oldest(client: PostHogClient) -> datetime | None:
    """Returns the time of the first captured click of all. One request, which reads no properties: it has no bounds."""
    query = """SELECT count() AS clicks, min(toUnixTimestamp64Milli(timestamp)) AS first_ms
FROM events WHERE event = '$autocapture' LIMIT 1"""
    [(clicks, first)] = (await client.send(query_call(query, {}, Asked.FACTS), QueryRows)).results
    return datetime.fromtimestamp(first / 1000, UTC) if clicks else None


def _number(version: str) -> tuple[int, ...]:
    """Returns a version as numbers, none where it isn't one."""
    found = re.match(r"(\d{1,6})\.(\d{1,6})\.(\d{1,6})", version, re.ASCII)
    return tuple(map(int, found.groups())) if found else ()
