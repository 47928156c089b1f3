"""Chooses sessions to show side by side, says so in the thread, and hands the rendering to a worker."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from bot.kernel.errors import Conflict, Missing, ReplaybookError
from bot.kernel.ids import meaning
from bot.replay.script.variety import varied
from bot.services.access.access import Deed, Denied
from bot.services.clips.choose_clip import FALLBACKS, candidates, reopen_refused
from bot.services.clips.clip_buttons import button_of
from bot.services.clips.context import ClipContext
from bot.services.clips.jobs import FallbackSession
from bot.services.clips.request_clip import have_rendered
from bot.services.clips.side_by_side_jobs import ChooseSideBySideJob, RenderSideBySideJob, SessionGroup
from bot.signals.asked_question import AskedQuestion
from bot.signals.source import Moment

SESSIONS = 3
ALREADY = "That clip was asked for already: it is in the thread of the answer."


async def choose_three(context: ClipContext, wanted: ChooseSideBySideJob) -> None:
    """Whoever pressed hears it where there is nothing to show."""
    asked = await context.questions.get(wanted.team, wanted.question)
    try:
        wanted = await attempted(context, asked, wanted)
        await permit(context, asked, wanted)
        moments = await candidates(await context.teams.source_of(asked, context.source), asked)
    except (Missing, Denied) as nothing:
        await explain_privately(context, wanted, nothing)
        return
    chosen = varied(moments, asked.answer, most=SESSIONS, spare=FALLBACKS)
    why = asked.locale.text("the most typical session, and those that differ most from it")
    group = SessionGroup(sessions_of(chosen), SESSIONS)
    await hand_over(context, asked, render_job(asked, wanted, (group,), why), wanted)


async def permit(context: ClipContext, asked: AskedQuestion, wanted: ChooseSideBySideJob) -> None:
    """Raises Denied."""
    user, once = wanted.address.user, f"{wanted.request}:{wanted.attempt}"
    await context.access.permit(
        Deed.CLIP, team=asked.team, channel=asked.channel, user=user, target=asked.id, once=once
    )


async def attempted(context: ClipContext, asked: AskedQuestion, wanted: ChooseSideBySideJob) -> ChooseSideBySideJob:
    """The wish, or the next attempt at it where its clip came to nothing: pressing again is trying again."""
    while await context.records.came_to_nothing(asked.team, _clip_id(asked, wanted)):
        if await context.slack.outbox.lacks(f"clip:{_clip_id(asked, wanted)}", team=asked.team):
            break
        wanted = msgspec.structs.replace(wanted, attempt=wanted.attempt + 1)
    return wanted


def _clip_id(asked: AskedQuestion, wanted: ChooseSideBySideJob) -> str:
    question = asked.question
    of = (question.target, question.view, question.period.start, question.period.end)
    return meaning("beside", asked.id, wanted.request, wanted.attempt, *of)


def render_job(
    asked: AskedQuestion, wanted: ChooseSideBySideJob, groups: tuple[SessionGroup, ...], why: str
) -> RenderSideBySideJob:
    """One wish is one clip, whatever sessions there are by then. A question that was refined is another wish."""
    return RenderSideBySideJob(
        team=wanted.team,
        question=asked.id,
        id=_clip_id(asked, wanted),
        groups=groups,
        why=why,
        words=asked.text,
        request=wanted.request,
        attempt=wanted.attempt,
        by=wanted.address.user,
    )


def sessions_of(moments: Sequence[Moment]) -> tuple[FallbackSession, ...]:
    return tuple(FallbackSession(moment.session_id, moment.at, "", moment) for moment in moments)


async def hand_over(
    context: ClipContext, asked: AskedQuestion, job: RenderSideBySideJob, wanted: ChooseSideBySideJob
) -> None:
    """Posts the progress message, which becomes the clip. Whoever comes second hears that it is there."""
    slack = context.slack
    message = slack.messages.message(
        "replay/progress", asked.locale, step="wait", done=0.0, reason=job.why, value=button_of(job).value()
    )
    thread = asked.thread or await slack.outbox.ts(asked.message_key, team=asked.team)
    again = await reopen_refused(context, job)
    posted = await slack.outbox.post(
        f"clip:{job.id}", team=job.team, channel=asked.channel, message=message, reply_to=thread, placeholder=True
    )
    await have_rendered(context, job)
    if not posted and not again:
        await explain_privately(context, wanted, Conflict(ALREADY))


async def explain_privately(context: ClipContext, wanted: ChooseSideBySideJob, error: ReplaybookError) -> None:
    """One plain sentence for whoever pressed; once for each press."""
    await context.slack.private.explain(wanted.address, error, key=wanted.job_id)
