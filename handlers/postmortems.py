"""The record: an answer or a clip goes into the channel's post-mortem."""

from __future__ import annotations

from functools import partial

from bot.services.postmortems.export_notebook import published_links
from bot.services.postmortems.jobs import AddToNotebookJob
from bot.services.postmortems.postmortem_command import Commanding, run_command
from bot.services.services import Services
from handlers.payloads import ButtonPress, SlashCommand

COMMAND = "/postmortem"


async def command(command: SlashCommand, services: Services) -> None:
    """`/postmortem severity 2`: answered privately, but for what the channel is to know."""
    address, slack = command.address, services.slack
    person = await slack.people.get(address.team, address.user)
    published = partial(published_links, services.exports)
    commanding = Commanding(address.team, address.channel, person, services.questions.queue.put, published)
    await slack.private.send(address, await run_command(services.postmortems, commanding, command.text))


async def add_answer(press: ButtonPress, services: Services) -> None:
    job = AddToNotebookJob(
        team=press.team,
        question=press.pressed.id,
        by=press.user,
        press=f"{press.message}:{press.pressed.version}",
    )
    await services.questions.queue.put(job)


async def add_clip(press: ButtonPress, services: Services) -> None:
    """The button's session and window say which clip; its `target` is the clip's id."""
    job = AddToNotebookJob(team=press.team, question=press.pressed.id, by=press.user, clip=press.pressed.target)
    await services.questions.queue.put(job)
