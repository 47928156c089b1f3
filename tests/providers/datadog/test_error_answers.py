"""What Datadog's refusals become: one sentence each, with its own words where they help."""

from __future__ import annotations

import pytest
from aiohttp import web

from bot.kernel.errors import Conflict, Missing, Unauthorized, Unavailable
from bot.providers.datadog.http.client import Client
from bot.providers.datadog.http.error_answers import (
    DatadogRefused,
    error_for_status,
)
from bot.providers.datadog.http.site import Site
from bot.providers.datadog.rum.rum_requests import EventPage
from standins.datadog.datadog_faults import DatadogFault
from standins.datadog.world import World
from tests.providers.datadog.calls import ASK, SEARCH, asking
from tests.providers.datadog.conftest import QUICK


@pytest.mark.parametrize(
    ("status", "kind", "sentence"),
    [
        (401, Unauthorized, "Datadog doesn’t know these keys: check DD_API_KEY and DD_APP_KEY"),
        (403, Unauthorized, "Datadog refused the application key: it needs “rum_apps_read” on datadoghq.com."),
        (404, Missing, "Datadog didn’t find RUM events: Made to fail."),
        (409, Conflict, "somebody else changed RUM events at the same moment"),
        (400, DatadogRefused, "status 400: Made to fail."),
        (302, Unavailable, "check DD_SITE (datadoghq.com)"),
        (500, Unavailable, "Datadog failed with status 500 when asked for RUM events."),
    ],
)
async def test_every_status_is_a_sentence(
    client: Client, world: World, status: int, kind: type[Exception], sentence: str
) -> None:
    world.faults.add(DatadogFault(SEARCH, times=9, status=status))
    with pytest.raises(kind) as failed:
        await client.send(ASK, EventPage)
    assert sentence in str(failed.value)


async def test_a_key_without_the_permission_is_told_which_one_it_needs(client: Client, world: World) -> None:
    world.permissions = {"notebooks_read"}
    with pytest.raises(Unauthorized, match="“rum_apps_read”"):
        await client.send(ASK, EventPage)


@pytest.mark.parametrize("keys", [("wrong", "app"), ("api", "wrong"), ("api", "")])
async def test_a_wrong_key_is_no_missing_permission(url: str, keys: tuple[str, str]) -> None:
    async with Client.opened(Site(url=url), *keys, patience=QUICK) as client:
        with pytest.raises(Unauthorized, match="Datadog doesn’t know these keys: check DD_API_KEY and DD_APP_KEY"):
            await client.send(ASK, EventPage)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b'{"errors":["Forbidden"]}', "doesn’t know these keys"),
        (b'{"errors":["API key required"]}', "doesn’t know these keys"),
        (b'{"errors":[{"status":"403","title":"Forbidden"}]}', "doesn’t know these keys"),
        (b'{"errors":["Forbidden","Failed permission authorization checks"]}', "it needs “rum_apps_read”"),
        (b'{"errors":[{"title":"Forbidden","detail":"Permission denied"}]}', "it needs “rum_apps_read”"),
        (b'{"errors":[null]}', "it needs “rum_apps_read”"),
        (b"<html>Forbidden</html>", "it needs “rum_apps_read”"),
    ],
)
def test_the_words_of_a_403_tell_a_wrong_key_from_a_missing_permission(body: bytes, sentence: str) -> None:
    error = error_for_status(ASK, 403, {}, body, "datadoghq.eu")
    assert isinstance(error, Unauthorized)
    assert sentence in str(error)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b'{"errors":[{"code":"resource_not_found","title":"project not found"}]}', "RUM events: project not found."),
        (b'{"errors":["Not found", null, {"title":null,"detail":"no view"}]}', "RUM events: Not found; no view."),
        (b"<html>", "didn’t find RUM events."),
    ],
)
def test_a_404_keeps_datadogs_words(body: bytes, sentence: str) -> None:
    error = error_for_status(ASK, 404, {}, body, "datadoghq.eu")
    assert isinstance(error, Missing)
    assert str(error).endswith(sentence)


async def test_datadogs_own_words_are_cut_and_made_harmless() -> None:
    async def rude(_: web.Request) -> web.Response:
        return web.json_response({"errors": ["a\nb\u202e" + "c" * 999, {"detail": "d"}]}, status=400)

    async with asking(rude) as client:
        with pytest.raises(DatadogRefused) as failed:
            await client.send(ASK, EventPage)
    assert "a bccc" in str(failed.value)
    assert len(str(failed.value)) < 300
