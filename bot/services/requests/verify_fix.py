"""After the fix: counts the sessions before it and since, and records what that proves."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace

from bot.backlog.check_sentences import note, outcome_name
from bot.backlog.fix_check import Baseline, FixCheck, baseline_of, conclude, fixing_version
from bot.backlog.request import Request, RequestAction
from bot.backlog.schedule import CHECKED
from bot.backlog.sentences import already
from bot.backlog.session_rates import FixOutcome
from bot.kernel.errors import Missing
from bot.kernel.locale import Locale
from bot.services.access.access import Deed
from bot.services.questions.with_context import versions
from bot.services.requests import notify
from bot.services.requests.context import RequestContext
from bot.services.requests.jobs import VerifyJob
from bot.services.requests.moves import move
from bot.signals.answer import Answer
from bot.signals.asked_question import AskedQuestion
from bot.signals.question import Period
from bot.slack.private_replies import ReplyAddress

JUST_NOW = timedelta(minutes=1)


async def press_compare(context: RequestContext, address: ReplyAddress, id: str) -> None:
    """*Compare now*: a look between the planned ones, which still follow. Raises Missing, and Denied."""
    request, now = await context.records.get(address.team, id), context.clock()
    await context.access.permit(
        Deed.COMPARE,
        team=request.team,
        channel=request.channel,
        user=address.user,
        target=request.id,
        once=str(request.version),
    )
    person = await context.slack.people.get(address.team, address.user)
    if request.state not in CHECKED:
        await context.slack.private.say(address, already(request, now, person.locale))
    elif request.check and now - request.check.at < JUST_NOW:
        await context.slack.private.say(address, _sentence(request.check, person.locale.as_of(now)))
    else:
        await context.queue.put(VerifyJob(team=address.team, request=request.id, by=address.user))


async def verify_fix(context: RequestContext, job: VerifyJob) -> None:
    """Raises Missing without an answer to compare with, and what the source raises."""
    request = await context.records.get(job.team, job.request)
    if request.state not in CHECKED or request.fixed_at is None:
        await _tell_late(context, job)
        return  # settled or opened again in the meantime
    asked = await context.questions.get(job.team, request.question)
    check = await compare(context, asked, request.fixed_at)
    if check.outcome is FixOutcome.IMPROVED:
        check = replace(check, version=await _version(context, asked, request, check.at))
    after = await move(context, request, RequestAction.VERIFY, check=check, fixed_at=request.fixed_at)
    if after is None:
        await _tell_late(context, job)
    elif job.by and request.check and request.check.outcome is check.outcome:
        await _tell_privately(context, request, check, job)  # the thread gets no new message to see


async def compare(context: RequestContext, asked: AskedQuestion, fixed_at: datetime) -> FixCheck:
    """Returns what the numbers prove at the moment. Raises Missing, and what the source raises."""
    if asked.answer is None:
        raise Missing("The question has no answer to compare with.")
    now = context.clock()
    period, baseline = baseline_of(asked.answer, fixed_at)
    zone = period.start.tzinfo
    since = Period(fixed_at.astimezone(zone), max(now, fixed_at + timedelta(seconds=1)).astimezone(zone))
    before = await context.count(asked.team, asked.answer, period)
    if _forgotten(before, asked.answer):
        before, baseline = asked.answer, Baseline.FIRST_ANSWER
    after = await context.count(asked.team, asked.answer, since)
    used = after.exposed.sessions > 0 or after.counts.sessions > 0
    any_data = used or bool(await (await context.teams.source_of(asked, context.source)).seen(since))
    return conclude(before, after, baseline, any_data=any_data, at=now)


async def _version(context: RequestContext, asked: AskedQuestion, request: Request, until: datetime) -> str:
    source = await context.teams.source_of(asked, context.source)
    return fixing_version(await versions(source, Period(request.asked_at, until)), request.asked_at, until)


def _forgotten(before: Answer, asked: Answer) -> bool:
    """Whether the source has deleted, since it was asked, what it counted then."""
    if before.exposed.sessions == 0 < asked.exposed.sessions:
        return True
    start, oldest = before.question.period.start, before.kept_from
    return oldest is not None and oldest > start and (asked.kept_from is None or oldest > asked.kept_from)


async def _tell_privately(context: RequestContext, request: Request, check: FixCheck, job: VerifyJob) -> None:
    person = await context.slack.people.get(job.team, job.by)
    address = notify.address_of(request, job.by)
    key = f"{job.job_id}:{request.version}"
    await context.slack.private.say(address, _sentence(check, person.locale.as_of(context.clock())), key=key)


async def _tell_late(context: RequestContext, job: VerifyJob) -> None:
    """Whoever pressed hears what happened while the numbers were counted. The clock needs no answer."""
    if not job.by:
        return
    request = await context.records.get(job.team, job.request)
    person = await context.slack.people.get(job.team, job.by)
    sentence = already(request, context.clock(), person.locale)
    address = notify.address_of(request, job.by)
    await context.slack.private.say(address, sentence, key=f"{job.job_id}:late:{request.version}")


def _sentence(check: FixCheck, locale: Locale) -> str:
    return f"{outcome_name(check, locale)}. {note(check, locale)}"
