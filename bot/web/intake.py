"""Where browsers send what they see.

`POST /intake/datadog?ddforward=...`  what the unmodified Datadog browser SDK sends to its `proxy` URL: RUM events as
                                      lines of JSON, plain or deflated, and replay segments as multipart forms
`POST /intake/rrweb`                  what our recorder sends: rrweb events with a head, plain or gzip

An answer 202 means that it is on disk. 4xx is final and says why; after 429 and 5xx a sender tries again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

from aiohttp import web

from bot.kernel.errors import Unfilmable, Upstream
from bot.providers.local import agents, recording_pieces, sdk_events
from bot.providers.local.batch import Batch, Surroundings
from bot.providers.local.event_store_port import EventStorePort
from bot.providers.local.recording_pieces import DescribedPiece
from bot.web.intake_admission import IntakeAdmission, KnownSenders, cors_for
from bot.web.intake_body import CORS, Bodies, BodyLimits, Damaged, IntakeRejected, answer
from bot.web.multipart_form import parts_of
from bot.web.refused_people import RefusedPeople
from bot.web.tee import Tee, forwarded_headers

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
PATHS = ("/intake/datadog", "/intake/rrweb")
# What a proxy in front may tell about where a request comes from.
_COUNTRY_HEADERS = ("CF-IPCountry", "X-Country-Code")


def intake_routes(
    store: EventStorePort,
    keys: Sequence[str] = (),
    limits: BodyLimits | None = None,
    tee: Tee | None = None,
    admission: IntakeAdmission | None = None,
    refused: RefusedPeople | None = None,
) -> list[web.RouteDef]:
    """Without keys only this machine may send. A key comes as `key=` in the address, or as the SDK's client token.
    With a `tee`, whatever the Datadog SDK sends goes on to Datadog as well. `admission` knows more than keys."""
    admission = admission or IntakeAdmission(KnownSenders(keys))
    intake = Intake(store, admission, Bodies(limits or BodyLimits()), tee, refused)
    routes = tuple(zip(PATHS, (intake.datadog, intake.rrweb), strict=True))

    async def preflight(request: web.Request) -> web.Response:
        headers = admission.preflight(request)
        return web.Response(status=403 if headers is None else 204, headers=headers or {"Vary": "Origin"})

    return [
        *(web.post(path, _polite(handler)) for path, handler in routes),
        *(web.options(path, preflight) for path, _ in routes),
    ]


def closed_intake_routes() -> list[web.RouteDef]:
    """Where events are another system's and nothing of ours was set up for them. The answer is final."""

    async def closed(_request: web.Request) -> web.Response:
        refusal = answer(404, error="This bot keeps no events; REPLAYBOOK_INTAKE_KEYS opens its intake.")
        refusal.headers.update(CORS)
        return refusal

    async def preflight(_request: web.Request) -> web.Response:
        return web.Response(status=204, headers=CORS)

    return [web.post(path, closed) for path in PATHS] + [web.options(path, preflight) for path in PATHS]


def _polite(handler: Handler) -> Handler:
    """Refusals as answers that a browser lets the page read."""

    async def answered(request: web.Request) -> web.StreamResponse:
        try:
            response = await handler(request)
        except IntakeRejected as refusal:
            response = answer(refusal.status, retry_after=refusal.retry_after, error=str(refusal))
        except Unfilmable as error:
            response = answer(400, error=error.sentence)
        except Upstream as error:
            response = answer(503, error=error.sentence)
        response.headers.update(cors_for(request))
        return response

    return answered


