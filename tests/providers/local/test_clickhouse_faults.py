"""ClickHouse that is away, full, read-only or killed: nothing is lost, nothing counts twice, and people are told."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.kernel.errors import Misunderstood, Unauthorized, Unavailable, Upstream
from bot.kernel.settings import Secret, Settings
from bot.providers.local.clickhouse import clickhouse_client
from bot.providers.local.clickhouse.clickhouse_client import Address, ClickHouseClient
from bot.providers.local.clickhouse.clickhouse_store import ClickHouseStore
from bot.providers.local.open_local import open_events
from bot.providers.local.provider import LocalSettings
from tests.clickhouse_server import PASSWORD, ClickHouseServer
from tests.providers.local.migrated_store import batch_of, opened
from tests.providers.local.rumevents import action, error, view
from tests.providers.local.test_store_contract import FOUND, pieces

NOW = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)
COUNTS = "SELECT (SELECT count() FROM actions), (SELECT count() FROM errors), (SELECT count() FROM views)"


@pytest.fixture
async def store(clickhouse: str, tmp_path: Path) -> AsyncIterator[ClickHouseStore]:
    made = await opened(clickhouse, tmp_path / "data")
    yield made
    await made.close()


def events(number: int) -> list[dict[str, Any]]:
    """A delivery with rows in three months."""
    at, session = NOW + timedelta(seconds=number), f"s-{number}"
    spread = [
        action(at - timedelta(days=31 * month), "rage_click", id=f"a-{number}-{month}", session=session)
        for month in range(3)
    ]
    return [
        *spread,
        error(at, "boom", f"a-{number}-0", session=session),
        view(at, 1, id=f"v-{number}", session=session),
    ]


@pytest.mark.parametrize("table", ["actions", "action_states", "errors", "views", "sessions_seen"])
@pytest.mark.parametrize("kind", ["before", "after"])
async def test_a_connection_that_drops_at_any_insert_costs_and_doubles_nothing(
    store: ClickHouseStore, clickhouse_server: ClickHouseServer, table: str, kind: str
) -> None:
    clickhouse_server.fault(kind=kind, match=f"INSERT INTO `{table}`")
    await store.write(batch_of(store, *events(1)))
    assert await store.query(COUNTS) == [(3, 1, 1)]
    raw = await store.client.query(f"SELECT count() FROM {table}", final=0)  # the token kept the repeat out
    assert raw == [({"actions": 3, "action_states": 3}.get(table, 1),)]


async def test_a_delivery_that_was_refused_half_way_is_completed_by_its_repeat(
    store: ClickHouseStore, clickhouse_server: ClickHouseServer
) -> None:
    sent = batch_of(store, *events(1))
    clickhouse_server.fault(
        kind="error", match="INSERT INTO `errors`", code=243, text="disk is full (NOT_ENOUGH_SPACE)"
    )
    with pytest.raises(Unavailable, match="no space left"):
        await store.write(sent)
    assert await store.query(COUNTS) == [(3, 0, 1)]
    await store.write(sent)
    assert await store.query(COUNTS) == [(3, 1, 1)]


async def test_the_newest_state_wins_also_where_taking_back_the_other_broke_off(
    store: ClickHouseStore, clickhouse_server: ClickHouseServer
) -> None:
    def state(document: int, target: str) -> dict[str, Any]:
        sent = action(NOW, "dead_click", id="a-x", target=target)
        sent["_dd"]["document_version"] = document
        return sent

    await store.write(batch_of(store, state(1, "Buy")))
    clickhouse_server.fault(kind="error", match="INSERT INTO `actions`", skip=1, code=242, text="(TABLE_IS_READ_ONLY)")
    with pytest.raises(Unavailable, match="read-only"):
        await store.write(batch_of(store, state(2, "Pay")))
    await store.write(batch_of(store, state(2, "Pay")))
    assert await store.query("SELECT target FROM actions") == [("Pay",)]


SENTENCES = {
    243: "no space left",
    242: "read-only",
    164: "read-only",
    241: "overloaded or too slow",
    252: "overloaded or too slow",
    60: "run `replaybook migrate`",
    999: "servers of its own",
    49: "refused a write",
}


@pytest.mark.parametrize("code", SENTENCES)
async def test_each_refusal_is_a_sentence_that_names_the_engine_and_no_password(
    store: ClickHouseStore, clickhouse_server: ClickHouseServer, code: int
) -> None:
    clickhouse_server.fault(kind="error", match="INSERT INTO `actions`", code=code, text=f"for {PASSWORD}")
    with pytest.raises(Upstream) as told:
        await store.write(batch_of(store, action(NOW)))
    assert SENTENCES[code] in told.value.sentence
    assert f"ClickHouse at {store.client.address.shown}" in told.value.sentence
    assert PASSWORD not in told.value.sentence + repr(store.client.address)
    await store.write(batch_of(store, action(NOW, id="next")))  # the writer goes on


@pytest.mark.parametrize("table", ["searched", "actions"])
async def test_a_search_whose_signals_could_not_be_stored_is_done_again(
    store: ClickHouseStore, clickhouse_server: ClickHouseServer, table: str
) -> None:
    [(piece, batch), _] = pieces(store, 200)
    clickhouse_server.fault(kind="error", match=f"INSERT INTO `{table}`", code=242, text="(TABLE_IS_READ_ONLY)")
    await store.keep([piece], batch)
    assert not await store.settle()
    assert await store.query(FOUND) == []
    assert await store.settle()  # or ten seconds later
    assert len(await store.query(FOUND)) > 0


async def test_a_server_that_never_answers_is_too_slow(
    store: ClickHouseStore, clickhouse_server: ClickHouseServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clickhouse_client, "INSERT_S", 0.2)
    clickhouse_server.fault(kind="stall", match="INSERT INTO `views`")
    with pytest.raises(Unavailable, match="overloaded or too slow"):
        await store.write(batch_of(store, view(NOW, 1)))


async def test_a_wrong_password_and_a_server_that_is_away_are_told_apart(clickhouse: str) -> None:
    with pytest.raises(Unauthorized, match="refused the user") as told:
        await ClickHouseClient.open(clickhouse.replace(PASSWORD, "wrong-secret"))
    assert "wrong-secret" not in told.value.sentence
    address = Address.of(clickhouse)
    with pytest.raises(Unavailable, match="can’t be reached") as told_away:
        await ClickHouseClient.open(clickhouse.replace(str(address.port), "1"))
    assert PASSWORD not in told_away.value.sentence


@pytest.mark.parametrize("url", ["http://host/db", "clickhouse://", "clickhouse://u:s3cret@host:port/db", "s3cret"])
def test_an_address_that_is_none_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(Exception, match="REPLAYBOOK_EVENTS looks like") as told:
        Address.of(url)
    assert "s3cret" not in str(told.value)


def test_an_address_in_full() -> None:
    address = Address.of("clickhouses://a%40b:p%2Fw@db.example/events?max_execution_time=20")
    assert (address.user, address.password, address.host, address.port) == ("a@b", "p/w", "db.example", 8443)
    assert (address.database, address.secure, address.options) == ("events", True, (("max_execution_time", "20"),))
    assert "p/w" not in repr(address)


def test_the_log_hides_the_address_and_its_password_alone() -> None:
    settings = LocalSettings.from_env({"REPLAYBOOK_EVENTS": "clickhouse://u:p%2Fw@db.example/events"})
    assert {"clickhouse://u:p%2Fw@db.example/events", "p%2Fw", "p/w"} <= set(settings.secrets)
    assert "p%2Fw" not in repr(settings)


async def test_without_the_extra_one_sentence_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the package isn't installed: nothing of it can be imported."""
    for name in [name for name in sys.modules if name.startswith("bot.providers.local.clickhouse")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "clickhouse_connect", None)
    settings = Settings(data=tmp_path).with_provider(LocalSettings(events=Secret("clickhouse://db.example/events")))
    with pytest.raises(Misunderstood, match="“clickhouse”"):
        await open_events(settings, lambda: NOW)
    monkeypatch.undo()


