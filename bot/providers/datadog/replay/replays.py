"""A session's recording: the segments of its views, and the session's RUM events beside them.

`GET /api/v2/rum/replay/sessions/{session}/views/{view}/segments` has no documented answer: the specification names no
schema, and Datadog's own client throws the body away. `replay_segments.pieces` finds out the form. Nothing in this file
is verified against the live service. The sure way is the intake as a tee, see bot/providers/datadog/README.md.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from urllib.parse import quote

import msgspec

from bot.kernel.errors import Missing
from bot.providers.datadog.http.api_call import Call
from bot.providers.datadog.http.client import Client
from bot.providers.datadog.replay import replay_segments
from bot.providers.datadog.rum import query
from bot.providers.datadog.rum.rum_requests import ListedEvent, search_events
from bot.replay.formats.size_limits import MAX_STORED_BYTES, too_large
from bot.signals.question import Period

NEEDS = "rum_apps_read rum_session_replay_read"
KEPT = timedelta(days=30)
"""Datadog's retention of actions, errors, views, sessions and replays."""
AT_ONCE = 4
MOST_EVENTS = 5000
MOST_VIEWS = 200
MOST_PAGES = 200
PAGE_BYTES = 20_000_000
SOURCES = ("event_platform", "blob")
"""The places where Datadog keeps segments: new ones in the first, older ones in the second."""


def kept_period(now: datetime) -> Period:
    """Returns the time of which Datadog still has data, with a minute for clocks that differ."""
    return Period(now - KEPT, now + timedelta(minutes=1))


async def recording(client: Client, session_id: str, kept: Period) -> Sequence[bytes]:
    """Returns the pieces in order, then the session's RUM events as lines. Raises Missing when no view has segments."""
    of_session = f"@session.id:{query.text(session_id)} @type:(view OR action OR error OR resource)"
    page = await search_events(client, of_session, kept, most=MOST_EVENTS, newest_first=False)
    reader = _SegmentReader(client, session_id)
    by_view = await asyncio.gather(*(reader.view(view) for view in _views(page.data)))
    pieces = [piece for pieces in by_view for piece in pieces]
    if not pieces:
        raise Missing("Datadog has no recording of this session, or no longer keeps it.")
    lines = _lines(page.data)
    return [*pieces, lines] if lines else pieces


def segments_call(session_id: str, view_id: str, source: str, paging: str = "") -> Call:
    path = f"/api/v2/rum/replay/sessions/{quote(session_id, safe='')}/views/{quote(view_id, safe='')}/segments"
    parameters = [("source", source), ("max_list_size", str(PAGE_BYTES))]
    if paging:
        parameters.append(("paging", paging))
    return Call("GET", path, NEEDS, "rum_replay", "the replay", query=tuple(parameters))


def _views(events: Sequence[ListedEvent]) -> list[str]:
    """Returns the ids of the session's views, in the order they began, recorded or not."""
    begins: dict[str, float] = {}
    for listed in events:
        view, at = listed.event().view.id, listed.attributes.at
        if view:
            seconds = at.timestamp() if at else math.inf
            begins[view] = min(seconds, begins.get(view, seconds))
    return sorted(begins, key=lambda view: begins[view])[:MOST_VIEWS]


class _SegmentReader:
    """Reads the views of one session, a few at once, up to the limit of a recording."""

    def __init__(self, client: Client, session_id: str) -> None:
        self._client = client
        self._session_id = session_id
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._bytes = 0

    async def view(self, view_id: str) -> list[bytes]:
        """Returns the pieces of a view, none when Datadog has none. Raises Unfilmable past the limit."""
        async with self._turns:
            for source in SOURCES:
                try:
                    if pieces := [piece async for piece in self._pages(view_id, source)]:
                        return pieces
                except Missing:
                    continue
        return []

    async def _pages(self, view_id: str, source: str) -> AsyncIterator[bytes]:
        paging = ""
        for _ in range(MOST_PAGES):
            body = await self._client.body(segments_call(self._session_id, view_id, source, paging))
            self._bytes += len(body.data)
            if self._bytes > MAX_STORED_BYTES:
                raise too_large("bytes", MAX_STORED_BYTES)
            page = await asyncio.to_thread(replay_segments.pieces, body)
            for piece in page.pieces:
                yield piece
            if not page.pieces or not page.after or page.after == paging:
                return
            paging = page.after


def _lines(events: Sequence[ListedEvent]) -> bytes:
    """Returns the events as the SDK sent them, one a line: errors and requests help to tell what happened."""
    dated = [line for listed in events if (line := _dated(listed))]
    return b"\n".join(dated) + b"\n" if dated else b""


def _dated(listed: ListedEvent) -> bytes:
    """The event with its date: the API may leave out the SDK's own and give the time beside the event."""
    event, at = listed.event(), listed.attributes.at
    if not event.type or at is None:
        return b""
    if event.date:
        return bytes(listed.attributes.attributes)
    fields = msgspec.json.decode(listed.attributes.attributes)
    return msgspec.json.encode(fields | {"date": round(at.timestamp() * 1000)})
