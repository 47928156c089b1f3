"""When an incident was detected: the first that its channel knew of it, however long ago it began."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.kernel.clock import Clock
from bot.notebook import key_time_words as words
from bot.notebook.key_times import KeyTime, KeyTimeKind
from bot.services.postmortems.noted_events import FOR_THE_INCIDENT
from standins.slack.seed import ERIK, demo_seed
from standins.slack.workspace_config import Seed, SeedMessage
from tests.handlers.house import INCIDENT, House, open_house
from tests.handlers.test_facts import with_facts
from tests.handlers.test_notebooks import QUESTION, TEAM, added

pytestmark = pytest.mark.usefixtures("redis")  # emptied for each


def seed(*messages: SeedMessage) -> Seed:
    """The demo's, with these messages alone. A channel is as old as its oldest one, and new without any."""
    return replace(demo_seed(), messages=messages)


async def detected(house: House) -> KeyTime:
    await added(house, await house.ask(QUESTION))
    times = (await with_facts(house)).key_times
    start, found = times.of(KeyTimeKind.IMPACT_START), times.of(KeyTimeKind.DETECTED)
    assert start
    assert start.at
    assert found
    assert found.at
    assert start.at < found.at <= house.clock()
    return found


async def test_a_channel_that_was_opened_for_it_detected_it(
    tmp_path: Path, sample: Path, redis_server: str, clock: Clock
) -> None:
    async with open_house(tmp_path, sample, redis_server, clock, seed=seed()) as house:
        found, opened = await detected(house), await house.services.slack.channel_messages.opened(TEAM, INCIDENT)
    assert opened
    assert (found.at, found.reason) == (datetime.fromtimestamp(opened, UTC), words.CHANNEL_OPENED)


async def test_in_a_channel_that_was_there_before_whoever_asked_first_detected_it(
    tmp_path: Path, sample: Path, redis_server: str, clock: Clock
) -> None:
    known = seed(SeedMessage(INCIDENT, ERIK.id, "Good morning!", FOR_THE_INCIDENT + timedelta(days=1)))
    async with open_house(tmp_path, sample, redis_server, clock, seed=known) as house:
        found = await detected(house)
    assert (found.reason, found.values) == (words.FIRST_QUESTION, {"who": "Mina Park"})
