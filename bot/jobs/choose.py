"""Chooses the moment for a clip, says so in the thread, and hands the filming to a worker."""

from __future__ import annotations

from collections.abc import Sequence

from bot.desk import filming, looking, work
from bot.desk.asked import Asked
from bot.desk.desk import Desk
from bot.desk.ids import meaning
from bot.desk.office import Office
from bot.replay.moment import choose as most_representative
from bot.runtime.errors import Missing
from bot.signals.source import Moment

SPARES = 4  # a clip is asked of so many other sessions before it is given up


async def choose(office: Office, job: work.Choose) -> None:
    desk = office.desk
    asked = await looking.asked(desk, job.team, job.asked)
    moments = await looking.moments(office.source, asked)
    who = (await desk.people.get(job.team, job.by)).name if job.session else ""
    (moment, reason), *spares = await _named(desk, asked, moments, job, who) if job.session else _chosen(asked, moments)
    id = meaning(asked.id, moment.session_id, moment.at, job.start_ms, job.end_ms, job.attempt)
    wanted = work.Clip(
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
        spares=tuple(work.Spare(it.session_id, it.at, why) for it, why in spares),
    )
    value = filming.button_of(wanted).value()
    message = desk.messages.message(
        "replay/progress", asked.locale, step="wait", done=0.0, reason=wanted.why, value=value
    )
    thread = asked.thread or await desk.outbox.ts(asked.message_key, team=job.team)
    await desk.outbox.post(f"clip:{id}", team=job.team, channel=asked.channel, message=message, reply_to=thread)
    if not await filming.is_ended(desk, job.team, id):
        await desk.films.put("clip", wanted, id=f"clip:{id}")


def _usual_error(asked: Asked) -> str:
    """The error that at least half of the actions ran into; empty when there is no such error."""
    answer = asked.answer
    top = answer.errors[0] if answer and answer.errors else None
    return top.message if answer and top and top.actions * 2 >= answer.counts.actions else ""


def _chosen(asked: Asked, moments: Sequence[Moment]) -> list[tuple[Moment, str]]:
    """The most representative session with those that come next; and why."""
    affected = asked.answer.counts.sessions if asked.answer else 0
    found = most_representative(moments, asked.locale, affected, _usual_error(asked), most=1 + SPARES)
    return [(it.moment, it.reason) for it in found]


async def _named(
    desk: Desk, asked: Asked, moments: Sequence[Moment], job: work.Choose, who: str
) -> list[tuple[Moment, str]]:
    """The session that somebody named; a window of it that somebody sets keeps why it was chosen."""
    picked = next((it for it in moments if it.session_id == job.session), None)
    if picked is None:
        raise Missing(asked.locale.text("That session's replay is no longer there."))
    reason = await looking.why_shown(desk, asked, job.session) if job.start_ms >= 0 else ""
    return [(picked, reason or asked.locale.text("picked by %(who)s", who=who))]
