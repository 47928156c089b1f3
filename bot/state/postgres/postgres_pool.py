"""Connections to Postgres: a few of them, for which work waits. A server that restarts or fails over goes unnoticed."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import count
from typing import Any, TypeVar
from urllib.parse import urlsplit

import asyncpg

from bot.kernel.errors import Unavailable
from bot.state.postgres.postgres_errors import (
    FAILURES,
    STATEMENT_S,
    explained,
    is_soon_over,
    unusable_address,
)

T = TypeVar("T")
Connection = Any  # asyncpg has types for it from 3.12 on alone: pooled connections are proxies
Work = Callable[[Connection, bool], Awaitable[T]]
"""Is given a connection, and whether an earlier try may have done it already."""
WAIT_S, CONNECT_S, CLOSE_S = 20.0, 5.0, 5.0
PAUSE_S, LONGEST_PAUSE_S = 0.05, 1.0


class PostgresPool:
    """`retries`: how often lost work is tried again; nine times take about five seconds."""

    def __init__(self, pool: Any, retries: int) -> None:
        self._pool = pool
        self._retries = retries

    async def run(self, work: Work[T]) -> T:
        """Returns what the work gives. Raises ReplaybookError with the one sentence that says what is wrong."""
        unsure = False
        for tried in count():
            try:
                return await self._run(work, again=unsure)
            except FAILURES as error:
                unsure = unsure or not _is_undone(error)
                sentence = explained(error)
                if sentence is None:
                    raise
                if tried >= self._retries or not is_soon_over(error):
                    raise sentence from error
                if getattr(error, "sqlstate", "") == "25006":  # the others lead to the server that was demoted, too
                    await self._pool.expire_connections()
            pause = min(PAUSE_S * 2**tried, LONGEST_PAUSE_S)
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - spreads load, no secret
        raise AssertionError  # count() doesn't end

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Connection]:
        """A transaction that sees everything as it is at its first statement, for as long as the body lasts."""
        try:
            connection = await self._acquired()
            try:
                async with connection.transaction(isolation="repeatable_read", readonly=True):
                    yield connection
            finally:
                await self._pool.release(connection)
        except FAILURES as error:
            sentence = explained(error)
            if sentence is None:
                raise
            raise sentence from error

    async def _run(self, work: Work[T], *, again: bool) -> T:
        connection = await self._acquired()
        try:
            return await work(connection, again)
        except asyncpg.InternalClientError:  # it doesn't know any more where it is
            connection.terminate()
            raise
        finally:
            await self._pool.release(connection)

    async def _acquired(self) -> Connection:
        try:
            return await self._pool.acquire(timeout=WAIT_S)
        except TimeoutError:
            if self._pool.get_size() < self._pool.get_max_size():
                raise
            raise Unavailable("All connections to PostgreSQL are in use; try again in a moment.") from None
        except ValueError as error:  # of the parser of addresses; those of asyncpg and of TLS are other errors, too
            if isinstance(error, FAILURES):
                raise
            raise unusable_address() from None


def _is_undone(error: BaseException) -> bool:
    """Whether the server itself says that nothing was done: after that an equal record is somebody else's.

    Class 40 is a transaction rolled back, but for 40003, whose outcome nobody knows; 25006 is a read-only server.
    """
    state = getattr(error, "sqlstate", "") or ""
    return state == "25006" or (state.startswith("40") and state != "40003")


@asynccontextmanager
async def opened_pool(url: str, *, connections: int, retries: int) -> AsyncIterator[PostgresPool]:
    """Connects when there is work. TLS is as the `sslmode` of the URL says. Raises Misunderstood for another URL."""
    try:
        scheme, query = urlsplit(url).scheme, urlsplit(url).query
    except ValueError:
        raise unusable_address() from None
    if scheme not in {"postgresql", "postgres"}:
        raise unusable_address()
    pool = asyncpg.create_pool(
        url,
        min_size=0,
        max_size=connections,
        timeout=CONNECT_S,
        command_timeout=STATEMENT_S,
        server_settings=None if "application_name=" in query else {"application_name": "replaybook"},
        reset=_as_it_was,
    )
    try:
        await pool
        yield PostgresPool(pool, retries)
    finally:
        try:
            async with asyncio.timeout(CLOSE_S):
                await pool.close()
        except (TimeoutError, *FAILURES):
            pool.terminate()


async def _as_it_was(_: Connection) -> None:
    """Our work leaves nothing behind in a session, so that giving a connection back needs no question to the server."""
