"""What tests of killed bots wait for."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.kernel.clock import Clock
from tests.handlers.killing import Bot, Scene

Json = dict[str, Any]


class Starting(Scene):
    """Its bot is up, and does what it is waited for, when somebody waits for it to be up."""

    is_up = False

    async def up(self) -> None:
        self.is_up = True

    async def journal(self, **what: Any) -> list[Json]:
        return []

    async def messages(self, **where: Any) -> list[Json]:
        return []


def starting(clock: Clock, deaths: int) -> Starting:
    nothing = cast(Any, None)
    bot = cast(Bot, SimpleNamespace(deaths=deaths))
    return Starting("", nothing, nothing, nothing, nothing, clock, bot=bot)


async def test_how_long_a_bot_that_died_takes_to_start_is_no_part_of_a_wait(clock: Clock) -> None:
    here = starting(clock, deaths=1)

    async def done() -> bool:
        return here.is_up

    assert await here.until(done, wait_s=0.0)


async def test_of_a_bot_that_never_died_nothing_is_waited_for_twice(clock: Clock) -> None:
    here = starting(clock, deaths=0)

    async def done() -> bool:
        return here.is_up

    with pytest.raises(AssertionError, match="it never came"):
        await here.until(done, wait_s=0.0)
