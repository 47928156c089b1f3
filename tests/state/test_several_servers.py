"""Sentinels and a Cluster: everything works there, many at once wait, and a failover loses nothing acknowledged."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import AsyncExitStack, suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisAway
from redis.exceptions import RedisClusterException, RedisError

from bot.kernel.errors import Conflict, Unavailable
from bot.queue.queue import Lane
from bot.state import keys
from bot.state.connection import connected
from bot.state.records import Records
from bot.state.redis_records import RedisRecords
from bot.state.replicated_writes import WRITES
from tests.polling import until
from tests.state.exercise import everything
from tests.state.several import IN_THE_URL, PASSWORD, Server, Several, cluster, sentinel


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def of_three(runner: asyncio.Runner, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Several]:
    stack = AsyncExitStack()
    try:
        yield runner.run(stack.enter_async_context(cluster(tmp_path_factory.mktemp("cluster"))))
    finally:
        runner.run(stack.aclose())


async def test_all_that_keeps_state_works_on_three_servers_and_is_spread_over_them(
    of_three: Several, tmp_path: Path
) -> None:
    async with connected(of_three.url) as redis:
        await everything(redis, tmp_path)
    sizes = [await server.ask("DBSIZE") for server in of_three.primaries]
    assert all(sizes), sizes


async def test_keys_of_two_slots_are_a_mistake_and_not_tried_again(of_three: Several) -> None:
    async with connected(of_three.url) as redis:
        with pytest.raises(RedisClusterException, match="same key slot"):
            await redis.eval("return 1", 2, "a", "b")
        with pytest.raises(NotImplementedError, match="script"):
            redis.pipeline(transaction=True)


async def test_three_hundred_commands_at_once_wait_on_a_cluster(of_three: Several) -> None:
    async with connected(of_three.url, connections=10) as redis:
        assert max(await asyncio.gather(*(redis.incr("count") for _ in range(300)))) == 300
        spread = await asyncio.gather(*(redis.incr(f"count:{n}") for n in range(300)))
        assert spread == [1] * 300


async def test_a_command_that_gets_no_turn_on_a_cluster_fails_in_the_end(
    of_three: Several, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.state.connection.WAIT_S", 0.1)
    async with connected(of_three.url, connections=1, retries=0) as redis:
        waiting = asyncio.ensure_future(redis.blpop(["list"], timeout=60))
        await asyncio.sleep(0)
        with pytest.raises(RedisAway, match="No connection"):
            await redis.get("anything")
        waiting.cancel()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        (
            "redis+sentinel://:hush@127.0.0.1:1/shop",
            "no Sentinel that answers has a primary of the service shop",
        ),
        ("redis+cluster://:hush@127.0.0.1:1", "the Cluster can't be used, none of its servers answers"),
    ],
)
async def test_servers_that_are_away_are_named_in_a_sentence(url: str, says: str) -> None:
    with pytest.raises(Unavailable) as away:
        async with connected(url, retries=0):
            pytest.fail("nobody is there")
    assert away.value.sentence == f"Redis doesn’t answer: {says}"
    with pytest.raises(Unavailable, match="The queue can’t reach Redis"):
        async with Lane.opened(url):
            pytest.fail("nobody is there")


async def test_one_server_is_no_cluster_and_has_no_sentinels(tmp_path: Path) -> None:
    async with Server(tmp_path, {"save": '""'}).running() as server:
        url = f"redis+cluster://:{IN_THE_URL}@127.0.0.1:{server.port}"
        with pytest.raises(Unavailable, match="this server is no part of one"):
            async with connected(url, retries=0):
                pytest.fail("it is none")
        await server.ask("CONFIG", "SET", "requirepass", "another")
        with pytest.raises(Unavailable) as refused:
            async with connected(f"redis://:{IN_THE_URL}@127.0.0.1:{server.port}", retries=0):
                pytest.fail("the password is another")
        assert PASSWORD not in refused.value.sentence
        assert IN_THE_URL not in refused.value.sentence


async def test_every_write_of_ours_is_one_that_is_waited_for(redis: Redis, tmp_path: Path) -> None:
    await redis.config_resetstat()
    await everything(redis, tmp_path)
    used = {name.removeprefix("cmdstat_").upper() for name in await redis.info("commandstats")}
    told: dict[str, Any] = await redis.command()
    writes = {name.upper() for name, about in told.items() if "write" in about["flags"]}
    assert used & writes <= WRITES
    assert {"SET", "EVALSHA", "HDEL", "ZADD"} <= used & WRITES


async def test_three_hundred_commands_at_once_wait_behind_a_sentinel_and_it_takes_over(tmp_path: Path) -> None:
    """The primary is killed while records, locks, deliveries and messages are written: each that was acknowledged is
    there at the end, in the version that was acknowledged."""
    async with sentinel(tmp_path) as servers, connected(servers.url, connections=40) as redis:
        assert max(await asyncio.gather(*(redis.incr("count") for _ in range(300)))) == 300
        await _written_through_a_failover(redis, servers)
        async with Redis(host="127.0.0.1", port=servers.replicas[0].port, password="pass/w%rd:@") as now:
            assert (await now.execute_command("ROLE"))[0] == b"master"


async def test_a_cluster_loses_nothing_that_was_acknowledged_when_a_server_is_killed(tmp_path: Path) -> None:
    async with cluster(tmp_path, replicas=True) as servers, connected(servers.url, connections=40) as redis:
        await _written_through_a_failover(redis, servers)


async def test_a_write_counts_when_a_replica_has_it_and_without_any_replica_at_once(tmp_path: Path) -> None:
    async with sentinel(tmp_path) as servers, connected(servers.url, retries=0) as redis:
        await redis.set("replicated", "yes")
        replica = servers.replicas[0].process
        replica.send_signal(signal.SIGSTOP)
        with pytest.raises(RedisAway, match="No replica has confirmed"):
            await redis.set("acknowledged", "no")
        replica.send_signal(signal.SIGCONT)

        async def caught_up() -> bool:
            with suppress(RedisAway):
                return bool(await redis.set("acknowledged", "yes"))
            return False

        await until(caught_up)
        replica.kill()

        async def alone() -> bool:
            return not (await servers.primaries[0].ask("ROLE"))[2]

        await until(alone)
        async with connected(servers.url, retries=0) as another:
            assert await another.set("acknowledged", "without a replica")


async def test_a_replica_that_joins_later_is_waited_for_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.state.replicated_writes.ASKED_AGAIN_S", 0.0)
    async with sentinel(tmp_path) as servers:
        primary, replica = servers.primaries[0], servers.replicas[0]
        replica.process.send_signal(signal.SIGSTOP)
        await primary.ask("CLIENT", "KILL", "TYPE", "replica")

        async def alone() -> bool:
            return not await primary.feeds()

        await until(alone)
        async with connected(servers.url, retries=0, connections=1) as redis:
            assert await redis.set("acknowledged", "without a replica")
            replica.process.send_signal(signal.SIGCONT)
            await until(primary.feeds)
            replica.process.send_signal(signal.SIGSTOP)
            with pytest.raises(RedisAway, match="No replica has confirmed"):
                await redis.set("acknowledged", "no")
            replica.process.send_signal(signal.SIGCONT)


async def _written_through_a_failover(redis: Redis, servers: Several) -> None:
    acknowledged: dict[str, int] = {}
    stop = asyncio.Event()
    writers = [asyncio.create_task(_write(redis, number, acknowledged, stop)) for number in range(12)]

    async def reached(number: int) -> bool:
        for ended in (writer for writer in writers if writer.done()):
            ended.result()  # which raises what a writer doesn't expect
        return sum(acknowledged.values()) >= number

    await until(partial(reached, 100))
    await servers.primaries[0].kill()
    await until(partial(reached, sum(acknowledged.values()) + 300))
    stop.set()
    await asyncio.gather(*writers)
    records = Records(RedisRecords(redis), str)
    for key, version in acknowledged.items():
        kept = await records.get(key)
        assert kept is not None, key
        assert kept[1] >= version, key


async def _write(redis: Redis, number: int, acknowledged: dict[str, int], stop: asyncio.Event) -> None:
    """Changes records until told to stop, as people who read that it failed do: they try again."""
    records, turn = Records(RedisRecords(redis), str), 0
    while not stop.is_set():
        key = keys.record(f"T{number}", "asked", str(turn % 30))
        turn += 1
        try:
            kept = await records.get(key)
            acknowledged[key] = await records.put(key, f"turn {turn}", kept[1] if kept else 0)
        except (RedisError, OSError, Conflict):
            await asyncio.sleep(0.05)
