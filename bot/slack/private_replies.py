"""Tells one person something that nobody else has to read."""

from __future__ import annotations

from dataclasses import dataclass

from bot.kernel.messages import JsonObject
from bot.services.desk import Desk
from bot.slack.clients import SlackRefused, called
from bot.slack.people import Person

NOBODY_READS = frozenset({"user_not_in_channel", "not_in_channel", "channel_not_found"})


@dataclass(frozen=True, slots=True)
class ThreadPlace:
    """A channel, or a thread in it (`thread` is empty at the channel's top)."""

    team: str
    channel: str
    thread: str = ""


def private_message(desk: Desk, to: Person, sentence: str, reference: str = "", url: str = "") -> JsonObject:
    """One sentence for one person. It may quote what others wrote, so it goes through a template like all the rest."""
    return desk.messages.message("said", to.locale, sentence=sentence, reference=reference, url=url)


async def reply_privately(desk: Desk, place: ThreadPlace, user: str, sentence: str, reference: str = "") -> None:
    """Slack refuses it for people who are not in the channel; then there is nobody to read it."""
    client = desk.clients.patient(place.team)
    message = private_message(desk, await desk.people.get(place.team, user), sentence, reference)
    try:
        call = client.chat_postEphemeral(channel=place.channel, user=user, thread_ts=place.thread or None, **message)
        await called("chat.postEphemeral", call)
    except SlackRefused as error:
        if error.code not in NOBODY_READS:
            raise
