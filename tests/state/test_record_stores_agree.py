"""Whatever is done to records and their indexes, Redis and Postgres give the same answers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from redis.asyncio import Redis

from bot.state import keys
from bot.state.connection import connected
from bot.state.postgres.postgres_records import PostgresRecords, opened_postgres
from bot.state.records import RecordStore
from bot.state.redis_records import RedisRecords
from tests.postgres_server import PostgresServer
from tests.record_stores import postgres_settings, run_sql

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
TEAMS = st.sampled_from(["T1", "T2", "a:b"])
IDS = st.sampled_from(["R1", "R2", "R10", "r1", "한글", "Z", ""])
KEYS = st.builds(lambda team, id: keys.record(team, "request", id), TEAMS, IDS)
VERSIONS = st.integers(0, 4)
DATA = st.sampled_from([b"1", b'"a\\u0000b"', '{"b": "한글",  "a": 1, "a": 2}'.encode(), b"[]"])
WHEN = st.integers(-3, 3).map(lambda minutes: NOON + timedelta(minutes=minutes, microseconds=minutes))
INDEXES = st.sampled_from([keys.REQUESTS_DUE, keys.WATCHES_DUE])
Same = Callable[[Callable[[RecordStore], Awaitable[Any]]], Any]


@pytest.fixture
def same(redis_server: str, postgres_server: PostgresServer) -> Iterator[tuple[Same, Callable[[], None]]]:
    """Does the same to both, and gives the one answer; and empties both."""
    with asyncio.Runner() as runner:
        runner.run(run_sql(postgres_server.url("postgres"), "DROP DATABASE IF EXISTS agree", "CREATE DATABASE agree"))
        in_redis, in_postgres = (
            connected(redis_server),
            opened_postgres(postgres_settings(postgres_server.url("agree")), retries=0),
        )
        redis: Redis = runner.run(in_redis.__aenter__())
        postgres: PostgresRecords = runner.run(in_postgres.__aenter__())

        def both(work: Callable[[RecordStore], Awaitable[Any]]) -> Any:
            async def done() -> list[Any]:
                return [await work(RedisRecords(redis)), await work(postgres)]

            one, other = runner.run(done())
            assert one == other
            return one

        async def emptied() -> None:
            await redis.flushall()
            for table in ("records", "due", "order"):
                sql = f"DELETE FROM replaybook_{table}"
                await postgres.pool.run(lambda connection, _, sql=sql: connection.execute(sql))

        yield both, lambda: runner.run(emptied())
        runner.run(in_postgres.__aexit__(None, None, None))
        runner.run(in_redis.__aexit__(None, None, None))


def calls_of_both(both: Same, empty: Callable[[], None]) -> type[RuleBasedStateMachine]:
    """Calls in any order, each made in both stores, which begin empty."""

    class Stores(RuleBasedStateMachine):
        @initialize()
        def nothing(self) -> None:
            empty()

        @rule(key=KEYS, data=DATA, expected=VERSIONS)
        def write(self, key: str, data: bytes, expected: int) -> None:
            both(lambda store: store.write(key, data, expected))

        @rule(key=KEYS, data=DATA)
        def replace(self, key: str, data: bytes) -> None:
            version = both(lambda store: store.version(key))
            assert both(lambda store: store.write(key, data, version)) == version + 1
            assert both(lambda store: store.read(key)) == (data, version + 1)

        @rule(key=KEYS, expected=VERSIONS)
        def delete(self, key: str, expected: int) -> None:
            both(lambda store: store.delete(key, expected))
            both(lambda store: store.touch(key))
            both(lambda store: store.read(key))

        @rule(index=INDEXES, team=TEAMS, id=IDS, when=WHEN, anew=st.booleans())
        def schedule(self, index: str, team: str, id: str, when: datetime, anew: bool) -> None:
            both(lambda store: store.schedule(index, team, id, when, anew=anew))
            both(lambda store: store.scheduled(index, team))

        @rule(index=INDEXES, since=WHEN, until=WHEN)
        def scheduled_between(self, index: str, since: datetime, until: datetime) -> None:
            both(lambda store: store.scheduled_between(index, since, until))

        @rule(index=INDEXES, team=TEAMS, id=IDS)
        def unschedule(self, index: str, team: str, id: str) -> None:
            both(lambda store: store.unschedule(index, team, id))

        @rule(index=INDEXES, now=WHEN, limit=st.integers(1, 4))
        def due(self, index: str, now: datetime, limit: int) -> None:
            both(lambda store: store.due(index, now, limit))

        @rule(team=TEAMS, id=IDS, most=st.integers(1, 4))
        def append(self, team: str, id: str, most: int) -> None:
            both(lambda store: store.append("thing", team, id, most))

        @rule(team=st.one_of(TEAMS, st.just("all")), limit=st.integers(1, 5), skip=st.integers(0, 3))
        def newest(self, team: str, limit: int, skip: int) -> None:
            both(lambda store: store.newest("thing", team, limit, skip))

    return Stores


def test_both_stores_give_the_same_answers(same: tuple[Same, Callable[[], None]]) -> None:
    few = settings(max_examples=12, stateful_step_count=25, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(calls_of_both(*same), settings=few)


def test_an_empty_id_is_kept_in_order_like_any_other(same: tuple[Same, Callable[[], None]]) -> None:
    both, empty = same
    empty()
    for id in ("R1", ""):
        both(lambda store, id=id: store.append("thing", "T1", id, 1))  # type: ignore[misc]
    assert both(lambda store: store.newest("thing", "T1", 5, 0)) == [""]
