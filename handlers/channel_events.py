"""Pins, edits and deletions in the channel: the timeline follows them."""

from __future__ import annotations

from bot.services import queued_jobs
from bot.services.desk import Desk
from handlers.payloads import Payload


async def pinned(event: Payload, context: Payload, desk: Desk) -> None:
    message = event.get("item", {}).get("message", {})
    await _tell(event, context, desk, "pinned", event["channel_id"], message)


async def unpinned(event: Payload, context: Payload, desk: Desk) -> None:
    message = event.get("item", {}).get("message", {})
    await _tell(event, context, desk, "unpinned", event["channel_id"], message)


async def edited(event: Payload, context: Payload, desk: Desk) -> None:
    """Only what people wrote: the bot's own updates are no events of the incident."""
    message = event.get("message", {})
    if not message.get("bot_id"):
        await _tell(event, context, desk, "edited", event["channel"], message)


async def deleted(event: Payload, context: Payload, desk: Desk) -> None:
    await _tell(event, context, desk, "deleted", event["channel"], event.get("previous_message", {}))


async def _tell(event: Payload, context: Payload, desk: Desk, kind: str, channel: str, message: Payload) -> None:
    if not message.get("ts"):
        return  # a file or a comment was pinned: nothing with a text
    job = queued_jobs.TimelineJob(
        team=context["team_id"],
        channel=channel,
        ts=message["ts"],
        kind=kind,
        at=desk.clock(),
        by=message.get("user", ""),
        text=message.get("text", ""),
        thread=message.get("thread_ts", ""),
    )
    await desk.queue.put("timeline", job, id=f"timeline:{channel}:{message['ts']}:{kind}:{event['event_ts']}")
