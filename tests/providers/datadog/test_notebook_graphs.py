"""Charts of Datadog's own numbers are live graphs there, which belong to people once they are made."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from redis.asyncio import Redis

from bot.kernel.errors import Misunderstood
from bot.notebook.edits import edit_cell, remove_cell, restore_cell
from bot.notebook.facts import add_chart, add_number
from bot.notebook.notebook import Notebook, digest
from bot.notebook.ports import change
from bot.providers.datadog.http.client import Client
from bot.providers.datadog.http.error_answers import DatadogRefused
from bot.providers.datadog.notebooks.datadog_notebooks import DatadogNotebooks
from bot.state.redis_records import RedisRecords
from standins.datadog.datadog_faults import DatadogFault
from standins.datadog.world import World
from tests.notebook.examples import CHART, NUMBER, opened
from tests.providers.datadog.house import WORDS, entry, merged, only, text_of

LIVE = msgspec.structs.replace(NUMBER, source="datadog", query='@type:action @action.target.name:"Buy now"')


@pytest.fixture
def store(client: Client, redis: Redis) -> DatadogNotebooks:
    return DatadogNotebooks(
        client, redis, RedisRecords(redis), public_url="https://bot.example/", fresh_s=0.001, head=WORDS.own_head
    )


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


async def test_a_graph_that_a_person_changed_and_moved_is_still_the_same(store: DatadogNotebooks, world: World) -> None:
    made = await store.create(opened(WORDS))
    after = await change(store, made.id, merged(add_number("1", LIVE), add_chart("1", CHART)))
    cell = next(cell for cell in after.cells if cell.markdown.startswith("_In Datadog"))
    graph = next(each for each in only(world).cells if not each.markdown)
    attributes: Any = msgspec.json.decode(bytes(graph.parts["attributes"]))
    attributes["definition"] |= {"title": "Ours now", "yaxis": {"scale": "log"}}
    graph.parts["attributes"] = msgspec.Raw(msgspec.json.encode(attributes))
    only(world).cells.remove(graph)
    only(world).cells.insert(2, graph)
    again = await change(store, made.id, merged(entry(1)))
    assert only(world).cells[2].parts["attributes"] == graph.parts["attributes"]
    assert sum(not each.markdown for each in only(world).cells) == 1
    moved = again.cell(cell.id)
    assert moved is not None
    assert moved.markdown == "_In Datadog: Ours now (timeseries)_"


async def test_a_graph_that_is_taken_away_while_we_write_is_no_failure(store: DatadogNotebooks, world: World) -> None:
    made = await store.create(opened(WORDS))
    await change(store, made.id, merged(add_number("1", LIVE), add_chart("1", CHART)))
    graph = next(each for each in only(world).cells if not each.markdown)
    world.faults.add(DatadogFault("PUT", meanwhile=lambda: only(world).cells.remove(graph)))
    await change(store, made.id, merged(entry(1)))
    assert "number 1." in text_of(world)
    assert all(each.markdown for each in only(world).cells)


async def test_what_datadog_refuses_is_said(store: DatadogNotebooks, world: World) -> None:
    made = await store.create(opened(WORDS))
    world.faults.add(DatadogFault("PUT", status=400))
    with pytest.raises(DatadogRefused, match="refused the request for the Datadog notebook with status 400"):
        await change(store, made.id, merged(entry(1)))
