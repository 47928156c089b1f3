"""The settings choose among the providers of the registry, to which others may add theirs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Annotated, ClassVar

import pytest
from msgspec import Meta
from redis.asyncio import Redis

from bot.backlog.owners import Owners
from bot.backlog.tracker import Trackers
from bot.kernel.errors import Missing, Misunderstood
from bot.kernel.settings import Secret, Settings
from bot.kernel.settings_table import ProviderSettings
from bot.providers import registry
from bot.providers.chosen import Chosen, opened
from bot.providers.datadog.datadog_settings import DatadogSettings
from bot.providers.local.local_tickets import LocalTracker
from bot.providers.provider import Check, Parts, Provider, Setup

KEYS = DatadogSettings(api_key=Secret("api"), app_key=Secret("app"), url="http://127.0.0.1:1")


class AcmeSettings(ProviderSettings, frozen=True, kw_only=True):
    prefix: ClassVar[str] = "ACME_"

    token: Annotated[str, Meta(description="A token.")] = ""

    @property
    def configured(self) -> bool:
        return bool(self.token)


class AcmeTracker(LocalTracker):
    name = "acme"


@asynccontextmanager
async def open_acme(setup: Setup) -> AsyncIterator[Parts]:
    yield Parts(tracker=AcmeTracker(setup.redis, base_url="https://acme.example", team="acme"))


def check_acme(settings: Settings) -> dict[str, Check]:
    async def token() -> str:
        return f"as {settings.of(AcmeSettings).token}"

    return {"token": token} if settings.of(AcmeSettings).configured else {}


ACME = Provider(
    name="acme",
    title="Acme",
    parts=frozenset({"tracker"}),
    settings=AcmeSettings,
    open=f"{__name__}:open_acme",
    doctor=f"{__name__}:check_acme",
    priority=20,
)


@pytest.fixture
def acme(monkeypatch: pytest.MonkeyPatch) -> None:
    """A package of somebody else's that adds a provider."""
    point = EntryPoint(name="acme", value=f"{__name__}:ACME", group=registry.GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda group: [point] if group == registry.GROUP else [])


def chosen_name(part: registry.PartName, name: str, settings: Settings) -> str | None:
    provider = registry.provider_of(part, name, settings)
    return provider.name if provider else None


def test_auto_is_the_best_that_is_set_up_and_has_the_part() -> None:
    with_keys = Settings().with_provider(KEYS)
    for part in ("source", "recordings", "notebooks", "tracker"):
        assert chosen_name(part, "auto", Settings()) == "local"
        assert chosen_name(part, "auto", with_keys) == "datadog"
    assert chosen_name("owners", "auto", Settings()) is None
    assert chosen_name("owners", "auto", with_keys) == "datadog"
    assert chosen_name("rewriter", "auto", with_keys) is None


@pytest.mark.usefixtures("acme")
def test_a_provider_of_somebody_elses_is_chosen_for_what_it_has() -> None:
    settings = registry.read_settings({"ACME_TOKEN": "t-1"}).with_provider(KEYS)
    assert settings.of(AcmeSettings).token == "t-1"
    assert chosen_name("tracker", "auto", settings) == "acme"
    assert chosen_name("tracker", "auto", Settings().with_provider(KEYS)) == "datadog"
    assert chosen_name("notebooks", "auto", settings) == "datadog"
    assert registry.names_with("tracker") == ["acme", "datadog", "local"]


def test_a_name_that_nobody_has_is_refused_with_those_there_are() -> None:
    with pytest.raises(Misunderstood, match=r"There is no provider “jria”; there are datadog, local, model\."):
        registry.provider_of("tracker", "jria", Settings())


def test_a_provider_without_the_part_is_refused_with_those_that_have_it() -> None:
    with pytest.raises(Misunderstood, match=r"The provider model has no tracker; datadog, local can be chosen\."):
        registry.provider_of("tracker", "model", Settings())


@pytest.mark.usefixtures("acme")
async def test_the_doctor_looks_at_every_provider_that_is_set_up() -> None:
    assert registry.checks(Settings()) == {}
    checks = registry.checks(registry.read_settings({"ACME_TOKEN": "t-1", "DD_API_KEY": "k"}))
    assert {name.split()[0] for name in checks} == {"Acme", "Datadog"}
    assert await checks["Acme token"]() == "as t-1"


async def open_parts(redis: Redis, settings: Settings, *trackers: str) -> Chosen:
    """What was chosen; its clients are closed again."""
    async with opened(Setup(settings, redis, "https://bot.example"), trackers) as parts:
        return parts


async def test_without_settings_everything_is_embedded(redis: Redis, tmp_path: Path) -> None:
    parts = await open_parts(redis, Settings(data=tmp_path))
    assert parts.source is None  # nobody gave it a store: that is the process of the bot alone
    assert (parts.owners, parts.rewriter) == (None, None)
    assert parts.trackers.of().name == "local"
    with pytest.raises(Missing):
        await parts.recordings.recording("nobody's")


async def test_each_part_is_chosen_by_its_own_setting(redis: Redis, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, tracker="local").with_provider(KEYS)
    parts = await open_parts(redis, settings)
    assert parts.source
    assert (parts.source.name, parts.trackers.of().name) == ("datadog", "local")
    assert parts.owners


async def test_a_provider_that_is_chosen_and_not_set_up_says_what_is_missing(redis: Redis, tmp_path: Path) -> None:
    with pytest.raises(Misunderstood, match="set DD_API_KEY and DD_APP_KEY"):
        await open_parts(redis, Settings(data=tmp_path, notebooks="datadog"))


@pytest.mark.usefixtures("acme")
async def test_trackers_that_features_name_are_opened_beside_the_one_of_the_settings(
    redis: Redis, tmp_path: Path
) -> None:
    parts = await open_parts(redis, Settings(data=tmp_path), "acme")
    assert {name: parts.trackers.of(name).name for name in ("", "local", "acme")} == {
        "": "local",
        "local": "local",
        "acme": "acme",
    }
    ticket = await parts.trackers.of("acme").create("SHOP", "Fix Buy", "", meaning="R1")
    assert ticket.link == "https://acme.example/tickets/SHOP-1"
    with pytest.raises(Missing):
        await parts.trackers.of("local").get("SHOP-1")


@pytest.mark.usefixtures("acme")
async def test_owners_yaml_says_which_trackers_there_are(redis: Redis, tmp_path: Path) -> None:
    path = tmp_path / "owners.yaml"
    row = "features:\n  - name: x\n    product: a@b.example\n    engineering: a@b.example\n    tracker: acme/SHOP\n"
    path.write_text(row)
    owners = Owners.load(path, registry.names_with("tracker"))
    parts = await open_parts(redis, Settings(data=tmp_path), *owners.trackers)
    assert parts.trackers.of(owners.features[0].tracker).name == "acme"
    path.write_text(row.replace("acme", "model"))
    with pytest.raises(Misunderstood, match=r"line 5, features\[0\]\.tracker: there is no tracker “model”"):
        Owners.load(path, registry.names_with("tracker"))


def test_a_tracker_that_is_no_longer_set_up_is_missing() -> None:
    with pytest.raises(Missing, match="“jira” is not set up"):
        Trackers({}, "local").of("jira")
