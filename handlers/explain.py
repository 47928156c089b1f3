"""What whoever spoke is told when something fails, in the right place."""

from __future__ import annotations

from typing import NamedTuple

import structlog
from redis.exceptions import RedisError

from bot.kernel.errors import Misunderstood, ReplaybookError
from bot.kernel.escape import cut
from bot.kernel.locale import Locale
from bot.kernel.messages import JsonObject
from bot.kernel.telemetry import current_reference, in_the_log
from bot.slack.private_replies import ReplyAddress
from bot.slack.refusals import CODES, TOO_LATE, code_of, in_words
from bot.slack.slack import Slack

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)
OURS = "Something went wrong on our side; nothing was changed. Please quote the reference when you report it."
AWAY = "The bot can’t keep anything right now; please try again in a minute."


class Explanation(NamedTuple):
    """`reference` finds in the log what only an operator can mend; empty for what is no such thing."""

    locale: Locale
    text: str
    reference: str = ""


async def explain(slack: Slack, address: ReplyAddress | None, error: Exception) -> None:
    """Logs the error and tells whoever spoke. Survives everything: there is nobody left to explain a failure to."""
    try:
        explanation = await explained(slack, address, error)
        if address is not None:
            await slack.private.send_somehow(address, _message(slack, explanation))
    except Exception:  # the last edge: Slack or Redis is away, or both
        log.exception("an error couldn't be explained to whoever spoke")


async def explained(slack: Slack, address: ReplyAddress | None, error: Exception) -> Explanation:
    """Ours have a sentence. The rest is a bug: the log gets the error, the person an id to quote. Raises nothing."""
    locale, number = await _locale(slack, address), current_reference()
    try:
        sentence = _known(error, locale)
    except Exception:  # an edge: an error that can't even be put into words is a bug as well
        log.exception("an error can't be put into words", reference=number)
        sentence = ""
    if sentence:
        of_slack = code_of(error)
        log.info("refused", error=type(error).__name__, why=in_the_log(error))
        return Explanation(locale, sentence, number if of_slack not in {"", *CODES[TOO_LATE]} else "")
    log.error("handler failed", reference=number, exc_info=error)
    return Explanation(locale, locale.text(OURS), number)


def _message(slack: Slack, explanation: Explanation) -> JsonObject:
    locale, sentence, number = explanation
    return slack.messages.message("private_sentence", locale, sentence=sentence, reference=number, url="")


def _known(error: Exception, locale: Locale) -> str:
    """What to say of an error that is no bug; empty for one that is."""
    if isinstance(error, Misunderstood) and error.at and error.at not in error.text(locale):
        return f"{error.text(locale)} {locale.text('Not understood:')} {cut(error.at, 120)}"
    if isinstance(error, ReplaybookError):
        return (in_words(error) if code_of(error) else error).text(locale)
    if isinstance(error, RedisError):
        return locale.text(AWAY)
    return ""


async def _locale(slack: Slack, address: ReplyAddress | None) -> Locale:
    """The language of whoever spoke; the bot's own while that can't be looked up."""
    if address is None:
        return slack.people.default.locale
    try:
        return (await slack.people.get(address.team, address.user)).locale
    except Exception:  # an edge: in which language is said what went wrong mustn't keep it from being said
        log.info("the language of whoever spoke can't be looked up", exc_info=True)
        return slack.people.default.locale
