"""The bot's home tab: what waits for whoever opens it."""

from __future__ import annotations

from slack_sdk.web.async_client import AsyncWebClient

from bot.services.desk import Desk
from bot.services.questions import lookup
from bot.signals.source import Source
from handlers.payloads import Payload


async def opened(event: Payload, context: Payload, client: AsyncWebClient, desk: Desk, source: Source) -> None:
    if event.get("tab") != "home":
        return
    person = await desk.people.get(context["team_id"], event["user"])
    view = desk.messages.home(
        "home/home",
        person.locale,
        url=desk.public_url,
        waiting=await lookup.waiting_for(desk, context["team_id"], person),
        notebooks=await lookup.notebooks(desk, context["team_id"]),
        examples=await lookup.examples(source, desk.clock(), person.locale),
    )
    await client.views_publish(user_id=person.id, view=view)
