"""ClickHouse as our store speaks with it: statements with values apart, inserts that may be repeated, plain errors."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import clickhouse_connect
from clickhouse_connect.driver.asyncclient import AsyncClient
from clickhouse_connect.driver.exceptions import Error, OperationalError

from bot.kernel.errors import Misunderstood, Unauthorized, Unavailable
from bot.providers.local.clickhouse.clickhouse_tables import KeyedTable

SCHEMES = {"clickhouse": "http", "clickhouses": "https"}
PATIENCE_S = 60.0
"""How long a server may say nothing."""
CONNECT_S = 3.0
INSERT_S = 20.0
"""How long an insert may take with its repeats: whoever sent the events waits for it."""
AT_ONCE = 50_000
"""Rows of one insert, which is held in memory as the client sends it."""
READING = {"final": 1, "do_not_merge_across_partitions_select_final": 1, "prefer_column_name_to_alias": 1}
"""Every row that replaced another is seen alone; months are independent, because times are in the keys."""
WRITING = {"async_insert": 0, "insert_deduplicate": 1}
"""A token is for one insert: rows that the server gathers of several would have none."""
PAUSES_S = (0.05, 0.2, 0.8)
"""A proxy that starts again is back after a second; for longer outages the sender of the events tries again."""
_REFUSED = {192, 193, 194, 497, 516}
_READ_ONLY = {164, 242, 319}
_FULL = {243, 498}
_BUSY = {159, 160, 173, 202, 209, 241, 252, 394, 439}
_APART = {198, 210, 279, 999}
_NO_TABLE = {16, 47, 60, 81}
Columns = Mapping[str, Sequence[Any]]
Values = Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Address:
    """`clickhouse://user:password@host:8123/database`, or `clickhouses://` for TLS."""

    host: str
    port: int
    database: str
    user: str = "default"
    password: str = field(default="", repr=False)
    secure: bool = False
    options: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, url: str) -> Address:
        """Raises Misunderstood. No part of the address is in the sentence: it may hold a password."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            parts, port = urlsplit(""), None
        if parts.scheme not in SCHEMES or not parts.hostname:
            raise Misunderstood(
                "REPLAYBOOK_EVENTS looks like clickhouse://user:password@host:8123/database, or clickhouses:// for TLS."
            )
        secure = parts.scheme == "clickhouses"
        return cls(
            host=parts.hostname,
            port=port or (8443 if secure else 8123),
            database=unquote(parts.path.strip("/")) or "default",
            user=unquote(parts.username or "default"),
            password=unquote(parts.password or ""),
            secure=secure,
            options=tuple(parse_qsl(parts.query)),
        )

    @property
    def shown(self) -> str:
        """The address without its credentials."""
        return f"{self.host}:{self.port}/{self.database}"


class ConnectionLost(Unavailable):
    """Nobody answered; what was sent may have been done."""


