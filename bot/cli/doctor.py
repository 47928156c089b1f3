"""Checks what the bot needs, one line each: what was found, or what to do."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from collections.abc import Awaitable, Callable
from difflib import get_close_matches
from functools import partial
from math import ceil
from pathlib import Path

import click

from bot.cli import options
from bot.cli.setting_checks import examined_files, examined_systems
from bot.kernel.errors import Missing, ReplaybookError
from bot.kernel.paths import NODE_MODULES
from bot.kernel.settings import Settings
from bot.kernel.settings_table import PREFIX

Check = Callable[[Settings], Awaitable[str]]
OUR_PREFIXES = (PREFIX, "SLACK_")
ALIKE = 0.9
"""How alike a name must be to be a slip: others' begin like ours, such as those of a Kubernetes service."""


@click.command()
def doctor() -> int:
    """Check what the bot needs, and say what works. Exit code 2 when something is missing."""
    return asyncio.run(_examined(options.settings()))


async def _examined(settings: Settings) -> int:
    missing = 0
    for name, check in _checks(settings).items():
        try:
            mark, text = "ok", await check()
        except ReplaybookError as error:
            mark, text, missing = "--", error.sentence, missing + 1
        click.echo(f"[{mark}] {name:<20} {text}")
    return 2 if missing else 0


def _checks(settings: Settings) -> dict[str, Callable[[], Awaitable[str]]]:
    """Ours, and those of the providers that are set up."""
    from bot.app.base import public_address
    from bot.cli.hook_check import hook_checks
    from bot.providers.registry import checks

    off = {check for check, wanted in _wanted(settings).items() if not wanted}
    own = {name: check for name, check in CHECKS.items() if check not in off}
    return {
        **{name: partial(check, settings) for name, check in own.items()},
        **checks(settings),
        **hook_checks(settings, public_address(settings)),
    }


def _wanted(settings: Settings) -> dict[Check, bool]:
    """Checks of what not everybody has set up. In Socket Mode Slack sends nothing over HTTP."""
    slack, socket = bool(settings.slack_bot_token), bool(settings.slack_app_token)
    return {
        _postgres: bool(settings.database_url),
        _scopes: slack,
        _socket: slack and socket,
        _events: slack and not socket and bool(settings.slack_signing_secret),
    }


async def _variables(_: Settings) -> str:
    from bot.providers.registry import variables

    known = variables()
    for name in sorted(name for name in os.environ if name.startswith(OUR_PREFIXES) and name not in known):
        without = {name.removeprefix(PREFIX)} & known  # Redis, Postgres and Slack are set under their usual names
        if meant := [*without, *get_close_matches(name, known, 1, ALIKE)]:
            raise Missing("There is no setting %(name)s; %(meant)s may be meant.", name=name, meant=meant[0])
    return f"{len(known.intersection(os.environ))} set of those in docs/settings.md"


async def _redis(settings: Settings) -> str:
    from bot.state.connection import connected
    from bot.state.embedded_server import redis_url
    from bot.state.redis_check import examined

    async with redis_url(settings.redis_url, settings.data) as url, connected(url, retries=0) as redis:
        examination = await examined(redis)
    return f"{examination}, {'the one in REDIS_URL' if settings.redis_url else 'a private one'}"


async def _postgres(settings: Settings) -> str:
    from bot.state.postgres.postgres_doctor import examined

    return await examined(settings)


async def _files(settings: Settings) -> str:
    from bot.files.file_areas import file_areas
    from bot.files.store_check import checked_files

    return await checked_files(file_areas(settings))


async def _browser(settings: Settings) -> str:
    from bot.replay.stage.browser import find_browser

    path, kind = find_browser(settings.browser)
    asked = await asyncio.to_thread(
        subprocess.run, [path, "--version"], check=False, capture_output=True, text=True, timeout=30
    )
    root = " (its sandbox is off, because this is root)" if os.geteuid() == 0 else ""
    return f"{asked.stdout.strip() or path}, {kind}{root}"


