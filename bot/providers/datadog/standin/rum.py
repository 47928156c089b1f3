"""RUM: search of events and aggregation over them."""

from __future__ import annotations

from aiohttp import web


def routes() -> list[web.RouteDef]:
    return []
