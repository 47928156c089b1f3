"""Many write, and a person works in Datadog's own page at the same time; of nobody's work anything is lost."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from bot.notebook.facts import add_number
from bot.notebook.ports import change
from bot.notebook.timeline import Entry
from bot.providers.datadog.http.client import Client
from bot.providers.datadog.notebooks.datadog_notebooks import DatadogNotebooks
from bot.state.redis_records import RedisRecords
from standins.datadog.datadog_faults import DatadogFault
from standins.datadog.notebook_service import StoredCell, markdown, notebooks
from standins.datadog.world import Rate, World
from tests.notebook.examples import NOON, NUMBER, opened
from tests.providers.datadog.house import WORDS, asked, merged, sent

ONE = r"/api/v1/notebooks/\d+"


@pytest.fixture
def stores(client: Client, redis: Redis) -> list[DatadogNotebooks]:
    """Two replicas."""
    return [
        DatadogNotebooks(
            client, redis, RedisRecords(redis), public_url="https://bot.example", fresh_s=0.001, head=WORDS.own_head
        )
        for _ in range(2)
    ]


class Person:
    """Works in Datadog's page. `opened` is the copy that their browser holds."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.wrote: list[str] = []
        self.opened: list[StoredCell] = []

    def open(self) -> None:
        (it,) = notebooks(self.world).by_number.values()
        self.opened = list(it.cells)

    def save(self) -> None:
        """What the browser holds, over whatever is there by now, with one cell more."""
        (it,) = notebooks(self.world).by_number.values()
        self.wrote.append(f"Thought {len(self.wrote)} of a person, *as is*.")
        self.opened = [*self.opened, markdown(self.wrote[-1])]
        it.cells = list(self.opened)

    def write(self) -> None:
        self.open()
        self.save()


def texts(world: World) -> list[str]:
    (it,) = notebooks(world).by_number.values()
    return [cell.text for cell in it.cells]


async def add(store: DatadogNotebooks, id: str, n: int) -> None:
    await change(store, id, merged(Entry(f"C1/{n}", NOON + timedelta(minutes=n), f"Happening {n}.")))


def nothing_is_lost(world: World, person: Person, written: int) -> None:
    shown = texts(world)
    whole = "\n".join(shown)
    assert [n for n in range(written) if whole.count(f"Happening {n}.") != 1] == []
    assert [text for text in person.wrote if shown.count(text) != 1] == []
    assert sum("replaybook:timeline" in text for text in shown) == 1


async def test_twenty_writers_and_a_person_lose_nothing(stores: list[DatadogNotebooks], world: World) -> None:
    made = await stores[0].create(opened(WORDS))
    person = Person(world)
    for _ in range(12):
        world.faults.add(DatadogFault(f"GET {ONE}", meanwhile=person.write))
    await asyncio.gather(*(add(stores[n % 2], made.id, n) for n in range(20)))
    assert len(person.wrote) == 12
    nothing_is_lost(world, person, 20)


async def test_an_older_copy_that_is_saved_over_ours_is_seen_and_ours_merged_in_again(
    stores: list[DatadogNotebooks], world: World
) -> None:
    made = await stores[0].create(opened(WORDS))
    person = Person(world)
    for n in range(5):
        world.faults.add(DatadogFault(f"GET {ONE}", meanwhile=person.open))  # before we read
        world.faults.add(
            DatadogFault(f"GET {ONE}", meanwhile=person.save)
        )  # between our update and the reading after it
        world.faults.add(DatadogFault(f"GET {ONE}"))
        await add(stores[0], made.id, n)
    assert len(person.wrote) == 5
    nothing_is_lost(world, person, 5)


async def test_a_copy_that_is_several_changes_old_is_seen_with_the_next_change(
    stores: list[DatadogNotebooks], world: World
) -> None:
    made = await stores[0].create(opened(WORDS))
    person = Person(world)
    await add(stores[0], made.id, 0)
    person.open()
    for n in range(1, 4):
        await add(stores[0], made.id, n)
    person.save()
    await add(stores[1], made.id, 4)
    nothing_is_lost(world, person, 5)


async def test_a_cell_that_is_new_and_missing_in_the_older_copy_is_put_back(
    stores: list[DatadogNotebooks], world: World
) -> None:
    made = await stores[0].create(opened(WORDS))
    person = Person(world)
    world.faults.add(DatadogFault(f"GET {ONE}", meanwhile=person.open))
    world.faults.add(DatadogFault(f"GET {ONE}", meanwhile=person.save))
    await change(stores[0], made.id, merged(add_number("1", NUMBER)))
    assert sum("replaybook:number/1 " in text for text in texts(world)) == 1
    assert texts(world).count(person.wrote[0]) == 1


async def test_what_an_older_copy_never_had_comes_back_with_what_it_had_older(
    stores: list[DatadogNotebooks], world: World
) -> None:
    made = await stores[0].create(opened(WORDS))
    person, other = Person(world), Person(world)
    person.open()
    await add(stores[0], made.id, 0)
    await change(stores[0], made.id, merged(add_number("1", NUMBER)))
    other.write()
    await add(stores[0], made.id, 1)
    person.save()
    await add(stores[0], made.id, 2)
    nothing_is_lost(world, person, 3)
    assert sum("replaybook:number/1 " in text for text in texts(world)) == 1
    assert texts(world).count(other.wrote[0]) >= 1, "a colleague's, whom they wrote over"


async def test_refused_as_a_conflict_the_change_is_merged_into_what_is_there_now(
    stores: list[DatadogNotebooks], world: World
) -> None:
    made = await stores[0].create(opened(WORDS))
    person = Person(world)
    world.faults.add(DatadogFault(f"PUT {ONE}", status=409, times=2, meanwhile=person.write))
    await add(stores[0], made.id, 0)
    assert len(person.wrote) == 2
    nothing_is_lost(world, person, 1)


async def test_a_change_costs_three_requests_and_looking_costs_one_a_while(
    stores: list[DatadogNotebooks], world: World, redis: Redis
) -> None:
    """Datadog allows about thirty updates a minute."""
    made = await stores[0].create(opened(WORDS))
    world.requests.clear()
    await add(stores[0], made.id, 0)
    assert (len(sent(world, "GET")), len(sent(world, "PUT"))) == (2, 1)
    await redis.delete(f"all:datadog-fresh:{made.id}")
    async with asked(world) as client:
        calm = DatadogNotebooks(client, redis, RedisRecords(redis), public_url="https://bot.example")
        for _ in range(5):
            await calm.get(made.id)
    assert len(sent(world, "GET")) == 3


async def test_few_updates_a_moment_slow_everybody_down_and_lose_nothing(
    stores: list[DatadogNotebooks], world: World
) -> None:
    made = await stores[0].create(opened(WORDS))
    world.rates["notebooks_put"] = Rate(limit=3, period_s=0.2)
    await asyncio.gather(*(add(stores[n % 2], made.id, n) for n in range(8)))
    nothing_is_lost(world, Person(world), 8)
    assert 429 not in {it.status for it in world.requests}, "the limit is known from the answers before it is hit"
