"""Candidates for a clip: frustrated actions in sessions that have a replay."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.providers.datadog.http.client import Client
from bot.providers.datadog.rum import query
from bot.providers.datadog.rum.rum_event import Inner
from bot.providers.datadog.rum.rum_requests import found
from bot.providers.datadog.rum.top_errors import messages
from bot.signals.question import ALL_SIGNALS, Period, Signal
from bot.signals.source import Moment

REPLAYED = "@session.has_replay:true"
Person = Callable[[Inner], str]


@dataclass(frozen=True, slots=True)
class Looked:
    """What was looked up beside the actions: errors by action, beginnings by session."""

    errors: dict[str, str]
    begins: dict[str, datetime]


async def find(client: Client, hits: str, period: Period, limit: int, longest: Period, person: Person) -> list[Moment]:
    """Newest first; `hits` is the query of the frustrated actions. Two requests in a row, the second for errors and
    sessions at once. Sessions may have begun before the period, so they are looked for in `longest`."""
    listed = await found(client, f"{hits} {REPLAYED}", period, most=limit)
    rows = [(it.attributes.timestamp, it.inner()) for it in listed.data]
    failed = list(dict.fromkeys(id for _, it in rows if it.action.error.count for id in it.action.ids))
    errors, begins = await asyncio.gather(
        messages(client, failed, period), _begins(client, [it for _, it in rows], longest)
    )
    looked, zone = Looked(errors, begins), period.start.tzinfo
    return [_moment(at.astimezone(zone), inner, looked, person) for at, inner in rows if inner.session.id]


async def _begins(client: Client, inners: Sequence[Inner], longest: Period) -> dict[str, datetime]:
    ids = list(dict.fromkeys(it.session.id for it in inners if it.session.id))
    if not ids:
        return {}
    asked = f"@type:session {query.any_of('@session.id', map(query.text, ids))}"
    listed = await found(client, asked, longest, most=len(ids))
    return {it.inner().session.id: it.attributes.timestamp for it in listed.data}


def _moment(at: datetime, inner: Inner, looked: Looked, person: Person) -> Moment:
    signals = tuple(it for it in ALL_SIGNALS if any(kind in query.KINDS[it] for kind in inner.action.frustration.type))
    begin = looked.begins.get(inner.session.id, at)
    return Moment(
        session_id=inner.session.id,
        view_id=inner.view.id,
        at=at,
        signals=signals,
        target=inner.action.target.name or "",
        clicks=0 if Signal.RAGE in signals else 1,  # RUM doesn't tell how many a rage click had
        seconds_in=max(0.0, (at - begin).total_seconds()),
        error=next((looked.errors[id] for id in inner.action.ids if id in looked.errors), ""),
        browser=inner.browser.name or "",
        country=inner.geo.country_iso_code or "",
        device=inner.device.type or "",
        person=person(inner),
    )


def person_by(secret: str) -> Person:
    """Ids that say nothing about a person and can't be guessed back without the secret."""
    salt = hashlib.blake2b(secret.encode(), digest_size=32).digest()

    def opaque(inner: Inner) -> str:
        known = inner.usr.get("id") or inner.usr.get("anonymous_id") or inner.session.id
        return hashlib.blake2b(str(known).encode("utf-8", "replace"), key=salt, digest_size=8).hexdigest()

    return opaque
