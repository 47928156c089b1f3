"""The doctor says what works with the key, and what to do about what doesn't."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.kernel.errors import Missing, ReplaybookError, Unauthorized
from bot.kernel.settings import Secret, Settings
from bot.providers.posthog.posthog_doctor import checks
from bot.providers.posthog.posthog_settings import PostHogSettings
from bot.providers.provider import Check
from standins.posthog.posthog_world import PostHogWorld
from tests.moments import ahead_of, starting_at
from tests.providers.contract.events import NOW, action
from tests.providers.posthog.posthog_house import fill, record

EVENT = {"type": 4, "data": {"href": "https://shop.example/", "width": 800, "height": 600}}


@pytest.fixture
def all_checks(url: str, world: PostHogWorld) -> dict[str, Check]:
    world.clock = starting_at(NOW)
    settings = PostHogSettings(key=Secret(world.key), project=str(world.project), url=url)
    return checks(Settings(clock_ahead_s=ahead_of(starting_at(NOW))).with_provider(settings))


async def test_without_settings_nothing_is_checked_and_with_one_it_says_what_is_missing() -> None:
    assert checks(Settings()) == {}
    with pytest.raises(ReplaybookError, match="REPLAYBOOK_POSTHOG_KEY isn’t set"):
        await checks(Settings().with_provider(PostHogSettings(project="1")))["events"]()


async def test_every_part_is_checked(all_checks: dict[str, Check], world: PostHogWorld) -> None:
    clicks = [action(NOW - timedelta(hours=1), "rage_click", "dead_click", "error_click"), action(NOW)]
    await fill(world, clicks, None, NOW)
    await record(world, "s-1", [EVENT | {"timestamp": round(NOW.timestamp() * 1000)}])
    said = {name: await check() for name, check in all_checks.items()}
    size = len(world.recordings["s-1"].blobs[0].data)
    assert said == {
        "project": "“Shop”",
        "clock": "the same as here",
        "events": "in 7 days: clicks 4, rage clicks 1, dead clicks 1, exceptions 1",
        "recordings": f"{size} bytes of the newest one",
    }


async def test_what_is_off_in_the_project_is_named(all_checks: dict[str, Check], world: PostHogWorld) -> None:
    world.switches = {"capture_dead_clicks": False, "autocapture_exceptions_opt_in": False}
    said = await all_checks["project"]()
    assert said == "“Shop”; off in its settings: dead clicks, exceptions (for error clicks)"


async def test_nothing_there_is_said_with_where_to_look(all_checks: dict[str, Check]) -> None:
    with pytest.raises(Missing, match="is autocapture on"):
        await all_checks["events"]()
    with pytest.raises(Missing, match="is session replay on"):
        await all_checks["recordings"]()


async def test_recordings_are_looked_for_as_long_as_every_plan_keeps_them(
    all_checks: dict[str, Check], world: PostHogWorld
) -> None:
    """Where no time is named, PostHog lists those of three days."""
    old, older = (round((NOW - timedelta(days=days)).timestamp() * 1000) for days in (5, 31))
    await record(world, "s-1", [EVENT | {"timestamp": older}])
    with pytest.raises(Missing, match="in the last 30 days"):
        await all_checks["recordings"]()
    await record(world, "s-2", [EVENT | {"timestamp": old}])
    assert "bytes of the newest one" in await all_checks["recordings"]()


@pytest.mark.parametrize("hours", [-1, 1])
async def test_clocks_that_differ_are_named(all_checks: dict[str, Check], world: PostHogWorld, hours: int) -> None:
    world.clock = starting_at(NOW + timedelta(hours=hours))
    with pytest.raises(ReplaybookError, match=r"are (3599|3600|3[0-9]{3}) s apart"):
        await all_checks["clock"]()


async def test_each_scope_that_is_missing_is_named(all_checks: dict[str, Check], world: PostHogWorld) -> None:
    world.scopes = frozenset()
    needed = {"project": "project:read", "clock": "query:read", "recordings": "session_recording:read"}
    for name, scope in needed.items():
        with pytest.raises(Unauthorized, match=scope):
            await all_checks[name]()
