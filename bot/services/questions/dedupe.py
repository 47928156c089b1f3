"""A question that is being answered in a channel isn't answered twice: whoever asks again gets a link.

The lease lies in Redis under what the question means. It ends a little after the job would have been stopped, or a
minute after the answer.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

from bot.kernel.errors import Missing, Upstream
from bot.kernel.ids import meaning
from bot.services.questions.context import QuestionContext
from bot.signals.answer_text import title
from bot.signals.asked_question import AskedQuestion
from bot.signals.question import Period, Question
from bot.signals.source import Fresh, Source
from bot.slack.private_replies import ReplyAddress
from bot.slack.slack import Slack
from bot.slack.web_api import SlackRefused, called
from bot.state import keys
from bot.state.locks import Leases

RUNNING_S = 130  # a job that answers is stopped after 120
FRESH_S = 60
NOW_S = 10
"""A question is taken in within this time; what it says of now is meant as now."""


def claim_of(asked: AskedQuestion, now: datetime) -> str:
    """The name of the claim. Who reads another language or lives in another zone asks for another answer."""
    end = asked.question.period.end
    clock = end if abs((end - now).total_seconds()) < NOW_S else now  # the clock as it was when the words were read
    return keys.running(asked.team, asked.channel, meaning(asked.tag, asked.zone, *_meant(asked.question, clock)))


def _meant(question: Question, clock: datetime) -> tuple[object, ...]:
    return (
        _span(question.period, clock),
        # On a Monday, today is all of this week so far; but one is held against yesterday, the other against last week.
        _span(question.compare, clock) if question.compare else question.period.unit,
        sorted(question.signals),
        (question.target or "").casefold(),
        (question.view or "").casefold(),
        question.metric,
        question.group_by,
        question.top,
        sorted(question.wanted.items()),
        sorted(question.without.items()),
        question.exact,
        question.suspect,
    )


def _span(period: Period, clock: datetime) -> str:
    return f"{_moment(period.start, clock)} {_moment(period.end, clock)}"


def _moment(moment: datetime, clock: datetime) -> str:
    """What lies whole minutes before now moves with it ("the last hour", "until now"); the rest stands still."""
    before = moment.timestamp() - clock.timestamp()
    if (moment.second or moment.microsecond) and before % 60 == 0:
        return f"now{before:+.0f}"
    return moment.astimezone(UTC).isoformat()


async def same_question(context: QuestionContext, asked: AskedQuestion) -> AskedQuestion | None:
    """Returns the same question that is being answered in the channel, or was a moment ago, and tells who asks.

    None: this question holds the lease from now on. An answer isn't reused when data has arrived since.
    """
    for _ in range(2):
        id = await context.leases.take(asked.claim, asked.id, RUNNING_S)
        if id == asked.id:
            return None
        with suppress(Missing):
            other = await context.records.get(asked.team, id)
            same = other.claim == asked.claim and not _outdated(other, (await context.reader_of(asked.team)).source)
            if same and (url := await _permalink(context.slack, other)) is not None:
                await _refer(context.slack, asked, other, url)
                return other
        await context.leases.drop(asked.claim, id)  # it was refined to mean something else, or its message is gone
    return None


def _outdated(other: AskedQuestion, source: Source) -> bool:
    newest = source.newest() if isinstance(source, Fresh) else None
    asked_at = other.answer.asked_at if other.answer else None
    return newest is not None and asked_at is not None and newest > asked_at


@asynccontextmanager
async def answering(leases: Leases, asked: AskedQuestion) -> AsyncIterator[None]:
    """Around the answering: the answer is good for a minute; after a failure the question may be asked anew at once."""
    if not asked.claim:  # it was refined, so it replaces what was asked before
        yield
        return
    try:
        yield
    except BaseException:
        await leases.drop(asked.claim, asked.id)
        raise
    await leases.keep(asked.claim, asked.id, FRESH_S)


async def _refer(slack: Slack, asked: AskedQuestion, other: AskedQuestion, url: str) -> None:
    """Tells whoever asked where the answer is, once: in their thread, or for their eyes only."""
    answer, key = other.answer, f"joined:{asked.id}"
    message = slack.messages.message(
        "signals/joined", asked.locale, url=url, title=title(answer, asked.locale) if answer else ""
    )
    if asked.thread or asked.channel.startswith("D"):
        reply_to = asked.thread or None
        await slack.outbox.post(key, team=asked.team, channel=asked.channel, message=message, reply_to=reply_to)
    else:
        address = ReplyAddress(team=asked.team, channel=asked.channel, user=asked.user)
        await slack.private.send(address, message, key=key)


async def _permalink(slack: Slack, other: AskedQuestion) -> str | None:
    """Returns the address of the message; empty while Slack doesn't have it yet, None when it is gone."""
    try:
        channel, ts = await slack.outbox.wait_for_ts(other.message_key, team=other.team, timeout=1.0)
        client = slack.clients.patient(other.team)
        answer = await called("chat.getPermalink", client.chat_getPermalink(channel=channel, message_ts=ts))
        return str(answer["permalink"])
    except Missing:
        return None if other.answer else ""
    except SlackRefused as error:
        return None if error.code == "message_not_found" else ""
    except Upstream:
        return ""
