"""The server of the stand-ins."""

from __future__ import annotations

import asyncio
import socket

from aiohttp import web
from yarl import URL

from standins.serving import served


async def test_whoever_connects_while_it_ends_is_hung_up_on() -> None:
    """A connection that nobody closes is found by the garbage collector, in whichever test comes then."""
    async with served(web.Application()) as url:
        address = URL(url)
        connection = socket.create_connection((address.host, address.port))
    with connection:
        connection.settimeout(60)
        assert await asyncio.to_thread(connection.recv, 1) == b""
