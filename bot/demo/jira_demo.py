"""Jira's stand-in beside the demo, so that tickets in Jira can be tried without an account."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec

from bot.kernel.clock import Clock
from bot.kernel.setting_values import http_address
from bot.kernel.settings import Secret, Settings
from bot.providers.jira.jira_settings import JiraSettings
from standins.jira.jira_server import running_jira
from standins.jira.jira_world import JiraHook, JiraUser, JiraWorld
from standins.slack.seed import ERIK, JISOO, MINA


@asynccontextmanager
async def jira_stand_in(settings: Settings, clock: Clock) -> AsyncIterator[tuple[Settings, str]]:
    """The settings for a bot whose tickets are there, and the address of the page that shows them."""
    world, secret = JiraWorld(clock=clock), secrets.token_hex(16)
    world.users += [JiraUser(f"557058:{person.id}", person.real_name, person.email) for person in (ERIK, JISOO, MINA)]
    world.hooks.append(JiraHook(f"{http_address(settings.host, settings.port)}/hooks/jira/main", secret))
    async with running_jira(world, settings.host) as url:
        jira = JiraSettings(url=url, email=world.email, token=Secret(world.token), webhook_secret=Secret(secret))
        theirs = msgspec.structs.replace(settings, tracker="jira", tracker_project="SHOP").with_provider(jira)
        yield theirs, url
