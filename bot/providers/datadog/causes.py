"""Top errors. RUM's errors name the actions they happened in and nothing else of them, so it takes two requests: the
newest frustrated actions with errors, then the errors that name one of these."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.providers.datadog import query
from bot.providers.datadog.client import Client
from bot.providers.datadog.rum import Aggregated, Compute, Group, aggregate, found
from bot.signals.answer import TopError
from bot.signals.question import Period

LOOKED_AT = 100
"""Actions whose errors are counted; each is an id in the query."""
ERRORS_TOLD = 5
AFTER = timedelta(minutes=1)
"""A click stays open for ten seconds at most, a merged one somewhat longer."""


@dataclass(frozen=True, slots=True)
class Causes:
    """`newest_only`: there were more actions with errors than were looked at."""

    errors: tuple[TopError, ...] = ()
    newest_only: bool = False
    partial: bool = False


async def causes(client: Client, hits: str, period: Period) -> Causes:
    """`hits` is the query of the frustrated actions."""
    failed = await found(client, f"{hits} @action.error.count:>0", period, most=LOOKED_AT, pages=1)
    ids = list(dict.fromkeys(id for it in failed.data for id in it.inner().action.ids))
    if not ids:
        return Causes(partial=failed.partial)
    measure = Compute("cardinality", "@action.id")
    call = aggregate(errors_of(ids), late(period), (measure,), [Group("@error.message", ERRORS_TOLD, measure)])
    told = await client.get(call, Aggregated)
    errors = tuple(TopError(str(it.by.get("@error.message")), it.number(0)) for it in told.buckets)
    return Causes(errors, len(failed.data) == LOOKED_AT, told.partial or failed.partial)


async def messages(client: Client, ids: Sequence[str], period: Period) -> dict[str, str]:
    """The first error of each action, by the action's id."""
    if not ids:
        return {}
    listed = await found(client, errors_of(ids), late(period), most=5 * LOOKED_AT, newest_first=False)
    first: dict[str, str] = {}
    for event in listed.data:
        inner = event.inner()
        for id in inner.action.ids:
            first.setdefault(id, inner.error.message)
    return first


def errors_of(ids: Iterable[str]) -> str:
    return f"@type:error {query.any_of('@action.id', map(query.text, ids))}"


def late(period: Period) -> Period:
    return replace(period, end=period.end + AFTER)
