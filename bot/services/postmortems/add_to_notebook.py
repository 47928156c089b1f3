"""Puts an answer (number and chart, with the clips made of it) or one clip into the channel's notebook."""

from __future__ import annotations

from bot.kernel.errors import Missing
from bot.kernel.locale import Locale
from bot.notebook.cell_data import StoredClip
from bot.notebook.facts import add_chart, add_clip, add_number, chart_of, number_of
from bot.notebook.merge import Put
from bot.notebook.shown_clip import ShownClip
from bot.services.access.access import Deed
from bot.services.postmortems import channel_notebook
from bot.services.postmortems.context import PostmortemContext
from bot.services.postmortems.jobs import AddToNotebookJob
from bot.services.postmortems.kept_messages import replies_to
from bot.services.postmortems.noted_events import asked_and_shown, opened_channel
from bot.signals.asked_question import AskedQuestion
from bot.signals.question_text import phrases
from bot.slack.private_replies import ReplyAddress


async def add_to_notebook(context: PostmortemContext, job: AddToNotebookJob) -> None:
    """Raises Missing when there is nothing to add, and Denied."""
    slack = context.slack
    asked = await context.questions.get(job.team, job.question)
    await context.access.permit(
        Deed.CHANGE_NOTEBOOK, team=asked.team, channel=asked.channel, user=job.by, target=asked.id, once=job.job_id
    )
    locale = await channel_notebook.language_of(context, asked)
    changes = (await _clip(context, job, locale.tag),) if job.clip else await _answer(context, asked, locale)
    notebook = await channel_notebook.notebook_for(context, asked)
    replies = await replies_to(context, asked, notebook)
    noted = [*await opened_channel(context, notebook), *await asked_and_shown(context, asked, locale.tag)]
    notebook = await channel_notebook.write(context, notebook, [*changes, *replies, *noted])
    by = await slack.people.get(job.team, job.by)
    message = slack.messages.message(
        "notebook/added",
        asked.locale,
        what="clip" if job.clip else "answer",
        title=notebook.title,
        clips=0 if job.clip else sum(isinstance(change.data, StoredClip) for change in changes),
        by=by.name,
        url=notebook.link or f"{context.public_url}{notebook.cell_path(changes[0].marker)}",
    )
    thread = asked.thread or await slack.outbox.ts(asked.message_key, team=job.team)
    key = f"added:{job.question}:{job.clip}"
    if not await slack.outbox.post(key, team=job.team, channel=asked.channel, message=message, reply_to=thread):
        address = job.address or ReplyAddress(team=job.team, channel=asked.channel, thread=thread, user=by.id)
        text = by.locale.text("That is in the post-mortem already; it was brought up to date.")
        await slack.private.say(address, text, key=f"{job.job_id}:again")


async def _answer(context: PostmortemContext, asked: AskedQuestion, locale: Locale) -> tuple[Put, ...]:
    """In the notebook's language: its readers need not be the asker."""
    if asked.answer is None:
        raise Missing("There is no answer to add yet.")
    asker = await context.slack.people.get(asked.team, asked.user)
    what = asked.question.target or asked.question.view or ""
    title = locale.text("Signals on %(what)s", what=f"“{what}”") if what else locale.text("Signals over time")
    question = " · ".join(phrases(asked.question, locale)) if asked.thread else asked.text
    return (
        add_number(asked.id, number_of(asked.answer, locale, asked_by=asker.name, question=question)),
        add_chart(asked.id, chart_of(asked.answer, title, asked.zone)),
        *await _clips(context, asked, locale.tag),
    )


async def _clips(context: PostmortemContext, asked: AskedQuestion, language: str) -> list[Put]:
    """Returns the last cut of each session, in place of those that were made of it before."""
    cuts: dict[str, list[ShownClip]] = {}
    for clip in await context.clips.of_question(asked):
        cuts.setdefault(clip.session, []).append(clip)
    return [
        add_clip(clips[-1].id, clips[-1].clip.told_in(language), earlier=[each.id for each in clips[:-1]])
        for clips in cuts.values()
    ]


async def _clip(context: PostmortemContext, job: AddToNotebookJob, language: str) -> Put:
    clip = await context.clips.shown(job.team, job.clip)
    if clip is None:
        raise Missing("That clip is no longer kept; please make it again.")
    return add_clip(job.clip, clip.clip.told_in(language), by_hand=True)
