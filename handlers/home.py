"""The bot's home tab: what waits for whoever opens it."""

from __future__ import annotations

from bot.services.postmortems.channel_notebook import newest_for
from bot.services.requests.for_person import for_person
from bot.services.services import Services
from bot.slack.web_api import called
from handlers.payloads import SlackEvent


async def opened(event: SlackEvent, services: Services) -> None:
    if event.data.get("tab") != "home":
        return
    slack, team = services.slack, event.team
    person = await slack.people.get(team, event.data["user"])
    view = slack.messages.home(
        "home/home",
        person.locale,
        url=services.postmortems.public_url,
        mine=await for_person(services.requests, team, person),
        notebooks=await newest_for(services.postmortems, team, person.id),
        examples=await services.questions.reader.examples(person.locale),
    )
    await called("views.publish", slack.clients.patient(team).views_publish(user_id=person.id, view=view))
