"""Datadog as the settings say."""

from __future__ import annotations

import pytest
from redis.asyncio import Redis

from bot.kernel.errors import Misunderstood
from bot.kernel.settings import Settings
from bot.providers.datadog.datadog_settings import DatadogSettings
from bot.providers.datadog.open_datadog import open_client, open_datadog, site_of
from bot.providers.provider import Setup
from bot.providers.registry import forward_address, read_settings
from bot.state.redis_records import RedisRecords
from standins.datadog.world import World
from tests.providers.datadog.examples import NOON, WEEK, action, put

KEYS = {"DD_API_KEY": "api", "DD_APP_KEY": "app"}


def datadog(**variables: str) -> DatadogSettings:
    return DatadogSettings.from_env(variables)


async def test_two_keys_and_an_address_are_enough(world: World, url: str, redis: Redis) -> None:
    put(world, action(NOON))
    settings = read_settings({**KEYS, "REPLAYBOOK_DATADOG_URL": url})
    async with open_datadog(Setup(settings, redis, RedisRecords(redis), "https://bot.example", world.clock)) as parts:
        assert parts.source
        assert (await parts.source.seen(WEEK))[0].actions > 0
    async with open_client(settings.of(DatadogSettings)) as client:
        assert client.site.app == "https://app.datadoghq.com"


async def test_one_key_is_a_mistake_that_is_named() -> None:
    assert not datadog().configured
    for key, missing in (("DD_API_KEY", "DD_APP_KEY"), ("DD_APP_KEY", "DD_API_KEY")):
        half = datadog(**{key: "k"})
        assert half.configured  # so that `auto` chooses it, and the start says what is missing
        with pytest.raises(Misunderstood, match=f"{missing} isn’t set"):
            async with open_client(half):
                pass
    with pytest.raises(Misunderstood, match="set DD_API_KEY and DD_APP_KEY"):
        async with open_client(datadog()):
            pass


def test_keys_are_secrets() -> None:
    shown = repr(datadog(DD_API_KEY="k-1", DD_APP_KEY="k-2"))
    assert "k-1" not in shown
    assert "k-2" not in shown
    assert set(read_settings(KEYS).secrets) >= {"api", "app"}


@pytest.mark.parametrize(
    "site",
    ["https://datadoghq.com", "datadoghq", "datadoghq.com/x", "a b.com", "evil.com@x.com", "app.datadoghq.eu"],
)
def test_a_site_is_a_name(site: str) -> None:
    with pytest.raises(Misunderstood, match=r"DD_SITE .* as datadoghq.eu or us5.datadoghq.com"):
        datadog(DD_SITE=site)


@pytest.mark.parametrize("pair", ["142", "C0123", "C0123=", "#inc-142=142", "C0123=142, 143"])
def test_an_incident_is_named_with_its_channel(pair: str) -> None:
    with pytest.raises(Misunderstood, match=r"REPLAYBOOK_DATADOG_INCIDENTS .* `C0123=142`"):
        datadog(REPLAYBOOK_DATADOG_INCIDENTS=pair)


def test_addresses_follow_from_the_settings() -> None:
    ours = datadog(REPLAYBOOK_DATADOG_URL="http://127.0.0.1:1", REPLAYBOOK_DATADOG_APP_URL="https://acme.datadoghq.com")
    assert (site_of(ours).api, site_of(ours).app) == ("http://127.0.0.1:1", "https://acme.datadoghq.com")


def test_where_the_intake_sends_on() -> None:
    assert forward_address(Settings()) is None
    eu = read_settings({"REPLAYBOOK_INTAKE_FORWARD": "datadog", "DD_SITE": "datadoghq.eu"})
    assert forward_address(eu) == "https://browser-intake-datadoghq.eu"
    assert forward_address(Settings(intake_forward="http://proxy:1")) == "http://proxy:1"
    with pytest.raises(Misunderstood, match="REPLAYBOOK_INTAKE_FORWARD"):
        read_settings({"REPLAYBOOK_INTAKE_FORWARD": "on"})
