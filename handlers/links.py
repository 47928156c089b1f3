"""Links to the bot's own pages in messages: what they lead to is shown below them."""

from __future__ import annotations

from bot.services.postmortems.jobs import UnfurlJob
from bot.services.services import Services
from handlers.payloads import SlackEvent

COMPOSER = "composer"


async def shared(event: SlackEvent, services: Services) -> None:
    """A link that is still being written belongs to no channel yet, so nobody knows who may see what it leads to.

    When the message is posted, Slack tells of it once more, with its channel.
    """
    data = event.data
    if data.get("source") == COMPOSER or str(data.get("channel", "")).upper() == COMPOSER.upper():
        return
    links = tuple(dict.fromkeys(str(each["url"]) for each in data["links"]))
    channel = str(data["channel"])
    job = UnfurlJob(
        team=event.team,
        channel=channel,
        ts=str(data["message_ts"]),
        user=str(data["user"]),
        links=links,
        alone_with_bot=channel.startswith("D") and bool(data.get("is_bot_user_member")),
    )
    await services.questions.queue.put(job)
