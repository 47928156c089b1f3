"""The doctor's round trip: a signed webhook sent to the bot at the address that trackers are given."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import aiohttp

from bot.kernel.clock import clock_ahead
from bot.kernel.errors import Missing, Unavailable
from bot.kernel.settings import Settings
from bot.providers.hooks import HookDelivery
from bot.providers.registry import all_hooks, providers

ANSWER_S = 10.0


def hook_checks(settings: Settings, address: str) -> dict[str, Callable[[], Awaitable[str]]]:
    """A check for each provider whose webhooks have a secret, by what the doctor calls it."""
    now = clock_ahead(settings.clock_ahead_s)()
    trials = {name: hooks.trial(settings, now) for name, hooks in all_hooks().items()}
    return {
        f"{providers()[name].title} webhooks": partial(_checked, address, name, trial)
        for name, trial in trials.items()
        if trial
    }


async def _checked(address: str, provider: str, trial: HookDelivery) -> str:
    """Raises Missing where the bot refused it, and Unavailable where nobody answers."""
    url = f"{address}/hooks/{provider}/{trial.connection}"
    timeout = aiohttp.ClientTimeout(total=ANSWER_S, sock_connect=5.0)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(url, data=trial.body, headers=dict(trial.headers), allow_redirects=False) as response,
        ):
            answer: Any = await response.json(content_type=None)
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        raise Unavailable(
            "A signed webhook sent to %(url)s got no answer of the bot’s (%(kind)s): does it run, and is that its "
            "address?",
            url=url,
            kind=type(error).__name__,
        ) from error
    if response.status != 200 or not isinstance(answer, dict) or answer.get("ok") is not True:
        why = answer.get("error") if isinstance(answer, dict) else None
        raise Missing(
            "A signed webhook sent to %(url)s was answered with status %(status_code)s%(words)s.",
            url=url,
            status_code=response.status,
            words=f": {str(why)[:200].rstrip('.')}" if why else "",
        )
    return f"a signed one was taken at {url}"
