"""What works with the key that is set: one check for each part of PostHog that is used."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from bot.kernel.clock import Clock, ahead_of_ours, clock_ahead
from bot.kernel.errors import Missing, ReplaybookError
from bot.kernel.settings import Settings
from bot.providers.posthog.hogql_values import HogQLValues
from bot.providers.posthog.open_posthog import open_client
from bot.providers.posthog.posthog_calls import (
    ProjectAnswer,
    QueryRows,
    RecordingPage,
    newest_recordings_call,
    project_call,
    query_call,
    snapshots_call,
)
from bot.providers.posthog.posthog_client import PostHogClient
from bot.providers.posthog.posthog_settings import PostHogSettings
from bot.providers.provider import Check

DAYS = 7
MOST_APART_S = 30.0
"""Clocks that differ by more make periods that end now wrong."""
LOOKED_AT, KEPT_DAYS = 10, 30
"""Recordings of the days in which every plan keeps them."""
_EVENTS = ("$autocapture", "$rageclick", "$dead_click", "$exception")


def checks(settings: Settings) -> dict[str, Check]:
    """The checks by name, none when PostHog isn't set up."""
    posthog = settings.of(PostHogSettings)
    if not posthog.configured:
        return {}
    clock = clock_ahead(settings.clock_ahead_s)
    parts: dict[str, Callable[[PostHogClient], Awaitable[str]]] = {
        "project": _project,
        "clock": partial(_clock, clock=clock),
        "events": partial(_events, clock=clock),
        "recordings": _recordings,
    }
    return {name: partial(_with_client, posthog, check) for name, check in parts.items()}


async def _with_client(settings: PostHogSettings, check: Callable[[PostHogClient], Awaitable[str]]) -> str:
    async with open_client(settings) as client:  # says what is missing
        return await check(client)


async def _project(client: PostHogClient) -> str:
    """What is off isn't wrong, but some of the numbers are then nought. SDKs may switch it on by themselves."""
    project = await client.send(project_call(), ProjectAnswer)
    switches = {
        "session replay": project.session_recording_opt_in,
        "dead clicks": project.capture_dead_clicks,
        "exceptions (for error clicks)": project.autocapture_exceptions_opt_in,
    }
    off = [name for name, is_on in switches.items() if not is_on]
    return f"“{project.name}”" + (f"; off in its settings: {', '.join(off)}" if off else "")


async def _clock(client: PostHogClient, *, clock: Clock) -> str:
    asked = clock()
    answer = await client.send(query_call("SELECT toUnixTimestamp64Milli(now()) AS ms", {}), QueryRows)
    told = datetime.fromtimestamp(int(answer.results[0][0]) / 1000, UTC)
    apart = ahead_of_ours(told, asked, clock()).total_seconds()
    if abs(apart) > MOST_APART_S:
        raise ReplaybookError(
            "PostHog’s clock and this machine’s are %(apart)s s apart: set the time by NTP.", apart=f"{abs(apart):.0f}"
        )
    return "the same as here"


async def _events(client: PostHogClient, *, clock: Clock) -> str:
    values = HogQLValues()
    since = values.time(clock() - timedelta(days=DAYS))
    counts = ", ".join(f"countIf(event = '{event}') AS n{number}" for number, event in enumerate(_EVENTS))
    query = f"SELECT {counts} FROM events WHERE timestamp >= {since} AND event IN {_EVENTS} LIMIT 1"  # noqa: S608
    [row] = (await client.send(query_call(query, values.by_name), QueryRows)).results
    clicks, rage, dead, errors = map(int, row)
    if not clicks:
        raise Missing("There is no click in PostHog in %(days)s days; is autocapture on in posthog-js?", days=DAYS)
    return f"in {DAYS} days: clicks {clicks:,}, rage clicks {rage:,}, dead clicks {dead:,}, exceptions {errors:,}"


async def _recordings(client: PostHogClient) -> str:
    """Whether it can be played shows when a clip is made."""
    page = await client.send(newest_recordings_call(LOOKED_AT, KEPT_DAYS), RecordingPage)
    ended = next((recording for recording in page.results if not recording.ongoing), None)
    if ended is None:
        raise Missing(
            "PostHog has no recording that ended in the last %(days)s days; is session replay on in the project?",
            days=KEPT_DAYS,
        )
    size = len(await client.body(snapshots_call(ended.id, 0, 0)))
    return f"{size:,} bytes of the newest one"
