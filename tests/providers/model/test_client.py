"""The model's API, and everything it may do wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.kernel.errors import Misunderstood, Unavailable
from bot.kernel.settings import Settings
from bot.kernel.settings_table import Secret
from bot.providers.model.model_client import Model
from bot.providers.model.model_doctor import checks
from bot.providers.model.model_settings import ModelSettings
from bot.providers.model.open_model import open_client
from tests.providers.model.standin import Api, model_api


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    async with model_api() as started:
        yield started


async def test_the_words_and_the_guide_are_sent_and_the_answer_comes_back(api: Api) -> None:
    api.says = "rage clicks today"
    async with Model.opened(api.url, "k-1", "small") as model:
        assert await model.rewrite("people furious today?", "the guide") == "rage clicks today"
    assert api.got == [
        {
            "model": "small",
            "temperature": 0,
            "messages": [
                {"role": "system", "content": "the guide"},
                {"role": "user", "content": "people furious today?"},
            ],
        }
    ]
    assert api.keys == ["Bearer k-1"]


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"not json", 200),
        (b'{"choices": 1}', 200),
        (b'{"choices": [{"message": {"content": 7}}]}', 200),
        (b"[" * 50_000, 200),
        (b'{"choices": [{"message": {"content": "' + b"x" * 100_000 + b'"}}]}', 200),
        (b"\xff\xfe", 200),
        (b"", 500),
        (b"", 401),
        (b"", 307),
    ],
)
async def test_what_cannot_be_read_is_unavailable(api: Api, raw: bytes, status: int) -> None:
    api.raw, api.status = raw, status
    async with Model.opened(api.url, None, "small") as model:
        with pytest.raises(Unavailable):
            await model.rewrite("words", "guide")
    assert len(api.got) == 1  # a redirect isn't followed, a failure isn't repeated


async def test_no_choice_is_no_answer(api: Api) -> None:
    for raw in (b'{"choices": []}', b'{"choices": [{"message": {"content": null}}]}'):
        api.raw = raw
        async with Model.opened(api.url, None, "small") as model:
            assert await model.rewrite("words", "guide") == ""


async def test_nobody_waits_longer_than_the_patience(api: Api) -> None:
    api.wait_s = 3600
    async with asyncio.timeout(60), Model.opened(api.url, None, "small", patience_s=0.2) as model:
        with pytest.raises(Unavailable):
            await model.rewrite("words", "guide")


async def test_a_model_needs_an_address_and_a_name() -> None:
    assert not ModelSettings(name="small").configured
    with pytest.raises(Misunderstood, match="REPLAYBOOK_MODEL doesn’t name"):
        async with open_client(ModelSettings(url="http://127.0.0.1:1/v1")):
            pass


async def test_names_stay_here_unless_the_operator_lets_them_leave() -> None:
    for variables, sees_names in (({}, False), ({"REPLAYBOOK_MODEL_SEES_NAMES": "true"}, True)):
        usual = {"REPLAYBOOK_MODEL_URL": "http://127.0.0.1:1/v1", "REPLAYBOOK_MODEL": "small"}
        async with open_client(ModelSettings.from_env({**usual, **variables})) as model:
            assert model.sees_names is sees_names


async def test_the_doctor_asks_the_model_for_a_reading(api: Api) -> None:
    reading = checks(settings_of(api))["reading"]
    api.says = "rage clicks on pay button today"
    assert await reading() == "“rage clicks on pay button today”"
    api.says = "That is a good question!"
    with pytest.raises(Unavailable, match="not in the words of the grammar"):
        await reading()
    api.status = 401
    with pytest.raises(Unavailable, match="401"):
        await reading()


def test_the_doctor_has_nothing_to_look_at_without_a_model() -> None:
    assert checks(Settings()) == {}


def settings_of(api: Api) -> Settings:
    return Settings().with_provider(ModelSettings(url=api.url, key=Secret("k-1"), name="small"))
