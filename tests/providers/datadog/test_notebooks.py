"""A post-mortem in Datadog: what the bot writes arrives, what people write stays, and nothing is lost in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from redis.asyncio import Redis

from bot.notebook.data import Comment, Entry
from bot.notebook.edits import add_cell, edit_cell, remove_cell, restore_cell
from bot.notebook.facts import add_chart, add_number
from bot.notebook.merge import Change, merge
from bot.notebook.model import Notebook, digest
from bot.notebook.store import change
from bot.notebook.words import Words
from bot.providers.datadog.notebooks import DatadogNotebooks
from bot.providers.datadog.standin.faults import Fault
from bot.providers.datadog.standin.notebooks import Cell, Stored, markdown, notebooks
from bot.providers.datadog.standin.world import World
from bot.runtime.errors import Conflict, Missing, Misunderstood, Unavailable
from tests.notebook.examples import CHART, EVERYTHING, NOON, NUMBER, opened
from tests.providers.datadog.house import asked, sent

WORDS = Words.load()
LIVE = msgspec.structs.replace(NUMBER, source="datadog", query='@type:action @action.target.name:"Buy now"')


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
async def store(redis: Redis, world: World) -> AsyncIterator[DatadogNotebooks]:
    async with asked(world) as client:
        yield DatadogNotebooks(client, redis, public_url="https://bot.example/", fresh_s=0.001)


def merged(*changes: Change) -> Callable[[Notebook], Notebook]:
    return lambda it: merge(it, changes, WORDS.for_notebook(it))


def entry(n: int) -> Entry:
    return Entry(f"C1/{n}", NOON + timedelta(minutes=n), f"Entry number {n}.", "Minseo")


def only(world: World) -> Stored:
    (found,) = notebooks(world).by_number.values()
    return found


def text_of(world: World) -> str:
    return "\n\n".join(cell.text for cell in only(world).cells)


def at(stored: Stored, words: str) -> int:
    return next(index for index, cell in enumerate(stored.cells) if words in cell.text)


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

    def rewrite(cells: list[Cell]) -> None:
        cells[at(only(world), "number 1.")] = markdown("<!-- replaybook:timeline -->\nMy own words")

    only(world).edit(rewrite)
    await change(store, made.id, merged(entry(2)))
    texts = [cell.text for cell in only(world).cells]
    assert "My own words" in texts, "kept, without our mark"
    beside = texts[texts.index("My own words") + 1]
    assert beside.startswith("<!-- replaybook:timeline -->")
    assert "number 1." in beside
    assert "number 2." in beside


async def test_a_managed_cell_that_a_person_removed_stays_away_and_can_be_put_back(
    store: DatadogNotebooks, world: World
) -> None:
    made = await store.create(opened(WORDS))
    only(world).edit(lambda cells: cells.pop(at(only(world), "replaybook:timeline")))  # type: ignore[arg-type, return-value]
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


async def test_a_chart_of_datadogs_numbers_is_also_a_live_graph_once(store: DatadogNotebooks, world: World) -> None:
    made = await store.create(opened(WORDS))
    await change(store, made.id, merged(add_number("1", LIVE), add_chart("1", CHART)))
    graphs = [cell for cell in only(world).cells if not cell.markdown]
    attributes: Any = msgspec.json.decode(bytes(graphs[0].parts["attributes"]))
    query = attributes["definition"]["requests"][0]["queries"][0]
    assert query["search"]["query"] == LIVE.query
    assert query["data_source"] == "rum"
    assert attributes["time"]["start"] == LIVE.start.isoformat()
    only(world).edit(lambda cells: cells.remove(graphs[0]))
    await change(store, made.id, merged(entry(1)))
    assert all(cell.markdown for cell in only(world).cells), "a graph that a person took away isn't made again"


async def test_numbers_of_another_source_have_no_graph(store: DatadogNotebooks, world: World) -> None:
    made = await store.create(opened(WORDS))
    await change(store, made.id, merged(add_number("1", NUMBER), add_chart("1", CHART)))
    assert all(cell.markdown for cell in only(world).cells)


async def test_a_graph_cant_be_rewritten_on_the_bots_page_but_taken_away_and_put_back(
    store: DatadogNotebooks, world: World
) -> None:
    made = await store.create(opened(WORDS))
    after = await change(store, made.id, merged(add_number("1", LIVE), add_chart("1", CHART)))
    cell = next(cell for cell in after.cells if cell.markdown.startswith("_In Datadog: Signals a day"))

    def rewritten(it: Notebook) -> Notebook:
        return edit_cell(it, cell.id, markdown="x", seen=digest(cell.markdown), author="J")

    with pytest.raises(Misunderstood):
        await change(store, made.id, rewritten)
    await change(store, made.id, lambda it: remove_cell(it, cell.id, seen=digest(cell.markdown)))
    assert all(it.markdown for it in only(world).cells)
    await change(store, made.id, lambda it: restore_cell(it, cell.id))
    assert sum(not it.markdown for it in only(world).cells) == 1


async def test_a_create_whose_answer_was_lost_makes_no_second_notebook(store: DatadogNotebooks, world: World) -> None:
    world.faults.add(Fault("POST /api/v1/notebooks", drop=True, after=True))
    made = await store.create(opened(WORDS))
    await change(store, made.id, merged(entry(1)))
    assert "number 1." in text_of(world)


async def test_a_create_that_died_is_finished_by_the_next_and_finds_its_trace(
    store: DatadogNotebooks, world: World
) -> None:
    world.faults.add(Fault("POST /api/v1/notebooks", drop=True, after=True))
    world.faults.add(Fault("GET /api/v1/notebooks", status=503, times=3))
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
    world.faults.add(Fault("PUT", status=503, times=3))
    with pytest.raises(Unavailable):
        await change(store, made.id, merged(entry(1)))
    assert "number 1." not in text_of(world)
    assert len((await store.get(made.id)).timeline) == 1
    await change(store, made.id, merged(entry(1)))
    assert "number 1." in text_of(world)


async def test_an_update_whose_answer_was_lost_is_recognised_as_ours(store: DatadogNotebooks, world: World) -> None:
    made = await store.create(opened(WORDS))
    fault = world.faults.add(Fault("PUT", drop=True, after=True, times=99))
    with pytest.raises(Unavailable):
        await change(store, made.id, merged(entry(1)))
    fault.times = 0
    after = await change(store, made.id, merged(entry(2)))
    cell = after.managed("timeline")
    assert cell is not None
    assert not cell.edited
    assert text_of(world).count("number 1.") == 1


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
    world.faults.add(Fault("GET", status=503, times=20))
    assert (await store.get(made.id)).cells == made.cells


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
