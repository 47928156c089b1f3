"""Chooses the moment for a clip, says so in the thread, and hands the filming to a worker."""

from __future__ import annotations

from collections.abc import Sequence

from bot.kernel.errors import Missing
from bot.kernel.ids import meaning
from bot.replay.script.moment import choose as most_representative
from bot.services import queued_jobs
from bot.services.clips import clip_requests
from bot.services.desk import Desk
from bot.services.office import Office
from bot.services.questions import lookup
from bot.signals.asked_question import AskedQuestion
from bot.signals.source import Moment

SPARES = 4  # a clip is asked of so many other sessions before it is given up


async def choose(office: Office, job: queued_jobs.ChooseClipJob) -> None:
    desk = office.desk
    asked = await lookup.asked(desk, job.team, job.asked)
    moments = await lookup.moments(office.source, asked)
    who = (await desk.people.get(job.team, job.by)).name if job.session else ""
    (moment, reason), *spares = await _named(desk, asked, moments, job, who) if job.session else _chosen(asked, moments)
    id = meaning(asked.id, moment.session_id, moment.at, job.start_ms, job.end_ms, job.attempt)
    wanted = queued_jobs.RenderClipJob(
        team=job.team,
        asked=asked.id,
        id=id,
        session=moment.session_id,
        at=moment.at,
        reason=reason,
        start_ms=job.start_ms,
        end_ms=job.end_ms,
        attempt=job.attempt,
        picked=job.session,
        by=job.by,
        moved=asked.locale.text("window set by %(who)s", who=who) if job.start_ms >= 0 else "",
        spares=tuple(queued_jobs.FallbackSession(it.session_id, it.at, why) for it, why in spares),
    )
    value = clip_requests.button_of(wanted).value()
    message = desk.messages.message(
        "replay/progress", asked.locale, step="wait", done=0.0, reason=wanted.why, value=value
    )
    thread = asked.thread or await desk.outbox.ts(asked.message_key, team=job.team)
    await desk.outbox.post(f"clip:{id}", team=job.team, channel=asked.channel, message=message, reply_to=thread)
    if not await clip_requests.is_ended(desk, job.team, id):
        await desk.films.put("clip", wanted, id=f"clip:{id}")


def _usual_error(asked: AskedQuestion) -> str:
    """The error that at least half of the actions ran into; empty when there is no such error."""
    answer = asked.answer
    top = answer.errors[0] if answer and answer.errors else None
    return top.message if answer and top and top.actions * 2 >= answer.counts.actions else ""


def _chosen(asked: AskedQuestion, moments: Sequence[Moment]) -> list[tuple[Moment, str]]:
    """The most representative session with those that come next; and why."""
    affected = asked.answer.counts.sessions if asked.answer else 0
    found = most_representative(moments, asked.locale, affected, _usual_error(asked), most=1 + SPARES)
    return [(it.moment, it.reason) for it in found]


async def _named(
    desk: Desk, asked: AskedQuestion, moments: Sequence[Moment], job: queued_jobs.ChooseClipJob, who: str
) -> list[tuple[Moment, str]]:
    """The session that somebody named; a window of it that somebody sets keeps why it was chosen."""
    picked = next((it for it in moments if it.session_id == job.session), None)
    if picked is None:
        raise Missing(asked.locale.text("That session's replay is no longer there."))
    reason = await lookup.why_shown(desk, asked, job.session) if job.start_ms >= 0 else ""
    return [(picked, reason or asked.locale.text("picked by %(who)s", who=who))]
