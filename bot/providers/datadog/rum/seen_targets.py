"""The targets that were clicked in a period, and the values that facets have, to match people's words to names."""

from __future__ import annotations

from collections import Counter

from bot.providers.datadog.http.client import Client
from bot.providers.datadog.http.error_answers import DatadogRefused
from bot.providers.datadog.rum import query
from bot.providers.datadog.rum.rum_requests import Aggregated, ComputeRequest, FacetGroup, aggregate
from bot.signals.question import Period
from bot.signals.source import SeenTarget, SeenValue

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


async def has_value(client: Client, facet: str, value: str, kept: Period) -> bool:
    """One request."""
    answer = await client.send(aggregate(query.having(facet, value), kept, (ComputeRequest(),)), Aggregated)
    return any(bucket.number(0) for bucket in answer.buckets)


async def seen_values(client: Client, name: str, kept: Period) -> list[SeenValue]:
    """Returns values, most seen first: one request a facet. None of a facet that can't be grouped by."""
    counts: Counter[str] = Counter()
    for facet in query.facets_of(name):
        call = aggregate(query.PEOPLE, kept, (ComputeRequest(),), [FacetGroup(facet, MOST)])
        try:
            answer = await client.send(call, Aggregated)
        except DatadogRefused:
            continue
        counts.update({str(bucket.by.get(facet)): bucket.number(0) for bucket in answer.buckets})
    return sorted((SeenValue(*each) for each in counts.items()), key=lambda seen: (-seen.events, seen.value))
