"""Events and recorded sessions in ClickHouse's own engine, which runs in the process of standins/clickhouse."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import aiohttp

TEXTS = r"""arrayDistinct(extractAll(elements_chain, '(?::|\")text="(.*?)"'))"""
TABLES = (
    f"""CREATE TABLE IF NOT EXISTS events (
      uuid String, event String, timestamp DateTime64(6, 'UTC'), distinct_id String, person_id String,
      elements_chain String, properties String, person_properties String,
      elements_chain_texts Array(String) MATERIALIZED {TEXTS}
    ) ENGINE = MergeTree ORDER BY (toDate(timestamp), event, distinct_id)""",
    """CREATE TABLE IF NOT EXISTS raw_session_replay_events (
      session_id String, distinct_id String, min_first_timestamp DateTime64(6, 'UTC'),
      max_last_timestamp DateTime64(6, 'UTC')
    ) ENGINE = MergeTree ORDER BY (toDate(min_first_timestamp), distinct_id, session_id)""",
)
AT_ONCE = 20_000
"""Rows of an insert."""


class EngineFailed(Exception):
    """ClickHouse's own words about a statement that it can't run."""


@dataclass(frozen=True, slots=True)
class EngineRows:
    columns: list[str]
    types: list[str]
    rows: list[list[Any]]


class EventsEngine:
    """`url` is that of the engine's HTTP interface, `database` one of its own for a world."""

    def __init__(self, url: str, database: str, password: str) -> None:
        self._url = url
        self._parameters = {"database": database, "user": "default", "password": password}

    async def set_up(self) -> None:
        database = self._parameters["database"]
        await self._sent(f"CREATE DATABASE IF NOT EXISTS {database}", {**self._parameters, "database": "default"})
        for table in TABLES:
            await self._sent(table)

    async def add(self, table: str, rows: Iterable[dict[str, Any]]) -> None:
        """Adds rows, whose times are texts in UTC."""
        lines: list[str] = []
        for row in rows:
            lines.append(json.dumps(row, ensure_ascii=False))
            if len(lines) == AT_ONCE:
                await self._insert(table, lines)
                lines = []
        if lines:
            await self._insert(table, lines)

    async def _insert(self, table: str, lines: list[str]) -> None:
        await self._sent(f"INSERT INTO {table} FORMAT JSONEachRow\n" + "\n".join(lines))

    async def rows(self, statement: str) -> EngineRows:
        """Raises EngineFailed."""
        settings = {"output_format_json_quote_64bit_integers": "0", "readonly": "2"}
        answer = json.loads(await self._sent(f"{statement} FORMAT JSONCompact", {**self._parameters, **settings}))
        meta = answer["meta"]
        return EngineRows([it["name"] for it in meta], [it["type"] for it in meta], answer["data"])

    async def _sent(self, statement: str, parameters: dict[str, str] | None = None) -> bytes:
        async with (
            aiohttp.ClientSession() as session,
            session.post(self._url, params=parameters or self._parameters, data=statement.encode()) as answer,
        ):
            body = await answer.read()
            if answer.status != 200:
                raise EngineFailed(body.decode(errors="replace"))
            return body
