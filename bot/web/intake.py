"""Where browsers send what they see.

`POST /intake/datadog?ddforward=...`  what the unmodified Datadog browser SDK sends to its `proxy` URL: RUM events as
                                      lines of JSON, plain or deflated, and replay segments as multipart forms
`POST /intake/rrweb`                  what our recorder sends: rrweb events with a head, plain or gzip

An answer 202 means that it is on disk. 4xx is final and says why; after 429 and 5xx a sender tries again.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_address
from urllib.parse import parse_qs, urlsplit

from aiohttp import web

from bot.kernel.errors import Unfilmable, Upstream
from bot.providers.local import agents, recording_pieces, sdk_events
from bot.providers.local.batch import Batch, Surroundings
from bot.providers.local.event_store_port import EventStorePort
from bot.providers.local.recording_pieces import DescribedPiece
from bot.web.intake_body import CORS, Bodies, BodyLimits, IntakeRejected, answer
from bot.web.multipart_form import parts_of
from bot.web.tee import Tee, letter

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
PATHS = ("/intake/datadog", "/intake/rrweb")
DECODED_AT_ONCE = 16
# What a proxy in front may tell about where a request comes from.
_COUNTRY_HEADERS = ("CF-IPCountry", "X-Country-Code")


def intake_routes(
    store: EventStorePort, keys: Sequence[str] = (), limits: BodyLimits | None = None, tee: Tee | None = None
) -> list[web.RouteDef]:
    """Without keys only this machine may send. A key comes as `key=` in the address, or as the SDK's client token.
    With a `tee`, whatever the Datadog SDK sends goes on to Datadog as well."""
    intake = Intake(store, keys, limits or BodyLimits(), tee)
    routes = tuple(zip(PATHS, (intake.datadog, intake.rrweb), strict=True))
    return [
        *(web.post(path, _polite(handler)) for path, handler in routes),
        *(web.options(path, _preflight) for path, _ in routes),
    ]


def closed_intake_routes() -> list[web.RouteDef]:
    """Where events are another system's and nothing of ours was set up for them. The answer is final."""

    async def closed(_request: web.Request) -> web.Response:
        return answer(404, error="This bot keeps no events; REPLAYBOOK_INTAKE_KEYS opens its intake.")

    return [web.post(path, closed) for path in PATHS] + [web.options(path, _preflight) for path in PATHS]


async def _preflight(_request: web.Request) -> web.Response:
    return web.Response(status=204, headers=CORS)


def _polite(handler: Handler) -> Handler:
    """Refusals as answers that a browser lets the page read."""

    async def answered(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except IntakeRejected as refusal:
            return answer(refusal.status, error=str(refusal))
        except Unfilmable as error:
            return answer(400, error=error.sentence)
        except Upstream as error:
            return answer(503, error=error.sentence)

    return answered


class Intake:
    def __init__(self, store: EventStorePort, keys: Sequence[str], limits: BodyLimits, tee: Tee | None) -> None:
        self._store = store
        self._tee = tee
        self._keys = tuple(keys)
        self._bodies = Bodies(limits)
        # Unpacked and decoded deliveries are many times larger than their bodies; the others wait as they came.
        self._turns = asyncio.Semaphore(DECODED_AT_ONCE)

    async def datadog(self, request: web.Request) -> web.StreamResponse:
        """RUM and replay by the path that the SDK wants forwarded; other kinds of data are taken and dropped.

        What we can't read goes on to Datadog all the same; what we can't store now doesn't, as it will be sent again.
        """
        wanted = request.query.get("ddforward", "")
        forward = urlsplit(wanted)
        self._admit(request, parse_qs(forward.query).get("dd-api-key", [""])[0])
        async with self._bodies.whole(request) as data:
            try:
                told = await self._kept(forward.path, request, data)
            except (IntakeRejected, Unfilmable):
                await self._send_on(wanted, request, data)
                raise
            await self._send_on(wanted, request, data)
        return told

    async def _kept(self, path: str, request: web.Request, data: bytes) -> web.StreamResponse:
        if path.endswith("/rum"):
            return await self._rum(request, data)
        if path.endswith("/replay"):
            return await self._segment(request, data)
        return answer(202, kept=0)

    async def _send_on(self, wanted: str, request: web.Request, data: bytes) -> None:
        if self._tee:
            kind, agent = (request.headers.get(name, "") for name in ("Content-Type", "User-Agent"))
            await self._tee.take(letter(wanted, kind, agent, _sender(request)), data)

    async def rrweb(self, request: web.Request) -> web.StreamResponse:
        self._admit(request, request.headers.get("X-Intake-Key", ""))
        async with self._bodies.whole(request) as data, self._turns:
            kept = await asyncio.to_thread(self._read_rrweb, data, _around(request))
            await self._store.keep([kept[0]], kept[1])
        return answer(202, kept=kept[0].events)

    async def _rum(self, request: web.Request, data: bytes) -> web.StreamResponse:
        async with self._turns:
            batch, skipped = await asyncio.to_thread(self._read_rum, data, _around(request))
            if skipped and not batch.size:
                raise IntakeRejected(400, "No line of this body is a RUM event.")
            await self._store.write(batch)
        return answer(202, kept=batch.size, skipped=skipped)

    async def _segment(self, request: web.Request, data: bytes) -> web.StreamResponse:
        kind = request.headers.get("Content-Type", "")
        async with self._turns:
            kept = await asyncio.to_thread(self._read_segment, kind, data, _around(request))
            if kept is None:
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
        self._bodies.unpacked(parts["segment"])  # what can't be unpacked now can't be later
        return recording_pieces.segment(parts["event"], parts["segment"], around, self._store.rows)

    def _admit(self, request: web.Request, shown: str) -> None:
        """Raises Refused: 403 when a key is wanted and none that we know is shown."""
        if not self._keys:
            if not _is_this_machine(request.remote):
                raise IntakeRejected(
                    403, "This intake takes data from this machine only; set REPLAYBOOK_INTAKE_KEYS to open it."
                )
            return
        offered = (request.query.get("key", "") or shown).encode()
        known = [hmac.compare_digest(offered, key.encode()) for key in self._keys]  # all, whatever the first says
        if not any(known):
            raise IntakeRejected(403, "This intake needs a key that it knows.")


def _around(request: web.Request) -> Surroundings:
    country = next((request.headers[name] for name in _COUNTRY_HEADERS if name in request.headers), "")
    return agents.around(request.headers.get("User-Agent", "")[:500], country)


def _sender(request: web.Request) -> str:
    """The page's address, through whatever proxies said before us."""
    hops = (request.headers.get("X-Forwarded-For", ""), request.remote or "")
    return ", ".join(hop for hop in hops if hop)


def _is_this_machine(remote: str | None) -> bool:
    """A Unix socket has no remote address: whoever can open it is on this machine."""
    try:
        return not remote or ip_address(remote).is_loopback
    except ValueError:
        return False
