"""The settings choose among the providers of the registry, to which others may add theirs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Annotated, ClassVar

import msgspec
import pytest
from msgspec import Meta
from redis.asyncio import Redis

from bot.backlog.owners import Owners
from bot.backlog.ticket import NewTicket
from bot.backlog.tracker import Trackers
from bot.kernel.clock import system_clock
from bot.kernel.errors import Missing, Misunderstood
from bot.kernel.settings import Secret, Settings
from bot.kernel.settings_table import ProviderSettings
from bot.providers import registry
from bot.providers.chosen import Chosen, opened
from bot.providers.datadog.datadog_settings import DatadogSettings
from bot.providers.local.local_tickets import LocalTracker
from bot.providers.provider import Check, PartName, Parts, Provider, Setup
from bot.state.redis_records import RedisRecords

KEYS = DatadogSettings(api_key=Secret("api"), app_key=Secret("app"), url="http://127.0.0.1:1")


class OutsideSettings(ProviderSettings, frozen=True, kw_only=True):
    prefix: ClassVar[str] = "OUTSIDE_"

    token: Annotated[str, Meta(description="A token.")] = ""

    @property
    def configured(self) -> bool:
        return bool(self.token)


class OutsideTracker(LocalTracker):
    name = "outside"


@asynccontextmanager
async def open_outside(setup: Setup) -> AsyncIterator[Parts]:
    yield Parts(
        tracker=OutsideTracker(setup.records, base_url="https://outside.example", now=setup.clock, space="outside")
    )


def check_outside(settings: Settings) -> dict[str, Check]:
    async def token() -> str:
        return f"as {settings.of(OutsideSettings).token}"

    return {"token": token} if settings.of(OutsideSettings).configured else {}


OUTSIDE = Provider(
    name="outside",
    title="Outside",
    parts=frozenset({"tracker"}),
    settings=OutsideSettings,
    open=f"{__name__}:open_outside",
    doctor=f"{__name__}:check_outside",
    priority=20,
)


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A package of somebody else's that adds a provider; gives the groups of entry points that were read."""
    point, read = EntryPoint(name="outside", value=f"{__name__}:OUTSIDE", group=registry.GROUP), list[str]()

    def entry_points(group: str) -> list[EntryPoint]:
        read.append(group)
        return [point] if group == registry.GROUP else []

    monkeypatch.setattr(registry, "entry_points", entry_points)
    registry.added_rows.cache_clear()
    yield read
    registry.added_rows.cache_clear()


def chosen_name(part: PartName, name: str, settings: Settings) -> str | None:
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


@pytest.mark.usefixtures("outside")
def test_a_provider_of_somebody_elses_is_chosen_for_what_it_has() -> None:
    settings = registry.read_settings({"OUTSIDE_TOKEN": "t-1"}).with_provider(KEYS)
    assert settings.of(OutsideSettings).token == "t-1"
    assert chosen_name("tracker", "auto", settings) == "outside"
    assert chosen_name("tracker", "auto", Settings().with_provider(KEYS)) == "datadog"
    assert chosen_name("notebooks", "auto", settings) == "datadog"
    assert {"outside", "datadog", "local"} <= set(registry.names_with("tracker"))


def test_what_is_installed_is_read_once(outside: list[str]) -> None:
    settings = registry.read_settings({"OUTSIDE_TOKEN": "t-1"})
    assert chosen_name("tracker", "auto", settings) == "outside"
    assert outside == [registry.GROUP]


def test_a_name_that_nobody_has_is_refused_with_those_there_are() -> None:
    with pytest.raises(Misunderstood) as refused:
        registry.provider_of("tracker", "jria", Settings())
    able = ", ".join(registry.names_with("tracker"))
    assert refused.value.sentence == f"“jria” can’t be chosen for tracker; {able} can be."


@pytest.mark.parametrize(
    ("part", "name"), [("source", "splunk"), ("source", "jira"), ("notebooks", "github"), ("tracker", "jria")]
)
def test_a_setting_that_chooses_what_there_is_not_is_named(part: PartName, name: str) -> None:
    settings = msgspec.structs.replace(Settings(), **{part: name})
    with pytest.raises(Misunderstood) as refused:
        registry.provider_of(part, name, settings)
    able = ", ".join(registry.names_with(part))
    wanted = f"REPLAYBOOK_{part.upper()} can’t be “{name}”: it is auto, or one of {able}."
    assert refused.value.sentence == wanted


def test_a_provider_without_the_part_is_refused_with_those_that_have_it() -> None:
    with pytest.raises(Misunderstood) as refused:
        registry.provider_of("tracker", "model", Settings())
    able = ", ".join(registry.names_with("tracker"))
    assert refused.value.sentence == f"“model” can’t be chosen for tracker; {able} can be."


@pytest.mark.usefixtures("outside")
async def test_the_doctor_looks_at_every_provider_that_is_set_up() -> None:
    assert registry.checks(Settings()) == {}
    checks = registry.checks(registry.read_settings({"OUTSIDE_TOKEN": "t-1", "DD_API_KEY": "k"}))
    assert {name.split()[0] for name in checks} == {"Outside", "Datadog"}
    assert await checks["Outside token"]() == "as t-1"


async def open_parts(redis: Redis, settings: Settings, *trackers: str) -> Chosen:
    """What was chosen; its clients are closed again."""
    async with opened(
        Setup(settings, redis, RedisRecords(redis), "https://bot.example", system_clock), trackers
    ) as parts:
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


@pytest.mark.usefixtures("outside")
async def test_trackers_that_features_name_are_opened_beside_the_one_of_the_settings(
    redis: Redis, tmp_path: Path
) -> None:
    parts = await open_parts(redis, Settings(data=tmp_path), "outside")
    assert {name: parts.trackers.of(name).name for name in ("", "local", "outside")} == {
        "": "local",
        "local": "local",
        "outside": "outside",
    }
    ticket = await parts.trackers.of("outside").create(NewTicket("SHOP", "Fix Buy", "", meaning="R1"))
    assert ticket.link == "https://outside.example/tickets/SHOP-1"
    with pytest.raises(Missing):
        await parts.trackers.of("local").get("SHOP-1")


@pytest.mark.usefixtures("outside")
async def test_owners_yaml_says_which_trackers_there_are(redis: Redis, tmp_path: Path) -> None:
    path = tmp_path / "owners.yaml"
    row = "features:\n  - name: x\n    product: a@b.example\n    engineering: a@b.example\n    tracker: outside/SHOP\n"
    path.write_text(row)
    owners = Owners.load(path, registry.names_with("tracker"))
    parts = await open_parts(redis, Settings(data=tmp_path), *owners.trackers)
    assert parts.trackers.of(owners.features[0].tracker).name == "outside"
    path.write_text(row.replace("outside", "model"))
    with pytest.raises(Misunderstood, match=r"line 5, features\[0\]\.tracker: there is no tracker “model”"):
        Owners.load(path, registry.names_with("tracker"))


def test_a_tracker_that_is_no_longer_set_up_is_missing() -> None:
    with pytest.raises(Missing, match="“jira” is not set up"):
        Trackers({}, "local").of("jira")
