"""Puts an answer (number and chart, with the clips made of it) or one clip into the channel's notebook."""

from __future__ import annotations

from bot.desk import looking, recording, whispering, work
from bot.desk.asked import Asked
from bot.desk.desk import Desk
from bot.desk.office import Office
from bot.desk.shown import Shown
from bot.desk.whispering import Place
from bot.notebook.facts import add_chart, add_clip, add_number, chart_of, number_of
from bot.notebook.merge import Put
from bot.runtime import keys
from bot.runtime.errors import Missing


async def record(office: Office, job: work.Record) -> None:
    desk = office.desk
    asked = await looking.asked(desk, job.team, job.asked)
    changes = await _clip(desk, job) if job.clip else await _answer(desk, asked)
    notebook = await recording.notebook_for(desk, asked)
    notebook = await recording.write(desk, notebook, changes)
    by = await desk.people.get(job.team, job.by)
    message = desk.messages.message(
        "notebook/added",
        asked.locale,
        what="clip" if job.clip else "answer",
        title=notebook.title,
        by=by.name,
        url=f"{desk.public_url}{notebook.cell_path(changes[0].marker)}",
    )
    ts = asked.thread or await desk.outbox.ts(asked.message_key, team=job.team)
    key = f"added:{job.asked}:{job.clip}"
    if not await desk.outbox.post(key, team=job.team, channel=asked.channel, message=message, reply_to=ts):
        text = by.locale.text("That is in the post-mortem already; it was brought up to date.")
        await whispering.whisper(desk, Place(job.team, asked.channel, ts), by.id, text)


async def _answer(desk: Desk, asked: Asked) -> tuple[Put, ...]:
    if asked.answer is None:
        raise Missing(asked.locale.text("There is no answer to add yet."))
    asker = await desk.people.get(asked.team, asked.user)
    title = asked.locale.text("Signals on %(what)s", what=asked.question.target or asked.question.view or "")
    clips = [put for id in await looking.clips(desk, asked) for put in await _put(desk, asked.team, id)]
    return (
        add_number(asked.id, number_of(asked.answer, asked_by=asker.name, question=asked.text)),
        add_chart(asked.id, chart_of(asked.answer, title)),
        *clips,
    )


async def _clip(desk: Desk, job: work.Record) -> tuple[Put, ...]:
    found = await _put(desk, job.team, job.clip)
    if not found:
        raise Missing("That clip is no longer kept; please make it again.")
    return found


async def _put(desk: Desk, team: str, id: str) -> tuple[Put, ...]:
    found: tuple[Shown, int] | None = await desk.shown.get(keys.record(team, "shown", id))
    return (add_clip(id, found[0].clip),) if found else ()
