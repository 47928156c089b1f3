"""Asks for clips, and stops them."""

from __future__ import annotations

from contextlib import suppress

import msgspec

from bot.kernel.errors import Unfilmable
from bot.kernel.ids import meaning
from bot.services.access.access import Deed, Denied
from bot.services.clips.clip_buttons import again_of
from bot.services.clips.clip_records import ClipOutcome
from bot.services.clips.context import ClipContext
from bot.services.clips.jobs import ChooseClipJob, RenderClipJob
from bot.services.clips.side_by_side_jobs import RenderSideBySideJob
from bot.signals.asked_question import AskedQuestion
from bot.signals.question import Question
from bot.slack.buttons import Pressed
from bot.slack.private_replies import ReplyAddress


async def request_clip(context: ClipContext, wanted: ChooseClipJob, presser: str = "") -> bool:
    """Returns False when it was asked for before: one session and window of a question is one clip.

    One that Slack refused to show is made anew, as if nobody had asked for it. One that was cancelled or failed is
    attempted again when somebody presses.

    `presser` tries again what somebody else had chosen, and must be allowed it, too.

    A question that was refined is another one, though its message is the same. Raises Missing without the question,
    and Denied.
    """
    asked = await context.questions.get(wanted.team, wanted.question)
    wanted = _meant(wanted, asked.question)
    if presser or wanted.by:
        wanted = await _attempted(context, wanted, asked.question)
    await context.access.permit(
        Deed.CLIP,
        team=asked.team,
        channel=asked.channel,
        user=presser or wanted.by or asked.user,
        target=asked.id,
        once=wanted.meaning,
    )
    first = await context.records.request_once(wanted.team, wanted.question, wanted.meaning)
    if not first and (clip := await context.records.wished(wanted.team, wanted.question, wanted.meaning)):
        first = await context.slack.outbox.lacks(f"clip:{clip}", team=wanted.team)
    await context.queue.put(wanted)
    return first


def _meant(wanted: ChooseClipJob, question: Question) -> ChooseClipJob:
    of = (question.target, question.view, question.period.start, question.period.end)
    view = ("whole page",) if wanted.whole_page else ()
    wish = meaning(wanted.session, wanted.start_ms, wanted.end_ms, wanted.attempt, *of, *view)
    return msgspec.structs.replace(wanted, meaning=wish)


async def _attempted(context: ClipContext, wanted: ChooseClipJob, question: Question) -> ChooseClipJob:
    """The wish, or the next attempt at it where its clip came to nothing: pressing again is trying again."""
    while clip := await context.records.wished(wanted.team, wanted.question, wanted.meaning):
        refused = await context.slack.outbox.lacks(f"clip:{clip}", team=wanted.team)
        if refused or not await context.records.came_to_nothing(wanted.team, clip):
            break
        wanted = _meant(msgspec.structs.replace(wanted, attempt=wanted.attempt + 1), question)
    return wanted


async def request_with_answer(context: ClipContext, asked: AskedQuestion) -> None:
    """A clip with an answer, where whoever asked or the channel wants that.

    Settings that can't be read are explained on a press, and where the replay was asked for.
    """
    if asked.answer is not None and asked.films:
        try:
            await request_clip(context, ChooseClipJob(team=asked.team, question=asked.id))
        except Denied as denied:
            address = ReplyAddress(team=asked.team, channel=asked.channel, thread=asked.thread, user=asked.user)
            await context.slack.private.explain(address, denied, key=f"denied:{asked.id}")
        return
    if asked.answer is None or not asked.answer.counts.signals:
        return
    with suppress(Unfilmable, Denied):  # who asked for no clip misses none
        settings, _ = await context.records.settings(asked.team, asked.channel)
        if settings.at_once:
            await request_clip(context, ChooseClipJob(team=asked.team, question=asked.id, unasked=True))


async def have_rendered(context: ClipContext, job: RenderClipJob | RenderSideBySideJob) -> None:
    """Hands the job to a worker, unless the clip has ended: somebody may cancel it even while it is handed over."""
    if await context.records.ended(job.team, job.id):
        return
    await context.queue.put(job)
    if await context.records.cancelled(job.team, job.id):
        await context.queue.cancel(job)


async def cancel_clip(context: ClipContext, team: str, pressed: Pressed, who: str) -> ClipOutcome:
    """Stops a clip that waits or is being rendered, and says so in its message. What has ended stays as it is.

    Raises Denied.
    """
    asked = await context.questions.get(team, pressed.id)
    await context.access.permit(
        Deed.CANCEL_CLIP, team=team, channel=asked.channel, user=who, target=pressed.target, once=pressed.value()
    )
    outcome = await context.records.end(team, pressed.target, "cancelled", who)
    if outcome.ending == "cancelled" and outcome.who == who:  # pressed again: whatever was left undone is done now
        await context.queue.cancel(_rendering(team, pressed))
        person = await context.slack.people.get(team, who)
        message = context.slack.messages.message(
            "replay/cancelled", asked.locale, by=person.name, again=again_of(pressed).value()
        )
        await context.slack.outbox.update(f"clip:{pressed.target}", message, team=team)
    return outcome


def _rendering(team: str, pressed: Pressed) -> RenderClipJob:
    """Returns a job with the id of the one that renders the clip."""
    return RenderClipJob(team=team, question=pressed.id, id=pressed.target, session="", at=None, reason="")
