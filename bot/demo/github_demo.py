"""GitHub's stand-in beside the demo, so that tickets can be tried where they live without an account."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec

from bot.kernel.clock import Clock
from bot.kernel.setting_values import http_address
from bot.kernel.settings import Secret, Settings
from bot.providers.github.github_settings import GitHubSettings
from standins.github.github_server import running_github, sending_hooks
from standins.github.github_world import GitHubWorld
from standins.slack.seed import ERIK, JISOO, MINA

PEOPLE = {f"{person.name}-nordic": person.email for person in (ERIK, JISOO, MINA)}


@asynccontextmanager
async def github_stand_in(settings: Settings, clock: Clock) -> AsyncIterator[tuple[Settings, str]]:
    """The settings for a bot whose tickets are issues there, and the address of the page that shows them."""
    world = GitHubWorld(clock=clock, accounts=PEOPLE, assignable=set(PEOPLE))
    secret = secrets.token_hex(16)
    async with running_github(world) as url:
        world.web = url
        account = GitHubSettings(
            repo=world.repos[0],
            token=Secret(world.token),
            hook_secret=Secret(secret),
            people=tuple(f"{email}={login}" for login, email in PEOPLE.items()),
            url=world.api,
            web_url=url,
        )
        theirs = msgspec.structs.replace(settings, tracker="github").with_provider(account)
        hook = f"{http_address(settings.host, settings.port)}/hooks/github/main"
        async with sending_hooks(world, hook, secret):
            yield theirs, url
