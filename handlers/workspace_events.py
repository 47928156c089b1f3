"""What happens to the app and its channels in a workspace: uninstalled, invited, a channel renamed."""

from __future__ import annotations

from bot.services.installs.forget_installation import forget_installation
from bot.services.installs.greet_channel import greet_channel
from bot.services.postmortems.rename_channel import rename_channel
from bot.services.services import Services
from handlers.payloads import SlackEvent


async def uninstalled(event: SlackEvent, services: Services) -> None:
    """Also after `tokens_revoked`, which names users' tokens too: Slack says whether ours is among them.

    What is left of an installation may say no more whether it was the workspace's or the organization's.
    """
    for tenant in dict.fromkeys((event.team, event.organization)):
        await forget_installation(services.installs, tenant)


async def member_joined(event: SlackEvent, services: Services) -> None:
    """Perhaps a guest; or the bot. Who lets the bot join by a button gets an answer there, and needs no hello."""
    await services.access.guests.forget(event.team, event.data["channel"])
    inviter = event.data.get("inviter")
    if event.bot and event.data.get("user") == event.bot and inviter:
        await greet_channel(services.installs, event.team, event.data["channel"], inviter)


async def channel_renamed(event: SlackEvent, services: Services) -> None:
    channel = event.data["channel"]
    await rename_channel(services.postmortems, event.team, channel["id"], str(channel.get("name") or ""))
