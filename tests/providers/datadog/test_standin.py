"""The stand-in refuses what Datadog would, and fails when it is told to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import aiohttp
import msgspec
import pytest

from bot.providers.datadog.http.client import Client
from bot.providers.datadog.rum.rum_requests import EventPage, search, search_events
from bot.signals.question import Period
from standins.datadog.datadog_faults import DatadogFault
from standins.datadog.query_fitting import fitting
from standins.datadog.query_language import read
from standins.datadog.recorded_sessions import add
from standins.datadog.rum_columns import Events
from standins.datadog.world import World
from standins.http_faults import HttpFaults
from tests.providers.datadog.examples import NOON, NOW, WEEK, action, error, put
from tests.providers.datadog.test_rum_event import ABSENT, EVENTS, RECORDINGS, changed, paths
from tests.providers.rum_format import BY_TYPE, COMMON, faults

KEYS = {"DD-API-KEY": "api", "DD-APPLICATION-KEY": "app"}
FILTER = {"query": "@type:action", "from": "now-7d", "to": "now"}
COUNT = {"aggregation": "count"}
WEEK_TO_NOW = Period(NOW - timedelta(days=7), NOW)


@pytest.mark.parametrize(
    ("path", "body", "why"),
    [
        ("events/search", {"filter": FILTER, "page": {"limit": 1001}}, "page.limit must be between 1 and 1000"),
        ("events/search", {"filter": FILTER, "limit": 1}, "unknown field `limit`"),
        ("events/search", {"filter": {**FILTER, "query": '@type:"x'}}, "Query is invalid"),
        ("events/search", {"filter": {**FILTER, "query": "@acton.type:click"}}, "Unknown facet @acton.type"),
        ("events/search", {"filter": {**FILTER, "from": "yesterday"}}, "Invalid time yesterday"),
        ("events/search", {"filter": {**FILTER, "from": "now", "to": "now-7d"}}, "filter.to is before filter.from"),
        ("events/search?limit=1", {"filter": FILTER}, "Invalid query parameter limit"),
        ("analytics/aggregate", {"filter": FILTER, "compute": [{"aggregation": "average"}]}, "Invalid body"),
        ("analytics/aggregate", {"filter": FILTER, "compute": [COUNT | {"interval": "1h"}]}, "An interval is for"),
        ("analytics/aggregate", {"filter": FILTER, "compute": [COUNT | {"metric": "@usr.id"}]}, "Only a cardinality"),
        (
            "analytics/aggregate",
            {"filter": FILTER, "compute": [COUNT], "group_by": [{"facet": "version", "limit": 10_001}]},
            "At most 10000 buckets",
        ),
    ],
)
async def test_what_is_wrong_is_refused(url: str, path: str, body: dict[str, Any], why: str) -> None:
    asking = aiohttp.ClientSession(url, headers=KEYS)
    async with asking as session, session.post(f"/api/v2/rum/{path}", json=body) as answer:
        assert answer.status == 400
        assert why in (await answer.json())["errors"][0]


async def test_pages_end_as_recorded_ones_do(client: Client, world: World) -> None:
    """A short page may name a next one, and the page after the last is empty and has no meta."""
    put(world, *(action(NOON, id=f"a-{number}") for number in range(3)))
    short = await client.send(search("@type:action", WEEK, limit=2, cursor="2"), EventPage)
    assert (len(short.data), short.after) == (1, "3")
    last = await client.send(search("@type:action", WEEK, limit=2, cursor="3"), EventPage)
    assert (last.data, last.after) == ([], "")


async def test_every_page_is_read_and_none_twice(client: Client, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.providers.datadog.rum.rum_requests.MOST_EVENTS", 2)
    put(world, *(action(NOON, id=f"a-{number}") for number in range(5)))
    listed = await search_events(client, "@type:action", WEEK, most=100)
    assert len({it.id for it in listed.data}) == len(listed.data) == 5
    assert len((await search_events(client, "@type:action", WEEK, most=3)).data) == 3


async def test_a_short_page_is_not_taken_for_the_last(client: Client, world: World) -> None:
    world.page_most = 2
    put(world, *(action(NOON, id=f"a-{number}") for number in range(5)))
    assert len((await search_events(client, "@type:action", WEEK, most=100)).data) == 5


async def test_events_older_than_30_days_are_gone(client: Client, world: World) -> None:
    put(world, action(NOW - timedelta(days=31)), action(NOW - timedelta(days=29), id="kept"))
    listed = await search_events(client, "@type:action", Period(NOW - timedelta(days=40), NOW), most=10)
    assert [it.event().action.ids for it in listed.data] == [["kept"]]


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("@type:action", ["a", "b"]),
        ("-@type:action", ["e"]),
        ("@action.target.name:(Buy* OR *cart) @type:action", ["a", "b"]),
        ("@browser.name:Safari OR @type:error", ["b", "e"]),
        ("@browser.name:safari", []),
        ("@action.error.count:>0", ["b"]),
        ("@action.error.count:[0 TO 1] -@session.has_replay:true", ["b"]),
        ("@session.has_replay:(true OR false) version:2.31.0", ["a", "b", "e"]),
        ("@context.plan:pro", ["a"]),
        ('@usr.id:* @view.url_path:"/cart"', ["a", "b"]),
        ("@action.id:a", ["a", "e"]),
    ],
)
def test_the_language_means_what_it_says(query: str, fits: list[str]) -> None:
    events = Events([action(NOON, id="a", context={"plan": "pro"})])
    events.add([action(NOON, target="Add to cart", browser="Safari", id="b", replay=False, errors=1)])
    events.add([error(NOON, "boom", "a", "c")])
    found = fitting(read(query), events, events.between(0, float("inf")))
    assert [["a", "b", "e"][number] for number in found] == fits


def test_events_are_told_in_order_of_time_and_both_ends_belong_to_a_period() -> None:
    events = Events([action(NOON, id="late"), action(NOON - timedelta(hours=1), id="early")])
    first, last = (NOON - timedelta(hours=1)).timestamp() * 1000, NOON.timestamp() * 1000
    assert list(events.between(first, last)) == [1, 0]
    assert list(events.between(first + 1, last)) == [0]
    shown = events.shown(1)["attributes"]
    assert shown["attributes"]["view"]["url_path"] == "/cart"
    assert "version:2.31.0" in shown["tags"]
    assert "date" not in shown["attributes"]


def test_a_fault_is_used_up() -> None:
    faults: HttpFaults[DatadogFault] = HttpFaults()
    faults.add(DatadogFault("POST /a", times=2, status=500))
    assert [faults.next("POST /a") is not None for _ in range(3)] == [True, True, False]
    assert faults.next("GET /a") is None


async def test_somebody_may_edit_in_between(client: Client, world: World) -> None:
    world.faults.add(DatadogFault("search", meanwhile=lambda: put(world, action(NOON))))
    assert len((await client.send(search("@type:action", WEEK, limit=2), EventPage)).data) == 1


async def test_every_request_is_remembered(client: Client, world: World) -> None:
    await client.send(search("@type:action", WEEK, limit=2), EventPage)
    assert [(it.method, it.path, it.status) for it in world.requests] == [("POST", "/api/v2/rum/events/search", 200)]
    assert world.requests[0].body["page"] == {"limit": 2}


def test_what_the_sdk_recorded_is_valid_by_the_table_of_the_format() -> None:
    events = [event for event in EVENTS if "format_version" in event["_dd"]]
    assert {event["type"] for event in events} == {"action", "error", "long_task", "resource", "view"}
    assert [(event["type"], faults(event)) for event in events if faults(event)] == []


def test_the_table_of_the_format_finds_what_is_missing_or_of_another_type() -> None:
    for event in {event["type"]: event for event in EVENTS if "format_version" in event["_dd"]}.values():
        for field in COMMON | BY_TYPE[event["type"]]:
            path = tuple(field.removesuffix("*").removesuffix("[]").split("."))
            if path not in set(paths(event)):
                continue
            assert faults(changed(event, path, [7])), field
            if not field.endswith("[]"):
                assert bool(faults(changed(event, path, ABSENT))) == field.endswith("*"), field


async def test_events_are_listed_as_valid_ones(client: Client, world: World) -> None:
    recording = RECORDINGS / "sdk-7.16.2-shop-paired-rrweb"
    add(world, recording, NOW - timedelta(minutes=5))
    listed = await search_events(client, "@type:(view OR action OR error OR resource)", WEEK_TO_NOW, most=100)
    events = [msgspec.json.decode(one.attributes.attributes) | {"date": 0} for one in listed.data]  # told beside it
    assert len(events) > 10
    assert [(event["type"], faults(event)) for event in events if faults(event)] == []
