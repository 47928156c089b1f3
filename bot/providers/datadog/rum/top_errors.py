"""Top errors. RUM's errors name the actions they happened in and nothing else of them, so it takes two requests: the
newest frustrated actions with errors, then the errors that name one of these: counted, or listed where each is a group.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.providers.datadog.http.client import Client
from bot.providers.datadog.rum import query
from bot.providers.datadog.rum.rum_event import Inner
from bot.providers.datadog.rum.rum_requests import (
    MOST_EVENTS,
    Aggregated,
    ComputeRequest,
    FacetGroup,
    Listed,
    aggregate,
    found,
)
from bot.signals.answer import TopError
from bot.signals.question import Period

LOOKED_AT = 100
"""Actions whose errors are counted; each is an id in the query."""
ERRORS_TOLD = 5
AFTER = timedelta(minutes=1)
"""A click stays open for ten seconds at most, a merged one somewhat longer."""


@dataclass(frozen=True, slots=True)
class Causes:
    """`actions` has, by message, the actions that the error happened in, where they were asked for; `newest_only` says
    that there were more actions or errors than were looked at."""

    errors: tuple[TopError, ...] = ()
    actions: Mapping[str, Sequence[Inner]] | None = None
    newest_only: bool = False
    partial: bool = False


async def causes(client: Client, hits: str, period: Period, *, listed: bool = False) -> Causes:
    """`hits` is the query of the frustrated actions. With `listed` every error has its actions."""
    failed = await found(client, f"{hits} @action.error.count:>0", period, most=LOOKED_AT, pages=1)
    ids = list(dict.fromkeys(id for it in failed.data for id in it.inner().action.ids))
    if not ids:
        return Causes(actions={}, partial=failed.partial)
    why = await (_listed(client, failed, ids, period) if listed else _counted(client, ids, period))
    newest_only = why.newest_only or len(failed.data) == LOOKED_AT
    return replace(why, newest_only=newest_only, partial=why.partial or failed.partial)


async def _counted(client: Client, ids: Sequence[str], period: Period) -> Causes:
    measure = ComputeRequest("cardinality", "@action.id")
    call = aggregate(errors_of(ids), late(period), (measure,), [FacetGroup("@error.message", ERRORS_TOLD, measure)])
    told = await client.get(call, Aggregated)
    errors = [TopError(str(it.by.get("@error.message")), it.number(0)) for it in told.buckets]
    return Causes(_ranked(errors), partial=told.partial)


async def _listed(client: Client, failed: Listed, ids: Sequence[str], period: Period) -> Causes:
    known = {id: it.inner() for it in failed.data for id in it.inner().action.ids}
    told = await found(client, errors_of(ids), late(period), most=MOST_EVENTS)
    by_message: dict[str, dict[str, Inner]] = {}
    for event in told.data:
        inner = event.inner()
        into = by_message.setdefault(inner.error.message, {})
        into.update({id: known[id] for id in inner.action.ids if id in known})
    errors = [TopError(message, len(actions)) for message, actions in by_message.items()]
    listed = {message: list(actions.values()) for message, actions in by_message.items()}
    return Causes(_ranked(errors), listed, newest_only=len(told.data) == MOST_EVENTS, partial=told.partial)


def _ranked(errors: Sequence[TopError]) -> tuple[TopError, ...]:
    return tuple(sorted(errors, key=lambda it: (-it.actions, it.message))[:ERRORS_TOLD])


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
