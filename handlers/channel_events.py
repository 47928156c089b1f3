"""What happens to messages in a channel: the post-mortem's timeline, discussion and head follow it."""

from __future__ import annotations

from bot.services.access.access import Deed
from bot.services.postmortems.jobs import MessageJob, ReadHeadJob
from bot.services.requests.offered_tickets import note_links
from bot.services.services import Services
from bot.services.watches.set_watch import end_watches_of
from bot.slack.channel_messages import files_of, is_gone, text_of, user_of
from handlers import questions
from handlers.edge import is_followed
from handlers.payloads import Payload, SlackEvent


async def pinned(event: SlackEvent, services: Services) -> None:
    """Raises Denied where whoever pins may not write into the channel's post-mortem."""
    await _permit_pinning(event, services)
    await _follow(event, services, "pinned", event.data["channel_id"], _pinned_message(event))


async def unpinned(event: SlackEvent, services: Services) -> None:
    """Raises Denied where whoever takes a pin off may not change the channel's post-mortem."""
    await _permit_pinning(event, services)
    await _follow(event, services, "unpinned", event.data["channel_id"], _pinned_message(event))


async def _permit_pinning(event: SlackEvent, services: Services) -> None:
    if user := event.data.get("user"):
        await services.access.permit(
            Deed.CHANGE_NOTEBOOK,
            team=event.team,
            channel=event.data["channel_id"],
            user=str(user),
            target=str(_pinned_message(event).get("ts") or ""),
            once=str(event.data.get("event_ts") or ""),
        )


async def posted(event: SlackEvent, services: Services) -> None:
    """A message that was posted: to the bot alone, or as a reply in a thread in which something was asked.

    Of all others it keeps which tickets they link to, and nothing else. They are heard, because Slack delivers them
    again where nobody listens.
    """
    if event.data.get("channel_type") == "im":
        await questions.direct_message(event, services)
        return
    if "://" in (text := str(event.data.get("text") or "")) and not event.data.get("bot_id"):
        await note_links(services.requests, event.team, event.data["channel"], text)
    if await is_followed(event.data, event.team, services):
        await _follow(event, services, "said", event.data["channel"], event.data)


async def edited(event: SlackEvent, services: Services) -> None:
    """Only what people wrote: the bot's own updates are no events of the incident."""
    message = event.data.get("message", {})
    if is_gone(message):
        before = event.data.get("previous_message", {})
        await _follow(event, services, "deleted", event.data["channel"], {**before, **message})
    elif not message.get("bot_id"):
        await _follow(event, services, "edited", event.data["channel"], message)


async def deleted(event: SlackEvent, services: Services) -> None:
    message = event.data.get("previous_message", {})
    await _follow(event, services, "deleted", event.data["channel"], message)


async def ignored(event: SlackEvent, services: Services) -> None:
    """Who joined, a new topic and the like. Heard, because Slack delivers again where nobody listens."""


def _pinned_message(event: SlackEvent) -> Payload:
    message: Payload = event.data.get("item", {}).get("message", {})
    return message


async def topic_changed(event: SlackEvent, services: Services) -> None:
    """The topic says how grave the incident is and who commands it."""
    job = ReadHeadJob(team=event.team, channel=event.data["channel"], event_ts=event.data["event_ts"])
    await services.questions.queue.put(job)


async def archived(event: SlackEvent, services: Services) -> None:
    since = event.data.get("event_ts")
    await end_watches_of(services.watches, event.team, event.data["channel"], float(since) if since else None)


async def _follow(event: SlackEvent, services: Services, kind: str, channel: str, message: Payload) -> None:
    if not message.get("ts"):
        return  # a file or a comment was pinned: nothing with a text
    job = MessageJob(
        team=event.team,
        channel=channel,
        ts=message["ts"],
        kind=kind,
        event_ts=event.data["event_ts"],
        by=user_of(message),
        text=text_of(message),
        thread=message.get("thread_ts", ""),
        is_pinned=bool(message.get("pinned_to")),
        files=files_of(message),
    )
    await services.questions.queue.put(job)
