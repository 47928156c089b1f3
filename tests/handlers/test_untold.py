"""Whoever dies between writing down what became of a request and having it told: the clock has it told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.handlers.house import JISOO, House, at, has, tick
from tests.handlers.test_backlog import asked, next_weekday_at
from tests.handlers.walking import quiet


class Dead:
    async def put(self, *_: Any, **__: Any) -> None:
        raise ConnectionAbortedError


async def test_a_reminder_that_was_written_down_is_told_with_the_next_tick(house: House) -> None:
    said, request = await asked(house)
    await quiet(house.redis)
    later = next_weekday_at(house, 11)
    then = at(house, lambda: later)
    with pytest.raises(ConnectionAbortedError):
        await tick(replace(then, requests=replace(then.requests, queue=Dead())))  # type: ignore[arg-type]
    assert len([it for it in await house.replies(said["ts"]) if has(it, "backlog.in_backlog")]) == 1
    for _ in range(3):
        await tick(then)
        await quiet(house.redis)
    reminders = [it for it in await house.replies(said["ts"]) if it["ts"] > request["ts"]]
    assert len(reminders) == 1
    assert f"<@{JISOO.id}>" in str(reminders[0]["blocks"])
