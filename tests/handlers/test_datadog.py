"""The journey on Datadog from end to end: what is asked, made and answered in Slack is in Datadog afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import pytest
from redis.asyncio import Redis

from bot.backlog.ticket import Status
from bot.providers.local.local_tickets import LocalTracker
from bot.services.clips.jobs import ChooseClipJob
from bot.services.clips.request_clip import request_clip
from bot.slack.buttons import Pressed
from standins.datadog.case_management import cases
from standins.datadog.incident_management import incidents
from standins.datadog.owner_catalog import catalog
from tests.handlers.datadog import (
    CHANGE,
    QUESTION,
    TEAM,
    V1,
    Json,
    Shop,
    added,
    asked_owner,
    confirmed,
    filmed,
    graphs,
    only_case,
    permalink,
    with_datadog,
    written,
)
from tests.handlers.house import INCIDENT, JISOO, has, tick, until

T = TypeVar("T")
LINK = "https://app.datadoghq.com/notebook/1000"


async def test_an_answer_names_datadog_its_query_and_its_page(
    tmp_path: Path, redis: Redis, redis_server: str, shop: Shop
) -> None:
    async with with_datadog(shop(), tmp_path, redis_server) as house:
        said = await house.ask(QUESTION)
        blocks = str(said["blocks"])
        await house.press(said, "signals.counted")
        counted = str((await house.modal())["blocks"])
    assert "Datadog" in counted
    assert "Open in Datadog" in blocks
    assert '@action.target.name:("Buy" OR' in counted
    assert "https://app.datadoghq.com/rum/sessions?query=" in blocks


@pytest.mark.parametrize("dialect", [V1, CHANGE])
async def test_the_whole_journey(dialect: str, tmp_path: Path, redis: Redis, redis_server: str, shop: Shop) -> None:
    world = shop(dialect)
    async with with_datadog(world, tmp_path, redis_server, worker=True) as house:
        said = await house.ask(QUESTION)
        clip = await filmed(house, said)
        picture = next(it for it in clip["blocks"] if it["type"] == "image")
        assert "TypeError" in picture["alt_text"]
        assert (await house.file_of(picture))[:6] == b"GIF89a"

        assert LINK in str((await added(house, said))["blocks"])
        text = await written(world, "frustration signals", "/files/")
        assert "Buy now ×4" in text
        [graph] = graphs(world)
        assert '"Buy now"' in str(graph)
        [incident] = incidents(world)
        [attached] = await until(lambda: _list(incident.attachments))
        assert (attached.attachment_type, attached.attachment.document_url) == ("postmortem", LINK)

        note = await house.say("Rolled back 2.31.0")
        await house.human("pin", channel=INCIDENT, ts=note["ts"])
        await written(world, "Rolled back 2.31.0")

        request = await asked_owner(house, said)
        assert f"<@{JISOO.id}>" in request["text"]
        assert LINK in str(request["blocks"])
        told = await confirmed(house, said, request)
        assert LINK in str(told["blocks"])
        case, thread = only_case(world), await permalink(house, said)
        assert thread in case.description
        assert LINK in case.description
        [comment] = await until(lambda: _list(case.comments))
        assert thread in comment
        await written(world, "SHOP-1", "Jisoo")

        async def followed() -> bool:
            tasks = [it for it in incident.todos.values() if "SHOP-1" in it.content]
            return [it.assignees for it in tasks] == [[f"@{JISOO.email}"]]

        assert await until(followed)


@pytest.mark.parametrize("known_by", ["view", "service"])
async def test_an_owner_that_only_datadog_knows_is_asked(
    known_by: str, tmp_path: Path, redis: Redis, redis_server: str, shop: Shop
) -> None:
    world = shop(CHANGE)
    if known_by == "service":
        catalog(world).rules, catalog(world).services = [], {"shop-web": "cart"}
    nobody = tmp_path / "nobody.yaml"
    nobody.write_text("features: []\n")
    more: dict[str, Any] = {"owners": nobody, "tracker_project": "SHOP"}
    async with with_datadog(world, tmp_path, redis_server, **more) as house:
        said = await house.ask(QUESTION)
        request = await asked_owner(house, said)
        assert f"<@{JISOO.id}>" in request["text"]
        await confirmed(house, said, request)
    assert only_case(world).key == "SHOP-1"


OWNED = """
features:
  - name: Buy button
    selectors: ["#buy"]
    aliases: [buy, 구매하기]
    engineering: U0MINAPARK
    product: {owner}
    tracker: local/SHOP
"""


async def test_a_feature_has_its_tickets_in_the_tracker_that_owners_yaml_names(
    tmp_path: Path, redis: Redis, redis_server: str, shop: Shop
) -> None:
    """Datadog is the tracker of the settings. The bot's own pages show the ticket, and the clock looks for it there."""
    world, owners = shop(CHANGE), tmp_path / "owners.yaml"
    owners.write_text(OWNED.format(owner=JISOO.id))
    async with with_datadog(world, tmp_path, redis_server, owners=owners) as house:
        trackers = house.services.requests.trackers
        assert trackers.of().name == "datadog"
        said = await house.ask(QUESTION)
        request = await asked_owner(house, said)
        await confirmed(house, said, request)
        ticket = await trackers.of("local").get("SHOP-1")
        assert ticket.status is Status.OPEN
        async with house.session.get(f"http://127.0.0.1:{house.settings.port}/tickets/SHOP-1") as page:
            assert page.status == 200
        local = trackers.of("local")
        assert isinstance(local, LocalTracker)
        await local.move("SHOP-1", Status.DONE)
        await tick(house.services)
        await house.reply(said["ts"], lambda it: ":checkered_flag:" in str(it["blocks"]))
    assert cases(world).cases == []


async def test_the_next_session_is_filmed_where_a_recording_is_gone(
    tmp_path: Path, redis: Redis, redis_server: str, shop: Shop
) -> None:
    world = shop(V1, CHANGE)
    async with with_datadog(world, tmp_path, redis_server, worker=True) as house:
        said = await house.ask(QUESTION)
        first = await filmed(house, said)
        gone = session_of(first)
        for key in [it for it in world.segments if it[0] == gone]:
            del world.segments[key]
        asked = Pressed.read(button(said, "clip.make")).id
        again = ChooseClipJob(team=TEAM, question=asked, attempt=1)  # what *Try again* does
        await request_clip(house.services.clips, again)
        second = await house.reply(said["ts"], lambda it: has(it, "clip.window") and it["ts"] != first["ts"])
    assert session_of(second) != gone


def session_of(clip: Json) -> str:
    return Pressed.read(button(clip, "clip.later")).session


def button(message: Json, action: str) -> str:
    elements = (it for block in message["blocks"] for it in block.get("elements", ()))
    return next(it["value"] for it in elements if it.get("action_id") == action)


async def _list(found: Sequence[T]) -> Sequence[T]:
    return found
