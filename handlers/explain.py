"""What whoever spoke is told when a handler fails."""

from __future__ import annotations

import structlog
from redis.exceptions import RedisError
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.errors import SlackApiError

from bot.kernel.errors import ReplaybookError
from bot.kernel.telemetry import reference
from bot.services.desk import Desk
from bot.slack import private_replies
from bot.slack.people import Person
from handlers.payloads import Payload

log = structlog.get_logger(__name__)
OURS = "Something went wrong on our side; nothing was changed. Please quote the reference when you report it."
AWAY = "The bot can't keep anything right now; please try again in a minute."
LATE = "That took too long for Slack to open a form; please press again."
TOO_LATE = frozenset({"expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id"})


async def failed(error: Exception, context: Payload, respond: AsyncRespond, desk: Desk) -> None:
    """Ours have a sentence. The rest is a bug: the log gets the error, the person the id to quote."""
    sentence, id = _known(error), ""
    if sentence:
        log.info("refused", error=type(error).__name__, sentence=sentence)
    else:
        sentence, id = OURS, reference()
        log.error("handler failed", reference=id, exc_info=error)
    if context.get("response_url"):
        message = private_replies.private_message(desk, await _whoever(context, desk), sentence, id)
        await respond(**message, response_type="ephemeral", replace_original=False)


def _known(error: Exception) -> str:
    """What to say of an error that is no bug; empty for one that is."""
    if isinstance(error, ReplaybookError):
        return error.sentence
    if isinstance(error, RedisError):
        return AWAY
    late = isinstance(error, SlackApiError) and error.response.get("error") in TOO_LATE
    return LATE if late else ""


async def _whoever(context: Payload, desk: Desk) -> Person:
    """Who spoke; in the bot's own language while we can't look that up."""
    team, user = str(context.get("team_id") or ""), str(context.get("user_id") or "")
    try:
        return await desk.people.get(team, user)
    except RedisError:
        return Person(user, user, desk.settings.default_locale, desk.settings.default_zone)
