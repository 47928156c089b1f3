"""As test_overtaken.py, of the post-mortem: what was read last stands, however long somebody else takes to read."""

from __future__ import annotations

import asyncio

import pytest

from bot.notebook.key_times import KeyTimeKind
from bot.services.postmortems import read_head, refresh_facts
from bot.services.postmortems.jobs import RefreshFactsJob
from tests.handlers.house import INCIDENT, JISOO, House, until
from tests.handlers.meanwhile import BLOCKED_S, with_meanwhile
from tests.handlers.test_backlog import asked
from tests.handlers.walking import TEAM, quiet


async def test_what_was_confirmed_while_facts_were_counted_stays_in_them(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A count of the numbers takes longer than one of what people did, which began later and is done first."""
    _, request = await asked(house)
    await quiet(house.redis)
    kept = (await house.services.postmortems.notebooks.list(TEAM))[0]
    facts = house.services.facts

    async def confirm() -> None:
        await house.press(request, "backlog.in_backlog", user=JISOO.id)
        assert await house.submit(await house.modal(user=JISOO.id), {}, user=JISOO.id) == {"ok": True}
        await quiet(house.redis)
        assert await confirmed()

    async def confirmed() -> bool:
        time = (await house.services.postmortems.notebook(TEAM, kept.id)).key_times.of(KeyTimeKind.CONFIRMED)
        return time is not None and time.at is not None

    counted = refresh_facts._Count.facts
    monkeypatch.setattr(refresh_facts._Count, "facts", with_meanwhile(counted, confirm))
    await refresh_facts.refresh_facts(facts, RefreshFactsJob(team=TEAM, notebook=kept.id))
    assert await confirmed()


async def test_the_head_says_what_the_topic_says_now_however_long_it_was_read_before(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await asked(house)
    await quiet(house.redis)
    postmortems = house.services.postmortems
    kept = (await postmortems.notebooks.list(TEAM))[0]

    async def followed() -> bool:
        return (await postmortems.notebook(TEAM, kept.id)).head.topic == "checkout is down"

    async def change_topic() -> None:
        await house.human("topic", channel=INCIDENT, text="SEV-1 | IC @mina | checkout is down")
        following = asyncio.create_task(until(followed))
        await asyncio.wait([following], timeout=4 * BLOCKED_S)
        following.cancel()

    monkeypatch.setattr(read_head, "incident_facts", with_meanwhile(read_head.incident_facts, change_topic))
    await read_head.refresh_head(postmortems, kept)
    await quiet(house.redis)
    assert await followed()
