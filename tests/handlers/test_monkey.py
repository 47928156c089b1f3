"""Whatever people do in the incident's channel: nothing breaks, nobody waits in silence, nothing is there twice."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from structlog.testing import capture_logs

import handlers
from bot.services.access.policy import NOBODY, Policy
from handlers.explain import OURS
from tests.handlers.house import INCIDENT, House, has
from tests.handlers.monkey import CARRIED, PEOPLE, Monkey, pressed, said_in, sent
from tests.handlers.walking import TEAM, quiet

Json = dict[str, Any]
QUESTION = "frustration signals on buy button this week"
ROUNDS, DEEDS = 5, 12
FAULTS = ("Something is wrong with the bot", OURS, "문제가 생겼")
WAITING = ("Looking:", "찾는 중")
LATE = {"not_found", "invalid_trigger_id", "expired_trigger_id", "exchanged_trigger_id", "channel_not_found"}
"""Slack's answers to a form that was closed or comes too late, and to what was never Slack's own."""


@pytest.fixture
def faults(caplog: pytest.LogCaptureFixture) -> Iterator[list[object]]:
    """What the log says of the bot's own faults."""
    found: list[object] = []
    with capture_logs() as logs:
        yield found
    found += [entry for entry in logs if entry["log_level"] in {"error", "critical"} or entry.get("exc_info")]
    found += [it.getMessage() for it in caplog.records if it.levelno >= logging.ERROR or it.exc_info]
    assert found == []


@pytest.mark.parametrize("seed", [1])
async def test_a_walk_of_a_monkey_leaves_nothing_broken(house: House, faults: list[object], seed: int) -> None:
    await house.services.access.save_policy(TEAM, INCIDENT, Policy(clip=(NOBODY,), answer=("everyone",)), 0)
    monkey, said = Monkey(house, seed), await house.ask(QUESTION)
    await house.press(said, "backlog.ask")
    await house.reply(said["ts"], lambda it: has(it, "backlog.in_backlog"))
    for _ in range(ROUNDS):
        await monkey.settle()
        for _ in range(DEEDS):
            await monkey.act()
    await monkey.settle()
    house.asked_for |= LATE
    texts = {text for user in PEOPLE for message in await monkey.seen(user) for text in said_in(message)}
    assert [text for text in texts if text.startswith(WAITING) or any(words in text for words in FAULTS)] == []
    keys = Counter(it["metadata"]["event_payload"]["key"] for it in await monkey.seen(PEOPLE[0]) if it.get("metadata"))
    assert set(keys.values()) == {1}, keys


async def test_what_no_button_and_no_form_of_this_bot_carries_is_refused_in_words(
    house: House, faults: list[object]
) -> None:
    monkey, said = Monkey(house, 0), await house.ask(QUESTION)
    before = [it["ts"] for it in await house.messages() if not it.get("is_ephemeral")]
    for value in CARRIED:
        for action in handlers.ACTIONS:
            assert await monkey.deliver(**pressed(action, value, said)) == 200
        for callback in handlers.VIEWS:
            entered = (
                {"x": {"question": {"type": "plain_text_input", "value": "rage clicks"}}} if len(value) % 2 else {}
            )
            assert await monkey.deliver(**sent(callback, value, entered)) == 200
    await quiet(house.redis)
    house.asked_for |= LATE
    assert [it["ts"] for it in await house.messages() if not it.get("is_ephemeral")] == before
