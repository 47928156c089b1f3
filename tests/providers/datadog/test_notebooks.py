"""A post-mortem in Datadog: what the bot writes arrives, what people write stays, and nothing is lost in between."""

from __future__ import annotations

import asyncio

import msgspec
import pytest
from redis.asyncio import Redis

from bot.kernel.errors import Conflict, Missing
from bot.notebook.edits import add_cell, edit_cell, remove_cell, restore_cell
from bot.notebook.notebook import digest
from bot.notebook.ports import change
from bot.providers.datadog.http.client import Client
from bot.providers.datadog.notebooks.datadog_notebooks import DatadogNotebooks
from bot.state.record_indexes import FormerIndex
from bot.state.records import Records
from bot.state.redis_records import RedisRecords
from standins.datadog.notebook_service import StoredCell, markdown
from standins.datadog.world import World
from tests.notebook.examples import EVERYTHING, NUMBER, opened
from tests.providers.datadog.house import WORDS, entry, merged, only, place_of, sent, text_of

LIVE = msgspec.structs.replace(NUMBER, source="datadog", query='@type:action @action.target.name:"Buy now"')


@pytest.fixture
def store(client: Client, redis: Redis) -> DatadogNotebooks:
    return DatadogNotebooks(
        client, redis, RedisRecords(redis), public_url="https://bot.example/", fresh_s=0.001, head=WORDS.own_head
    )


async def test_a_notebook_is_made_from_the_template_with_a_mark_on_every_cell(
    store: DatadogNotebooks, world: World
) -> None:
    made = await store.create(opened(WORDS))
    it = only(world)
    assert it.attributes.name == "Checkout: Buy is broken"
    assert it.attributes.metadata
    assert it.attributes.metadata.type == "postmortem"
    assert all(cell.text.startswith("<!-- replaybook:") for cell in it.cells)
    assert made.link == "https://app.datadoghq.com/notebook/1000"
    assert made.id not in text_of(world), "whoever reads Datadog doesn't learn the address of the bot's page"
    assert (await store.find("T1", "C1")) == await store.get(made.id)
    assert sent(world, "POST") == ["/api/v1/notebooks"]


async def test_what_the_bot_adds_arrives_with_whole_links_and_once(store: DatadogNotebooks, world: World) -> None:
    made = await store.create(opened(WORDS))
    after = await change(store, made.id, merged(*EVERYTHING))
    puts = len(sent(world, "PUT"))
    assert await change(store, made.id, merged(*EVERYTHING)) == after
    assert len(sent(world, "PUT")) == puts == 1
    shown = text_of(world)
    assert "](https://bot.example/files/aaaa" in shown
    assert "](https://bot.example/tickets/SHOP-412)" in shown
    assert "<!-- replaybook:number/1700.1 -->" in shown
    assert "> Fix is *on its way*." in shown
    assert await store.get(made.id) == after


async def test_a_title_that_is_too_long_is_cut_and_a_persons_title_stays(store: DatadogNotebooks, world: World) -> None:
    long = "Post-mortem " + "결제 " * 40
    made = await store.create(msgspec.structs.replace(opened(WORDS), title=long))
    assert len(only(world).attributes.name) == 80
    assert made.title == long
    only(world).attributes.name = "What we learned"
    await change(store, made.id, merged(entry(1)))
    assert only(world).attributes.name == "What we learned"
    assert (await store.get(made.id)).title == "What we learned"


async def test_metadata_time_and_variables_go_back_with_every_update(store: DatadogNotebooks, world: World) -> None:
    made = await store.create(opened(WORDS))
    only(world).attributes.time = {"live_span": "3mo"}
    only(world).attributes.template_variables = [{"name": "service", "prefix": "service"}]
    await change(store, made.id, merged(entry(1)))
    it = only(world).attributes
    assert it.time == {"live_span": "3mo"}
    assert it.template_variables == [{"name": "service", "prefix": "service"}]
    assert it.metadata
    assert it.metadata.type == "postmortem"


async def test_what_a_person_writes_in_datadog_stays_byte_for_byte(store: DatadogNotebooks, world: World) -> None:
    made = await store.create(opened(WORDS))
    theirs = "What we *think*:\r\n\n| a | b |  \n\t<!-- replaybook:timeline --> "
    only(world).edit(lambda cells: cells.insert(3, markdown(theirs)))
    await change(store, made.id, merged(*EVERYTHING))
    assert only(world).cells[3].text == theirs
    read = await store.get(made.id)
    assert any(cell.markdown == theirs and not cell.managed for cell in read.cells)
    assert "Deploy v2.31" in text_of(world)


async def test_a_managed_text_that_a_person_rewrote_is_theirs_and_new_facts_stand_beside_it(
    store: DatadogNotebooks, world: World
) -> None:
    made = await store.create(opened(WORDS))
    await change(store, made.id, merged(entry(1)))

    def rewrite(cells: list[StoredCell]) -> None:
        cells[place_of(world, "number 1.")] = markdown("<!-- replaybook:timeline -->\nMy own words")

    only(world).edit(rewrite)
    await change(store, made.id, merged(entry(2)))
    texts = [cell.text for cell in only(world).cells]
    assert "My own words" in texts, "kept, without our mark"
    beside = texts[texts.index("My own words") + 1]
    assert beside.startswith("<!-- replaybook:timeline -->")
    assert "number 1." in beside
    assert "number 2." in beside


