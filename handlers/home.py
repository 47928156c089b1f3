"""The bot's home tab: what waits for whoever opens it."""

from __future__ import annotations

from bot.services.home_tab import opened_home
from bot.services.services import Services
from handlers.payloads import SlackEvent


async def opened(event: SlackEvent, services: Services) -> None:
    if event.data.get("tab") == "home":
        await opened_home(services, event.team, event.data["user"])
