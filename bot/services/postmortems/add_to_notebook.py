"""Puts an answer (number and chart, with the clips made of it) or one clip into the channel's notebook."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from bot.kernel.errors import Missing
from bot.kernel.locale import Locale
from bot.notebook.cell_data import StoredClip
from bot.notebook.facts import add_chart, add_clip, add_number, chart_of, number_of
from bot.notebook.merge import Put
from bot.notebook.notebook import Cell, Notebook
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
    changes = (await _clip(context, asked, job, locale),) if job.clip else await _answer(context, asked, locale)
    notebook = await channel_notebook.notebook_for(context, asked)
    before = {cell.marker for cell in notebook.shown}
    replies = await replies_to(context, asked, notebook)
    noted = [*await opened_channel(context, notebook), *await asked_and_shown(context, asked, locale.tag)]
    notebook = await channel_notebook.write(context, notebook, [*changes, *replies, *noted])
    by = await slack.people.get(job.team, job.by)
    came = [] if job.clip else _came_along(notebook, changes)
    message = slack.messages.message(
        "notebook/added",
        asked.locale,
        what="clip" if job.clip else "answer",
        title=notebook.title,
        clips=len(came),
        beside=bool(job.clip and _others_added(notebook, changes[0])),
        by=by.name,
        url=notebook.link or f"{context.public_url}{notebook.cell_path(changes[0].marker)}",
    )
    thread = asked.thread or await slack.outbox.ts(asked.message_key, team=job.team)
    key = f"added:{job.question}:{job.clip}"
    if not await slack.outbox.post(key, team=job.team, channel=asked.channel, message=message, reply_to=thread):
        address = job.address or ReplyAddress(team=job.team, channel=asked.channel, thread=thread, user=by.id)
        text = _again(by.locale, sum(marker not in before for marker in came))
        await slack.private.say(address, text, key=f"{job.job_id}:again")


def _came_along(notebook: Notebook, changes: Sequence[Put]) -> list[str]:
    """Returns the markers of clips that are there with the answer, and not because a person added them."""
    clips = {change.marker for change in changes if isinstance(change.data, StoredClip)}
    return [str(cell.marker) for cell in notebook.shown if cell.marker in clips and not _is_kept(cell)]


def _others_added(notebook: Notebook, clip: Put) -> bool:
    """Whether a person added another cut of the same session before, which stays."""
    return any(cell.marker in clip.instead and _is_kept(cell) for cell in notebook.shown)


def _is_kept(cell: Cell) -> bool:
    return isinstance(cell.data, StoredClip) and cell.data.kept


def _again(locale: Locale, clips: int) -> str:
    """What whoever adds it once more is told; `clips` are those that came along this time."""
    told = locale.text("That is in the post-mortem already; it was brought up to date.")
    return f"{told} {locale.plural('%(n)s clip came along.', '%(n)s clips came along.', clips)}" if clips else told


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
        *await _clips(context, asked, locale),
    )


async def _clips(context: PostmortemContext, asked: AskedQuestion, locale: Locale) -> list[Put]:
    """Returns the last cut of each session, in place of those that were made of it before.

    A cut that a person added stands for its session instead, as `merge` sees to.
    """
    cuts: dict[str, list[ShownClip]] = {}
    for clip in await context.clips.of_question(asked):
        cuts.setdefault(clip.session, []).append(clip)
    after = await context.clips.after_fix(asked)
    return [
        add_clip(clips[-1].id, _stored_clip(clips[-1], after, locale), earlier=[each.id for each in clips[:-1]])
        for clips in cuts.values()
    ]


async def _clip(context: PostmortemContext, asked: AskedQuestion, job: AddToNotebookJob, locale: Locale) -> Put:
    """It takes the place of other cuts of its session, but for those that people added, too."""
    clip = await context.clips.shown(job.team, job.clip)
    if clip is None:
        raise Missing("That clip is no longer kept; please make it again.")
    cuts = [each.id for each in await context.clips.of_question(asked) if each.session == clip.session]
    others = [id for id in cuts if id != clip.id]
    stored = _stored_clip(clip, await context.clips.after_fix(asked), locale)
    return add_clip(job.clip, stored, earlier=others, by_hand=True)


def _stored_clip(clip: ShownClip, after_fix: Collection[str], locale: Locale) -> StoredClip:
    """In the notebook's language. What went well after the fix is no part of the incident, and says so."""
    stored = clip.clip.told_in(locale.tag)
    if clip.session not in after_fix:
        return stored
    return msgspec.structs.replace(stored, caption=locale.text("After the fix: %(caption)s", caption=stored.caption))
