"""The record: an answer or a clip goes into the channel's post-mortem."""

from __future__ import annotations

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.services import queued_jobs
from bot.services.desk import Desk
from handlers.payloads import Payload, press


async def add_answer(ack: AsyncAck, body: Payload, desk: Desk) -> None:
    await ack()
    it = press(body)
    job = queued_jobs.AddToNotebookJob(it.team, it.pressed.id, it.user)
    await desk.queue.put("record", job, id=f"record:{it.pressed.id}:{it.message}:{it.pressed.version}")


async def add_clip(ack: AsyncAck, body: Payload, desk: Desk) -> None:
    """The button's session and window say which clip; its `target` is the clip's id."""
    await ack()
    it = press(body)
    job = queued_jobs.AddToNotebookJob(it.team, it.pressed.id, it.user, clip=it.pressed.target)
    await desk.queue.put("record", job, id=f"record:{it.pressed.id}:{it.pressed.target}")
