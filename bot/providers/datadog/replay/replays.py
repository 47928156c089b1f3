"""A session's recording: the segments of its views, and what RUM says about the session beside them.

`GET /api/v2/rum/replay/sessions/{session}/views/{view}/segments` has no documented answer (the specification names no
schema and Datadog's own client throws the body away). What comes is found out by `segments.pieces`; all of this file is
not verified against the live service. The sure way is the intake as a tee, see bot/providers/datadog/README.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from urllib.parse import quote

import msgspec

from bot.kernel.errors import Missing
from bot.providers.datadog.http.api_call import Call
from bot.providers.datadog.http.client import Client
from bot.providers.datadog.replay import replay_segments
from bot.providers.datadog.rum import query
from bot.providers.datadog.rum.rum_event import Inner
from bot.providers.datadog.rum.rum_requests import FoundEvent, found
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
"""Where Datadog keeps segments: at first here, later there."""


def kept(now: datetime) -> Period:
    """What Datadog still has, with a minute for clocks that differ."""
    return Period(now - KEPT, now + timedelta(minutes=1))


async def recording(client: Client, session_id: str, kept: Period) -> Sequence[bytes]:
    """The pieces in order, then the session's RUM events as lines. Raises Missing when no view has segments."""
    asked = f"@session.id:{query.text(session_id)} @type:(view OR action OR error OR resource)"
    listed = await found(client, asked, kept, most=MOST_EVENTS, newest_first=False)
    reader = _SegmentReader(client, session_id)
    by_view = await asyncio.gather(*(reader.view(it) for it in _views(listed.data)))
    pieces = [piece for pieces in by_view for piece in pieces]
    if not pieces:
        raise Missing("Datadog has no recording of this session, or no longer keeps it.")
    beside = _lines(listed.data)
    return [*pieces, beside] if beside else pieces


def segments_call(session_id: str, view_id: str, source: str, paging: str = "") -> Call:
    path = f"/api/v2/rum/replay/sessions/{quote(session_id, safe='')}/views/{quote(view_id, safe='')}/segments"
    asked = [("source", source), ("max_list_size", str(PAGE_BYTES))]
    if paging:
        asked.append(("paging", paging))
    return Call("GET", path, NEEDS, "rum_replay", "the replay", query=tuple(asked))


def _views(events: Sequence[FoundEvent]) -> list[str]:
    """Ids of the session's views, in the order they began. Views whose recording hasn't begun are asked for too."""
    begins: dict[str, float] = {}
    for event in events:
        inner = event.inner()
        if inner.view.id:
            at = event.attributes.timestamp.timestamp()
            begins[inner.view.id] = min(at, begins.get(inner.view.id, at))
    return sorted(begins, key=lambda view: begins[view])[:MOST_VIEWS]


class _SegmentReader:
    """Reads the views of one session, a few at once, and no more than a recording may have altogether."""

    def __init__(self, client: Client, session_id: str) -> None:
        self._client = client
        self._session_id = session_id
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._bytes = 0

    async def view(self, view_id: str) -> list[bytes]:
        """The pieces of a view; none when Datadog has none. Raises Unfilmable past the limit."""
        async with self._turns:
            for source in SOURCES:
                try:
                    if found := [piece async for piece in self._pages(view_id, source)]:
                        return found
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


def _lines(events: Sequence[FoundEvent]) -> bytes:
    """The events as the SDK sent them, one a line: errors and requests help to tell what happened in the replay."""
    dated = [line for it in events if (line := _dated(it))]
    return b"\n".join(dated) + b"\n" if dated else b""


def _dated(event: FoundEvent) -> bytes:
    """The API may leave the SDK's own date out and give the time beside the event."""
    inner: Inner = event.inner()
    if not inner.type:
        return b""
    if inner.date:
        return bytes(event.attributes.attributes)
    whole = msgspec.json.decode(event.attributes.attributes)
    return msgspec.json.encode(whole | {"date": round(event.attributes.timestamp.timestamp() * 1000)})
