"""Clips and pinned messages read in Datadog as they do on the bot's own page."""

from __future__ import annotations

import msgspec
import pytest
from redis.asyncio import Redis

from bot.notebook.facts import add_clip
from bot.notebook.ports import change
from bot.notebook.timeline import Entry
from bot.providers.datadog.http.client import Client
from bot.providers.datadog.notebooks.datadog_notebooks import DatadogNotebooks
from bot.state.redis_records import RedisRecords
from standins.datadog.notebook_service import markdown
from standins.datadog.world import World
from tests.notebook.examples import CLIP, NOON, opened
from tests.providers.datadog.house import WORDS, entry, merged, only, place_of, text_of

LATER = msgspec.structs.replace(CLIP, caption="Begun five seconds earlier")


@pytest.fixture
def store(client: Client, redis: Redis) -> DatadogNotebooks:
    return DatadogNotebooks(
        client, redis, RedisRecords(redis), public_url="https://bot.example/", fresh_s=0.001, head=WORDS.own_head
    )


async def test_a_later_cut_stands_where_the_one_before_stood(store: DatadogNotebooks, world: World) -> None:
    made = await store.create(opened(WORDS))
    await change(store, made.id, merged(add_clip("a", CLIP)))
    place = place_of(world, CLIP.caption)
    await change(store, made.id, merged(add_clip("b", LATER, earlier=["a"])))
    after = await change(store, made.id, merged(entry(1)))
    assert CLIP.caption not in text_of(world)
    assert LATER.caption in only(world).cells[place].text
    assert [cell.marker for cell in after.cells if cell.kind == "clip"] == ["clip/b"]


async def test_a_cut_that_a_person_wrote_to_there_stays(store: DatadogNotebooks, world: World) -> None:
    made = await store.create(opened(WORDS))
    await change(store, made.id, merged(add_clip("a", CLIP)))
    at = place_of(world, CLIP.caption)
    mine = only(world).cells[at].text + "\n\nLook at the basket!"
    only(world).edit(lambda cells: cells.__setitem__(at, markdown(mine)))
    await change(store, made.id, merged(add_clip("b", LATER, earlier=["a"])))
    assert "Look at the basket!" in text_of(world)
    assert LATER.caption in text_of(world)


async def test_a_pinned_message_is_markdown_there(store: DatadogNotebooks, world: World) -> None:
    made = await store.create(opened(WORDS))
    pinned = Entry("C1/9", NOON, "*SEV-2*", "Erik Strøm", markdown="**SEV-2**: @Mina Park is on call\n\n> quoted")
    await change(store, made.id, merged(pinned))
    assert "— Erik Strøm\n\n  **SEV-2**: @Mina Park is on call\n\n  > quoted" in text_of(world)
