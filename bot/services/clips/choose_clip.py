"""Chooses the moment for a clip, says so in the thread, and hands the rendering to a worker."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from bot.kernel.errors import Missing
from bot.kernel.ids import meaning
from bot.replay.script.choice import choose, compared, worst_moments
from bot.services.access.access import Deed
from bot.services.clips.clip_buttons import button_of
from bot.services.clips.context import ClipContext
from bot.services.clips.jobs import ChooseClipJob, FallbackSession, RenderClipJob
from bot.services.clips.request_clip import have_rendered
from bot.services.clips.side_by_side_jobs import RenderSideBySideJob
from bot.services.clips.windows import pickable
from bot.signals.asked_question import AskedQuestion
from bot.signals.source import EMAIL, PERSON, SESSION, Calm, Moment, Source

FALLBACKS = 4  # a clip is asked of so many other sessions before it is given up
CANDIDATES = 100
"""Newest sessions that one is chosen from; a source may have to look up the error of each."""

WHOSE = frozenset({SESSION, PERSON, EMAIL})
"""Of one session or one person people want to see the replay, whether anything went wrong or not."""


async def candidates(source: Source, asked: AskedQuestion) -> Sequence[Moment]:
    """Returns the moments that a clip can show. Raises Missing when no session with these signals has a replay."""
    targets = asked.answer.targets if asked.answer else ()
    moments = await source.moments(asked.question, targets, limit=CANDIDATES)
    if not moments and WHOSE & asked.question.wanted.keys() and isinstance(source, Calm):
        moments = await source.calm_moments(asked.question, targets, limit=CANDIDATES)
    if not moments:
        raise Missing("None of these sessions has a replay.")
    return moments


async def pickable_sessions(context: ClipContext, team: str, question: str, user: str) -> list[Moment]:
    """Returns what *Pick a session* lists. Raises Missing, and Denied."""
    asked = await context.questions.get(team, question)
    await context.access.permit(Deed.LIST_SESSIONS, team=team, channel=asked.channel, user=user, target=asked.id)
    return pickable(await candidates(await context.teams.source_of(asked, context.source), asked))


async def choose_clip(context: ClipContext, wanted: ChooseClipJob) -> None:
    """Raises Missing when there is nothing to show, and Denied where it may not be shown any more."""
    asked = await context.questions.get(wanted.team, wanted.question)
    user = wanted.by or asked.user
    await context.access.require(
        Deed.CLIP, team=asked.team, channel=asked.channel, user=user, target=asked.id, once=wanted.job_id
    )
    recut = await _shown_before(context, asked, wanted)
    moments = [recut] if recut else await candidates(await context.teams.source_of(asked, context.source), asked)
    who = (await context.slack.people.get(wanted.team, wanted.by)).name if wanted.session else ""
    chosen = await _picked(context, asked, moments, wanted, who) if wanted.session else _representative(asked, moments)
    await context.records.keep_moments(asked, [moment for moment, _ in chosen])
    words = await context.records.words(asked, wanted.session) if recut else asked.text
    job = _render_job(asked, wanted, chosen)
    job = msgspec.structs.replace(job, words=words, moved=await _moved(context, asked, job, who))
    await context.records.note_wish(wanted.team, asked.id, wanted.meaning, job.id)
    await reopen_refused(context, job)
    await _announce(context, asked, job)
    await have_rendered(context, job)


async def reopen_refused(context: ClipContext, job: RenderClipJob | RenderSideBySideJob) -> bool:
    """Whether Slack refused to show the clip, however it ended; then it is made again. Repeatable."""
    key = f"clip:{job.id}"
    refused = await context.slack.outbox.lacks(key, team=job.team)
    if refused:
        await context.records.reopen(job.team, job.id)
        await context.slack.outbox.reopen(key, team=job.team)
    return refused


async def _shown_before(context: ClipContext, asked: AskedQuestion, wanted: ChooseClipJob) -> Moment | None:
    """Returns the moment of a clip of which another window is wanted, where the question was refined since.

    That clip belongs to the words of before: the question of now may not have its session.
    """
    if not wanted.session or wanted.start_ms < 0 or await context.records.words(asked, wanted.session) == asked.text:
        return None
    return await context.records.moment(asked, wanted.session)


def _render_job(asked: AskedQuestion, wanted: ChooseClipJob, chosen: Sequence[tuple[Moment, str]]) -> RenderClipJob:
    (moment, reason), *others = chosen
    view = ("whole page",) if wanted.whole_page else ()
    return RenderClipJob(
        team=wanted.team,
        question=asked.id,
        id=meaning(asked.id, moment.session_id, moment.at, wanted.start_ms, wanted.end_ms, wanted.attempt, *view),
        session=moment.session_id,
        at=moment.at,
        reason=reason,
        start_ms=wanted.start_ms,
        end_ms=wanted.end_ms,
        attempt=wanted.attempt,
        picked=wanted.session,
        by=wanted.by,
        whole_page=wanted.whole_page,
        moment=moment,
        fallbacks=tuple(FallbackSession(other.session_id, other.at, why, other) for other, why in others),
    )


async def _moved(context: ClipContext, asked: AskedQuestion, job: RenderClipJob, who: str) -> str:
    """Returns who wanted another part or another view of the session; empty where the room chose both.

    The whole page is of a clip that was shown. Whoever then moves that one's window only keeps its view.
    """
    if job.whole_page:
        others = [it for it in await context.records.of_question(asked) if it.id != job.id]
        if (job.session, job.start_ms, job.end_ms) in {(it.session, it.start_ms, it.end_ms) for it in others}:
            return asked.locale.text("whole page, as %(who)s wanted", who=who)
        return asked.locale.text("whole page; window set by %(who)s", who=who)
    return asked.locale.text("window set by %(who)s", who=who) if job.start_ms >= 0 else ""


async def _announce(context: ClipContext, asked: AskedQuestion, job: RenderClipJob) -> None:
    """Posts the progress message, which becomes the clip."""
    slack = context.slack
    message = slack.messages.message(
        "replay/progress", asked.locale, step="wait", done=0.0, reason=job.why, value=button_of(job).value()
    )
    thread = asked.thread or await slack.outbox.ts(asked.message_key, team=job.team)
    await slack.outbox.post(
        f"clip:{job.id}", team=job.team, channel=asked.channel, message=message, reply_to=thread, placeholder=True
    )


def _representative(asked: AskedQuestion, moments: Sequence[Moment]) -> list[tuple[Moment, str]]:
    """Returns the most representative session with those that come next; and why."""
    choices = choose(moments, asked.locale, asked.answer, most=1 + FALLBACKS)
    return [(choice.moment, choice.reason) for choice in choices]


async def _picked(
    context: ClipContext, asked: AskedQuestion, moments: Sequence[Moment], wanted: ChooseClipJob, who: str
) -> list[tuple[Moment, str]]:
    """Returns the session that somebody picked; a window of it that somebody sets keeps why it was chosen."""
    listed = (moment for moment in worst_moments(moments) if moment.session_id == wanted.session)
    picked = next(listed, None) or await context.records.moment(asked, wanted.session)
    if picked is None:
        raise Missing("That session’s replay is no longer there.")
    reason = await context.records.reason(asked, wanted.session) if wanted.start_ms >= 0 else ""
    why = [asked.locale.text("picked by %(who)s", who=who), compared(picked, moments, asked.locale, asked.answer)]
    if wanted.session in await context.records.after_fix(asked):
        why.insert(0, asked.locale.text("from after the fix"))
    return [(picked, reason or "; ".join(why))]
