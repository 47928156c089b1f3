"""Top errors, in two requests: RUM's errors name the actions they happened in, and nothing else of them.

The newest frustrated actions with errors come first, then the errors that name one of these: counted by Datadog, or
listed where each error is a group of an answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.providers.datadog.http.client import Client
from bot.providers.datadog.rum import query
from bot.providers.datadog.rum.rum_event import RumEvent
from bot.providers.datadog.rum.rum_requests import (
    MOST_EVENTS,
    Aggregated,
    ComputeRequest,
    EventPage,
    FacetGroup,
    aggregate,
    search_events,
)
from bot.signals.answer import TopError
from bot.signals.question import Period

LOOKED_AT = 100
"""Actions whose errors are counted; each is an id in the query."""
MOST_ERRORS = 5
AFTER = timedelta(minutes=1)
"""A click stays open for ten seconds at most, a merged one somewhat longer."""


@dataclass(frozen=True, slots=True)
class TopErrors:
    """The errors with most actions. `actions` are, by message, the actions that an error happened in, where asked for.

    `newest_only` says that there were more actions or errors than were read, `partial` that Datadog ran out of time.
    """

    errors: tuple[TopError, ...] = ()
    actions: Mapping[str, Sequence[RumEvent]] | None = None
    newest_only: bool = False
    partial: bool = False


async def top_errors(client: Client, hits: str, period: Period, *, with_actions: bool = False) -> TopErrors:
    """Errors of the frustrated actions, which the query `hits` finds; each with its actions if wanted."""
    failed = await search_events(client, f"{hits} @action.error.count:>0", period, most=LOOKED_AT, pages=1)
    ids = list(dict.fromkeys(id for listed in failed.data for id in listed.event().action.ids))
    if not ids:
        return TopErrors(actions={}, partial=failed.partial)
    errors = await (_listed(client, failed, ids, period) if with_actions else _counted(client, ids, period))
    newest_only = errors.newest_only or len(failed.data) == LOOKED_AT
    return replace(errors, newest_only=newest_only, partial=errors.partial or failed.partial)


async def _counted(client: Client, ids: Sequence[str], period: Period) -> TopErrors:
    measure = ComputeRequest("cardinality", "@action.id")
    call = aggregate(errors_of(ids), late(period), (measure,), [FacetGroup("@error.message", MOST_ERRORS, measure)])
    answer = await client.send(call, Aggregated)
    errors = [TopError(str(bucket.by.get("@error.message")), bucket.number(0)) for bucket in answer.buckets]
    return TopErrors(_ranked(errors), partial=answer.partial)


async def _listed(client: Client, failed: EventPage, ids: Sequence[str], period: Period) -> TopErrors:
    known = {id: listed.event() for listed in failed.data for id in listed.event().action.ids}
    page = await search_events(client, errors_of(ids), late(period), most=MOST_EVENTS)
    by_message: dict[str, dict[str, RumEvent]] = {}
    for listed in page.data:
        event = listed.event()
        actions = by_message.setdefault(event.error.message, {})
        actions.update({id: known[id] for id in event.action.ids if id in known})
    errors = [TopError(message, len(actions)) for message, actions in by_message.items()]
    events = {message: list(actions.values()) for message, actions in by_message.items()}
    return TopErrors(_ranked(errors), events, newest_only=len(page.data) == MOST_EVENTS, partial=page.partial)


def _ranked(errors: Sequence[TopError]) -> tuple[TopError, ...]:
    return tuple(sorted(errors, key=lambda error: (-error.actions, error.message))[:MOST_ERRORS])


async def messages(client: Client, ids: Sequence[str], period: Period) -> dict[str, str]:
    """Returns the message of the first error of each action, by the action's id."""
    if not ids:
        return {}
    page = await search_events(client, errors_of(ids), late(period), most=5 * LOOKED_AT, newest_first=False)
    first: dict[str, str] = {}
    for listed in page.data:
        event = listed.event()
        for id in event.action.ids:
            first.setdefault(id, event.error.message)
    return first


def errors_of(ids: Iterable[str]) -> str:
    """Returns the query of the errors that happened in these actions."""
    return f"@type:error {query.any_of('@action.id', map(query.text, ids))}"


def late(period: Period) -> Period:
    """Returns the period with the time in which a click of its end may still be open."""
    return replace(period, end=period.end + AFTER)
