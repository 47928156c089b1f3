"""*Find the replay* in a message's menu: the session, the person or the question of the message, with a clip."""

from __future__ import annotations

from contextlib import suppress

from bot.kernel.errors import Misunderstood, ReplaybookError
from bot.services.questions.ask_of_message import find_replay
from bot.services.questions.submit import Asking
from bot.services.services import Services
from bot.slack.buttons import Pressed
from bot.slack.channel_messages import all_text_of
from bot.slack.own_links import OwnLink, own_links_in
from handlers.payloads import MessageShortcut


async def find(shortcut: MessageShortcut, services: Services) -> None:
    """Answered in the message's thread; what can't be found is said to whoever chose it alone."""
    slack, address, message = services.slack, shortcut.address, shortcut.message
    text, thread = all_text_of(message), str(message.get("thread_ts") or message["ts"])
    asker = await slack.people.get(address.team, address.user)
    asking = Asking(
        team=address.team, channel=address.channel, asker=asker, text=text, delivery=shortcut.at, thread=thread
    )
    links = list(own_links_in(services.postmortems.public_url, text))
    try:
        asked = await find_replay(services.questions, asking, links, await _channel_of(services, links))
    except Misunderstood as problem:
        examples = [
            {"text": each, "value": Pressed("example", text=each, thread=thread).value()} for each in problem.examples
        ]
        explained = slack.messages.message(
            "signals/misunderstood", asker.locale, problem=problem, examples=examples, command="@Replaybook"
        )
        await slack.private.send(address, explained)
        return
    if asked.thread == thread:
        await services.questions.records.remember_thread(asked, thread)


async def _channel_of(services: Services, links: list[OwnLink]) -> str:
    """The channel of the first post-mortem among the links; empty where there is none."""
    for link in links:
        if link.kind == "notebooks":
            with suppress(ReplaybookError):
                return (await services.postmortems.notebooks.get(link.id)).channel
    return ""
