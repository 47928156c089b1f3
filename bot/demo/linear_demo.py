"""Linear's stand-in beside the demo, so that tickets in Linear can be tried without an account."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec

from bot.kernel.clock import Clock
from bot.kernel.errors import Misunderstood
from bot.kernel.setting_values import http_address
from bot.kernel.settings import Secret, Settings
from bot.providers.linear.linear_settings import LinearSettings
from standins.linear.linear_world import LinearHook, LinearLabel, LinearUser, LinearWorld
from standins.slack.seed import ERIK, JISOO, MINA


@asynccontextmanager
async def linear_stand_in(settings: Settings, clock: Clock) -> AsyncIterator[tuple[Settings, str]]:
    """The settings for a bot whose tickets are there, and the address of the page that shows them.

    Raises Misunderstood where graphql-core isn't installed.
    """
    try:
        from standins.linear.linear_server import running_linear  # noqa: PLC0415 - what nothing else needs
    except ModuleNotFoundError as error:
        raise Misunderstood("Linear’s stand-in needs graphql-core: run `make setup`.", at="graphql-core") from error
    world, secret = LinearWorld(clock=clock), secrets.token_hex(16)
    world.users += [LinearUser(person.real_name, person.email) for person in (ERIK, JISOO, MINA)]
    world.labels += [LinearLabel("incident"), LinearLabel("prevent")]
    world.hooks.append(LinearHook(f"{http_address(settings.host, settings.port)}/hooks/linear/main", secret))
    async with running_linear(world, settings.host) as url:
        linear = LinearSettings(
            api_key=Secret(world.api_key), url=url, workspace=world.url_key, webhook_secret=Secret(secret)
        )
        theirs = msgspec.structs.replace(settings, tracker="linear", tracker_project="SHOP").with_provider(linear)
        yield theirs, url
