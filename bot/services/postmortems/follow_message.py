"""Brings what happens to messages into the notebook: pins into the timeline, replies in our threads as discussion.

Deliveries come late, twice and in any order. So a message is noted by Slack's own times (`event_ts`), what is unpinned
or deleted leaves a tombstone, and a message that is new to the timeline is read back from Slack: by then it may read
otherwise, or be gone.
"""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from bot.kernel.errors import Missing
from bot.kernel.locale import Locale
from bot.notebook.edits import hide_entry, timeline_of
from bot.notebook.merge import Change
from bot.notebook.notebook import Notebook
from bot.notebook.ports import change
from bot.notebook.timeline import Entry, Switch, Timeline
from bot.services.access.access import Deed
from bot.services.postmortems import channel_notebook
from bot.services.postmortems.context import PostmortemContext
from bot.services.postmortems.discussion import comment_on
from bot.services.postmortems.jobs import AddMessageJob, MessageJob
from bot.services.postmortems.kept_messages import as_markdown, entry_of
from bot.services.postmortems.pictures import kept_pictures

LATE_S = 30
"""A pin this old may have been taken off since; what Slack lists as pinned is sure to be up to date by then."""


async def follow_message(context: PostmortemContext, job: MessageJob) -> None:
    """Raises Upstream while Slack is away."""
    notebook = await context.notebooks.find(job.team, job.channel)
    if notebook is None:
        return  # nobody keeps a record of this channel yet
    if job.kind == "pinned":
        await _follow_pin(context, notebook, job)
        return
    changes: list[Change] = []
    if job.kind == "unpinned":
        changes.append(bare(job, unpinned=Switch(True, float(job.event_ts))))
    else:
        changes += await _in_timeline(context, notebook, job)
        changes += await comment_on(context, notebook, job)
    await channel_notebook.write(context, notebook, changes)


async def add_message(context: PostmortemContext, job: AddMessageJob) -> None:
    """Puts a message into the timeline, pinned or not; opens the channel's notebook where it has none.

    Whoever chose it is answered where they did. Raises Upstream while Slack is away, and Denied.
    """
    user = job.address.user
    await context.access.permit(
        Deed.CHANGE_NOTEBOOK, team=job.team, channel=job.channel, user=user, target=job.ts, once=job.job_id
    )
    by = await context.slack.people.get(job.team, job.address.user)
    notebook = await context.notebooks.find(job.team, job.channel)
    notebook = notebook or await channel_notebook.open_in_channel(context, job.team, job.channel, by.locale)
    before = timeline_of(notebook).entry(job.ts)
    notebook = await channel_notebook.write(context, notebook, [bare(job, marked=True)])
    notebook = await channel_notebook.write(context, notebook, [await read_back(context, notebook, job)])
    notebook = await _unhidden(context, notebook, job.ts)
    after = timeline_of(notebook).entry(job.ts)
    url = notebook.link or f"{context.public_url}{notebook.cell_path(Timeline.marker)}"
    await context.slack.private.say(job.address, _outcome(before, after, by.locale), url=url, key=job.job_id)


async def _unhidden(context: PostmortemContext, notebook: Notebook, key: str) -> Notebook:
    """Somebody hid it on the page, and somebody wants it back."""

    def unhide(current: Notebook) -> Notebook:
        entry = timeline_of(current).entry(key)
        hidden = entry is not None and entry.listed and entry.hidden
        return hide_entry(current, key, hidden=False, write=context.text.for_notebook(current)) if hidden else current

    return await change(context.notebooks, notebook.id, unhide)


def _outcome(before: Entry | None, after: Entry | None, locale: Locale) -> str:
    if after is None or not after.listed:
        return locale.text("This message was deleted, so it isn’t in the post-mortem.")
    if before is None or not before.listed:
        return locale.text("This message is in the post-mortem’s timeline now.")
    if before.hidden:
        return locale.text("This message was hidden in the post-mortem; it is shown there again.")
    return locale.text("This message is in the post-mortem’s timeline already; it was brought up to date.")


def bare(job: MessageJob, **known: object) -> Entry:
    """What one delivery says of a message, apart from its text."""
    at = datetime.fromtimestamp(float(job.ts), UTC)
    return msgspec.structs.replace(Entry(job.ts, at, ""), **known)


async def read_back(context: PostmortemContext, notebook: Notebook, job: MessageJob) -> Entry:
    """Returns the message as it is now, or its tombstone. Where Slack doesn't tell, as it was delivered."""
    try:
        message = await context.slack.channel_messages.now(job.team, job.channel, job.ts, job.thread)
    except Missing:
        return await _as_delivered(context, notebook, job, revision=float(job.ts))
    if message is None:
        return bare(job, deleted=True, revision=float(job.event_ts))
    return await entry_of(context, notebook, message)


async def _follow_pin(context: PostmortemContext, notebook: Notebook, job: MessageJob) -> None:
    """First that it is pinned, so that edits from now on find it, then what it says."""
    pinned_at = float(job.event_ts)
    notebook = await channel_notebook.write(context, notebook, [bare(job, unpinned=Switch(False, pinned_at))])
    news = [await read_back(context, notebook, job)]
    if context.clock().timestamp() - pinned_at > LATE_S:
        pins = await context.slack.channel_messages.pinned(job.team, job.channel)
        if pins is not None and job.ts not in pins:
            news.append(bare(job, unpinned=Switch(True, pinned_at)))
    await channel_notebook.write(context, notebook, news)


async def _in_timeline(context: PostmortemContext, notebook: Notebook, job: MessageJob) -> list[Change]:
    """Of messages that nobody pinned or added, nothing is kept."""
    entry = timeline_of(notebook).entry(job.ts)
    if job.kind == "deleted" and (entry or job.is_pinned):
        return [bare(job, deleted=True, revision=float(job.event_ts))]
    if job.kind == "edited" and entry and not entry.deleted:
        known = {picture.id for picture in entry.pictures}
        return [await _as_delivered(context, notebook, job, revision=float(job.event_ts), known=known)]
    return []


async def _as_delivered(
    context: PostmortemContext,
    notebook: Notebook,
    job: MessageJob,
    *,
    revision: float,
    known: frozenset[str] | set[str] = frozenset(),
) -> Entry:
    people = context.slack.people
    return bare(
        job,
        text=job.text,
        markdown=await as_markdown(context, notebook, job.text),
        who=await people.name(job.team, job.by) if job.by else "",
        link=await people.permalink(job.team, job.channel, job.ts),
        revision=revision,
        files=tuple(file.id for file in job.files),
        pictures=await kept_pictures(context.slack.clients, context.files, job.team, job.files, known),
    )
