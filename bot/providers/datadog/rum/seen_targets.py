"""The targets that were clicked in a period, to match people's words to names."""

from __future__ import annotations

from bot.providers.datadog.http.client import Client
from bot.providers.datadog.http.error_answers import DatadogRefused
from bot.providers.datadog.rum import query
from bot.providers.datadog.rum.rum_requests import Aggregated, ComputeRequest, FacetGroup, aggregate
from bot.signals.question import Period
from bot.signals.source import SeenTarget

MOST = 1000


async def seen_targets(client: Client, period: Period) -> list[SeenTarget]:
    """Returns targets, most clicked first: one request, and a second one for the selectors of masked targets if any."""
    call = aggregate(query.CLICKS, period, (ComputeRequest(),), [FacetGroup(query.NAME, MOST)])
    named = await client.send(call, Aggregated)
    targets = [SeenTarget(str(bucket.by.get(query.NAME, "")), "", bucket.number(0)) for bucket in named.buckets]
    if any(target.name == query.MASKED for target in targets):
        masked = await _masked(client, period)
        targets = [target for target in targets if target.name != query.MASKED or not masked] + masked
    return sorted(targets, key=lambda target: (-target.actions, target.name))


async def _masked(client: Client, period: Period) -> list[SeenTarget]:
    """Masked targets by selector. None where selectors can't be grouped by, which depends on the account."""
    clicks = f'{query.CLICKS} {query.NAME}:"{query.MASKED}"'
    call = aggregate(clicks, period, (ComputeRequest(),), [FacetGroup(query.SELECTOR, MOST)])
    try:
        answer = await client.send(call, Aggregated)
    except DatadogRefused:
        return []
    return [
        SeenTarget(query.MASKED, str(bucket.by.get(query.SELECTOR, "")), bucket.number(0)) for bucket in answer.buckets
    ]
