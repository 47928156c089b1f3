"""The cell at the top of a post-mortem in Datadog: the head of the document, as long as no person makes it theirs."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
from redis.asyncio import Redis

from bot.notebook.head import DocumentStatus, Participant, Severity
from bot.notebook.head_edits import HeadChange, change_head
from bot.notebook.notebook import Notebook
from bot.notebook.ports import change
from bot.providers.datadog.http.client import Client
from bot.providers.datadog.notebooks.datadog_notebooks import DatadogNotebooks
from bot.providers.datadog.notebooks.markers import marked, trace
from bot.state.redis_records import RedisRecords
from standins.datadog.notebook_service import markdown
from standins.datadog.world import World
from tests.notebook.examples import opened
from tests.providers.datadog.house import WORDS, entry, merged, only, sent

NOTICE = "Replaybook keeps this post-mortem up to date."
DANA = Participant("Dana", "U1")


@pytest.fixture
def store(client: Client, redis: Redis) -> DatadogNotebooks:
    return DatadogNotebooks(
        client, redis, RedisRecords(redis), public_url="https://bot.example/", fresh_s=0.001, head=WORDS.own_head
    )


def header(world: World) -> str:
    return only(world).cells[0].text


async def set_head(store: DatadogNotebooks, made: Notebook, wanted: HeadChange) -> Notebook:
    at = datetime(2026, 11, 24, 12, tzinfo=UTC)
    return await change(store, made.id, lambda notebook: change_head(notebook, wanted, who=DANA, at=at))


async def test_it_says_how_far_the_document_is_and_follows(store: DatadogNotebooks, world: World) -> None:
    made = await store.create(opened(WORDS))
    assert "| Status | Draft |" in header(world)
    assert NOTICE in header(world)
    await set_head(store, made, HeadChange(status=DocumentStatus.IN_REVIEW, severity=Severity(2), reviewer=DANA))
    assert "| Status | In review (Dana" in header(world)
    assert "| Reviewer | Dana |" in header(world)
    assert header(world).count(NOTICE) == 1
    puts = len(sent(world, "PUT"))
    await change(store, made.id, merged(entry(1)))
    await change(store, made.id, merged(entry(1)))
    assert len(sent(world, "PUT")) == puts + 1, "a head that is as it was is nothing to send"


async def test_what_a_person_made_of_it_stays_and_so_does_its_absence(store: DatadogNotebooks, world: World) -> None:
    made = await store.create(opened(WORDS))
    theirs = header(world).replace("| Status | Draft |", "| Status | nearly done, says Kim |")
    only(world).edit(lambda cells: cells.__setitem__(0, markdown(theirs)))
    await set_head(store, made, HeadChange(severity=Severity(1)))
    await change(store, made.id, merged(entry(1)))
    assert header(world) == theirs
    only(world).edit(lambda cells: cells.remove(cells[0]))
    await set_head(store, made, HeadChange(severity=Severity(3)))
    assert NOTICE not in "\n".join(cell.text for cell in only(world).cells)


async def test_an_older_copy_of_it_that_is_saved_is_no_persons_text(store: DatadogNotebooks, world: World) -> None:
    made = await store.create(opened(WORDS))
    copy = list(only(world).cells)
    await set_head(store, made, HeadChange(severity=Severity(1)))
    only(world).edit(lambda cells: cells.__setitem__(0, copy[0]))
    await set_head(store, made, HeadChange(owner=DANA))
    assert "| Owner | Dana |" in header(world)


@pytest.mark.parametrize("persons", ["", "Read this first."])
async def test_a_header_from_before_it_had_the_head_gets_it_unless_a_person_rewrote_it(
    client: Client, redis: Redis, world: World, persons: str
) -> None:
    before = DatadogNotebooks(client, redis, RedisRecords(redis), public_url="https://bot.example/", fresh_s=0.001)
    made = await before.create(opened(WORDS))
    assert "| Status |" not in header(world)
    if persons:
        only(world).edit(lambda cells: cells.__setitem__(0, markdown(marked(trace(made.id), persons))))
    now = DatadogNotebooks(
        client, redis, RedisRecords(redis), public_url="https://bot.example/", fresh_s=0.001, head=WORDS.own_head
    )
    await change(now, made.id, merged(entry(1)))
    assert ("| Status | Draft |" in header(world)) is not bool(persons)
    assert persons in header(world)


async def test_links_in_it_lead_to_the_bots_pages(store: DatadogNotebooks, world: World) -> None:
    head = msgspec.structs.replace(opened(WORDS).head, incident="INC-7", incident_link="/incidents/7")
    await store.create(msgspec.structs.replace(opened(WORDS), head=head))
    assert "](https://bot.example/incidents/7)" in header(world)
