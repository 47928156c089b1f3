"""Socket Mode as Slack has it, seen by a client that knows nothing but WebSockets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from tests.standins.slack.house import House, living, until

Json = dict[str, Any]
APP_TOKEN = "xapp-here-only"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """It waits for acknowledgements for as long as a test takes."""
    async with living(tmp_path, app_token=APP_TOKEN, ack_limit=600.0) as house:
        yield house


async def link(house: House, token: str = APP_TOKEN) -> str:
    return str((await house.client.apps_connections_open(app_token=token))["url"])


@asynccontextmanager
async def connection(house: House) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    async with house.session.ws_connect(await link(house)) as socket:
        yield socket


async def test_a_connection_begins_with_a_hello_that_counts_the_connections(house: House) -> None:
    async with connection(house) as one, connection(house) as other:
        first, second = await one.receive_json(), await other.receive_json()
    assert (first["type"], first["num_connections"]) == ("hello", 1)
    assert first["connection_info"] == {"app_id": "A0RPLAYBK1"}
    assert first["debug_info"]["approximate_connection_time"] > 0
    assert second["num_connections"] == 2


async def test_a_link_is_good_for_one_connection(house: House) -> None:
    url = await link(house)
    async with house.session.ws_connect(url) as socket:
        await socket.receive_json()
    for wrong in (url, url.replace("ticket=", "ticket=x")):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await house.session.ws_connect(wrong)
        assert refused.value.status == 404


@pytest.mark.parametrize(
    ("token", "code"), [("xoxb-here-only", "not_allowed_token_type"), ("xapp-other", "invalid_auth")]
)
async def test_another_token_opens_no_connection(house: House, token: str, code: str) -> None:
    with pytest.raises(SlackApiError) as refused:
        await link(house, token)
    assert refused.value.response["error"] == code


async def test_each_kind_of_delivery_has_its_envelope(house: House) -> None:
    async with connection(house) as socket:
        await socket.receive_json()
        await house.say("Good morning")
        event = await socket.receive_json()
        await socket.send_json({"envelope_id": event["envelope_id"], "payload": {"text": "ignored"}})
        assert (event["type"], event["accepts_response_payload"]) == ("events_api", False)
        assert (event["retry_attempt"], event["retry_reason"]) == (0, "")
        assert event["payload"]["event"]["text"] == "Good morning"
        saying = asyncio.create_task(house.say("/replay now"))
        command = await socket.receive_json()
        await socket.send_json({"envelope_id": command["envelope_id"]})
        assert (await saying)["command"] == "/replay"
        assert (command["type"], command["accepts_response_payload"]) == ("slash_commands", True)
        assert command["payload"]["text"] == "now"
        assert "retry_attempt" not in command
    assert house.requests == [], "nothing comes over HTTP"


async def test_what_is_not_acknowledged_comes_again_over_the_other_connection(house: House) -> None:
    house.workspace.team.deliveries.sockets.ack_limit = 0.3
    async with connection(house) as one, connection(house) as other:
        await one.receive_json()
        await other.receive_json()
        await house.say("Again and again")
        first = await one.receive_json()
        again = await other.receive_json()
        await other.send_json({"envelope_id": again["envelope_id"]})
    assert again["envelope_id"] != first["envelope_id"]
    assert again["payload"] == first["payload"]
    assert (again["retry_attempt"], again["retry_reason"]) == (1, "http_timeout")


async def test_without_a_connection_a_command_fails_and_an_event_is_tried_again(house: House) -> None:
    assert (await house.say("/replay nobody there"))["error"] == "dispatch_failed"
    await house.say("Anybody?")

    async def given_up() -> bool:
        return len(await house.journal(way="delivery", name="message")) == 4

    await until(given_up)


async def test_an_eleventh_connection_is_sent_away(house: House) -> None:
    sockets = [await house.session.ws_connect(await link(house)) for _ in range(11)]
    last = await sockets[-1].receive_json()
    assert (last["type"], last["reason"]) == ("disconnect", "too_many_websockets")
    for socket in sockets:
        await socket.close()


async def test_a_warning_comes_before_the_end_and_a_switched_off_app_has_no_links(house: House) -> None:
    async with connection(house) as socket:
        await socket.receive_json()
        for reason in ("warning", "link_disabled"):
            where = f"{house.config.root}/_test/disconnect"
            await house.session.post(where, data=json.dumps({"reason": reason, "after": 0.0}))
            goodbye = await socket.receive_json()
            assert (goodbye["type"], goodbye["reason"]) == ("disconnect", reason)
        assert (await socket.receive()).type in {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED}
    with pytest.raises(SlackApiError) as refused:
        await link(house)
    assert refused.value.response["error"] == "forbidden_team"
