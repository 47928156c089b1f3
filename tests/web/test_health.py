"""Whoever runs the bot is told whether a process lives, whether it can work, and how much work waits."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client.parser import text_string_to_metric_families
from redis.asyncio import Redis

from bot.app.worker import rendering
from bot.kernel.metrics import Metrics
from bot.kernel.settings import Secret, Settings
from bot.queue.job import Job, QueuedJob
from bot.queue.job_worker import Worker
from bot.queue.queue import Queue
from bot.state.connection import connected, ready
from bot.state.embedded_server import private_redis
from bot.web.health import health_routes
from bot.web.readiness import Readiness
from tests.free_ports import free_port
from tests.polling import until
from tests.state.several import cluster

HOUR_MS = 3_600_000
READY = "/readyz?exclude=slack"


class Errand(QueuedJob, frozen=True, kw_only=True):
    job_name = "errand"
    lane = "clips"
    name: str

    @property
    def job_id(self) -> str:
        return self.name


@asynccontextmanager
async def served(url: str, redis: Redis) -> AsyncIterator[tuple[TestClient, Queue]]:
    """A process's health and metrics, and the queue of which they tell."""
    metrics, app = Metrics(), web.Application()
    async with Queue.opened(url, "answers", "clips") as queue:
        app.add_routes(
            health_routes(
                metrics.registry, Readiness({"redis": partial(ready, redis)}), partial(queue.measure, metrics)
            )
        )
        async with TestClient(TestServer(app)) as client:
            yield client, queue


@pytest.fixture
async def process(redis: Redis, redis_server: str) -> AsyncIterator[tuple[TestClient, Queue]]:
    async with served(redis_server, redis) as started:
        yield started


async def gauges(client: TestClient, name: str) -> dict[str, float]:
    """By lane, what `/metrics` says now."""
    text = await (await client.get("/metrics")).text()
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {sample.labels["lane"]: sample.value for sample in samples if sample.name == name}


async def test_jobs_that_wait_and_jobs_that_run_are_counted_by_lane(
    process: tuple[TestClient, Queue], redis_server: str
) -> None:
    client, queue = process
    assert await gauges(client, "replaybook_queue_jobs") == {"answers": 0, "clips": 0}
    for name, priority in (("a", "low"), ("b", "normal"), ("c", "high"), ("a", "low")):
        await queue.put(Errand(name=name), priority=priority)  # type: ignore[arg-type]
    assert await gauges(client, "replaybook_queue_jobs") == {"answers": 0, "clips": 3}

    begun, free = asyncio.Event(), asyncio.Event()

    async def hold(_: None, __: Errand) -> None:
        begun.set()
        await free.wait()

    async def report(_: object) -> None: ...

    worker = Worker(redis_server, {"errand": Job(hold)}, None, report=report, lane="clips", concurrency=1, idle=30)
    async with worker.working():
        await begun.wait()
        assert await gauges(client, "replaybook_queue_jobs") == {"answers": 0, "clips": 3}
        free.set()
        await until(lambda: _nothing_left(client))
    assert await gauges(client, "replaybook_queue_oldest_seconds") == {"answers": 0, "clips": 0}


async def test_a_job_for_later_is_no_work_yet(process: tuple[TestClient, Queue]) -> None:
    client, queue = process
    await queue.put(Errand(name="tomorrow"), delay=86_400)
    assert await queue.waiting("clips") == 1
    assert await gauges(client, "replaybook_queue_jobs") == {"answers": 0, "clips": 0}
    assert await gauges(client, "replaybook_queue_oldest_seconds") == {"answers": 0, "clips": 0}


@pytest.mark.parametrize("oldest", ["low", "normal", "high"])
async def test_the_age_is_that_of_the_oldest_job_of_any_priority(
    process: tuple[TestClient, Queue], redis: Redis, oldest: str
) -> None:
    client, queue = process
    now = int((await redis.time())[0]) * 1000
    streams = {name: queue._lanes["clips"]._streaq.stream_key + name for name in ("low", "normal", "high")}
    for name, stream in streams.items():
        age = (5 if name == oldest else 2) * HOUR_MS
        await redis.xadd(stream, {"task_id": name}, id=f"{now - age}-0")
    ages = await gauges(client, "replaybook_queue_oldest_seconds")
    assert 5 * 3600 <= ages["clips"] < 6 * 3600
    assert ages["answers"] == 0


async def test_without_redis_a_process_lives_but_is_not_ready_and_tells_no_old_numbers(tmp_path: Path) -> None:
    async with (
        private_redis(tmp_path) as url,
        connected(url, retries=0) as redis,
        served(url, redis) as (client, queue),
    ):
        await queue.put(Errand(name="a"))
        assert await gauges(client, "replaybook_queue_jobs") == {"answers": 0, "clips": 1}
        assert (await client.get("/readyz")).status == 200
        pid = (await redis.info("server"))["process_id"]
        os.kill(pid, signal.SIGSTOP)
        try:
            answers = {path: await client.get(path) for path in ("/livez", "/readyz", "/healthz", "/metrics")}
            assert {path: answer.status for path, answer in answers.items()} == {
                "/livez": 200,
                "/readyz": 503,
                "/healthz": 503,
                "/metrics": 200,
            }
            assert await answers["/readyz"].json() == {"ok": False, "not_ready": ["redis"]}
            assert "replaybook_queue_jobs{" not in await answers["/metrics"].text()
        finally:
            os.kill(pid, signal.SIGCONT)
        await until(lambda: _is_ready(client))
        assert await gauges(client, "replaybook_queue_jobs") == {"answers": 0, "clips": 1}


async def test_a_worker_serves_them_where_it_is_told_to(redis: Redis, redis_server: str, tmp_path: Path) -> None:
    port, alone = free_port("127.0.0.1"), free_port("127.0.0.1")
    settings = Settings(
        data=tmp_path,
        redis_url=Secret(redis_server),
        slack_bot_token=Secret("xoxb-none"),
        metrics_token=Secret("for-metrics"),
        metrics_port=alone,
    )
    async with rendering(settings, port=port), ClientSession(f"http://127.0.0.1:{port}") as client:
        statuses = {
            path: (await client.get(path)).status for path in ("/livez", READY, "/healthz", "/metrics", "/notebooks")
        }
        assert statuses == {"/livez": 200, READY: 200, "/healthz": 200, "/metrics": 401, "/notebooks": 404}
        for token, status in (("for-metrics", 200), ("for-metric", 401), ("", 401)):
            answer = await client.get("/metrics", headers={"Authorization": f"Bearer {token}"})
            assert answer.status == status
        async with ClientSession(f"http://127.0.0.1:{alone}") as prometheus:
            assert "replaybook_queue_jobs" in await (await prometheus.get("/metrics")).text()
            assert (await prometheus.get("/livez")).status == 404


async def test_the_queue_of_a_cluster_is_counted_like_any_other(tmp_path: Path) -> None:
    async with cluster(tmp_path) as three, connected(three.url) as redis, served(three.url, redis) as (client, queue):
        assert await gauges(client, "replaybook_queue_oldest_seconds") == {"answers": 0, "clips": 0}
        await queue.put(Errand(name="a"))
        assert await gauges(client, "replaybook_queue_jobs") == {"answers": 0, "clips": 1}
        assert (await client.get("/readyz")).status == 200


async def _nothing_left(client: TestClient) -> bool:
    return not (await gauges(client, "replaybook_queue_jobs"))["clips"]


async def _is_ready(client: TestClient) -> bool:
    return (await client.get("/readyz")).status == 200