class ClickHouseClient:
    """Use `ClickHouseClient.open`. It belongs to its event loop."""

    def __init__(self, client: AsyncClient, address: Address) -> None:
        self._client, self.address = client, address

    @classmethod
    async def open(cls, url: str) -> ClickHouseClient:
        """Raises Misunderstood for an address that is none, and Upstream."""
        address = Address.of(url)
        async with _explained(address):
            client = await clickhouse_connect.get_async_client(
                interface="https" if address.secure else "http",
                host=address.host,
                port=address.port,
                username=address.user,
                password=address.password,
                database=address.database,
                compress="lz4",
                autogenerate_session_id=False,  # or two statements at once would refuse each other
                connect_timeout=CONNECT_S,
                send_receive_timeout=PATIENCE_S,
                settings=dict(address.options),
            )
        return cls(client, address)

    @property
    def version(self) -> str:
        return str(self._client.server_version)

    async def query(self, sql: str, values: Values = None, **settings: Any) -> list[tuple[Any, ...]]:
        """Returns the rows of one statement, with `values` for its `{name:Type}`. Times are naive UTC."""
        async with _explained(self.address):
            answer = await self._client.query(sql, parameters=_parameters(values), settings=READING | settings)
        return [tuple(row) for row in answer.result_rows]

    async def pages(self, sql: str, values: Values = None) -> AsyncIterator[Sequence[tuple[Any, ...]]]:
        async with _explained(self.address):
            stream = await self._client.query_row_block_stream(
                sql, parameters=_parameters(values), settings=dict(READING)
            )
            async with stream:
                async for block in stream:
                    yield [tuple(row) for row in block]

    async def command(self, sql: str, values: Values = None, settings: Mapping[str, Any] | None = None) -> None:
        """Runs a statement that has no rows."""
        async with _explained(self.address):
            await self._client.command(sql, parameters=_parameters(values), settings=dict(settings or {}))

    async def insert(self, table: KeyedTable, columns: Columns, token: str) -> None:
        """Inserts columns, many rows at a time. The same columns may be sent again with the same token.

        A token must stand for these very rows: others with the same one would be left out in silence. Whether the rows
        are there after a connection was lost nobody knows, so they are sent again, with the same token.
        """
        rows = max((len(values) for values in columns.values()), default=0)
        try:
            for first in range(0, rows, AT_ONCE):
                some = {name: values[first : first + AT_ONCE] for name, values in columns.items()}
                async with asyncio.timeout(INSERT_S):
                    await self._insert_again(table, some, f"{token}-{first}" if first else token)
        except TimeoutError as error:
            raise Unavailable(_SLOW, address=self.address.shown) from error

    async def _insert_again(self, table: KeyedTable, columns: Columns, token: str) -> None:
        for pause in PAUSES_S:
            try:
                await self._insert(table, columns, token)
            except ConnectionLost:
                await asyncio.sleep(pause)
            else:
                return
        await self._insert(table, columns, token)

    async def _insert(self, table: KeyedTable, columns: Columns, token: str) -> None:
        kinds = dict(zip(table.columns, table.types, strict=True))
        async with _explained(self.address, writing=True):
            insert = await self._client.create_insert_context(
                table.name,
                list(columns),
                column_type_names=[kinds[name] for name in columns],
                column_oriented=True,
                settings={"insert_deduplication_token": token, **WRITING},
                data=list(columns.values()),
            )
            # One block: of several with the token of their insert the server may keep the first alone.
            insert.block_row_count = max(insert.row_count, 1)
            await self._client.data_insert(insert)

    async def close(self) -> None:
        await self._client.close()


def _parameters(values: Values) -> dict[str, Any]:
    return {name: _aware(value) for name, value in (values or {}).items()}


def _aware(value: Any) -> Any:
    """Naive times are UTC with us; the client would take them for local ones."""
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    if isinstance(value, list | tuple):
        return [_aware(each) for each in value]
    return value


_SLOW = "ClickHouse at %(address)s is overloaded or too slow."
_AWAY = "ClickHouse at %(address)s can’t be reached."


@asynccontextmanager
async def _explained(address: Address, *, writing: bool = False) -> AsyncIterator[None]:
    """Raises Upstream with one sentence for what the operator or the server can mend; other errors are bugs.

    Where something is written all are told so: whoever sent it must know that it isn't kept.
    """
    try:
        yield
    except (TimeoutError, OSError) as error:
        raise ConnectionLost(_AWAY, address=address.shown) from error
    except Error as error:
        meant = _meant(address, error)
        if meant is None and isinstance(error, OperationalError) and error.code is None:
            meant = ConnectionLost(_AWAY, address=address.shown)
        if meant is None and writing:
            kind = error.name or error.code or type(error).__name__
            meant = Unavailable(
                "ClickHouse at %(address)s refused a write (%(kind)s).", address=address.shown, kind=kind
            )
        if meant is None:
            raise
        raise meant from error


def _meant(address: Address, error: Error) -> Unavailable | Unauthorized | None:
    code = error.code
    if code in _REFUSED:
        return Unauthorized(
            "ClickHouse at %(address)s refused the user of REPLAYBOOK_EVENTS, or lets it do too little.",
            address=address.shown,
        )
    sentences = (
        (_FULL, "ClickHouse at %(address)s has no space left."),
        (_READ_ONLY, "ClickHouse at %(address)s takes no writes: it is read-only at the moment, or the user is."),
        (_BUSY, _SLOW),
        (_APART, "ClickHouse at %(address)s can’t reach servers of its own."),
        (_NO_TABLE, "ClickHouse at %(address)s lacks tables of ours; run `replaybook migrate`."),
    )
    return next((Unavailable(text, address=address.shown) for codes, text in sentences if code in codes), None)
