"""What goes wrong at Datadog in the middle of a step is outlived, or told in one sentence, and nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from redis.asyncio import Redis

from standins.datadog.datadog_faults import DatadogFault
from standins.datadog.incident_management import incidents
from standins.datadog.notebook_service import markdown
from standins.datadog.world import World
from tests.handlers.datadog import (
    CHANGE,
    QUESTION,
    Json,
    Shop,
    added,
    asked_owner,
    confirmed,
    filmed,
    only_case,
    only_notebook,
    text_of,
    walk,
    with_datadog,
    written,
)
from tests.handlers.house import JISOO, House, has, until

STEPS = (
    "POST /api/v2/rum/analytics/aggregate",
    "POST /api/v2/rum/events/search",
    "GET /api/v2/rum/replay",
    "POST /api/v1/notebooks",
    r"GET /api/v1/notebooks/\d+",
    r"PUT /api/v1/notebooks/\d+",
    "GET /api/v2/incidents/search",
    "POST /api/v2/incidents/.*/attachments",
    "GET /api/v2/cases/projects",
    "POST /api/v2/cases$",
    "POST /api/v2/cases/.*/comment",
)
"""A request of every kind that the journey makes."""


@pytest.mark.parametrize(
    "fault",
    [{"status": 429, "headers": {"X-RateLimit-Reset": "0.1"}}, {"status": 503}, {"drop": True}],
    ids=["limited", "down", "cut"],
)
async def test_every_step_outlives_a_failure_in_its_middle(
    fault: Json, tmp_path: Path, redis: Redis, redis_server: str, shop: Shop
) -> None:
    world = shop(CHANGE)
    faults = [world.faults.add(DatadogFault(where, **fault)) for where in STEPS]
    async with with_datadog(world, tmp_path, redis_server, worker=True) as house:
        said = await house.ask(QUESTION)
        await filmed(house, said)
        await added(house, said)
        await confirmed(house, said, await asked_owner(house, said))
        await written(world, "frustration signals", "/files/", "SHOP-1")
        assert await until(lambda: commented(world))
        replies = await house.replies(said["ts"])
    assert not [it["text"] for it in replies if "Reference" in it["text"]]
    assert [it.where for it in faults if it.times] == []
    assert len(incidents(world)[0].attachments) == 1
    assert text_of(world).count("SHOP-1") >= 1
    assert len(only_case(world).comments) == 1


async def test_a_job_waits_for_a_datadog_that_fails_longer_than_a_request_is_patient(
    tmp_path: Path, redis: Redis, redis_server: str, shop: Shop
) -> None:
    world = shop()
    world.faults.add(DatadogFault("POST /api/v2/cases$", status=503, times=3))
    world.faults.add(DatadogFault(r"PUT /api/v1/notebooks/\d+", status=503, times=3))
    async with with_datadog(world, tmp_path, redis_server) as house:
        await walk(house)
        await written(world, "SHOP-1")
    assert only_case(world).key == "SHOP-1"


async def test_numbers_that_datadog_had_no_time_for_are_said_to_be_too_low(
    tmp_path: Path, redis: Redis, redis_server: str, shop: Shop
) -> None:
    world = shop()
    world.faults.add(DatadogFault("POST /api/v2/rum/analytics/aggregate", partial=True, times=100))
    async with with_datadog(world, tmp_path, redis_server) as house:
        assert "ran out of time" in str((await house.ask(QUESTION))["blocks"])


async def test_what_people_write_in_datadog_in_between_stays(
    tmp_path: Path, redis: Redis, redis_server: str, shop: Shop
) -> None:
    world = shop()
    async with with_datadog(world, tmp_path, redis_server) as house:
        said = await house.ask(QUESTION)
        await added(house, said)
        only_notebook(world).edit(lambda cells: cells.insert(2, markdown("Erik was here first.")))
        world.faults.add(
            DatadogFault(
                r"GET /api/v1/notebooks/\d+",
                meanwhile=lambda: only_notebook(world).edit(lambda cells: cells.append(markdown("And Mina later."))),
            )
        )
        await confirmed(house, said, await asked_owner(house, said))
        text = await written(world, "SHOP-1", "Jisoo")
    assert text.count("Erik was here first.") == text.count("And Mina later.") == 1
    assert "frustration signals" in text


@pytest.mark.parametrize(
    ("permission", "told"),
    [
        ("rum_session_replay_read", "“rum_apps_read” and “rum_session_replay_read”"),
        ("notebooks_write", "“notebooks_write” and “notebooks_read”"),
        ("cases_write", "“cases_write”"),
    ],
)
async def test_a_missing_permission_is_named_where_it_was_needed(
    permission: str, told: str, tmp_path: Path, redis: Redis, redis_server: str, shop: Shop
) -> None:
    """The owner reads Korean, everybody else English."""
    world = shop(CHANGE)
    needed = {"rum_session_replay_read": film, "notebooks_write": record, "cases_write": confirm}
    async with with_datadog(world, tmp_path, redis_server, worker=permission == "rum_session_replay_read") as house:
        said = await house.ask(QUESTION)
        world.permissions = ALL - {permission}
        sentence = await needed[permission](house, said)
    korean = f"Datadog이 애플리케이션 키를 거부했습니다. datadoghq.com에서 {told} 권한이 필요합니다."
    english = f"Datadog refused the application key: it needs {told} on datadoghq.com."
    assert (korean if permission == "cases_write" else english) in sentence


async def test_without_the_permission_for_rum_the_answer_names_it(
    tmp_path: Path, redis: Redis, redis_server: str, shop: Shop
) -> None:
    world = shop()
    world.permissions = ALL - {"rum_apps_read"}
    async with with_datadog(world, tmp_path, redis_server) as house:
        await house.say(f"/replay {QUESTION}")
        found = await house.message(lambda it: "Datadog refused" in it["text"])
    assert "it needs “rum_apps_read” on datadoghq.com." in str(found["blocks"])


async def test_keys_that_datadog_does_not_know_are_told(
    tmp_path: Path, redis: Redis, redis_server: str, shop: Shop
) -> None:
    world = shop()
    async with with_datadog(world, tmp_path, redis_server) as house:
        world.api_key = "another"
        await house.say(f"/replay {QUESTION}")
        found = await house.message(lambda it: "Datadog doesn" in it["text"])
    assert "check DD_API_KEY and DD_APP_KEY" in str(found["blocks"])


ALL = {
    "rum_apps_read",
    "rum_session_replay_read",
    "notebooks_read",
    "notebooks_write",
    "incident_read",
    "incident_write",
    "cases_read",
    "cases_write",
    "teams_read",
    "apm_service_catalog_read",
    "on_call_read",
    "user_access_read",
}
"""The permissions that bot/providers/datadog/README.md lists."""


async def commented(world: World) -> bool:
    return bool(only_case(world).comments)


async def film(house: House, said: Json) -> str:
    await house.press(said, "clip.make")
    return str((await house.reply(said["ts"], refused))["blocks"])


async def record(house: House, said: Json) -> str:
    await house.press(said, "notebook.add")
    return str((await house.reply(said["ts"], refused))["blocks"])


async def confirm(house: House, said: Json) -> str:
    """Whoever answered is told; the request still waits for them."""
    request = await asked_owner(house, said)
    await house.press(request, "backlog.in_backlog", user=JISOO.id)
    await house.submit(await house.modal(user=JISOO.id), {}, user=JISOO.id)
    told = await house.whispered(user=JISOO.id)
    assert has(next(it for it in await house.replies(said["ts"]) if it["ts"] == request["ts"]), "backlog.in_backlog")
    return told


def refused(message: Json) -> bool:
    return "Datadog refused" in message["text"]
