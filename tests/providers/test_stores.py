"""What every provider's notebooks and tickets promise, whoever keeps them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from bot.backlog.tracker import Status, Tracker
from bot.kernel.errors import Conflict, Missing
from bot.notebook.cell_data import Entry
from bot.notebook.edits import add_cell
from bot.notebook.merge import merge
from bot.notebook.notebook_text import NotebookText
from bot.notebook.ports import NotebookStore, change
from bot.providers.datadog.cases.datadog_cases import DatadogCases
from bot.providers.datadog.notebooks.datadog_notebooks import DatadogNotebooks
from bot.providers.local.local_notebooks import LocalNotebooks
from bot.providers.local.local_tickets import LocalTracker
from standins.datadog.world import World
from tests.notebook.examples import EVERYTHING, NOON, opened
from tests.providers.datadog.house import asked

WORDS = NotebookText.load()
ALL = ("local", "datadog")


@pytest.fixture(params=ALL)
async def store(request: pytest.FixtureRequest, redis: Redis) -> AsyncIterator[NotebookStore]:
    if request.param == "local":
        yield LocalNotebooks(redis)
        return
    async with asked(World()) as client:
        yield DatadogNotebooks(client, redis, public_url="https://bot.example", fresh_s=0.001)


@pytest.fixture(params=ALL)
async def tracker(request: pytest.FixtureRequest, redis: Redis) -> AsyncIterator[Tracker]:
    if request.param == "local":
        yield LocalTracker(redis, base_url="https://bot.example")
        return
    async with asked(World()) as client:
        yield DatadogCases(client, redis)


async def test_a_notebook_is_read_as_it_was_saved(store: NotebookStore) -> None:
    empty = opened(WORDS)
    made = await store.create(merge(empty, EVERYTHING, WORDS.for_notebook(empty)))
    assert made.version == 1
    assert (await store.get(made.id)).cells == made.cells
    found = await store.find("T1", "C1")
    assert found is not None
    assert found.id == made.id
    assert await store.find("T2", "C1") is None
    assert [it.id for it in await store.list("T1")] == [made.id]


async def test_creating_again_keeps_what_was_written(store: NotebookStore) -> None:
    first = await store.create(opened(WORDS))
    await change(store, first.id, lambda it: add_cell(it, markdown="mine", after="", author="P"))
    again = await store.create(opened(WORDS))
    assert (again.id, again.cells[-1].markdown) == (first.id, "mine")


async def test_a_save_over_somebody_elses_is_a_conflict(store: NotebookStore) -> None:
    made = await store.create(opened(WORDS))
    saved = await store.save(add_cell(made, markdown="one", after="", author="P"), made.version)
    assert saved.version == made.version + 1
    with pytest.raises(Conflict):
        await store.save(add_cell(made, markdown="two", after="", author="P"), made.version)


async def test_a_change_of_nothing_is_no_new_version(store: NotebookStore) -> None:
    made = await store.create(opened(WORDS))
    assert (await change(store, made.id, lambda it: it)).version == made.version


async def test_of_changes_at_once_none_is_lost(store: NotebookStore) -> None:
    made = await store.create(opened(WORDS))

    async def add(n: int) -> None:
        entry = Entry(f"C1/{n}", NOON, f"Happening {n}.")
        await change(store, made.id, lambda it: merge(it, [entry], WORDS.for_notebook(it)))

    await asyncio.gather(*map(add, range(6)))
    assert len((await store.get(made.id)).timeline) == 6


async def test_what_never_was_is_missing(store: NotebookStore, tracker: Tracker) -> None:
    with pytest.raises(Missing):
        await store.get("nowhere")
    with pytest.raises(Missing):
        await tracker.get("SHOP-99")


async def test_a_ticket_is_made_once_for_a_meaning_and_found(tracker: Tracker) -> None:
    made = await asyncio.gather(*(tracker.create("shop", "Buy does nothing", "why", meaning="R1") for _ in range(3)))
    assert {it.key for it in made} == {"SHOP-1"}
    other = await tracker.create("SHOP", "Buy twice", "", meaning="R2")
    assert [it.key for it in await tracker.find("buy")] == [other.key, "SHOP-1"]
    read = await tracker.get("shop-1")
    assert (read.title, read.status, read.description[:3]) == ("Buy does nothing", Status.OPEN, "why")
    assert read.link.startswith("https://")
    assert tracker.parse_key(f"it's <{read.link}|{read.key}>") == "SHOP-1"


async def test_what_is_said_on_a_ticket_is_said_once(tracker: Tracker) -> None:
    made = await tracker.create("SHOP", "Buy does nothing", "why", meaning="R1")
    for _ in range(2):
        await tracker.comment(made.key, "Confirmed in Slack.", meaning="R1:2")
    assert (await tracker.get(made.key)).description.count("Confirmed") <= 1
    with pytest.raises(Missing):
        await tracker.comment("SHOP-99", "Confirmed in Slack.", meaning="R9:2")
