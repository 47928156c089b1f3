"""Questions to ClickHouse: what they read, what is shown of them, and what their failures say."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.kernel.errors import ReplaybookError, Unauthorized, Unavailable, Upstream
from bot.providers.local.clickhouse.clickhouse_client import ClickHouseClient
from bot.providers.local.clickhouse.clickhouse_dialect import ClickHouseDialect, oldest_stored
from bot.providers.local.clickhouse.clickhouse_migrations import migrate
from bot.providers.local.clickhouse.clickhouse_store import ClickHouseStore
from bot.providers.local.clickhouse.clickhouse_tables import Layout
from bot.providers.local.count_statement import statement
from bot.providers.local.local_source import LocalSource
from bot.providers.local.sql import Values
from bot.signals.answer import CaveatKind, TargetMatch
from bot.signals.periods import previous
from bot.signals.question import GroupBy, Period, Question
from tests.clickhouse_server import PASSWORD, ClickHouseServer
from tests.providers.local.conftest import later
from tests.providers.local.rumevents import action
from tests.providers.local.test_sql import texts
from tests.providers.local.two_engines import delivered

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
DAY = Question(Period(NOON - timedelta(hours=12), NOON + timedelta(hours=12)))


@pytest.fixture
async def store(clickhouse: str, tmp_path: Path) -> AsyncIterator[ClickHouseStore]:
    client = await ClickHouseClient.open(clickhouse)
    await migrate(client, Layout(), later)
    await client.close()
    store = await ClickHouseStore.open(clickhouse, tmp_path, clock=later)
    yield store
    await store.close()


async def test_the_query_that_is_shown_gives_the_numbers_to_whoever_types_it(
    store: ClickHouseStore, clickhouse: str, clickhouse_server: ClickHouseServer
) -> None:
    """Apart from our client and its settings, with states that were replaced still in the table."""
    name = "Buy '); DROP TABLE actions; -- \\ \"*:{v0:String}\n"
    first = action(NOON, "rage_click", target=name, id="a-1")
    second = action(NOON, target=name, user="u-2", session="s-2")
    await delivered(store, [first, second])
    await delivered(store, [first | {"_dd": first["_dd"] | {"document_version": 2}}])
    answer = await LocalSource(store).answer(DAY, [TargetMatch(name)])
    assert "FINAL" in answer.query
    typed = clickhouse_server.run(answer.query, database=clickhouse.rpartition("/")[2])
    assert typed == "1\t0\t0\t1\t1\t1\t2\n"
    assert (answer.counts.actions, answer.exposed.people) == (1, 2)


async def test_a_weeks_question_reads_its_month_alone(store: ClickHouseStore) -> None:
    """A year of clicks, two of a hundred on the target asked for."""
    await store.client.command(
        "INSERT INTO actions (id, moment, session_id, person, target) SELECT generateUUIDv4(), "
        "toDateTime64('2026-01-01 00:00:00', 3, 'UTC') + number * 60, toString(number), 'p', "
        "if(number % 50 = 0, 'Buy', concat('Other ', toString(number % 100))) FROM numbers(525600)"
    )
    week = Period(datetime(2026, 6, 15, tzinfo=UTC), datetime(2026, 6, 22, tzinfo=UTC))
    question = Question(week, group_by=GroupBy.BROWSER)
    asked = statement(question, [TargetMatch("Buy")], previous(week), ClickHouseDialect(reads_once=False))
    estimate = await store.query(f"EXPLAIN ESTIMATE {asked.sql}", asked.values)
    [(parts, rows)] = [(parts, rows) for _, table, parts, rows, _ in estimate if table == "actions"]
    reads = asked.sql.count("FROM hit")
    assert parts <= 2 * reads
    assert rows <= 2 * 8192 * reads
    assert (await LocalSource(store).answer(question, [TargetMatch("Buy")])).exposed.actions == 7 * 24 * 60 // 50 + 1


async def test_the_oldest_action_is_found_without_reading_the_others(store: ClickHouseStore) -> None:
    oldest = store.dialect.oldest("true")
    assert await store.query(oldest) == [(None,)]
    await delivered(store, [action(NOON, "rage_click"), action(NOON + timedelta(days=40), "dead_click")])
    assert oldest_stored("true") in oldest
    plan = [line for (line,) in await store.query(f"EXPLAIN {oldest_stored('true')}")]
    assert any("_minmax_count_projection" in line for line in plan), plan
    assert await store.query(oldest) == [(int(NOON.timestamp() * 1000),)]


async def test_a_sample_rate_that_was_told_before_the_period_only_is_said(store: ClickHouseStore) -> None:
    rate = {"_dd": {"configuration": {"session_sample_rate": 20}}}
    begins = previous(DAY.period).start
    await delivered(store, [action(begins - timedelta(minutes=2), "rage_click") | rate])
    await delivered(store, [action(begins + timedelta(minutes=5), "rage_click")])
    answer = await LocalSource(store).answer(DAY, [])
    assert CaveatKind.SAMPLED in {caveat.kind for caveat in answer.caveats}


async def test_actions_are_read_once_where_the_server_can(store: ClickHouseStore) -> None:
    await delivered(store, [action(NOON, "rage_click")])
    reads, answers = [], []
    for dialect in (store.dialect, ClickHouseDialect(reads_once=False)):
        asked = statement(DAY, [], previous(DAY.period), dialect)
        plan = await store.query(f"EXPLAIN {asked.sql}", asked.values)
        reads.append(sum("ReadFromMergeTree" in line and "actions" in line for (line,) in plan))
        answers.append(sorted(await store.query(asked.sql, asked.values)))
    assert reads[0] == 1 < reads[1]
    assert answers[0] == answers[1] != []


FAILURES = [
    (241, Unavailable, "overloaded"),
    (159, Unavailable, "too slow"),
    (202, Unavailable, "overloaded"),
    (439, Unavailable, "overloaded"),
    (210, Unavailable, "servers of its own"),
    (516, Unauthorized, "refused the user"),
    (497, Unauthorized, "refused the user"),
    (60, Unavailable, "replaybook migrate"),
    (47, Unavailable, "replaybook migrate"),
    (81, Unavailable, "replaybook migrate"),
]


@pytest.mark.parametrize(("code", "kind", "words"), FAILURES)
async def test_a_failure_is_one_sentence_without_a_secret(
    store: ClickHouseStore, clickhouse_server: ClickHouseServer, code: int, kind: type[Upstream], words: str
) -> None:
    clickhouse_server.fault(kind="error", match="actions", code=code, times=20)
    with pytest.raises(ReplaybookError) as raised:
        await LocalSource(store).answer(DAY, [])
    assert type(raised.value) is kind
    assert words in raised.value.sentence
    assert "ClickHouse" in raised.value.sentence
    assert PASSWORD not in raised.value.sentence + repr(raised.value.__dict__)


async def test_a_memory_limit_of_the_server_is_told_as_such(store: ClickHouseStore) -> None:
    """Not planned, but met."""
    with pytest.raises(Unavailable, match="overloaded"):
        await store.query("SELECT groupArray(number) FROM numbers(90000000) SETTINGS max_memory_usage = 10000000")
    with pytest.raises(Unavailable, match="too slow"):
        await store.query("SELECT sum(sipHash64(number)) FROM numbers(3000000000) SETTINGS max_execution_time = 1")


@given(st.lists(texts, min_size=1, max_size=3))
@settings(max_examples=50)
def test_a_typed_value_is_the_text(found: list[str]) -> None:
    """Every quote in it is escaped, and what it says with escapes is the text."""
    values = Values(ClickHouseDialect(reads_once=True))
    shown = values.shown(", ".join(map(values.add, found)))
    assert shown == ", ".join(map(ClickHouseDialect(reads_once=True).literal, found))
