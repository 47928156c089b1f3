"""Two people press the same button at the same moment, with two workers at the queue: it happens once."""

from __future__ import annotations

import asyncio
from functools import partial
from itertools import chain

import pytest

from bot import jobs
from bot.queue.job import ANSWERS
from bot.queue.job_worker import Worker
from bot.services.explain_failure import FailureContext, explain_failure
from bot.services.postmortems import channel_notebook
from tests.handlers.house import INCIDENT, JISOO, MINA, House, has, until
from tests.handlers.meanwhile import with_meanwhile
from tests.handlers.test_clips import QUESTION
from tests.handlers.walking import QUEUED, TEAM, quiet

TIMES = 10


async def test_ten_times_two_people_press_at_once_and_it_happens_once(house: House, redis_server: str) -> None:
    services = house.services
    records = (services.questions.records, services.clips.records, services.requests.records)
    report = partial(explain_failure, FailureContext(services.slack, *records))
    second = Worker(redis_server, jobs.answer_jobs(), services, report=report, lane=ANSWERS, concurrency=4)
    async with second.working():
        for n in range(TIMES):
            said = await house.ask(f"frustration signals on buy button last {n + 3} days")
            both = [house.press(said, "notebook.add", user=user) for user in (MINA.id, JISOO.id)]
            await asyncio.gather(*both)
            await house.reply(said["ts"], lambda it: "/notebooks/" in str(it.get("blocks")))
        both = [house.press(said, "backlog.ask", user=user) for user in (MINA.id, JISOO.id) * TIMES]
        await asyncio.gather(*both)
        await house.reply(said["ts"], lambda it: has(it, "backlog.in_backlog"))
        await quiet(house.redis)
    calls = [it for it in await house.journal(way="api", name="chat.postMessage") if it["ok"]]
    posted = [it["args"]["metadata"]["event_payload"]["key"].split(":")[0] for it in calls]
    assert sorted(posted) == sorted([*["answer", "added"] * TIMES, "request"])
    kept = await services.postmortems.notebooks.find(TEAM, INCIDENT)
    assert kept
    markers = [cell.marker for cell in kept.cells if cell.marker]
    assert len(markers) == len(set(markers))
    assert len([it for it in markers if it.startswith("number/")]) == TIMES


async def test_who_adds_an_answer_while_somebody_else_does_hears_of_it_too(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = await house.ask(QUESTION)

    async def add_as_well() -> None:
        await house.press(said, "notebook.add", user=JISOO.id)
        await until(lambda: both_wait(house))

    monkeypatch.setattr(channel_notebook, "notebook_for", with_meanwhile(channel_notebook.notebook_for, add_as_well))
    await house.press(said, "notebook.add", user=MINA.id)
    await house.reply(said["ts"], lambda it: "/notebooks/" in str(it.get("blocks")) and not it.get("is_ephemeral"))
    await quiet(house.redis)
    told = [any(it.get("is_ephemeral") for it in await house.messages(user=who.id)) for who in (MINA, JISOO)]
    assert sorted(told) == [False, True], "one is told in the thread, and the other alone"


async def test_who_has_the_owner_asked_while_somebody_else_does_hears_of_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = await house.ask(QUESTION)

    async def ask_as_well() -> None:
        await house.press(said, "backlog.ask", user=JISOO.id)
        await until(lambda: both_wait(house, b":request:"))

    monkeypatch.setattr(channel_notebook, "notebook_for", with_meanwhile(channel_notebook.notebook_for, ask_as_well))
    await house.press(said, "backlog.ask", user=MINA.id)
    await house.reply(said["ts"], lambda it: has(it, "backlog.in_backlog"))
    await quiet(house.redis)
    told = [await told_alone(house, who.id) for who in (MINA, JISOO)]
    assert sorted(map(len, told)) == [0, 1], "one is told in the thread, and the other alone"
    assert JISOO.real_name in "".join(chain(*told))


async def both_wait(house: House, job: bytes = b":record:") -> bool:
    jobs = [name async for name in house.redis.scan_iter(QUEUED) if job in name]
    return len(jobs) == 2


async def told_alone(house: House, user: str) -> list[str]:
    return [it["text"] for it in await house.messages(user=user) if it.get("is_ephemeral")]
