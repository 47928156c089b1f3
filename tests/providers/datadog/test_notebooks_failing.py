"""When Datadog fails, loses an answer or changes our text, nothing is made twice and nothing is lost."""

from __future__ import annotations

import asyncio

import msgspec
import pytest
from redis.asyncio import Redis

from bot.kernel.errors import Unavailable
from bot.notebook.cell_data import Comment
from bot.notebook.facts import add_chart, add_number
from bot.notebook.ports import change
from bot.providers.datadog.http.client import Client
from bot.providers.datadog.notebooks.datadog_notebooks import DatadogNotebooks
from bot.state.redis_records import RedisRecords
from standins.datadog.datadog_faults import DatadogFault
from standins.datadog.notebook_service import markdown, notebooks
from standins.datadog.world import World
from tests.notebook.examples import CHART, EVERYTHING, NOON, NUMBER, opened
from tests.providers.datadog.house import WORDS, entry, merged, only, place_of, sent, text_of, until_through

LIVE = msgspec.structs.replace(NUMBER, source="datadog", query='@type:action @action.target.name:"Buy now"')


@pytest.fixture
def store(client: Client, redis: Redis) -> DatadogNotebooks:
    return DatadogNotebooks(
        client, redis, RedisRecords(redis), public_url="https://bot.example/", fresh_s=0.001, head=WORDS.own_head
    )


async def test_a_create_whose_answer_was_lost_makes_no_second_notebook(store: DatadogNotebooks, world: World) -> None:
    world.faults.add(DatadogFault("POST /api/v1/notebooks", drop=True, after=True))
    made = await store.create(opened(WORDS))
    await change(store, made.id, merged(entry(1)))
    assert "number 1." in text_of(world)


@pytest.mark.parametrize("lost", range(10))
@pytest.mark.parametrize("in_a_row", [1, 2, 3, 4])
async def test_an_answer_lost_at_any_call_doubles_no_notebook_and_no_cell(
    store: DatadogNotebooks, world: World, lost: int, in_a_row: int
) -> None:
    """Requests are done and their answers lost, from call number `lost` on; the job is tried until it is through."""

    async def job() -> None:
        made = await store.create(opened(WORDS))
        await change(store, made.id, merged(entry(1), add_number("1", LIVE)))
        await change(store, made.id, merged(entry(2), Comment("C1/9", NOON, "And one more thing", "Jisoo")))

    world.faults.add(DatadogFault(".", times=in_a_row, skip=lost, drop=True, after=True))
    await until_through(job)
    await job()
    texts = [cell.text for cell in only(world).cells]
    assert len(texts) == len(set(texts))
    for words in ("number 1.", "number 2.", "And one more thing", "replaybook:timeline", "replaybook:number"):
        assert sum(words in text for text in texts) == 1, words


async def test_a_create_that_died_is_finished_by_the_next_and_finds_its_trace(
    store: DatadogNotebooks, world: World
) -> None:
    world.faults.add(DatadogFault("POST /api/v1/notebooks", drop=True, after=True))
    world.faults.add(DatadogFault("GET /api/v1/notebooks", status=503, times=3))
    with pytest.raises(Unavailable):
        await store.create(opened(WORDS))
    assert await store.find("T1", "C1") is None
    made = await store.create(opened(WORDS))
    assert made.link.endswith("/1000")
    assert len(sent(world, "POST")) == 1
    assert await store.find("T1", "C1")


async def test_a_channel_that_is_opened_twice_at_once_has_one_notebook(store: DatadogNotebooks, world: World) -> None:
    made = await asyncio.gather(*(store.create(opened(WORDS)) for _ in range(4)))
    assert len({it.id for it in made}) == 1
    assert len(sent(world, "POST")) == 1
    assert [it.id for it in await store.list("T1")] == [made[0].id]
    assert await store.list("T2") == []


