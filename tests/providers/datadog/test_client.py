"""The client against a server that misbehaves in every way it can."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from bot.kernel.circuit import OPENS_AFTER, RESTS_S, Circuit, CircuitOpen
from bot.kernel.errors import RateLimited, Unavailable
from bot.providers.datadog.http.client import Client
from bot.providers.datadog.http.error_answers import (
    NotSent,
    Unreadable,
    UnsureOutcome,
)
from bot.providers.datadog.http.site import SITES, Site
from bot.providers.datadog.rum.rum_requests import Aggregated, EventPage
from standins.datadog.datadog_faults import DatadogFault
from standins.datadog.world import Rate, World
from tests.providers.datadog.calls import ASK, COUNT, SEARCH, asking, create, handled_by
from tests.providers.datadog.conftest import QUICK


@pytest.mark.parametrize("fault", [DatadogFault(SEARCH, 2, 503), DatadogFault(SEARCH, 2, drop=True)])
async def test_a_read_is_tried_again(client: Client, world: World, fault: DatadogFault) -> None:
    world.faults.add(fault)
    assert (await client.send(ASK, EventPage)).data == []
    assert client.calls == 3


@pytest.mark.parametrize("fault", [DatadogFault(SEARCH, 1, 503), DatadogFault(SEARCH, 1, drop=True, after=True)])
async def test_a_create_is_never_repeated_blindly(client: Client, world: World, fault: DatadogFault) -> None:
    world.faults.add(fault)
    with pytest.raises(UnsureOutcome, match="isn’t known"):
        await client.body(create())
    assert client.calls == 1


async def test_what_is_not_answered_in_time_is_read_again_and_not_created_again(world: World, url: str) -> None:
    """An answer takes a few milliseconds; one that never comes is waited for for two seconds."""
    world.faults.add(DatadogFault(SEARCH, 2, delay_s=3600))
    async with Client.opened(Site(url=url), "api", "app", patience=replace(QUICK, answer_s=2.0)) as client:
        assert (await client.send(ASK, EventPage)).data == []
        assert client.calls == 3
        world.faults.add(DatadogFault(SEARCH, delay_s=3600))
        with pytest.raises(UnsureOutcome, match="isn’t known"):
            await client.body(create())
        assert client.calls == 4


async def test_a_create_whose_answer_was_lost_looks_for_its_trace(client: Client, world: World) -> None:
    world.faults.add(DatadogFault(SEARCH, drop=True, after=True))
    made = EventPage()

    async def trace() -> EventPage | None:
        return made

    assert await client.create(create(), EventPage, trace) is made
    assert client.calls == 1


async def test_a_create_that_left_no_trace_is_sent_again(client: Client, world: World) -> None:
    world.faults.add(DatadogFault(SEARCH, drop=True))

    async def trace() -> EventPage | None:
        return None

    assert (await client.create(create(), EventPage, trace)).data == []
    assert client.calls == 2


async def test_a_create_that_was_made_but_answered_with_garbage_is_unsure() -> None:
    async def half(_: web.Request) -> web.Response:
        return web.Response(text='{"data": [')

    async with asking(half) as client:
        with pytest.raises(UnsureOutcome):
            await client.send(create(), EventPage)
        with pytest.raises(Unreadable, match="can’t be read"):
            await client.send(ASK, EventPage)


async def test_nobody_there_is_one_sentence_even_for_a_create() -> None:
    async with Client.opened(Site(url=f"http://127.0.0.1:{unused_port()}"), "a", "b", patience=QUICK) as client:
        with pytest.raises(NotSent, match="can’t be reached"):
            await client.body(create())
        assert client.calls == QUICK.attempts


async def test_a_limit_is_waited_for_when_it_is_short(client: Client, world: World) -> None:
    world.rates["rum"] = Rate(limit=1, period_s=0.2)
    began = time.monotonic()
    await client.send(ASK, EventPage)
    await client.send(ASK, EventPage)
    assert time.monotonic() - began > 0.15
    assert [it.status for it in world.requests] == [200, 200]


async def test_a_long_limit_is_told_with_its_wait_and_costs_no_request(client: Client, world: World) -> None:
    world.rates["rum"] = Rate(limit=1, period_s=30)
    await client.send(ASK, EventPage)
    with pytest.raises(RateLimited, match="wait 30 s") as failed:
        await client.send(ASK, EventPage)
    assert 29 < failed.value.retry_after <= 30
    assert len(world.requests) == 1
    await client.send(COUNT, Aggregated)  # another group has a limit of its own


async def test_a_429_that_says_nothing_is_heeded(client: Client, world: World) -> None:
    world.faults.add(DatadogFault(SEARCH, 9, 429))
    with pytest.raises(RateLimited) as failed:
        await client.send(ASK, EventPage)
    assert failed.value.retry_after == 5.0


async def test_a_429_means_that_nothing_is_left_whatever_else_it_says(client: Client, world: World) -> None:
    world.faults.add(DatadogFault(SEARCH, 1, 429, {"X-RateLimit-Remaining": "7", "X-RateLimit-Reset": "30"}))
    for _ in range(2):
        with pytest.raises(RateLimited):
            await client.send(ASK, EventPage)
    assert len(world.requests) == 1


async def test_the_circuit_opens_and_one_request_tries_it() -> None:
    now = 0.0
    circuit = Circuit("Datadog", lambda: now)
    for _ in range(OPENS_AFTER):
        circuit.failed(circuit.enter())
    with pytest.raises(CircuitOpen, match="failed 5 times in a row; it is asked again in 15 s"):
        circuit.enter()
    now = RESTS_S + 1
    circuit.enter()
    with pytest.raises(CircuitOpen):
        circuit.enter()
    circuit.worked()
    circuit.enter()


async def test_requests_that_fail_together_are_one_failure() -> None:
    circuit = Circuit("Datadog", lambda: 0.0)
    for _ in range(OPENS_AFTER - 1):
        for ticket in [circuit.enter() for _ in range(6)]:
            circuit.failed(ticket)
    circuit.failed(circuit.enter())
    with pytest.raises(CircuitOpen):
        circuit.enter()


async def test_a_moment_of_trouble_is_not_felt_by_a_question(client: Client, world: World) -> None:
    world.faults.add(DatadogFault(SEARCH, times=6, status=503))
    assert len(await asyncio.gather(*(client.send(ASK, EventPage) for _ in range(6)))) == 6


async def test_an_open_circuit_sends_nothing(client: Client, world: World) -> None:
    world.faults.add(DatadogFault(SEARCH, 99, 503))
    for _ in range(2):
        with pytest.raises(Unavailable):
            await client.send(ASK, EventPage)
    sent = client.calls
    with pytest.raises(CircuitOpen):
        await client.send(ASK, EventPage)
    assert client.calls == sent == OPENS_AFTER


async def test_keys_are_sent_to_nobody_else() -> None:
    """A redirect is not followed: it would hand the keys over."""
    stolen: list[str | None] = []

    async def elsewhere(request: web.Request) -> web.Response:
        stolen.append(request.headers.get("DD-API-KEY"))
        return web.json_response({})

    async def moved(_: web.Request) -> web.Response:
        return web.Response(status=307, headers={"Location": str(other.make_url("/"))})

    async with TestServer(handled_by(elsewhere)) as other, asking(moved) as client:
        with pytest.raises(Unavailable, match="elsewhere"):
            await client.send(ASK, EventPage)
    assert stolen == []


def test_addresses_of_every_site() -> None:
    assert [Site(name).app for name in SITES] == [
        "https://app.datadoghq.com",
        "https://us3.datadoghq.com",
        "https://us5.datadoghq.com",
        "https://app.datadoghq.eu",
        "https://ap1.datadoghq.com",
        "https://ap2.datadoghq.com",
        "https://uk1.datadoghq.com",
        "https://app.ddog-gov.com",
        "https://us2.ddog-gov.com",
    ]
    assert Site("datadoghq.eu", app_url="https://acme.datadoghq.eu/").app == "https://acme.datadoghq.eu"
    assert Site("datadoghq.eu").api == "https://api.datadoghq.eu"
    assert Site("us5.datadoghq.com").intake == "https://browser-intake-us5-datadoghq.com"
    assert Site("datadoghq.com").intake == "https://browser-intake-datadoghq.com"
    assert Site(url="http://here:1/").api == "http://here:1"


async def test_waiting_for_an_answer_can_be_cancelled(client: Client, world: World) -> None:
    asked = asyncio.Event()
    world.faults.add(DatadogFault(SEARCH, delay_s=3600, meanwhile=asked.set))
    task = asyncio.create_task(client.send(ASK, EventPage))
    await asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
