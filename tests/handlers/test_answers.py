"""What an answer shows, where Slack takes it and where it doesn't.

A week that has just begun has neither a chart nor many rows, so those are asked for of the last days.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import msgspec
import pytest
from redis.asyncio import Redis

from bot.app import serve
from bot.kernel.clock import Clock
from bot.services.questions import answer_question
from standins.slack.seed import GENERAL, INCIDENT
from tests.handlers.house import JISOO, House, Json, has, open_house, until


def block(message: Json, kind: str) -> Json | None:
    return next((it for it in message["blocks"] if it["type"] == kind), None)


def cells(message: Json) -> list[list[str]]:
    table = block(message, "table")
    assert table is not None
    return [[cell["text"] for cell in row] for row in table["rows"]]


def texts(message: Json) -> str:
    parts = [it.get("text", {}).get("text", "") for it in message["blocks"] if it["type"] == "section"]
    return "\n".join(
        [*parts, *(e["text"] for it in message["blocks"] if it["type"] == "context" for e in it["elements"])]
    )


async def test_groups_are_a_table_with_what_was_asked_for_first(house: House) -> None:
    said = await house.ask("how many users rage clicked buy button in the last 7 days by browser")
    heading, first, *others = cells(said)
    assert heading == ["Browser", "People", "Signals", "Sessions", "Rate"]
    people = [int(row[1].replace(",", "")) for row in (first, *others)]
    assert people == sorted(people, reverse=True)
    assert "people ran into rage clicks" in said["text"]
    assert block(said, "data_visualization") is not None


async def test_a_table_speaks_the_askers_language(house: House) -> None:
    said = await house.ask("이번 주 구매 버튼 불만 신호 브라우저별", user=JISOO.id)
    assert cells(said)[0] == ["브라우저", "신호", "사용자", "세션", "비율"]


async def test_rows_that_have_no_room_are_in_a_file_in_the_thread(house: House) -> None:
    said = await house.ask("frustration signals in the last 2 days by hour")
    assert len(cells(said)) == 11
    assert "more rows" in texts(said)
    reply = await house.reply(said["ts"], lambda it: ".csv" in str(it["blocks"]))
    assert "file.invalid" not in str(reply)
    address = reply["blocks"][0]["text"]["text"].split("<")[1].split("|")[0]
    headers = {"Authorization": "Bearer xoxb-for-tests"}
    async with house.session.get(address, headers=headers) as got:
        rows = (await got.read()).decode("utf-8-sig").splitlines()
    assert rows[0].startswith("hour,rage_click,dead_click,error_click,signals,")
    shown = {row[0] for row in cells(said)[1:]}
    assert len(rows) - 1 > len(shown) == 10


async def test_a_chart_that_slack_refuses_is_a_picture_with_words_and_that_is_remembered(house: House) -> None:
    await house.fault(kind="refuse_block", block="data_visualization", times=1)
    said = await house.ask("frustration signals on buy button in the last 7 days")
    picture = block(said, "image")
    assert picture is not None
    assert "most on" in picture["alt_text"]
    assert block(said, "data_visualization") is None
    again = await house.ask("dead clicks on buy button in the last 7 days")
    assert block(again, "image") is not None
    assert len([it for it in await house.messages() if "signals on" in it["text"]]) == 1


async def test_where_pictures_are_refused_too_it_is_a_line(house: House) -> None:
    house_files = {"kind": "error", "method": "files.getUploadURLExternal", "error": "missing_scope", "times": 5}
    await house.fault(**house_files)
    await house.fault(kind="refuse_block", block="data_visualization", times=5)
    said = await house.ask("frustration signals on buy button in the last 7 days")
    assert block(said, "image") is None
    assert "█" in texts(said)


async def test_a_refused_table_is_text(house: House) -> None:
    await house.fault(kind="refuse_block", block="table", times=50)
    said = await house.ask("frustration signals on buy button in the last 7 days by browser")
    assert block(said, "table") is None
    assert block(said, "data_visualization") is not None
    assert "Chrome" in texts(said)


async def test_it_says_when_it_began_and_with_which_version(house: House) -> None:
    said = await house.ask("frustration signals on buy button this week")
    assert "It began on" in texts(said)
    assert "Version 2.31.0 was first seen on" in texts(said)
    assert "<!date^" in texts(said)
    korean = await house.ask("이번 주 구매 버튼 불만 신호", user=JISOO.id)
    assert "2.31.0 버전이" in texts(korean)


async def test_since_a_version_is_since_it_was_first_seen(house: House) -> None:
    said = await house.ask("errors since v2.31")
    assert "error click" in said["text"]
    await house.say("/replay errors since the deploy")
    assert said["text"].split(",")[0] in await house.whispered()


async def test_the_message_has_who_asked_the_number_and_the_buttons_before_everything_else(house: House) -> None:
    said = await house.ask("frustration signals on buy button in the last 7 days")
    kinds = [it["type"] for it in said["blocks"]]
    assert kinds[: kinds.index("actions")] == ["header", "context", "section", "context"]
    asked = said["blocks"][1]["elements"][0]["text"]
    assert asked.startswith("Asked by Mina Park: “frustration signals on buy button in the last 7 days”")
    assert re.search(r"Top error: `TypeError: cart is undefined` · [\d,]+ actions \(\d+%\)", texts(said))
    for behind in ("SELECT", "Source:", "/shop/product", "counted by"):
        assert behind not in str(said["blocks"])


async def test_how_it_was_counted_is_one_press_away_for_whoever_presses(house: House) -> None:
    said = await house.ask("frustration signals on buy button this week")
    before = len(await house.messages())
    await house.press(said, "signals.counted", user=JISOO.id)
    view = await house.modal(user=JISOO.id)
    assert view["title"]["text"] == "집계 방법"
    told = "\n".join(it["text"]["text"] for it in view["blocks"])
    for part in ("Mina Park", "SELECT", "/shop/product", "2.31.0", "Datadog", "KST"):
        assert part in told
    assert len(await house.messages()) == before


async def test_nothing_is_counted_while_the_question_is_being_answered(house: House) -> None:
    said = await house.ask("frustration signals on buy button this week")
    elements = [element for block in said["blocks"] for element in block.get("elements", ())]
    id = json.loads(next(it["value"] for it in elements if it.get("action_id") == "signals.counted"))
    records = house.services.questions.records
    asked = await records.get("T0NORDIC01", id["id"])
    await records.change(asked, lambda _: msgspec.structs.replace(asked, answer=None))
    await house.press(said, "signals.counted")
    assert "being answered right now" in await house.whispered()


async def test_a_channel_that_slack_makes_wait_holds_up_no_other(
    tmp_path: Path, sample: Path, redis: Redis, redis_server: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many ask in it: here more than a bot answers at once."""
    monkeypatch.setattr(serve, "CONCURRENCY", 2)
    monkeypatch.setattr(answer_question, "TAKEN_S", 0.2)
    async with open_house(tmp_path, sample, redis_server, clock) as house:
        await house.fault(kind="ratelimit", method="chat.postMessage", channel=INCIDENT, retry_after=3600)
        for days in range(2, 12):
            await house.say(f"/replay rage clicks on buy button in the last {days} days")
        await house.say("/replay rage clicks on buy button today", channel=GENERAL)

        async def answered() -> bool:
            return any(has(it, "signals.refine") for it in await house.messages(channel=GENERAL))

        assert await until(answered)
        assert not [it for it in await house.messages() if has(it, "signals.refine")]
