"""Cases are made once for a meaning, found again, and their states are ours."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from redis.asyncio import Redis

from bot.backlog.ticket import NewTicket, Status
from bot.kernel.errors import Missing, Misunderstood, Unauthorized, Unavailable
from bot.providers.datadog.cases import case_calls
from bot.providers.datadog.cases.datadog_cases import DatadogCases
from bot.providers.datadog.http.client import Client
from bot.state.redis_records import RedisRecords
from standins.datadog.case_management import cases
from standins.datadog.datadog_faults import DatadogFault
from standins.datadog.world import World
from tests.providers.datadog.house import asked, sent, until_through


@pytest.fixture
def tracker(client: Client, redis: Redis) -> DatadogCases:
    return DatadogCases(client, redis, RedisRecords(redis))


async def test_a_case_is_made_and_read_again(tracker: DatadogCases) -> None:
    made = await tracker.create(NewTicket("shop", "Buy does  nothing\n", "It *throws*.", meaning="R1"))
    assert (made.key, made.title, made.status) == ("SHOP-1", "Buy does nothing", Status.OPEN)
    assert made.description.startswith("It *throws*.")
    assert made.link == "https://app.datadoghq.com/cases/SHOP-1"
    again = await tracker.get("shop-1")
    assert (again.key, again.status_name) == ("SHOP-1", "OPEN")


async def test_for_one_meaning_there_is_one_case_however_often_it_is_asked_for(
    tracker: DatadogCases, world: World
) -> None:
    made = await asyncio.gather(*(tracker.create(NewTicket("SHOP", "Buy", "", meaning="R1")) for _ in range(5)))
    other = await tracker.create(NewTicket("SHOP", "Buy", "", meaning="R2"))
    assert {ticket.key for ticket in made} == {"SHOP-1"}
    assert other.key == "SHOP-2"
    assert sent(world, "POST") == ["/api/v2/cases"] * 2


async def test_a_create_whose_answer_was_lost_is_found_by_its_trace(tracker: DatadogCases, world: World) -> None:
    world.faults.add(DatadogFault("POST /api/v2/cases", drop=True, after=True))
    made = await tracker.create(NewTicket("SHOP", "Buy", "", meaning="R1"))
    assert made.key == "SHOP-1"
    assert len(cases(world).cases) == 1


async def test_a_create_that_died_is_looked_for_before_it_is_repeated(
    tracker: DatadogCases, redis: Redis, world: World
) -> None:
    world.faults.add(DatadogFault("POST /api/v2/cases", drop=True, after=True))
    away = world.faults.add(DatadogFault("GET /api/v2/cases$", status=503, times=99))
    with pytest.raises(Unavailable):
        await tracker.create(NewTicket("SHOP", "Buy", "", meaning="R1"))
    away.times = 0
    async with asked(world) as client:
        made = await DatadogCases(client, redis, RedisRecords(redis)).create(NewTicket("SHOP", "Buy", "", meaning="R1"))
    assert made.key == "SHOP-1"
    assert len(cases(world).cases) == 1


async def test_a_project_that_is_not_there_is_said_with_those_that_are(tracker: DatadogCases, world: World) -> None:
    with pytest.raises(Misunderstood, match="no project “NOPE”; the key may see: SHOP"):
        await tracker.create(NewTicket("NOPE", "Buy", "", meaning="R1"))
    assert sent(world, "POST") == []
    assert (await tracker.create(NewTicket("The Shop", "Buy", "", meaning="R1"))).key == "SHOP-1"


async def test_a_feature_whose_project_is_elsewhere_goes_to_the_usual_one(client: Client, redis: Redis) -> None:
    tracker = DatadogCases(client, redis, RedisRecords(redis), project="SHOP")
    assert (await tracker.create(NewTicket("OPS", "Buy", "", meaning="R1"))).key == "SHOP-1"


async def test_a_project_that_was_deleted_is_looked_up_anew(tracker: DatadogCases, world: World) -> None:
    await tracker.create(NewTicket("SHOP", "Buy", "", meaning="R1"))
    cases(world).projects = {"made-again": ("SHOP", "The shop")}
    assert (await tracker.create(NewTicket("SHOP", "Buy", "", meaning="R2"))).key == "SHOP-2"
    assert cases(world).cases[1].project == "made-again"
    cases(world).projects = {"other": ("OPS", "Operations")}
    with pytest.raises(Misunderstood, match="no project “SHOP”; the key may see: OPS"):
        await tracker.create(NewTicket("SHOP", "Buy", "", meaning="R3"))
    assert len(cases(world).cases) == 2


async def test_a_project_that_is_listed_but_not_found_is_told_in_datadogs_words(
    tracker: DatadogCases, world: World
) -> None:
    fault = DatadogFault("POST /api/v2/cases$", status=404, times=2)
    world.faults.add(fault)
    with pytest.raises(Missing, match="Datadog didn’t find a case: Made to fail"):
        await tracker.create(NewTicket("SHOP", "Buy", "", meaning="R1"))
    assert fault.times == 1


@pytest.mark.parametrize("with_group", [True, False])
async def test_the_state_is_read_with_and_without_its_group(
    tracker: DatadogCases, world: World, with_group: bool
) -> None:
    await tracker.create(NewTicket("SHOP", "Buy", "", meaning="R1"))
    (case,) = cases(world).cases
    case.with_group = with_group
    case.status = "IN_PROGRESS"
    assert (await tracker.get("SHOP-1")).status is Status.IN_PROGRESS
    case.status, case.closed = "CLOSED", datetime(2026, 11, 24, tzinfo=UTC)
    done = await tracker.get("SHOP-1")
    assert (done.status, done.done_at) == (Status.DONE, case.closed)


async def test_cases_are_found_by_words_and_by_key_newest_first(tracker: DatadogCases) -> None:
    for n, title in enumerate(("Buy does nothing", "Cart is empty", "Buy twice")):
        await tracker.create(NewTicket("SHOP", title, "", meaning=f"R{n}"))
    assert [ticket.key for ticket in await tracker.find("BUY")] == ["SHOP-3", "SHOP-1"]
    assert (await tracker.find("see SHOP-2"))[0].key == "SHOP-2"
    assert [ticket.key for ticket in await tracker.find("", limit=2)] == ["SHOP-3", "SHOP-2"]
    assert await tracker.find('status:closed OR -"') == []


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("DDFC-82974", "DDFC-82974"),
        ("it's ddfc-82974.", "DDFC-82974"),
        ("https://app.datadoghq.com/cases/DDFC-82974?view=details", "DDFC-82974"),
        ("<https://app.datadoghq.eu/cases/DDFC-82974|the case>", "DDFC-82974"),
        ("tomorrow", None),
    ],
)
async def test_a_key_is_read_from_what_people_type_or_paste(tracker: DatadogCases, text: str, key: str | None) -> None:
    assert tracker.parse_key(text) == key


async def test_a_comment_is_said_once(tracker: DatadogCases, world: World) -> None:
    await tracker.create(NewTicket("SHOP", "Buy", "", meaning="R1"))
    world.faults.add(DatadogFault("POST /api/v2/cases/SHOP-1/comment", drop=True, after=True))
    for _ in range(2):
        await tracker.comment("SHOP-1", "Asked in <https://slack.example/p1>", meaning="R1/thread")
    (said,) = cases(world).cases[0].comments
    assert said.startswith("Asked in <https://slack.example/p1>")


@pytest.mark.parametrize("lost", range(6))
@pytest.mark.parametrize("in_a_row", [1, 2, 3, 4])
@pytest.mark.parametrize("comments_before", [0, 250])
async def test_an_answer_lost_at_any_call_doubles_nothing(
    tracker: DatadogCases, world: World, lost: int, in_a_row: int, comments_before: int
) -> None:
    """Requests are done and their answers lost, from call number `lost` on; the job is tried until it is through."""

    async def job() -> None:
        ticket = await tracker.create(NewTicket("SHOP", "Buy", "", meaning="R1"))
        comments = cases(world).cases[0].comments
        comments[:0] = [f"Comment {n}" for n in range(comments_before - len(comments))]
        await tracker.comment(ticket.key, "Asked in the thread", meaning="R1/thread")

    world.faults.add(DatadogFault(".", times=in_a_row, skip=lost, drop=True, after=True))
    await until_through(job)
    await job()
    (case,) = cases(world).cases
    assert [text for text in case.comments if text.startswith("Asked")] == [case.comments[-1]]
    assert len(case.comments) == comments_before + 1


async def test_a_timeline_is_paged_from_0(client: Client, tracker: DatadogCases, world: World) -> None:
    await tracker.create(NewTicket("SHOP", "Buy", "", meaning="R1"))
    cases(world).cases[0].comments += [f"Comment {n}" for n in range(150)]
    first = await client.send(case_calls.timeline("SHOP-1"), case_calls.CaseTimeline)
    assert [entry.text for entry in first.data] == [f"Comment {n}" for n in range(149, 49, -1)]
    query = (("page[size]", "100"), ("page[number]", "1"), ("sort[ascending]", "false"))
    second = await client.send(replace(case_calls.timeline("SHOP-1"), query=query), case_calls.CaseTimeline)
    assert [entry.text for entry in second.data][-2:] == ["Comment 0", ""]


async def test_what_is_not_there_and_what_is_not_allowed_is_said(tracker: DatadogCases, world: World) -> None:
    with pytest.raises(Missing, match="no case SHOP-9"):
        await tracker.get("SHOP-9")
    world.permissions = {"cases_read"}
    with pytest.raises(Unauthorized, match="it needs “cases_write”"):
        await tracker.create(NewTicket("SHOP", "Buy", "", meaning="R1"))
