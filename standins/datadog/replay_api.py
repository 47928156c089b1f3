"""Segments of a view's recording.

Nobody outside knows the form of Datadog's answer (its specification gives none), so the stand-in can give every form
that the decoder is made for: `World.segment_format` names one of `FORMS`.
"""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from collections.abc import Callable, Sequence

from aiohttp import web

from standins.datadog.denied import DatadogDenied
from standins.datadog.strict import count, parameters, world_of

GROUP = "rum_replay"
Packed = tuple[str, bytes]
PAGE_BYTES = 2_000_000
"""How much one answer holds when the request names no `max_list_size`."""


def routes() -> list[web.RouteDef]:
    path = "/api/v2/rum/replay/sessions/{session}/views/{view}/segments"
    return [web.get(path, _segments, name=GROUP)]


async def _segments(request: web.Request) -> web.Response:
    world = world_of(request, "rum_session_replay_read")
    headers = count(world, GROUP)
    query = parameters(request, "source", "ts", "max_list_size", "paging")
    if query.get("source", "event_platform") not in ("event_platform", "blob"):
        raise DatadogDenied(400, "Invalid source")
    stored = world.segments.get((request.match_info["session"], request.match_info["view"]))
    if stored is None:
        raise DatadogDenied(404, "Not found")
    first = int(query.get("paging", "0"))
    page, after = _page(stored, first, int(query.get("max_list_size", PAGE_BYTES)))
    kind, data = FORMS[world.segment_format](page, str(after) if after < len(stored) else "")
    return web.Response(body=data, headers=headers | {"Content-Type": kind})


def _page(stored: Sequence[bytes], first: int, room: int) -> tuple[list[bytes], int]:
    page: list[bytes] = []
    for piece in stored[first:]:
        if page and sum(map(len, page)) + len(piece) > room:
            break
        page.append(piece)
    return page, first + len(page)


def _text(pieces: Sequence[bytes]) -> list[bytes]:
    return [zlib.decompress(piece).rstrip(b"\n") for piece in pieces]


def _multipart(pieces: Sequence[bytes], _after: str) -> Packed:
    parts = [
        b'--frontier\r\nContent-Disposition: form-data; name="segment"; filename="%d"\r\n'
        b"Content-Type: application/octet-stream\r\n\r\n%b\r\n" % (number, piece)
        for number, piece in enumerate(pieces)
    ]
    return "multipart/form-data; boundary=frontier", b"".join(parts) + b"--frontier--\r\n"


def _listed(pieces: Sequence[bytes], after: str) -> Packed:
    data = [{"attributes": {"segment": base64.b64encode(piece).decode()}} for piece in pieces]
    return "application/json", json.dumps({"data": data, "meta": {"page": {"after": after}}}).encode()


def _plain(pieces: Sequence[bytes], after: str) -> Packed:
    data = [json.loads(text) for text in _text(pieces)]
    return "application/json", json.dumps({"data": data, "paging": after}).encode()


FORMS: dict[str, Callable[[Sequence[bytes], str], Packed]] = {
    "zlib": lambda pieces, _: ("application/octet-stream", b"".join(pieces)),
    "gzip": lambda pieces, _: ("application/octet-stream", b"".join(map(gzip.compress, _text(pieces)))),
    "ndjson": lambda pieces, _: ("application/x-ndjson", b"\n".join(_text(pieces)) + b"\n"),
    "multipart": _multipart,
    "base64": _listed,
    "json": _plain,
}
