"""Pins, edits and deletions in the channel: the timeline follows them. In an archived one nothing is watched."""

from __future__ import annotations

from bot.services.postmortems.jobs import ReadHeadJob, TimelineJob
from bot.services.services import Services
from bot.services.watches.set_watch import end_watches_of
from handlers.payloads import Payload, SlackEvent


async def pinned(event: SlackEvent, services: Services) -> None:
    message = event.data.get("item", {}).get("message", {})
    await _follow(event, services, "pinned", event.data["channel_id"], message)


async def unpinned(event: SlackEvent, services: Services) -> None:
    message = event.data.get("item", {}).get("message", {})
    await _follow(event, services, "unpinned", event.data["channel_id"], message)


async def edited(event: SlackEvent, services: Services) -> None:
    """Only what people wrote: the bot's own updates are no events of the incident."""
    message = event.data.get("message", {})
    if not message.get("bot_id"):
        await _follow(event, services, "edited", event.data["channel"], message)


async def deleted(event: SlackEvent, services: Services) -> None:
    await _follow(event, services, "deleted", event.data["channel"], event.data.get("previous_message", {}))


async def topic_changed(event: SlackEvent, services: Services) -> None:
    """The topic says how grave the incident is and who commands it."""
    job = ReadHeadJob(team=event.team, channel=event.data["channel"], event_ts=event.data["event_ts"])
    await services.questions.queue.put(job)


async def archived(event: SlackEvent, services: Services) -> None:
    await end_watches_of(services.watches, event.team, event.data["channel"])


async def _follow(event: SlackEvent, services: Services, kind: str, channel: str, message: Payload) -> None:
    if not message.get("ts"):
        return  # a file or a comment was pinned: nothing with a text
    job = TimelineJob(
        team=event.team,
        channel=channel,
        ts=message["ts"],
        kind=kind,
        at=services.postmortems.clock(),
        event_ts=event.data["event_ts"],
        by=message.get("user", ""),
        text=message.get("text", ""),
        thread=message.get("thread_ts", ""),
    )
    await services.questions.queue.put(job)
