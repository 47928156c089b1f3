"""What whoever spoke is told when something fails, in the right place."""

from __future__ import annotations

from typing import NamedTuple

import structlog
from redis.exceptions import RedisError
from slack_sdk.errors import SlackApiError

from bot.kernel.errors import Misunderstood, ReplaybookError
from bot.kernel.locale import Locale
from bot.kernel.messages import JsonObject
from bot.kernel.telemetry import reference
from bot.slack.private_replies import ReplyAddress
from bot.slack.slack import Slack

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)
OURS = "Something went wrong on our side; nothing was changed. Please quote the reference when you report it."
AWAY = "The bot can't keep anything right now; please try again in a minute."
LATE = "That took too long for Slack to open a form; please press again."
TOO_LATE = frozenset({"expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id"})


class Explanation(NamedTuple):
    """`reference` finds a bug in the log; empty for what is none."""

    locale: Locale
    text: str
    reference: str = ""


async def explain(slack: Slack, address: ReplyAddress | None, error: Exception) -> None:
    """Logs the error and tells whoever spoke. Survives everything: there is nobody left to explain a failure to."""
    try:
        explanation = await explained(slack, address, error)
        if address is not None:
            await slack.private.send(address, _message(slack, explanation))
    except Exception:  # the last edge: Slack or Redis is away, or both
        log.exception("an error couldn't be explained to whoever spoke")


async def explained(slack: Slack, address: ReplyAddress | None, error: Exception) -> Explanation:
    """Ours have a sentence. The rest is a bug: the log gets the error, the person an id to quote."""
    locale = await _locale(slack, address)
    sentence = _known(error, locale)
    if sentence:
        log.info("refused", error=type(error).__name__, sentence=str(error))
        return Explanation(locale, sentence)
    number = reference()
    log.error("handler failed", reference=number, exc_info=error)
    return Explanation(locale, locale.text(OURS), number)


def _message(slack: Slack, explanation: Explanation) -> JsonObject:
    locale, sentence, number = explanation
    return slack.messages.message("private_sentence", locale, sentence=sentence, reference=number, url="")


def _known(error: Exception, locale: Locale) -> str:
    """What to say of an error that is no bug; empty for one that is."""
    if isinstance(error, Misunderstood) and error.at and error.at not in error.text(locale):
        return f"{error.text(locale)} {error.at}"
    if isinstance(error, ReplaybookError):
        return error.text(locale)
    if isinstance(error, RedisError):
        return locale.text(AWAY)
    late = isinstance(error, SlackApiError) and error.response.get("error") in TOO_LATE
    return locale.text(LATE) if late else ""


async def _locale(slack: Slack, address: ReplyAddress | None) -> Locale:
    """The language of whoever spoke; the bot's own while that can't be looked up."""
    if address is None:
        return slack.people.default.locale
    try:
        return (await slack.people.get(address.team, address.user)).locale
    except RedisError:
        return slack.people.default.locale
