"""The bot's home tab: what waits for whoever opens it."""

from __future__ import annotations

from bot.services.services import Services
from handlers.payloads import SlackEvent

NOTEBOOKS = 5


async def opened(event: SlackEvent, services: Services) -> None:
    if event.data.get("tab") != "home":
        return
    slack, team = services.slack, event.team
    person = await slack.people.get(team, event.data["user"])
    view = slack.messages.home(
        "home/home",
        person.locale,
        url=services.postmortems.public_url,
        waiting=await services.requests.records.waiting_for(team, person),
        notebooks=await services.postmortems.notebooks.list(team, limit=NOTEBOOKS),
        examples=await services.questions.reader.examples(person.locale),
    )
    await slack.clients.patient(team).views_publish(user_id=person.id, view=view)