async def test_a_notebook_that_was_deleted_in_datadog_is_made_again_whole(
    store: DatadogNotebooks, world: World
) -> None:
    made = await store.create(opened(WORDS))
    await change(store, made.id, merged(*EVERYTHING, add_number("1", LIVE), add_chart("1", CHART)))
    notebooks(world).by_number.clear()
    assert (await store.get(made.id)).timeline, "what we know is still there"
    after = await change(store, made.id, merged(Comment("C1/9", NOON, "And one more thing", "Jisoo")))
    assert "And one more thing" in text_of(world)
    assert "Deploy v2.31" in text_of(world)
    assert sum(not cell.markdown for cell in only(world).cells) == 1
    assert after.link.endswith("/1001")


async def test_a_failing_update_keeps_the_change_and_the_next_one_brings_it(
    store: DatadogNotebooks, world: World
) -> None:
    made = await store.create(opened(WORDS))
    world.faults.add(DatadogFault("PUT", status=503, times=3))
    with pytest.raises(Unavailable):
        await change(store, made.id, merged(entry(1)))
    assert "number 1." not in text_of(world)
    assert len((await store.get(made.id)).timeline) == 1
    await change(store, made.id, merged(entry(1)))
    assert "number 1." in text_of(world)


async def test_an_update_whose_answer_was_lost_is_recognised_as_ours(store: DatadogNotebooks, world: World) -> None:
    made = await store.create(opened(WORDS))
    fault = world.faults.add(DatadogFault("PUT", drop=True, after=True, times=99))
    with pytest.raises(Unavailable):
        await change(store, made.id, merged(entry(1)))
    fault.times = 0
    after = await change(store, made.id, merged(entry(2)))
    cell = after.managed("timeline")
    assert cell is not None
    assert not cell.edited
    assert text_of(world).count("number 1.") == 1


async def test_a_change_that_waits_and_a_persons_change_of_the_same_cell_both_stay(
    store: DatadogNotebooks, world: World
) -> None:
    made = await store.create(opened(WORDS))
    away = world.faults.add(DatadogFault("PUT", status=503, times=3))
    with pytest.raises(Unavailable):
        await change(store, made.id, merged(entry(1)))
    assert away.times == 0
    place = place_of(world, "replaybook:timeline")
    only(world).edit(lambda cells: cells.__setitem__(place, markdown("<!-- replaybook:timeline -->\nMy own words")))
    await change(store, made.id, merged(entry(1)))
    texts = [cell.text for cell in only(world).cells]
    assert texts.count("My own words") == 1
    assert sum("number 1." in text for text in texts) == 1


async def test_datadog_may_tidy_our_text_without_it_being_taken_for_a_persons(
    store: DatadogNotebooks, world: World
) -> None:
    notebooks(world).tidy = lambda text: text.strip().replace("  ", " ").replace("**", "__")
    made = await store.create(opened(WORDS))
    await change(store, made.id, merged(entry(1)))
    after = await change(store, made.id, merged(entry(2)))
    assert not any(cell.edited for cell in after.cells)
    assert text_of(world).count("number 1.") == 1


async def test_without_marks_our_cells_are_known_by_their_text(store: DatadogNotebooks, world: World) -> None:
    """Whether Datadog keeps HTML comments isn't known for sure."""
    notebooks(world).tidy = lambda text: text.partition("-->\n")[2] or text
    made = await store.create(opened(WORDS))
    await change(store, made.id, merged(entry(1)))
    after = await change(store, made.id, merged(entry(2)))
    assert text_of(world).count("number 1.") == 1
    assert not any(cell.edited or cell.removed for cell in after.cells)


async def test_while_datadog_is_away_the_notebook_is_shown_as_we_know_it(store: DatadogNotebooks, world: World) -> None:
    made = await store.create(opened(WORDS))
    world.faults.add(DatadogFault("GET", status=503, times=20))
    assert (await store.get(made.id)).cells == made.cells
