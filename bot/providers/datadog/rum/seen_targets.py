"""Targets that were clicked in a period, for matching people's words to names."""

from __future__ import annotations

from bot.providers.datadog.http.client import Client
from bot.providers.datadog.http.error_answers import DatadogRefused
from bot.providers.datadog.rum import query
from bot.providers.datadog.rum.rum_requests import Aggregated, ComputeRequest, FacetGroup, aggregate
from bot.signals.question import Period
from bot.signals.source import SeenTarget

MOST = 1000


async def seen(client: Client, period: Period) -> list[SeenTarget]:
    """Most clicked first: one request, and a second for the selectors of masked targets when there are any."""
    call = aggregate(query.CLICKS, period, (ComputeRequest(),), [FacetGroup(query.NAME, MOST)])
    named = await client.get(call, Aggregated)
    targets = [SeenTarget(str(it.by.get(query.NAME, "")), "", it.number(0)) for it in named.buckets]
    if any(it.name == query.MASKED for it in targets):
        masked = await _masked(client, period)
        targets = [it for it in targets if it.name != query.MASKED or not masked] + masked
    return sorted(targets, key=lambda it: (-it.actions, it.name))


async def _masked(client: Client, period: Period) -> list[SeenTarget]:
    """By selector; none where the selector can't be grouped by, which depends on the account."""
    asked = f'{query.CLICKS} {query.NAME}:"{query.MASKED}"'
    try:
        found = await client.get(
            aggregate(asked, period, (ComputeRequest(),), [FacetGroup(query.SELECTOR, MOST)]), Aggregated
        )
    except DatadogRefused:
        return []
    return [SeenTarget(query.MASKED, str(it.by.get(query.SELECTOR, "")), it.number(0)) for it in found.buckets]
