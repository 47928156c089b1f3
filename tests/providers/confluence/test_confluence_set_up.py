"""Confluence is set up by its settings, checked by the doctor, and pressed on the notebook's page."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from redis.asyncio import Redis

from bot.kernel.errors import Missing, Misunderstood, ReplaybookError, Unauthorized
from bot.kernel.settings import Secret, Settings
from bot.providers import registry
from bot.providers.confluence.confluence_settings import ConfluenceSettings
from bot.providers.confluence.open_confluence import open_client
from standins.confluence.confluence_server import running_confluence
from standins.confluence.confluence_world import ConfluenceWorld
from standins.http_faults import HttpFault
from tests.providers.confluence.site import confluence_site, settings_of
from tests.web.exporting import exporting


@pytest.mark.parametrize("missing", ["url", "email", "token", "space"])
async def test_opening_names_the_variable_that_is_not_set(missing: str) -> None:
    whole = ConfluenceSettings(url="https://a.example", email="a@b.example", token=Secret("t"), space="OPS")
    with pytest.raises(Misunderstood) as refused:
        async with open_client(msgspec.structs.replace(whole, **{missing: None if missing == "token" else ""})):
            pass
    assert f"REPLAYBOOK_CONFLUENCE_{missing.upper()}" in refused.value.sentence


def test_neither_the_token_nor_what_is_sent_of_it_may_be_logged() -> None:
    settings = Settings().with_provider(settings_of(ConfluenceWorld(), "https://a.example"))
    assert "confluence-token" in settings.secrets
    assert "Ym90QGV4YW1wbGUuY29tOmNvbmZsdWVuY2UtdG9rZW4=" in settings.secrets
    assert "confluence-token" not in repr(settings)
    assert Settings().with_provider(ConfluenceSettings()).secrets == ()


async def checked(world: ConfluenceWorld, **facts: str) -> str:
    async with running_confluence(world) as url:
        settings = msgspec.structs.replace(settings_of(world, url), **facts)
        [check] = registry.checks(Settings().with_provider(settings)).values()
        return await check()


async def test_the_doctor_says_where_pages_go() -> None:
    world = ConfluenceWorld()
    assert await checked(world) == "space “Operations” (OPS); pages go under its home"
    assert await checked(world, parent=world.home) == "space “Operations” (OPS); pages go under “Operations”"
    assert not any(request.startswith(("POST", "PUT")) for request in world.requests)


@pytest.mark.parametrize(("facts", "kind", "words"), [
    ({"space": "NOPE"}, Missing, "REPLAYBOOK_CONFLUENCE_SPACE"), ({"parent": "99"}, Missing, "CONFLUENCE_PARENT"),
    ({"token": "wrong"}, Unauthorized, "REPLAYBOOK_CONFLUENCE_TOKEN"),
])  # fmt: skip
async def test_the_doctor_says_what_to_change(facts: dict[str, str], kind: type[ReplaybookError], words: str) -> None:
    with pytest.raises(kind) as refused:
        await checked(ConfluenceWorld(), **facts)
    assert words in refused.value.sentence


async def test_publishing_from_the_page_says_what_became_of_it(redis_server: str, redis: Redis, tmp_path: Path) -> None:
    async with (
        confluence_site(redis, tmp_path) as site,
        exporting(redis_server, redis, tmp_path, {"confluence": site.exporter}) as house,
    ):
        response = await house.client.post(f"{house.notebook.path}/publish/confluence")
        text = await response.text()
        assert response.status == 200
        assert "It is in Confluence" in text
        assert f'href="{site.url}/wiki/spaces/OPS/pages/{site.page.id}"' in text
        again = await house.client.post(f"{house.notebook.path}/publish/confluence")
        assert "Confluence has all of it already" in await again.text()
        site.world.edited(site.page.id, lambda body: body.replace("Deploy v2.31", "Deploy of ours"))
        text = await (await house.client.post(f"{house.notebook.path}/publish/confluence")).text()
        assert "left as they are: Timeline." in text


async def test_a_refusal_is_a_page_with_its_sentence(redis_server: str, redis: Redis, tmp_path: Path) -> None:
    async with (
        confluence_site(redis, tmp_path) as site,
        exporting(redis_server, redis, tmp_path, {"confluence": site.exporter}) as house,
    ):
        site.world.faults.add(HttpFault("GET", times=9, status=429, headers={"Retry-After": "30"}))
        response = await house.client.post(f"{house.notebook.path}/publish/confluence")
        assert response.status == 503
        assert "try again in 30 seconds" in await response.text()
