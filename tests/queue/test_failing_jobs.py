"""A job that fails is run again only where that can help, and otherwise reported once."""

from __future__ import annotations

import asyncio
import time

import msgspec
import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from bot.kernel.errors import Conflict, Missing, Misunderstood, RateLimited, Unauthorized, Unavailable
from bot.queue.job import Job
from bot.queue.queue import Lane
from tests.queue.queue_bench import Bench, Note, failing, note, settled_empty
from tests.queue.queue_worker import Sleep
from tests.waiting import settled


async def test_only_upstream_errors_are_tried_again_and_no_refused_key(bench: Bench, queue: Lane) -> None:
    table = {
        "flaky": Job(failing(Unavailable("down"))),
        "limited": Job(failing(RateLimited("slow down", retry_after=0.3))),
        "missing": Job(failing(Missing("There is no recording."))),
        "refused": Job(failing(Unauthorized("The key is wrong."))),
    }
    async with bench.worker(table).working():
        for name in table:
            await queue.put(name, Note(name), id=name)
        await settled_empty(queue)
    assert sorted(run.text for run in bench.runs) == ["flaky", "flaky", "limited", "limited", "missing", "refused"]
    missing, refused = sorted(bench.failures, key=lambda it: it.job)
    assert (missing.job, missing.id, missing.payload) == ("missing", "missing", Note("missing"))
    assert [it.sentence for it in (missing, refused)] == ["There is no recording.", "The key is wrong."]


async def test_retry_after_is_honoured(bench: Bench, queue: Lane) -> None:
    async with bench.worker({"limited": Job(failing(RateLimited("slow", retry_after=1.0)))}).working():
        started = time.monotonic()
        await queue.put("limited", Note("x"), id="1")
        await settled(lambda: len(bench.runs) == 2)
        assert time.monotonic() - started >= 1.0


async def test_what_fails_as_often_as_allowed_is_reported_once_and_leaves_nothing(
    bench: Bench, queue: Lane, redis: Redis
) -> None:
    table = {"flaky": Job(failing(*[Unavailable("The service is down.")] * 9), tries=2)}
    async with bench.worker(table).working():
        await queue.put("flaky", Note("x"), id="1")
        await settled(lambda: len(bench.failures) == 1)
        await settled_empty(queue)
    assert len(bench.runs) == 2
    assert bench.failures[0].sentence == "The service is down."
    assert [key async for key in redis.scan_iter("all:job:*")] == []


async def test_a_bug_is_logged_with_the_reference_that_people_get_and_tells_them_nothing_else(
    bench: Bench, queue: Lane
) -> None:
    table = {"bug": Job(failing(KeyError("internal detail")))}
    with capture_logs() as logs:
        async with bench.worker(table).working():
            await queue.put("bug", Note("x"), id="1")
            await settled(lambda: len(bench.failures) == 1)
    (failure,) = bench.failures
    assert "internal detail" not in failure.sentence
    (entry,) = [entry for entry in logs if entry["event"] == "a job failed"]
    assert entry["reference"] == failure.reference
    assert "internal detail" in entry["why"]


@pytest.mark.parametrize("error", [Missing("It is gone."), Conflict("Mina was faster."), Misunderstood("What?")])
async def test_what_no_operator_can_mend_is_told_and_is_no_error_of_the_log(
    bench: Bench, queue: Lane, error: Exception
) -> None:
    with capture_logs() as logs:
        async with bench.worker({"late": Job(failing(error))}).working():
            await queue.put("late", Note("x"), id="1")
            await settled(lambda: len(bench.failures) == 1)
    assert [entry["log_level"] for entry in logs if entry["event"] == "a job failed"] == ["warning"]


async def test_a_job_over_its_time_and_a_payload_of_another_shape_are_reported(bench: Bench, queue: Lane) -> None:
    async def slow(bench: Bench, payload: Note) -> None:
        await asyncio.Event().wait()

    async with bench.worker({"slow": Job(slow, limit_s=0.2), "note": Job(note)}).working():
        await queue.put("slow", Note("x"), id="1")
        await queue.put("note", Sleep("no note", 1), id="2")
        await settled(lambda: len(bench.failures) == 2)
    assert {type(failure.error) for failure in bench.failures} == {TimeoutError, msgspec.ValidationError}
    assert not bench.runs
