"""A worker whose loop stalls for longer than the idle time-out has lost its job: what it does afterwards counts for
nothing, and takes nothing away from whoever took over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import msgspec
import pytest
from redis.asyncio import Redis

from bot.queue.job import Job, JobFailure
from bot.queue.job_worker import Worker
from bot.queue.queue import Lane
from bot.state import keys
from bot.state.connection import connected
from bot.state.once import Once
from tests.polling import until
from tests.stalling import Stall, other_loop
from tests.waiting import settled

IDLE_S = 1.0


class Order(msgspec.Struct, frozen=True):
    text: str


class Hand:
    """The context of one worker's jobs."""

    def __init__(self, url: str, job: Callable[[Hand, Order], Awaitable[None]]) -> None:
        self.url = url
        self.job = job
        self.runs: list[str] = []
        self.failures: list[JobFailure] = []
        self.ended = asyncio.Event()

    async def run(self, payload: Order) -> None:
        self.runs.append(payload.text)
        try:
            await self.job(self, payload)
        finally:
            self.ended.set()

    async def report(self, failure: JobFailure) -> None:
        self.failures.append(failure)

    def worker(self, *, concurrency: int = 2) -> Worker[Hand]:
        table = {"order": Job(run)}
        return Worker(self.url, table, self, report=self.report, concurrency=concurrency, idle=IDLE_S)


async def run(hand: Hand, payload: Order) -> None:
    await hand.run(payload)


@pytest.fixture
async def queue(redis: Redis, redis_server: str) -> AsyncIterator[Lane]:
    async with Lane.opened(redis_server) as opened:
        yield opened


async def empty(queue: Lane) -> bool:
    return not await queue.waiting()


def stalled_worker(
    url: str, stall: Stall, afterwards: Callable[[Hand], Awaitable[None]]
) -> Callable[[], Awaitable[Hand]]:
    """A worker that stalls in the middle of its job, goes on with `afterwards`, and is stopped when that has ended."""

    async def job(hand: Hand, _: Order) -> None:
        stall.block()
        await afterwards(hand)

    async def main() -> Hand:
        hand = Hand(url, job)
        async with hand.worker().working():
            await hand.ended.wait()
        return hand

    return main


async def test_an_effect_of_a_job_that_two_workers_ran_happens_once(
    queue: Lane, redis: Redis, redis_server: str
) -> None:
    stall, effect = Stall(), keys.once("T1", "ticket")

    async def makes_a_ticket(client: Redis) -> None:
        async def create() -> str:
            return f"SHOP-{await client.incr('tickets')}"

        await Once(client).run(effect, create)

    async def afterwards(_: Hand) -> None:
        async with connected(redis_server) as client:
            await makes_a_ticket(client)

    async def job(_: Hand, __: Order) -> None:
        await makes_a_ticket(redis)

    await queue.put("order", Order("x"), id="1")
    with other_loop(stalled_worker(redis_server, stall, afterwards), stall) as ending:
        await stall.reached()
        second = Hand(redis_server, job)
        async with second.worker().working():
            await until(lambda: empty(queue))
            stall.end()
            first = await ending
    assert (first.runs, second.runs) == (["x"], ["x"])
    assert await redis.get("tickets") == b"1"
    assert not first.failures + second.failures


async def test_the_run_of_a_stalled_worker_is_cancelled_while_another_runs_the_job(
    queue: Lane, redis_server: str
) -> None:
    stall, go_on = Stall(), asyncio.Event()

    async def afterwards(_: Hand) -> None:
        await asyncio.Event().wait()

    async def job(_: Hand, __: Order) -> None:
        await go_on.wait()

    await queue.put("order", Order("x"), id="1")
    with other_loop(stalled_worker(redis_server, stall, afterwards), stall) as ending:
        await stall.reached()
        second = Hand(redis_server, job)
        async with second.worker().working():
            await settled(lambda: second.runs == ["x"], seconds=60)
            stall.end()
            assert (await ending).runs == ["x"]
            assert not await empty(queue), "the second worker's job is still there"
            go_on.set()
            await until(lambda: empty(queue))
    assert second.runs == ["x"]


async def test_a_stalled_worker_does_not_end_the_next_job_by_the_same_id(
    queue: Lane, redis: Redis, redis_server: str
) -> None:
    stall = Stall()

    async def afterwards(_: Hand) -> None:
        return

    async def job(_: Hand, __: Order) -> None:
        return

    await queue.put("order", Order("old"), id="1")
    with other_loop(stalled_worker(redis_server, stall, afterwards), stall) as ending:
        await stall.reached()
        second = Hand(redis_server, job)
        async with second.worker().working():
            await until(lambda: empty(queue))
        await queue.put("order", Order("new"), id="1", delay=1)
        stall.end()
        assert (await ending).runs == ["old"]
        async with second.worker().working():
            await settled(lambda: second.runs == ["old", "new"], seconds=60)
            await until(lambda: empty(queue))
    assert [key async for key in redis.scan_iter(keys.job("*"))] == []


async def test_what_goes_wrong_in_a_stalled_worker_is_not_told_to_those_who_have_their_answer(
    queue: Lane, redis_server: str
) -> None:
    stall = Stall()

    async def afterwards(_: Hand) -> None:
        raise ZeroDivisionError

    async def job(_: Hand, __: Order) -> None:
        return

    await queue.put("order", Order("x"), id="1")
    with other_loop(stalled_worker(redis_server, stall, afterwards), stall) as ending:
        await stall.reached()
        second = Hand(redis_server, job)
        async with second.worker().working():
            await until(lambda: empty(queue))
            stall.end()
            first = await ending
    assert not first.failures + second.failures


async def test_a_worker_alone_that_stalls_runs_its_job_once(queue: Lane, redis: Redis, redis_server: str) -> None:
    stall = Stall()

    async def afterwards(_: Hand) -> None:
        await asyncio.sleep(IDLE_S)  # long enough to be handed its own job again, if it could be

    await queue.put("order", Order("x"), id="1")
    with other_loop(stalled_worker(redis_server, stall, afterwards), stall) as ending:
        await stall.reached()
        stream = "streaq:replaybook-jobs:queues:normal"

        async def idle() -> bool:
            pending = await redis.xpending_range(stream, "workers", "-", "+", 1)
            return bool(pending) and pending[0]["time_since_delivered"] > IDLE_S * 1000

        await until(idle)
        stall.end()
        hand = await ending
        await until(lambda: empty(queue))
    assert hand.runs == ["x"]
    assert not hand.failures


async def test_a_worker_that_is_handed_its_own_job_again_goes_on_with_it(queue: Lane, redis_server: str) -> None:
    """After a stall, the library may read the job as an idle one before it has renewed its claim."""

    async def job(_: Hand, __: Order) -> None:
        streaq = worker._streaq
        assert streaq is not None
        [message] = streaq._claimed.values()
        await streaq.run_task(message)

    hand = Hand(redis_server, job)
    worker = hand.worker()
    async with worker.working():
        await queue.put("order", Order("x"), id="1")
        await until(lambda: empty(queue))
    assert hand.runs == ["x"]
    assert not hand.failures