class Intake:
    def __init__(
        self,
        store: EventStorePort,
        admission: IntakeAdmission,
        bodies: Bodies,
        tee: Tee | None,
        refused: RefusedPeople | None,
    ) -> None:
        self._store = store
        self._tee = tee
        self._admission = admission
        self._bodies = bodies
        self._refused = refused

    async def _is_refused(self, batch: Batch) -> bool:
        """Whether nothing is left of it: what is of people who were forgotten is taken out."""
        return bool(self._refused and await self._refused.taken_out(batch) and not batch.sessions)

    @asynccontextmanager
    async def _admitted(self, request: web.Request, shown: str) -> AsyncIterator[bytes]:
        """The body of a delivery whose sender may send it. Raises IntakeRejected."""
        counted, size = await self._admission.admit(request, shown), 0
        try:
            async with self._bodies.whole(request) as data:
                size = len(data)
                yield data
        finally:
            await self._admission.correct(counted, size)

    async def datadog(self, request: web.Request) -> web.StreamResponse:
        """RUM and replay by the path that the SDK wants forwarded; other kinds of data are taken and dropped.

        What we can't read goes on to Datadog all the same. What is damaged doesn't, nor what we can't store just
        now, as it will be sent again.
        """
        wanted = request.query.get("ddforward", "")
        forward = urlsplit(wanted)
        async with self._admitted(request, parse_qs(forward.query).get("dd-api-key", [""])[0]) as data:
            try:
                response = await self._kept(forward.path, request, data)
            except Damaged:
                raise
            except (IntakeRejected, Unfilmable):
                await self._send_on(wanted, request, data)
                raise
            await self._send_on(wanted, request, data)
        return response

    async def _kept(self, path: str, request: web.Request, data: bytes) -> web.StreamResponse:
        if path.endswith("/rum"):
            return await self._rum(request, data)
        if path.endswith("/replay"):
            return await self._segment(request, data)
        return answer(202, kept=0)

    async def _send_on(self, wanted: str, request: web.Request, data: bytes) -> None:
        if self._tee:
            kind, agent = (request.headers.get(name, "") for name in ("Content-Type", "User-Agent"))
            await self._tee.take(forwarded_headers(wanted, kind, agent, _sender(request)), data)

    async def rrweb(self, request: web.Request) -> web.StreamResponse:
        shown = request.headers.get("X-Intake-Key", "")
        async with self._admitted(request, shown) as data, self._bodies.taking_apart(data):
            kept = await asyncio.to_thread(self._read_rrweb, data, _around(request))
            if await self._is_refused(kept[1]):
                return answer(202, kept=0)
            await self._store.keep([kept[0]], kept[1])
        return answer(202, kept=kept[0].events)

    async def _rum(self, request: web.Request, data: bytes) -> web.StreamResponse:
        async with self._bodies.taking_apart(data, by_line=True):
            batch, skipped = await asyncio.to_thread(self._read_rum, data, _around(request))
            if skipped and not batch.size:
                raise IntakeRejected(400, "No line of this body is a RUM event.")
            if not await self._is_refused(batch):
                await self._store.write(batch)
        return answer(202, kept=batch.size, skipped=skipped)

    async def _segment(self, request: web.Request, data: bytes) -> web.StreamResponse:
        kind = request.headers.get("Content-Type", "")
        async with self._bodies.taking_apart(data):
            kept = await asyncio.to_thread(self._read_segment, kind, data, _around(request))
            if kept is None:
                return answer(202, kept=0)
            if await self._is_refused(kept[1]):
                return answer(202, kept=0)
            await self._store.keep([kept[0]], kept[1])
        return answer(202, kept=kept[0].events)

    def _read_rum(self, data: bytes, around: Surroundings) -> tuple[Batch, int]:
        events, broken = sdk_events.decode(self._bodies.unpacked(data))
        batch, skipped = self._store.rows.rum(events, around)
        return batch, broken + skipped

    def _read_rrweb(self, data: bytes, around: Surroundings) -> DescribedPiece:
        return recording_pieces.rrweb(self._bodies.unpacked(data), data, around, self._store.rows)

    def _read_segment(self, content_type: str, data: bytes, around: Surroundings) -> DescribedPiece | None:
        """None for a picture of a canvas, which is not replayed yet."""
        parts = parts_of(content_type, data)
        if "image" in parts:
            return None
        if not parts.get("segment") or not parts.get("event"):
            raise IntakeRejected(400, "A replay segment needs the parts “segment” and “event”.")
        self._bodies.check(parts["segment"])
        return recording_pieces.segment(parts["event"], parts["segment"], around, self._store.rows)


def _around(request: web.Request) -> Surroundings:
    country = next((request.headers[name] for name in _COUNTRY_HEADERS if name in request.headers), "")
    return agents.around(request.headers.get("User-Agent", "")[:500], country)


def _sender(request: web.Request) -> str:
    """The page's address, through whatever proxies said before us."""
    hops = (request.headers.get("X-Forwarded-For", ""), request.remote or "")
    return ", ".join(hop for hop in hops if hop)
