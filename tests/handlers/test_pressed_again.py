"""A press that two are at, because one of them stalled or died after it had opened the modal: there is one modal."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import ModuleType
from typing import Any

import pytest

import handlers.clips
import handlers.questions
from bot.slack.inbox import Inbox
from handlers import register
from handlers.bolt_app import SlackApp
from handlers.bot_identity import BotIdentity
from handlers.edge import slack_edge
from tests.handlers.house import SECRET, House
from tests.handlers.walking import quiet

QUESTION = "frustration signals on buy button this week"


class Stalling:
    """Opens modals; the first one who does stays there until the test lets it go on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, module: ModuleType) -> None:
        self.opened, self.again, self.go_on = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._open_view = module.open_view
        monkeypatch.setattr(module, "open_view", self.open_view)

    async def open_view(self, *what: Any, **more: Any) -> Any:
        if self.opened.is_set():
            try:
                return await self._open_view(*what, **more)
            finally:
                self.again.set()
        known_by = await self._open_view(*what, **more)
        self.opened.set()
        await self.go_on.wait()
        return known_by


@asynccontextmanager
async def another_bot(house: House) -> AsyncIterator[None]:
    """One that takes over whatever is in work."""
    app, identity = SlackApp(SECRET, f"{house.root}/api/"), BotIdentity(house.services.slack.clients)
    async with (
        identity.learning(),
        slack_edge(app, house.services, Inbox(house.redis, lease=0), register, identity),
    ):
        yield


async def test_a_form_that_is_open_is_opened_by_no_second_one_and_nobody_hears_of_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    stalling = Stalling(monkeypatch, handlers.questions)
    house.asked_for.add("exchanged_trigger_id")
    said = await house.ask(QUESTION)
    await house.press(said, "signals.refine")
    await stalling.opened.wait()
    async with another_bot(house):
        await stalling.again.wait()
        stalling.go_on.set()
        await quiet(house.redis)
    assert len((await house.look("state"))["views"]) == 1
    assert not [it for it in await house.messages() if it.get("is_ephemeral")]


async def test_a_form_that_was_left_while_it_loads_is_filled_by_whoever_is_at_the_press_next(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    stalling = Stalling(monkeypatch, handlers.clips)
    house.asked_for.add("exchanged_trigger_id")
    said = await house.ask(QUESTION)
    await house.press(said, "clip.pick")
    await house.modal(loading=True)
    await stalling.opened.wait()
    async with another_bot(house):
        filled = await house.modal()
        stalling.go_on.set()
        await quiet(house.redis)
    assert filled["callback_id"] == "clip.pick"
    assert len((await house.look("state"))["views"]) == 1
    assert not [it for it in await house.messages() if it.get("is_ephemeral")]