async def test_an_edit_that_loses_our_mark_is_still_an_edit(store: DatadogNotebooks, world: World) -> None:
    """Datadog's editor may drop what it doesn't show."""
    made = await store.create(opened(WORDS))
    await change(store, made.id, merged(entry(1)))

    def edit(cells: list[StoredCell]) -> None:
        timeline = cells[place_of(world, "number 1.")].text.partition("-->\n")[2]
        cells[place_of(world, "number 1.")] = markdown(timeline.replace("number 1.", "number 1, at noon."))
        cells[place_of(world, "## Summary")] = markdown("## Summary\n\nIt broke, and we mended it.")

    only(world).edit(edit)
    after = await change(store, made.id, merged(entry(2)))
    texts = [cell.text for cell in only(world).cells]
    assert sum("number 1, at noon." in text for text in texts) == 1
    assert sum("number 2." in text for text in texts) == 1
    assert not any(cell.removed for cell in after.cells)
    summary = next(cell for cell in after.cells if cell.section == "summary")
    assert summary.markdown.endswith("we mended it.")


async def test_another_text_in_the_place_of_ours_is_no_edit_of_it(store: DatadogNotebooks, world: World) -> None:
    made = await store.create(opened(WORDS))
    place = place_of(world, "replaybook:timeline")
    only(world).edit(lambda cells: cells.__setitem__(place, markdown("오늘은 여기까지")))
    after = await change(store, made.id, merged(entry(1)))
    cell = after.managed("timeline")
    assert cell is not None
    assert cell.removed
    assert "number 1." not in text_of(world)


async def test_a_managed_cell_that_a_person_removed_stays_away_and_can_be_put_back(
    store: DatadogNotebooks, world: World
) -> None:
    made = await store.create(opened(WORDS))
    only(world).edit(lambda cells: cells.pop(place_of(world, "replaybook:timeline")))  # type: ignore[arg-type, return-value]
    after = await change(store, made.id, merged(entry(1)))
    assert "number 1." not in text_of(world)
    cell = after.managed("timeline")
    assert cell is not None
    assert cell.removed
    await change(store, made.id, lambda it: restore_cell(it, cell.id))
    assert "number 1." in text_of(world)


async def test_people_write_on_the_bots_page_as_well(store: DatadogNotebooks, world: World) -> None:
    made = await store.create(opened(WORDS))
    added = await change(store, made.id, lambda it: add_cell(it, markdown="From the page", after="", author="Jisoo"))
    cell = added.cells[-1]
    assert only(world).cells[-1].text == "From the page"
    await change(
        store,
        made.id,
        lambda it: edit_cell(it, cell.id, markdown="Better", seen=digest("From the page"), author="Jisoo"),
    )
    assert only(world).cells[-1].text == "Better"
    await change(store, made.id, lambda it: remove_cell(it, cell.id, seen=digest("Better")))
    assert "Better" not in text_of(world)


async def test_a_persons_edit_keeps_the_cells_name_on_the_bots_page(store: DatadogNotebooks, world: World) -> None:
    """So that a page that is open while Datadog is edited says what changed, and doesn't write into thin air."""
    made = await store.create(opened(WORDS))
    added = await change(store, made.id, lambda it: add_cell(it, markdown="First", after="", author="Jisoo"))
    only(world).edit(lambda cells: cells.__setitem__(-1, markdown("Second")))
    await asyncio.sleep(0.01)
    now = await store.get(made.id)
    assert (now.cells[-1].id, now.cells[-1].markdown) == (added.cells[-1].id, "Second")


async def test_a_save_over_a_persons_edit_is_a_conflict(store: DatadogNotebooks, world: World) -> None:
    made = await store.create(opened(WORDS))
    mine = add_cell(made, markdown="mine", after="", author="P")
    only(world).edit(lambda cells: cells.append(markdown("theirs")))
    with pytest.raises(Conflict):
        await store.save(mine, made.version)
    again = await store.get(made.id)
    saved = await store.save(add_cell(again, markdown="mine", after="", author="P"), again.version)
    assert [cell.markdown for cell in saved.cells[-2:]] == ["theirs", "mine"]


async def test_a_notebook_that_never_was_is_missing(store: DatadogNotebooks) -> None:
    with pytest.raises(Missing):
        await store.get("nowhere")
    with pytest.raises(Missing):
        await change(store, "nowhere", merged(entry(1)))


async def test_the_one_record_that_held_every_notebook_before_is_read_once(
    client: Client, store: DatadogNotebooks, redis: Redis
) -> None:
    made = [
        await store.create(msgspec.structs.replace(opened(WORDS), team=team, channel=channel))
        for team, channel in (("T1", "C0"), ("T2", "C1"), ("T1", "C2"))
    ]
    for key in await redis.keys("*:order:*"):
        await redis.delete(key)
    former = FormerIndex({notebook.id: notebook.team for notebook in made})
    await Records(RedisRecords(redis), FormerIndex).put("all:record:datadog-notebooks:shelf", former)
    now = DatadogNotebooks(client, redis, RedisRecords(redis), public_url="https://bot.example/")
    assert [notebook.channel for notebook in await now.list("T1")] == ["C2", "C0"]
    assert [notebook.id for notebook in await now.list()] == [notebook.id for notebook in reversed(made)]
    in_channel = await now.find("T2", "C1")
    assert in_channel
    assert in_channel.id == made[1].id
    assert not await redis.exists("all:record:datadog-notebooks:shelf")
