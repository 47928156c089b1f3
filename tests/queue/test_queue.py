"""A job that was put is run, once at a time, and only as often as its errors allow."""

from __future__ import annotations

import asyncio
import time

import pytest

from bot.kernel.errors import Unavailable
from bot.queue import job_worker as worker_module
from bot.queue.job import Job, Repeat
from bot.queue.queue import Lane
from tests.queue.queue_bench import Bench, Note, note, settled_empty
from tests.waiting import settled


async def test_a_job_gets_its_payload_in_its_type(bench: Bench, queue: Lane) -> None:
    async with bench.worker({"note": Job(note)}).working():
        await queue.put("note", Note("구매", ("a", "b")), id="T1:n")
        await settled(lambda: bench.runs == [Note("구매", ("a", "b"))])
    assert await queue.waiting() == 0
    assert bench.metrics.registry.get_sample_value("replaybook_jobs_total", {"name": "note", "outcome": "done"}) == 1


async def test_a_job_that_waits_is_not_put_twice_and_its_id_is_free_when_it_is_done(bench: Bench, queue: Lane) -> None:
    for n in range(5):
        await queue.put("note", Note(str(n)), id="T1:n")
    async with bench.worker({"note": Job(note)}).working():
        await settled(lambda: bench.runs == [Note("0")])
        await settled_empty(queue)
        await queue.put("note", Note("later"), id="T1:n")
        await settled(lambda: bench.runs == [Note("0"), Note("later")])


async def test_without_redis_the_queue_says_so() -> None:
    with pytest.raises(Unavailable, match="can’t reach Redis"):
        async with Lane.opened("unix:///nowhere/redis.sock"):
            pass


def test_a_job_that_does_not_say_what_its_payload_is_is_refused_at_once(bench: Bench) -> None:
    async def vague(bench, payload):  # type: ignore[no-untyped-def]
        pass

    with pytest.raises(TypeError, match="payload"):
        bench.worker({"vague": Job(vague)})


async def test_urgent_jobs_go_first(bench: Bench, queue: Lane) -> None:
    await queue.put("note", Note("low"), id="1", priority="low")
    await queue.put("note", Note("normal"), id="2")
    await queue.put("note", Note("high"), id="3", priority="high")
    async with bench.worker({"note": Job(note)}, concurrency=1).working():
        await settled(lambda: len(bench.runs) == 3)
    assert [run.text for run in bench.runs] == ["high", "normal", "low"]


async def test_a_delayed_job_comes_later(bench: Bench, queue: Lane) -> None:
    async with bench.worker({"note": Job(note)}).working():
        started = time.monotonic()
        await queue.put("note", Note("x"), id="1", delay=0.6)
        await settled(lambda: len(bench.runs) == 1)
        assert time.monotonic() - started >= 0.6


async def test_a_cancelled_job_does_not_run_and_the_next_of_its_name_does(bench: Bench, queue: Lane) -> None:
    await queue.put("note", Note("delayed"), id="1", delay=60)
    await queue.put("note", Note("waiting"), id="2")
    assert await queue.cancel("1")
    assert await queue.cancel("2")
    assert not await queue.cancel("3")
    async with bench.worker({"note": Job(note)}).working():
        await settled_empty(queue)
        for id in ("1", "2", "3"):
            await queue.put("note", Note(id), id=id)
        await settled(lambda: sorted(run.text for run in bench.runs) == ["1", "2", "3"])
    assert not bench.failures


async def test_a_running_job_is_stopped_by_cancelling_it(bench: Bench, queue: Lane) -> None:
    stopped = asyncio.Event()

    async def long(bench: Bench, payload: Note) -> None:
        bench.runs.append(payload)
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            stopped.set()
            raise

    async with bench.worker({"long": Job(long)}).working():
        await queue.put("long", Note("x"), id="1")
        await settled(lambda: len(bench.runs) == 1)
        assert await queue.cancel("1")
        await asyncio.wait_for(stopped.wait(), 60)
        await settled_empty(queue)
    assert len(bench.runs) == 1
    assert not bench.failures


async def test_jobs_longer_than_the_idle_time_out_run_once_though_others_wait(bench: Bench, queue: Lane) -> None:
    idle, running, most = 3.0, 0, 0

    async def long(bench: Bench, payload: Note) -> None:
        nonlocal running, most
        bench.runs.append(payload)
        running, most = running + 1, max(most, running + 1)
        await asyncio.sleep(idle + 0.5)
        running -= 1

    table = {"long": Job(long)}
    workers = [bench.worker(table, concurrency=1, idle=idle) for _ in range(2)]
    async with workers[0].working(), workers[1].working():
        for n in range(3):
            await queue.put("long", Note(str(n)), id=str(n))
        await settled_empty(queue)
    assert sorted(run.text for run in bench.runs) == ["0", "1", "2"]
    assert most == 2


async def test_a_repeated_job_runs_on_one_of_two_workers(bench: Bench) -> None:
    """Every second: as often as seconds have passed, whoever runs it."""
    ticks: list[float] = []

    async def tick(bench: Bench) -> None:
        ticks.append(time.monotonic())

    table = {"tick": Repeat(tick, "* * * * * * *")}
    began = time.monotonic()
    async with bench.worker(table).working(), bench.worker(table).working():
        await settled(lambda: len(ticks) >= 4)
    assert len(ticks) <= time.monotonic() - began + 1.5


async def test_a_worker_that_is_told_to_stop_puts_its_job_back(
    bench: Bench, queue: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.queue.job_worker.GRACE_S", 0)

    async def long(bench: Bench, payload: Note) -> None:
        bench.runs.append(payload)
        if len(bench.runs) == 1:
            await asyncio.Event().wait()

    async with asyncio.timeout(120), bench.worker({"long": Job(long)}).working():
        await queue.put("long", Note("x"), id="1")
        await settled(lambda: len(bench.runs) == 1)
    async with bench.worker({"long": Job(long)}).working():
        await settled(lambda: len(bench.runs) == 2)
        await settled_empty(queue)
    assert not bench.failures


async def test_three_hundred_jobs_put_at_once_wait_for_a_connection(queue: Lane) -> None:
    jobs = [Note(str(number)) for number in range(300)]
    await asyncio.gather(*(queue.put("note", job, id=job.text) for job in jobs))
    assert await queue.waiting() == 300
    assert (await queue.load()).jobs == 300


async def test_what_a_worker_does_not_finish_another_one_does_at_once(
    bench: Bench, queue: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are so patient that nothing is claimed from a worker that isn't heard of."""
    monkeypatch.setattr(worker_module, "GRACE_S", 0.1)
    begun, other = asyncio.Event(), Bench(bench.url)

    async def endless(_: Bench, __: Note) -> None:
        begun.set()
        await asyncio.Event().wait()

    async with bench.worker({"note": Job(endless)}, idle=600.0).working() as first:
        await queue.put("note", Note("kept"), id="T1:n", priority="high")
        await begun.wait()
        async with other.worker({"note": Job(note)}, idle=600.0).working():
            await asyncio.sleep(0.2)  # until the second one waits for what is new
            await first.drained()
            await settled(lambda: other.runs == [Note("kept")])
            await settled_empty(queue)
    assert other.failures == bench.failures == []
