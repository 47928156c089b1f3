"""The bot's home tab: what waits for whoever opens it."""

from __future__ import annotations

from bot.notebook.notebook import Notebook
from bot.services.requests.for_person import for_person
from bot.services.services import Services
from handlers.payloads import SlackEvent

NOTEBOOKS = 5
LOOKED_AT = 30
"""Of so many of the newest, those are shown whose channels the person may see."""


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
        notebooks=await _notebooks(services, team, person.id),
        examples=await services.questions.reader.examples(person.locale),
    )
    await slack.clients.patient(team).views_publish(user_id=person.id, view=view)


async def _notebooks(services: Services, team: str, user: str) -> list[Notebook]:
    """The newest, of channels that the person may see."""
    shown: list[Notebook] = []
    for notebook in await services.postmortems.notebooks.list(team, limit=LOOKED_AT):
        if len(shown) < NOTEBOOKS and await services.slack.people.sees(team, user, notebook.channel):
            shown.append(notebook)
    return shown