def test_a_bot_whose_events_are_in_a_file_reads_no_code_of_clickhouse() -> None:
    script = "import sys, bot.app.serve; print([name for name in sys.modules if 'clickhouse' in name])"
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"


@pytest.fixture
def own_server(tmp_path: Path, patient: None) -> Iterator[ClickHouseServer]:
    """A server to kill."""
    server = ClickHouseServer(tmp_path / "server")
    server.start()
    yield server
    server.kill()


async def test_kills_at_random_moments_lose_and_double_nothing(
    own_server: ClickHouseServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two bots write, and repeat what they were told isn't kept, as senders do. An action changes its target."""
    monkeypatch.setattr(clickhouse_client, "PAUSES_S", (0.01,))
    random_moment = random.Random(20261118)
    bots = [await opened(own_server.url("default"), tmp_path / "data") for _ in range(2)]
    done = 0

    async def send(bot: ClickHouseStore, number: int) -> None:
        """The first state, then a newer one with another target."""
        nonlocal done
        for document, target in ((1, "Buy"), (2, "Pay")):
            sent = events(number)
            sent[0]["action"]["target"]["name"] = target
            sent[0]["_dd"]["document_version"] = document
            batch = batch_of(bot, *sent)
            while True:
                try:
                    await bot.write(batch)
                    break
                except Unavailable:
                    await asyncio.sleep(0.02)
        done += 1

    async def killing() -> None:
        for _ in range(4):
            await asyncio.sleep(random_moment.uniform(0.1, 0.4))
            await asyncio.to_thread(own_server.kill)
            await asyncio.to_thread(own_server.start)

    killer = asyncio.create_task(killing())
    sent = 0
    while not killer.done():
        await asyncio.gather(*(send(bot, sent + place) for place, bot in enumerate(bots)))
        sent += len(bots)
    await killer
    assert done == sent
    assert await bots[0].query("SELECT count(), uniqExact(id), countIf(rage_click) FROM actions") == [(3 * sent,) * 3]
    assert await bots[0].query("SELECT countIf(target = 'Pay') FROM actions") == [(sent,)]
    # Each repeat of `events` has another id for its error: both were sent, and both are kept.
    assert await bots[0].query("SELECT count(), uniqExact(id) FROM errors") == [(2 * sent, 2 * sent)]
    assert await bots[0].query("SELECT (SELECT count() FROM views), (SELECT count() FROM sessions)") == [(sent, sent)]
    for bot in bots:
        await bot.close()
