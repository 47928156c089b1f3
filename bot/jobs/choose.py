"""Chooses the moment for a clip, says so in the thread, and hands the filming to a worker."""

from __future__ import annotations

from collections.abc import Sequence

from bot.desk import filming, looking, work
from bot.desk.asked import Asked
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
    (moment, reason), *spares = _chosen(asked, moments, job.session, _usual_error(asked))
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
        spares=tuple(work.Spare(it.session_id, it.at, why) for it, why in spares),
    )
    value = filming.button_of(wanted).value()
    message = desk.messages.message("replay/progress", asked.locale, step="wait", done=0.0, reason=reason, value=value)
    thread = asked.thread or await desk.outbox.ts(asked.message_key, team=job.team)
    await desk.outbox.post(f"clip:{id}", team=job.team, channel=asked.channel, message=message, reply_to=thread)
    if not await filming.is_ended(desk, job.team, id):
        await desk.films.put("clip", wanted, id=f"clip:{id}")


def _usual_error(asked: Asked) -> str:
    """The error that at least half of the actions ran into; empty when there is no such error."""
    answer = asked.answer
    top = answer.errors[0] if answer and answer.errors else None
    return top.message if answer and top and top.actions * 2 >= answer.counts.actions else ""


def _chosen(asked: Asked, moments: Sequence[Moment], session: str, error: str) -> list[tuple[Moment, str]]:
    """The session a person picked, or the most representative one with those that come next; and why."""
    if session:
        picked = next((it for it in moments if it.session_id == session), None)
        if picked is None:
            raise Missing(asked.locale.text("That session's replay is no longer there."))
        return [(picked, asked.locale.text("picked by hand"))]
    total = asked.answer.counts.sessions if asked.answer else None
    found: list[tuple[Moment, str]] = []
    while not found or (moments and len(found) <= SPARES):
        choice = most_representative(moments, asked.locale, total, error)
        found.append((choice.moment, choice.reason))
        moments = [it for it in moments if it.session_id != choice.moment.session_id]
    return found
