"""What the bot's clock does by itself every minute, in the names of its table of jobs."""

from __future__ import annotations

import pytest

from bot import jobs
from bot.queue.job import Repeat
from bot.queue.queue import Queue
from bot.services.requests.jobs import DigestJob
from bot.services.services import Services
from tests.handlers.house import INCIDENT, House, at
from tests.handlers.test_digest import due
from tests.handlers.test_follow_ups import promised

EVERY_MINUTE = {"tick", "count_facts", "watch_tick", "home_tick"}


def repeats() -> dict[str, Repeat[Services]]:
    return {name: job for name, job in jobs.answer_jobs().items() if isinstance(job, Repeat)}


def test_the_clock_comes_by_every_minute() -> None:
    assert {name: job.cron for name, job in repeats().items()} == dict.fromkeys(EVERY_MINUTE, "* * * * *")


@pytest.mark.parametrize("name", sorted(EVERY_MINUTE))
async def test_where_nothing_is_due_the_clock_does_nothing(house: House, name: str) -> None:
    before = await house.messages()
    await repeats()[name].run(house.services)
    assert await house.messages() == before


async def test_the_clock_has_the_weekly_list_of_a_channel_sent(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await promised(house)
    monday = await due(house)
    queued: list[object] = []

    async def put(_: Queue, job: object) -> None:
        queued.append(job)

    monkeypatch.setattr(Queue, "put", put)
    await repeats()["tick"].run(at(house, lambda: monday))
    assert [job.channel for job in queued if isinstance(job, DigestJob)] == [INCIDENT]
