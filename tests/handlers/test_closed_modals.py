"""A modal that is closed while it is being filled: nobody waits for it, so nobody hears of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.services.clips.choose_clip import pickable_sessions
from bot.services.requests.follow_ups import propose
from tests.handlers.house import JISOO, MINA, House, has
from tests.handlers.test_backlog import asked
from tests.handlers.walking import quiet

QUESTION = "frustration signals on buy button this week"


def closing(house: House, user: str, lookup: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """The lookup, after the person has closed the modal that waits for it."""

    async def closed(*args: Any, **more: Any) -> Any:
        waiting = await house.modal(user=user, loading=True)
        await house.human("close", user=user, view_id=waiting["id"])
        return await lookup(*args, **more)

    return closed


async def assert_untold(house: House, user: str) -> None:
    await quiet(house.redis)
    assert [it["text"] for it in await house.messages(user=user) if it.get("is_ephemeral")] == []
    updates = [it for it in await house.journal(way="api") if it["name"] == "views.update"]
    assert [it["error"] for it in updates] == ["not_found"]


async def test_the_form_of_an_answer(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    _, request = await asked(house)
    house.asked_for.add("not_found")
    monkeypatch.setattr("handlers.requests.propose", closing(house, JISOO.id, propose))
    await house.press(request, "backlog.in_backlog", user=JISOO.id)
    await assert_untold(house, JISOO.id)
    monkeypatch.undo()
    await house.press(request, "backlog.in_backlog", user=JISOO.id)
    assert await house.modal(user=JISOO.id)


async def test_the_sessions_to_pick_from(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    said = await house.ask(QUESTION)
    assert has(said, "clip.pick")
    house.asked_for.add("not_found")
    monkeypatch.setattr("handlers.clips.pickable_sessions", closing(house, MINA.id, pickable_sessions))
    await house.press(said, "clip.pick")
    await assert_untold(house, MINA.id)
