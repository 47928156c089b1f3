"""What whoever spoke is told when a handler fails."""

from __future__ import annotations

import structlog
from slack_bolt.context.respond.async_respond import AsyncRespond

from bot.desk import whispering
from bot.desk.desk import Desk
from bot.runtime.errors import ReplaybookError
from bot.runtime.telemetry import reference
from handlers.payloads import Payload

log = structlog.get_logger(__name__)
OURS = "Something went wrong on our side; nothing was changed. Please quote the reference when you report it."


async def failed(error: Exception, context: Payload, respond: AsyncRespond, desk: Desk) -> None:
    """Ours have a sentence. The rest is a bug: the log gets the error, the person the id to quote."""
    if isinstance(error, ReplaybookError):
        log.info("refused", error=type(error).__name__, sentence=error.sentence)
        sentence, id = error.sentence, ""
    else:
        sentence, id = OURS, reference()
        log.error("handler failed", reference=id, exc_info=error)
    if context.get("response_url"):
        person = await desk.people.get(str(context.get("team_id") or ""), str(context.get("user_id") or ""))
        message = whispering.said(desk, person, sentence, id)
        await respond(**message, response_type="ephemeral", replace_original=False)
