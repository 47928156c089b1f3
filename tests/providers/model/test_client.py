"""The model's API, and everything it may do wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.kernel.errors import Misunderstood, Unavailable
from bot.providers.model import opened
from tests.providers.model.standin import Api, model_api


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    async with model_api() as started:
        yield started


async def test_the_words_and_the_guide_are_sent_and_the_answer_comes_back(api: Api) -> None:
    api.says = "rage clicks today"
    async with opened(api.url, "k-1", "small") as model:
        assert model is not None
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
    async with opened(api.url, None, "small") as model:
        assert model is not None
        with pytest.raises(Unavailable):
            await model.rewrite("words", "guide")
    assert len(api.got) == 1  # a redirect isn't followed, a failure isn't repeated


async def test_no_choice_is_no_answer(api: Api) -> None:
    for raw in (b'{"choices": []}', b'{"choices": [{"message": {"content": null}}]}'):
        api.raw = raw
        async with opened(api.url, None, "small") as model:
            assert model is not None
            assert await model.rewrite("words", "guide") == ""


async def test_nobody_waits_longer_than_the_patience(api: Api) -> None:
    api.wait_s = 3600
    async with asyncio.timeout(60), opened(api.url, None, "small", patience_s=0.2) as model:
        assert model is not None
        with pytest.raises(Unavailable):
            await model.rewrite("words", "guide")


async def test_without_a_url_there_is_no_model_and_with_one_it_must_be_named() -> None:
    async with opened(None, None, "") as model:
        assert model is None
    with pytest.raises(Misunderstood, match="REPLAYBOOK_MODEL"):
        async with opened("http://127.0.0.1:1/v1", None, ""):
            pass
