"""Calls for tests of the client, and a Datadog that is one handler of theirs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.providers.datadog.http.api_call import Call, CallKind
from bot.providers.datadog.http.client import Client
from bot.providers.datadog.http.site import Site
from bot.providers.datadog.rum.rum_requests import ComputeRequest, aggregate, search
from tests.providers.datadog.conftest import QUICK
from tests.providers.datadog.examples import WEEK

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
ASK = search("@type:action", WEEK, limit=1)
COUNT = aggregate("@type:action", WEEK, [ComputeRequest()])
SEARCH = "POST /api/v2/rum/events/search"


def create(what: str = "a new thing") -> Call:
    """A search that counts as a create: the stand-in takes it, and it must not be sent twice."""
    return Call(ASK.method, ASK.path, "things_write", "things", what, CallKind.CREATE, body=ASK.body)


@asynccontextmanager
async def asking(handler: Handler) -> AsyncIterator[Client]:
    """A client whose Datadog is this handler."""
    server = TestServer(handled_by(handler))
    async with server, Client.opened(Site(url=str(server.make_url(""))), "api", "app", patience=QUICK) as client:
        yield client


def handled_by(handler: Handler) -> web.Application:
    app = web.Application()
    app.router.add_route("*", "/{any:.*}", handler)
    return app
