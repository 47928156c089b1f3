"""Candidates for a clip: the worst frustrated action of each session that has a replay.

RUM can't rank the actions of each session, so they are read, the newest first, and ranked here.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.providers.datadog.http.client import Client
from bot.providers.datadog.rum import query
from bot.providers.datadog.rum.rum_event import RumEvent, device_name
from bot.providers.datadog.rum.rum_requests import MOST_EVENTS, EventPage, search_events
from bot.providers.datadog.rum.top_errors import messages
from bot.replay.script.choice import worst_moments
from bot.signals.answer import TargetMatch
from bot.signals.question import ALL_SIGNALS, Period, Question, Signal
from bot.signals.source import Moment

REPLAYED = "@session.has_replay:true"
LOOKED_AT = MOST_EVENTS
"""Actions that are ranked: one page; and as many again of the sessions that it may not hold whole."""
MOST_SESSIONS = 100
"""Without a signal that are looked at; with more, the query for those that also failed would grow too long."""
_SOME_ERROR = "an error"
Person = Callable[[RumEvent], str]


async def find(client: Client, hits: str, period: Period, limit: int, longest: Period, person: Person) -> list[Moment]:
    """The worst moment of each session, newest first. `hits` is the query of the frustrated actions.

    Two requests one after the other, the second for errors and sessions at once; one more in between where there are
    too many actions for the first. A session may have begun before the period, so it is looked for in `longest`.
    """
    moments = await _worst(client, f"{hits} {REPLAYED}", period, limit, person)
    events = list(moments.values())
    failed = list(dict.fromkeys(id for event in events if event.action.error.count for id in event.action.ids))
    errors, begins = await asyncio.gather(messages(client, failed, period), _begins(client, events, longest))
    return [
        replace(
            moment,
            error=next((errors[id] for id in event.action.ids if id in errors), ""),
            seconds_in=max(0.0, (moment.at - begins.get(event.session.id, moment.at)).total_seconds()),
        )
        for moment, event in moments.items()
    ]


async def find_calm(
    client: Client,
    question: Question,
    targets: Sequence[TargetMatch],
    limit: int,
    longest: Period,
    person: Person,
) -> list[Moment]:
    """A click of each session that used the targets and met no signal on them, newest first.

    RUM can't leave sessions out by what else happened in them, so those that also failed are looked up and left out.
    """
    calm = await find(client, query.calm(question, targets), question.period, MOST_SESSIONS, longest, person)
    failed = query.frustrated(replace(question, signals=ALL_SIGNALS), targets)
    while calm:
        sessions = query.any_of("@session.id", [query.text(moment.session_id) for moment in calm])
        page = await search_events(client, f"{failed} {sessions}", question.period, most=LOOKED_AT)
        affected = {listed.event().session.id for listed in page.data}
        calm = [moment for moment in calm if moment.session_id not in affected]
        if len(page.data) < LOOKED_AT:
            break  # a full page may not have named all of them
    return calm[:limit]


async def _worst(client: Client, hits: str, period: Period, limit: int, person: Person) -> dict[Moment, RumEvent]:
    """The worst moment of each of the newest sessions, with its event; that there is an error is all that it says."""
    page = await search_events(client, hits, period, most=LOOKED_AT)
    moments = _moments(page, period, person)
    worst = worst_moments(moments)[:limit]
    if len(page.data) == LOOKED_AT and worst:  # what these sessions did before is looked for, too
        until = min(moment.at for moment in moments) + timedelta(milliseconds=1)
        sessions = query.any_of("@session.id", [query.text(moment.session_id) for moment in worst])
        earlier = replace(period, end=min(period.end, until))
        moments |= _moments(await search_events(client, f"{hits} {sessions}", earlier, most=LOOKED_AT), period, person)
        worst = worst_moments(moments)[:limit]
    return {moment: moments[moment] for moment in worst}


def _moments(page: EventPage, period: Period, person: Person) -> dict[Moment, RumEvent]:
    rows = ((listed, listed.attributes.at, listed.event()) for listed in page.data)
    zone = period.start.tzinfo
    return {
        _moment(at.astimezone(zone), listed.attributes.tag("version"), event, person): event
        for listed, at, event in rows
        if at and event.session.id
    }


async def _begins(client: Client, events: Sequence[RumEvent], longest: Period) -> dict[str, datetime]:
    ids = list(dict.fromkeys(event.session.id for event in events if event.session.id))
    if not ids:
        return {}
    sessions = f"@type:session {query.any_of('@session.id', map(query.text, ids))}"
    page = await search_events(client, sessions, longest, most=len(ids))
    return {listed.event().session.id: at for listed in page.data if (at := listed.attributes.at)}


def _moment(at: datetime, version: str, event: RumEvent, person: Person) -> Moment:
    kinds = event.action.frustration.type
    signals = tuple(signal for signal in ALL_SIGNALS if any(kind in query.KINDS[signal] for kind in kinds))
    return Moment(
        session_id=event.session.id,
        view_id=event.view.id,
        at=at,
        signals=signals,
        target=event.action.target.name or "",
        clicks=0 if Signal.RAGE in signals else 1,  # RUM doesn't tell how many a rage click had
        error=_SOME_ERROR if event.action.error.count else "",
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
