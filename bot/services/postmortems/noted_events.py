"""What the timeline is told by itself of the channel, its questions and their clips; each keyed by what it means."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

from bot.kernel.errors import Missing, RateLimited
from bot.notebook.notebook import Notebook
from bot.notebook.timeline import Entry, EntryKind, noted
from bot.services.postmortems import channel_notebook
from bot.services.postmortems.context import PostmortemContext
from bot.services.postmortems.jobs import NoteQuestionJob
from bot.signals.asked_question import AskedQuestion

FOR_THE_INCIDENT = timedelta(days=7)
"""A channel that is older than this when its notebook is opened was not made for the incident."""


async def opened_channel(context: PostmortemContext, notebook: Notebook) -> list[Entry]:
    """Returns that the channel was made, where that was for the incident. Raises Upstream while Slack is away."""
    opened = await context.slack.channel_messages.opened(notebook.team, notebook.channel)
    if opened is None:
        return []
    at = datetime.fromtimestamp(opened, UTC)
    if not timedelta() <= notebook.created - at <= FOR_THE_INCIDENT:
        return []
    return [noted("channel", at, EntryKind.DECLARED, channel=notebook.channel_name or notebook.channel)]


async def asked_and_shown(context: PostmortemContext, asked: AskedQuestion, language: str) -> list[Entry]:
    """Returns the question, and each clip that was shown for it, at the times of their messages.

    Captions are in the notebook's language.
    """
    entries = []
    if question := await _of_message(context, asked, asked.message_key):
        at, link = question
        who = await context.slack.people.name(asked.team, asked.user)
        key = f"question/{asked.id}"
        entries.append(noted(key, at, EntryKind.QUESTION, who=who, link=link, question=asked.text))
    for clip in await context.clips.of_question(asked):
        if shown := await _of_message(context, asked, f"clip:{clip.id}"):
            caption = clip.clip.told_in(language).caption
            entries.append(noted(f"clip/{clip.id}", shown[0], EntryKind.CLIP, link=shown[1], caption=caption))
    return entries


async def note_question(context: PostmortemContext, job: NoteQuestionJob) -> None:
    """A question of a channel that has a notebook stands in its timeline, added to it or not."""
    asked = await context.questions.get(job.team, job.question)
    notebook = await context.notebooks.find(asked.team, asked.channel)
    if notebook is not None:
        await channel_notebook.write(context, notebook, await asked_and_shown(context, asked, notebook.locale.tag))


async def _of_message(context: PostmortemContext, asked: AskedQuestion, key: str) -> tuple[datetime, str] | None:
    """Returns when a message of ours was posted and where it is; None where that isn't known any more."""
    with suppress(Missing, RateLimited):
        channel, ts = await context.slack.outbox.wait_for_ts(key, team=asked.team, timeout=1)
        link = await context.slack.people.permalink(asked.team, channel, ts)
        return datetime.fromtimestamp(float(ts), UTC), link
    return None
