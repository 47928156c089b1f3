"""The record: an answer or a clip goes into the channel's post-mortem."""

from __future__ import annotations

from functools import partial

from bot.kernel.errors import Misunderstood
from bot.services.postmortems.commanding import Commanding
from bot.services.postmortems.export_notebook import published_links
from bot.services.postmortems.jobs import AddMessageJob, AddToNotebookJob
from bot.services.postmortems.postmortem_command import run_command
from bot.services.services import Services
from bot.slack.channel_messages import files_of, text_of, user_of
from handlers.payloads import ButtonPress, MessageShortcut, SlashCommand

COMMAND = "/postmortem"


async def command(command: SlashCommand, services: Services) -> None:
    """`/postmortem severity 2`: answered privately, but for what the channel is to know."""
    address, slack = command.address, services.slack
    person = await slack.people.get(address.team, address.user)
    published = partial(published_links, services.exports)
    commanding = Commanding(
        address.team, address.channel, person, services.questions.queue.put, published, command.trigger
    )
    await slack.private.send(address, await run_command(services.postmortems, commanding, command.text))


async def add_answer(press: ButtonPress, services: Services) -> None:
    job = AddToNotebookJob(
        team=press.team,
        question=press.pressed.id,
        by=press.user,
        press=f"{press.message}:{press.pressed.version}",
        trigger=press.trigger,
        address=press.address,
    )
    await services.questions.queue.put(job)


async def add_clip(press: ButtonPress, services: Services) -> None:
    """The button's session and window say which clip; its `target` is the clip's id."""
    job = AddToNotebookJob(
        team=press.team,
        question=press.pressed.id,
        by=press.user,
        clip=press.pressed.target,
        trigger=press.trigger,
        address=press.address,
    )
    await services.questions.queue.put(job)


async def add_message(shortcut: MessageShortcut, services: Services) -> None:
    """*Add to post-mortem* in a message's menu. Raises Misunderstood in a direct message, which has no notebook."""
    address, message = shortcut.address, shortcut.message
    if address.channel.startswith("D"):
        raise Misunderstood("A post-mortem belongs to a channel, and this is a direct message.")
    job = AddMessageJob(
        team=shortcut.team,
        channel=address.channel,
        ts=message["ts"],
        kind="marked",
        event_ts=shortcut.at,
        by=user_of(message),
        text=text_of(message),
        thread=message.get("thread_ts", ""),
        files=files_of(message),
        address=address,
    )
    await services.questions.queue.put(job)
