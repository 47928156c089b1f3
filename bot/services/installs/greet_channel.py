"""One short hello in a channel that the bot was invited to, once."""

from __future__ import annotations

from bot.services.installs.context import InstallContext
from bot.state import keys

REMEMBERED_S = 400 * 24 * 3600.0


async def greet_channel(context: InstallContext, team: str, channel: str, inviter: str) -> None:
    """Says nothing to who invites the bot again within a year."""
    slack = context.slack
    locale = (await slack.people.get(team, inviter)).locale
    key = f"hello:{channel}"

    async def greet() -> str:
        message = slack.messages.message("channels/hello", locale)
        await slack.outbox.post(key, team=team, channel=channel, message=message)
        return ""

    await slack.private.once.run(keys.once(team, "hello", channel), greet, ttl=REMEMBERED_S)
