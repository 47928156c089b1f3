"""Several bots write into one ClickHouse at once: what is counted is what happened, whoever was told first."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.providers.local.batch import Batch
from bot.providers.local.clickhouse.clickhouse_rows import packed, united, unpacked
from bot.providers.local.clickhouse.clickhouse_store import ClickHouseStore
from bot.providers.local.event_store import EventStore
from tests.providers.local.conftest import later
from tests.providers.local.migrated_store import batch_of, opened
from tests.providers.local.rumevents import action
from tests.providers.local.test_store_contract import FOUND, pieces

NOW = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)
SIGNALS = ("rage_click", "dead_click", "error_click")
STATES = f"SELECT session_id, document, target, {', '.join(SIGNALS)}, toUnixTimestamp64Milli(moment) FROM actions"
# One state of one of three actions: its document, target, time in seconds and signals.
states = st.tuples(
    st.integers(0, 2),
    st.integers(0, 2),
    st.sampled_from(["Buy", "Pay"]),
    st.integers(0, 2),
    st.frozensets(st.sampled_from(SIGNALS)),
)


@pytest.fixture
async def bots(clickhouse: str, tmp_path: Path) -> AsyncIterator[list[ClickHouseStore]]:
    made = [await opened(clickhouse, tmp_path / "data") for _ in range(3)]
    yield made
    for bot in made:
        await bot.close()


def sent(example: int, number: int, document: int, target: str, second: int, types: frozenset[str]) -> dict[str, Any]:
    name = f"{example}-{number}"
    event = action(NOW + timedelta(seconds=second), *sorted(types), id=name, session=name, target=target)
    event["_dd"]["document_version"] = document
    return event


async def test_states_that_several_bots_get_at_once_leave_the_newest(bots: list[ClickHouseStore]) -> None:
    """What is right is what one delivery with all of them gives. Each bot gets each state, in an order of its own."""
    examples: list[Batch] = []
    work: list[Any] = []

    @given(st.lists(states, min_size=2, max_size=8), st.randoms(use_true_random=False))
    @settings(max_examples=8, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def plan(drawn: list[Any], random: Any) -> None:
        events = [sent(len(examples), *state) for state in drawn]
        examples.append(batch_of(bots[0], *events))
        for bot in bots:
            work.append((bot, random.sample(events, len(events))))

    plan()

    async def send(bot: ClickHouseStore, events: list[dict[str, Any]]) -> None:
        for event in events:
            await bot.rows_written.commit(batch_of(bot, event))

    await asyncio.gather(*(send(*each) for each in work))
    expected = sorted(
        (row[2], row[-2], row[5], *row[7:10], int(row[1])) for example in examples for row in example.actions.values()
    )
    assert sorted(await bots[0].query(STATES)) == expected


async def test_pieces_of_one_recording_that_come_to_different_bots_are_searched_as_one(
    bots: list[ClickHouseStore], tmp_path: Path
) -> None:
    """Each search may run while another one does, with fewer or more pieces."""
    alone = await EventStore.open(tmp_path / "alone", clock=later)
    for piece, batch in pieces(alone, 60):
        await alone.keep([piece], batch)
    await alone.settle()
    for _ in range(3):
        for bot, (piece, batch) in zip(bots, pieces(bots[0], 60), strict=False):
            await bot.keep([piece], batch)
        bots[2].deriver.soon("s")
        await asyncio.gather(*(bot.settle() for bot in bots))
    assert await bots[0].query(FOUND) == await alone.query(FOUND)
    await alone.close()


@given(
    st.lists(
        st.tuples(*[st.booleans()] * 3, st.integers(0, 2**31 - 1), st.integers(0, 2**31 - 1)), min_size=1, max_size=4
    )
)
def test_states_put_together_have_all_that_each_has(drawn: list[Any]) -> None:
    most = 2**30 - 1
    together = unpacked(united(packed(*state) for state in drawn))
    assert together == {
        "rage_click": any(state[0] for state in drawn),
        "dead_click": any(state[1] for state in drawn),
        "error_click": any(state[2] for state in drawn),
        "errors": max(min(state[3], most) for state in drawn),
        "clicks": max(min(state[4], most) for state in drawn),
    }
    assert 0 <= united(packed(*state) for state in drawn) < 2**64