async def _fonts(_: Settings) -> str:
    fc_list = shutil.which("fc-list")
    if fc_list is None:
        raise Missing("fc-list isn’t here, so the fonts can’t be told (Debian: apt install fontconfig).")
    asked = await asyncio.to_thread(
        subprocess.run, [fc_list, ":lang=ko", "family"], check=False, capture_output=True, text=True
    )
    if not asked.stdout.strip():
        raise Missing("No font has Korean letters: clips would show boxes (Debian: apt install fonts-noto-cjk).")
    from bot.replay.fonts import missing_scripts

    korean = f"Korean in {asked.stdout.splitlines()[0].split(',')[0]}"
    missing = await asyncio.to_thread(missing_scripts)
    if not missing:
        return korean
    return f"{korean}; boxes for {', '.join(missing)}, which no font here has (Debian: apt install fonts-noto-core)"


async def _rrweb(_: Settings) -> str:
    package = NODE_MODULES / "@rrweb" / "replay" / "package.json"
    if not package.exists():
        raise Missing("The replayer isn’t installed; run `make setup`.")
    import json

    return f"replayer {json.loads(package.read_text())['version']}"


async def _owners(settings: Settings) -> str:
    from bot.app.base import load_owners

    owners = load_owners(settings)
    teams = await _teams(settings)
    own = f", and {teams} workspaces with settings by file" if teams else ""
    if not settings.owners.exists():
        return f"no {settings.owners} in {Path.cwd()}, so nobody is asked{own}"
    return f"{len(owners.features)} features with owners in {settings.owners}{own}"


async def _teams(settings: Settings) -> int:
    from bot.app.own_of_teams import team_rules

    return len((await asyncio.to_thread(team_rules, settings)).file.teams)


async def _watches(settings: Settings) -> str:
    needed = ceil(settings.watches_per_team / settings.watch_minutes)
    if needed > settings.watch_questions:
        raise Missing(
            "%(n)s watches would need %(looks)s looks a minute, and REPLAYBOOK_WATCH_QUESTIONS allows %(most)s.",
            n=settings.watches_per_team,
            looks=needed,
            most=settings.watch_questions,
        )
    most = f"at most {settings.watches_per_channel} a channel and {settings.watches_per_team} in all"
    return f"a look every {settings.watch_minutes} min, {most}"


async def _slack(settings: Settings) -> str:
    from bot.app.slack_access import check_slack
    from bot.slack.slack_doctor import connected_as

    if settings.token_keys:
        check_slack(settings)
    if settings.token_keys and not settings.slack_bot_token:
        return "any workspace can install the app; `replaybook installs` lists who has"
    return await connected_as(settings)


async def _scopes(settings: Settings) -> str:
    from bot.slack.slack_doctor import examined_scopes

    return await examined_scopes(settings)


async def _socket(settings: Settings) -> str:
    from bot.slack.slack_doctor import examined_socket

    return await examined_socket(settings)


async def _events(settings: Settings) -> str:
    from bot.slack.slack_doctor import examined_events

    return await examined_events(settings)


async def _pages(settings: Settings) -> str:
    from bot.app.base import public_address
    from bot.web.access.request_origin import is_loopback
    from bot.web.access.signed_values import signing_keys
    from bot.web.access.single_sign_on import trusted_networks

    address = public_address(settings)
    if settings.web_access == "open":
        if not is_loopback(address):
            raise Missing(
                "REPLAYBOOK_WEB_ACCESS=open lets in whoever reaches %(address)s; it is for a machine of your own.",
                address=address,
            )
        return f"open to whoever reaches {address}"
    signing_keys(settings)
    trusted_networks(settings)
    if not settings.slack_bot_token and not settings.slack_client_id:
        return "closed until Slack is connected; see docs/signin.md"
    if not (settings.slack_client_id and settings.slack_client_secret) and not settings.sso_header:
        raise Missing(
            "Nobody can sign in to the pages: SLACK_CLIENT_ID and SLACK_CLIENT_SECRET are needed; see docs/signin.md."
        )
    if not address.startswith("https://") and not is_loopback(address):
        raise Missing("Slack sends people back over https alone, and REPLAYBOOK_PUBLIC_URL is %(url)s.", url=address)
    return f"for people in their channel, at {address}"


CHECKS: dict[str, Check] = {
    "Settings": _variables,
    "Redis": _redis,
    "Postgres": _postgres,
    "Files": _files,
    "Chromium": _browser,
    "Fonts": _fonts,
    "rrweb": _rrweb,
    "Systems": examined_systems,
    "Setting files": examined_files,
    "Owners": _owners,
    "Watches": _watches,
    "Slack": _slack,
    "Slack scopes": _scopes,
    "Slack socket": _socket,
    "Slack events": _events,
    "Pages": _pages,
}
