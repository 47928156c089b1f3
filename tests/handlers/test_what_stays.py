"""What a bot leaves in Redis that has worked: everything ends, but for what people wrote and chose."""

from __future__ import annotations

from bot.state import keys
from bot.state.records import LIFETIMES, kind_of
from tests.handlers.house import House, has
from tests.handlers.walking import TEAM, quiet

QUEUE = "streaq:"  # its own tests see to it that nothing is left in it


async def test_after_a_journey_only_documents_and_the_open_request_have_no_end(house: House) -> None:
    said = await house.ask("frustration signals on buy button this week")
    await house.press(said, "notebook.add")
    await house.reply(said["ts"], lambda it: "/notebooks/" in str(it.get("blocks")))
    await house.press(said, "backlog.ask")
    await house.reply(said["ts"], lambda it: has(it, "backlog.in_backlog"))
    await quiet(house.redis)
    endless = [key.decode() async for key in house.redis.scan_iter() if await house.redis.ttl(key) == -1]
    rest = [key for key in endless if not key.startswith(QUEUE) and not is_pinned(key)]
    assert sorted(rest) == sorted(
        [
            keys.TEAMS,
            keys.due(TEAM, keys.AUDIT),
            keys.due(TEAM, keys.REQUESTS_DUE),
            keys.due(TEAM, keys.NOTEBOOKS_DUE),
            keys.order(TEAM, "notebook"),
            keys.order("all", "notebook"),
        ]
    )


def is_pinned(key: str) -> bool:
    return ":record:" in key and LIFETIMES[kind_of(key)] is None
