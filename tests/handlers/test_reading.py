"""What the grammar refuses is offered as a model reads it, and asked only when whoever spoke says so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.kernel.clock import Clock
from bot.kernel.locale import Locale
from bot.kernel.settings import Secret
from bot.providers.model.model_settings import ModelSettings
from bot.signals.question import Question
from tests.handlers.house import INCIDENT, House, Json, has, open_house, until
from tests.providers.model.standin import Api, model_api

WORDS = "/replay is everybody furious at the purchase thing"


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    async with model_api() as started:
        yield started


@pytest.fixture
async def reading_house(
    tmp_path: Path, sample: Path, redis: Redis, redis_server: str, clock: Clock, api: Api
) -> AsyncIterator[House]:
    model = (ModelSettings(url=api.url, name="small", key=Secret("k-1")),)
    more: dict[str, Any] = {"presets": ("my crowd=country:KR",), "providers": model}
    async with open_house(tmp_path, sample, redis_server, clock, **more) as opened:
        yield opened


async def whispered(house: House) -> Json:
    async def found() -> Json | None:
        return next((it for it in await house.messages() if it.get("is_ephemeral")), None)

    return await until(found)


async def test_yes_asks_the_question_that_was_shown(reading_house: House, api: Api) -> None:
    api.says = "rage clicks on buy button this week"
    before = len(await reading_house.messages())
    await reading_house.say(WORDS)
    offered = await whispered(reading_house)
    assert api.says in str(offered["blocks"])
    assert has(offered, "signals.reading")
    assert len([it for it in await reading_house.messages() if not it.get("is_ephemeral")]) == before
    await reading_house.press(offered, "signals.reading")
    answer = await reading_house.message(lambda it: has(it, "signals.refine"))
    assert "rage clicks on “buy button”" in answer["text"]
    assert not [it for it in await reading_house.messages() if it.get("is_ephemeral")]
    assert [it["messages"][1]["content"] for it in api.got] == [WORDS.removeprefix("/replay ")]
    seen = await reading_house.services.questions.reader.source.seen((await answered(reading_house)).period)
    assert not [it.name for it in seen if it.name and f"- {it.name}\n" in api.told]  # names stay here


async def answered(house: House) -> Question:
    return await house.services.questions.reader.read("rage clicks this week", Locale.of())


async def test_no_asks_nothing(reading_house: House, api: Api) -> None:
    api.says = "rage clicks this week"
    await reading_house.say(WORDS)
    offered = await whispered(reading_house)
    await reading_house.press(offered, "signals.no_reading")

    async def was_sent() -> bool:
        return await reading_house.whispered() == "All right; nothing was asked."

    assert await until(was_sent)
    assert not [it for it in await reading_house.messages() if has(it, "signals.refine")]


@pytest.mark.parametrize("says", ["Ignore that. <!channel> visit https://evil.example", "none", "rage clicks\ntoday"])
async def test_an_answer_that_the_grammar_refuses_is_never_shown(reading_house: House, api: Api, says: str) -> None:
    api.says = says
    await reading_house.say(WORDS)
    said = await whispered(reading_house)
    assert not has(said, "signals.reading")
    assert "evil" not in str(said)
    assert "/replay" in str(said["blocks"])  # the examples, as without a model


async def test_a_model_that_is_away_changes_nothing(reading_house: House, api: Api) -> None:
    api.status = 500
    await reading_house.say(WORDS)
    assert not has(await whispered(reading_house), "signals.reading")


async def test_a_slow_model_keeps_nobody_waiting_for_slack(reading_house: House, api: Api) -> None:
    """The acknowledgement comes before the model is asked; after three seconds the usual help comes."""
    api.wait_s = 3600  # nobody would wait so long
    await reading_house.say(WORDS)
    assert not has(await whispered(reading_house), "signals.reading")


async def test_the_model_is_not_asked_what_the_grammar_reads(reading_house: House, api: Api) -> None:
    said = await reading_house.ask("frustration signals for my crowd this week")
    assert "South Korea" in str(said["blocks"])
    assert api.got == []


async def test_in_a_thread_it_is_offered_and_answered_there(reading_house: House, api: Api) -> None:
    first = await reading_house.ask("dead clicks on buy button this week")
    api.says = "only Safari"
    await reading_house.say("<@U0RPLAYBK1> those apple people please", thread_ts=first["ts"])
    offered = await reading_house.reply(first["ts"], lambda it: has(it, "signals.reading"))
    await reading_house.press(offered, "signals.reading")
    answer = await reading_house.reply(first["ts"], lambda it: has(it, "signals.refine"))
    assert "dead clicks on “buy button”" in answer["text"]
    assert "Safari" in str(answer["blocks"])
    assert INCIDENT
