"""The doctor says what works with these keys, and what to do about what doesn't."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import msgspec
import pytest

from bot.kernel.errors import Missing, ReplaybookError, Unauthorized
from bot.kernel.settings import Secret, Settings
from bot.providers.datadog.datadog_doctor import checks
from bot.providers.datadog.datadog_settings import DatadogSettings
from bot.providers.provider import Check
from standins.datadog.datadog_faults import DatadogFault
from standins.datadog.datadog_server import running
from standins.datadog.notebook_service import notebooks
from standins.datadog.owner_catalog import CatalogTeam, catalog
from standins.datadog.rum_columns import Events
from standins.datadog.world import World
from tests.moments import ahead_of, starting_at
from tests.providers.datadog.examples import NOW, action, put, view


@pytest.fixture
def world() -> World:
    world = World(clock=lambda: NOW)
    an_hour_ago = NOW - timedelta(hours=1)
    put(world, action(an_hour_ago, "rage_click", session="s1"), view(an_hour_ago, "v1", session="s1", replay=True))
    world.segments["s1", "v1"] = [b"x\x9c..."]
    catalog(world).teams["t1"] = CatalogTeam("payments")
    return world


@pytest.fixture
async def settings(world: World) -> AsyncIterator[Settings]:
    async with running(world) as url:
        keys = DatadogSettings(api_key=Secret("api"), app_key=Secret("app"), site="datadoghq.eu", url=url)
        yield Settings(clock_ahead_s=ahead_of(starting_at(NOW))).with_provider(keys)


@pytest.fixture
def all_checks(settings: Settings) -> dict[str, Check]:
    return checks(settings)


async def test_without_keys_there_is_nothing_to_check_and_with_one_it_says_which_is_missing() -> None:
    assert checks(Settings()) == {}
    with pytest.raises(ReplaybookError, match="DD_APP_KEY isn’t set"):
        await checks(Settings().with_provider(DatadogSettings(api_key=Secret("api"))))["keys"]()


async def test_every_part_is_checked(all_checks: dict[str, Check]) -> None:
    said = {name: await check() for name, check in all_checks.items()}
    assert said == {
        "keys": "both are known at datadoghq.eu",
        "RUM": "in 7 days: actions 1, sessions 1",
        "replays": "5 bytes of application/octet-stream for the newest view with a replay; "
        "their form isn't documented and not yet verified, so try a clip",
        "notebooks": "one was made and deleted; pictures in it need REPLAYBOOK_PUBLIC_URL",
        "cases": "projects SHOP (that cases can be written shows with the first one)",
        "incidents": "can be read (a preview of Datadog's), none is open; that post-mortem documents can be made "
        "(a beta) is known when one is published",
        "owners": "1 teams, 0 rules for views",
    }


async def test_pictures_are_seen_where_people_reach_the_bots_pages(settings: Settings) -> None:
    reachable = msgspec.structs.replace(settings, public_url="https://bot.example")
    assert await checks(reachable)["notebooks"]() == "one was made and deleted"


async def test_keys_of_another_site_are_said(settings: Settings, world: World) -> None:
    world.app_key = "another"
    with pytest.raises(Unauthorized, match=r"datadoghq\.eu doesn’t know these keys"):
        await checks(settings)["keys"]()


@pytest.mark.parametrize(
    ("name", "permission"),
    [
        ("RUM", "rum_apps_read"),
        ("notebooks", "notebooks_write"),
        ("cases", "cases_read"),
        ("incidents", "incident_read"),
        ("owners", "teams_read"),
    ],
)
async def test_a_missing_permission_is_named(
    all_checks: dict[str, Check], world: World, name: str, permission: str
) -> None:
    world.permissions = set()
    with pytest.raises(Unauthorized, match=f"“{permission}”"):
        await all_checks[name]()
    assert await all_checks["keys"]()


async def test_the_notebook_of_the_check_goes_even_when_its_making_was_never_confirmed(
    all_checks: dict[str, Check], world: World
) -> None:
    world.faults.add(DatadogFault("POST /api/v1/notebooks", drop=True, after=True))
    assert await all_checks["notebooks"]()
    assert notebooks(world).by_number == {}


async def test_a_deletion_whose_answer_was_lost_is_a_deletion(all_checks: dict[str, Check], world: World) -> None:
    world.faults.add(DatadogFault("DELETE", status=503, after=True))
    assert await all_checks["notebooks"]()
    assert notebooks(world).by_number == {}


async def test_a_rum_without_actions_or_replays_says_which_setting_of_the_sdk_to_look_at(
    all_checks: dict[str, Check], world: World
) -> None:
    world.events = Events()
    with pytest.raises(Missing, match="trackUserInteractions"):
        await all_checks["RUM"]()
    with pytest.raises(Missing, match="sessionReplaySampleRate"):
        await all_checks["replays"]()


async def test_rules_for_views_may_be_missing(all_checks: dict[str, Check], world: World) -> None:
    world.faults.add(DatadogFault("GET .*/teams-ownership/rules", status=404))
    assert "no rules for views, which are a preview" in await all_checks["owners"]()
