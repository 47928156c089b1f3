"""Datadog as the settings say."""

from __future__ import annotations

import pytest
from redis.asyncio import Redis

from bot.kernel.errors import Misunderstood
from bot.kernel.settings import Settings
from bot.providers.datadog.opening import intake_of, is_configured, open_datadog
from standins.datadog.world import World
from tests.providers.datadog.examples import NOON, WEEK, action, put

KEYS = {"DD_API_KEY": "api", "DD_APP_KEY": "app"}


def settings(**variables: str) -> Settings:
    return Settings.from_env(variables)


async def test_two_keys_and_an_address_are_enough(world: World, url: str, redis: Redis) -> None:
    put(world, action(NOON))
    async with open_datadog(settings(**KEYS, REPLAYBOOK_DATADOG_URL=url), redis) as datadog:
        assert (await datadog.source.seen(WEEK))[0].actions > 0
    async with open_datadog(settings(**KEYS, REPLAYBOOK_DATADOG_URL=url)) as datadog:
        assert datadog.client.site.app == "https://app.datadoghq.com"


async def test_one_key_is_a_mistake_that_is_named() -> None:
    assert not is_configured(settings())
    with pytest.raises(Misunderstood, match="DD_APP_KEY isn't set"):
        is_configured(settings(DD_API_KEY="api"))
    with pytest.raises(Misunderstood, match="set DD_API_KEY and DD_APP_KEY"):
        async with open_datadog(settings()):
            pass


def test_keys_are_secrets() -> None:
    assert "api" not in repr(settings(**KEYS).dd_api_key)
    assert set(settings(**KEYS).secrets) >= {"api", "app"}


@pytest.mark.parametrize("site", ["https://datadoghq.com", "datadoghq", "datadoghq.com/x", "a b.com", "evil.com@x.com"])
def test_a_site_is_a_name(site: str) -> None:
    with pytest.raises(Misunderstood, match="DD_SITE"):
        settings(DD_SITE=site)


def test_where_the_intake_sends_on() -> None:
    assert intake_of(settings()) is None
    eu = settings(REPLAYBOOK_INTAKE_FORWARD="datadog", DD_SITE="datadoghq.eu")
    assert intake_of(eu) == "https://browser-intake-datadoghq.eu"
    assert intake_of(settings(REPLAYBOOK_INTAKE_FORWARD="http://proxy:1")) == "http://proxy:1"
    with pytest.raises(Misunderstood, match="REPLAYBOOK_INTAKE_FORWARD"):
        settings(REPLAYBOOK_INTAKE_FORWARD="on")
