"""Puts an answer (number and chart, with the clips made of it) or one clip into the channel's notebook."""

from __future__ import annotations

from bot.kernel.errors import Missing
from bot.kernel.locale import Locale
from bot.notebook.facts import add_chart, add_clip, add_number, chart_of, number_of
from bot.notebook.merge import Put
from bot.notebook.shown_clip import ShownClip
from bot.services import queued_jobs
from bot.services.desk import Desk
from bot.services.office import Office
from bot.services.postmortems import channel_notebook
from bot.services.questions import lookup
from bot.signals.asked_question import AskedQuestion
from bot.signals.question_text import phrases
from bot.slack import private_replies
from bot.slack.private_replies import ThreadPlace
from bot.state import keys


async def record(office: Office, job: queued_jobs.AddToNotebookJob) -> None:
    desk = office.desk
    asked = await lookup.asked(desk, job.team, job.asked)
    locale = await channel_notebook.language_of(desk, asked)
    changes = (await _clip(desk, job),) if job.clip else await _answer(desk, asked, locale)
    notebook = await channel_notebook.notebook_for(desk, asked)
    notebook = await channel_notebook.write(desk, notebook, changes)
    by = await desk.people.get(job.team, job.by)
    message = desk.messages.message(
        "notebook/added",
        asked.locale,
        what="clip" if job.clip else "answer",
        title=notebook.title,
        by=by.name,
        url=notebook.link or f"{desk.public_url}{notebook.cell_path(changes[0].marker)}",
    )
    ts = asked.thread or await desk.outbox.ts(asked.message_key, team=job.team)
    key = f"added:{job.asked}:{job.clip}"
    if not await desk.outbox.post(key, team=job.team, channel=asked.channel, message=message, reply_to=ts):
        text = by.locale.text("That is in the post-mortem already; it was brought up to date.")
        await private_replies.reply_privately(desk, ThreadPlace(job.team, asked.channel, ts), by.id, text)


async def _answer(desk: Desk, asked: AskedQuestion, locale: Locale) -> tuple[Put, ...]:
    """In the notebook's language: its readers need not be the asker."""
    if asked.answer is None:
        raise Missing(asked.locale.text("There is no answer to add yet."))
    asker = await desk.people.get(asked.team, asked.user)
    what = asked.question.target or asked.question.view or ""
    title = locale.text("Signals on %(what)s", what=f"“{what}”") if what else locale.text("Signals over time")
    question = " · ".join(phrases(asked.question, locale)) if asked.thread else asked.text
    return (
        add_number(asked.id, number_of(asked.answer, locale, asked_by=asker.name, question=question)),
        add_chart(asked.id, chart_of(asked.answer, title, asked.zone)),
        *await _clips(desk, asked),
    )


async def _clips(desk: Desk, asked: AskedQuestion) -> list[Put]:
    """The last cut of each session, in place of those that were made of it before."""
    cuts: dict[str, list[ShownClip]] = {}
    for id in await lookup.clips(desk, asked):
        if shown := await _shown(desk, asked.team, id):
            cuts.setdefault(shown.session, []).append(shown)
    return [add_clip(it[-1].id, it[-1].clip, earlier=[each.id for each in it[:-1]]) for it in cuts.values()]


async def _clip(desk: Desk, job: queued_jobs.AddToNotebookJob) -> Put:
    shown = await _shown(desk, job.team, job.clip)
    if shown is None:
        raise Missing("That clip is no longer kept; please make it again.")
    return add_clip(job.clip, shown.clip, by_hand=True)


async def _shown(desk: Desk, team: str, id: str) -> ShownClip | None:
    found: tuple[ShownClip, int] | None = await desk.shown.get(keys.record(team, "shown", id))
    return found[0] if found else None
