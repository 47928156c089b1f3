"""What whoever spoke is told when a handler fails."""

from __future__ import annotations

import structlog
from slack_bolt.context.respond.async_respond import AsyncRespond

from bot.desk.desk import Desk
from bot.runtime.errors import ReplaybookError
from bot.runtime.locale import Locale
from bot.runtime.telemetry import reference
from handlers.payloads import Payload

log = structlog.get_logger(__name__)


async def failed(error: Exception, body: Payload, context: Payload, respond: AsyncRespond, desk: Desk) -> None:
    """Ours have a sentence. The rest is a bug: the log gets the error, the person the id to quote."""
    if isinstance(error, ReplaybookError):
        log.info("refused", error=type(error).__name__, sentence=error.sentence)
        text = error.sentence
    else:
        id = reference()
        log.error("handler failed", reference=id, exc_info=error)
        text = Locale.of(desk.settings.default_locale).text(
            "Something went wrong on our side; nothing was changed. Please quote %(reference)s when you report it.",
            reference=id,
        )
    if context.get("response_url"):
        await respond(text=text, response_type="ephemeral", replace_original=False)
