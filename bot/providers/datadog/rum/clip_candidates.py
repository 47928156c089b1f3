"""Candidates for a clip: frustrated actions in sessions that have a replay."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.providers.datadog.http.client import Client
from bot.providers.datadog.rum import query
from bot.providers.datadog.rum.rum_event import RumEvent, device_name
from bot.providers.datadog.rum.rum_requests import search_events
from bot.providers.datadog.rum.top_errors import messages
from bot.signals.question import ALL_SIGNALS, Period, Signal
from bot.signals.source import Moment

REPLAYED = "@session.has_replay:true"
Person = Callable[[RumEvent], str]


@dataclass(frozen=True, slots=True)
class ActionContext:
    """What is looked up beside the actions: the first error of each action, the beginning of each session, by id."""

    errors: dict[str, str]
    begins: dict[str, datetime]


async def find(client: Client, hits: str, period: Period, limit: int, longest: Period, person: Person) -> list[Moment]:
    """Moments, newest first. `hits` is the query of the frustrated actions.

    Two requests one after the other, the second for errors and sessions at once. A session may have begun before the
    period, so it is looked for in `longest`.
    """
    page = await search_events(client, f"{hits} {REPLAYED}", period, most=limit)
    rows = [(listed, event) for listed in page.data if listed.attributes.at and (event := listed.event()).session.id]
    failed = list(dict.fromkeys(id for _, event in rows if event.action.error.count for id in event.action.ids))
    errors, begins = await asyncio.gather(
        messages(client, failed, period), _begins(client, [event for _, event in rows], longest)
    )
    context, zone = ActionContext(errors, begins), period.start.tzinfo
    return [
        _moment(at.astimezone(zone), listed.attributes.tag("version"), event, context, person)
        for listed, event in rows
        if (at := listed.attributes.at)
    ]


async def _begins(client: Client, events: Sequence[RumEvent], longest: Period) -> dict[str, datetime]:
    ids = list(dict.fromkeys(event.session.id for event in events if event.session.id))
    if not ids:
        return {}
    sessions = f"@type:session {query.any_of('@session.id', map(query.text, ids))}"
    page = await search_events(client, sessions, longest, most=len(ids))
    return {listed.event().session.id: at for listed in page.data if (at := listed.attributes.at)}


def _moment(at: datetime, version: str, event: RumEvent, context: ActionContext, person: Person) -> Moment:
    kinds = event.action.frustration.type
    signals = tuple(signal for signal in ALL_SIGNALS if any(kind in query.KINDS[signal] for kind in kinds))
    begin = context.begins.get(event.session.id, at)
    return Moment(
        session_id=event.session.id,
        view_id=event.view.id,
        at=at,
        signals=signals,
        target=event.action.target.name or "",
        clicks=0 if Signal.RAGE in signals else 1,  # RUM doesn't tell how many a rage click had
        seconds_in=max(0.0, (at - begin).total_seconds()),
        error=next((context.errors[id] for id in event.action.ids if id in context.errors), ""),
        view=event.view.url_path_group or event.view.url_path or "",
        version=version,
        browser=event.browser.name or "",
        country=event.geo.country_iso_code or "",
        device=device_name(event.device.type or ""),
        person=person(event),
    )


def person_by(secret: str) -> Person:
    """Returns a function that gives ids which say nothing about a person and can't be reversed without the secret."""
    salt = hashlib.blake2b(secret.encode(), digest_size=32).digest()

    def opaque(event: RumEvent) -> str:
        known = event.usr.get("id") or event.usr.get("anonymous_id") or event.session.id
        return hashlib.blake2b(str(known).encode("utf-8", "replace"), key=salt, digest_size=8).hexdigest()

    return opaque
