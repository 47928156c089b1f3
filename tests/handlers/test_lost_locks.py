"""A lock that is lost in the middle of something is no answer to it: it is done all the same, a moment later."""

from __future__ import annotations

from typing import Any

import pytest

from bot.kernel.errors import Conflict
from bot.services.postmortems import channel_notebook, read_head
from bot.services.questions.question_records import QuestionRecords
from bot.services.requests import record_answer
from bot.state.locks import LockLost
from tests.handlers.house import House, until
from tests.handlers.meanwhile import Call
from tests.handlers.test_backlog import asked, only_request
from tests.handlers.test_clips import QUESTION
from tests.handlers.test_follow_ups import promised


def failing_once(made: Call, error: Exception) -> Call:
    left = [error]

    async def call(*args: Any, **named: Any) -> Any:
        if left:
            raise left.pop()
        return await made(*args, **named)

    return call


async def test_an_owner_is_asked_although_the_lock_on_the_notebook_was_lost(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    refresh = failing_once(read_head.refresh_head, LockLost())
    monkeypatch.setattr(channel_notebook, "refresh_head", refresh)
    await asked(house)


async def test_an_answer_is_recorded_although_a_lock_was_lost_meanwhile(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_answer, "_ticket", failing_once(record_answer._ticket, LockLost()))
    await promised(house)
    assert (await only_request(house)).ticket == "SHOP-1"


async def test_a_question_that_could_not_be_kept_is_not_promised(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    crowded = Conflict("Too many people are changing this at once; try again in a moment.")
    monkeypatch.setattr(QuestionRecords, "remember_asked", failing_once(QuestionRecords.remember_asked, crowded))
    await house.say(f"/replay {QUESTION}")

    async def told() -> list[str]:
        return [it["text"] for it in await house.messages() if it.get("is_ephemeral")]

    assert "Too many people" in str(await until(told))
    await house.ask(QUESTION)
