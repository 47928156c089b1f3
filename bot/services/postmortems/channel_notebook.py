"""Writes into a channel's notebook: opens it when there is none, adds what was found, follows what was answered."""

from __future__ import annotations

from collections.abc import Iterable

from bot.backlog.notebook_changes import changes_of
from bot.backlog.request import Party, Request
from bot.backlog.timeline_entries import timeline_entries
from bot.kernel.errors import Unfilmable
from bot.kernel.locale import Locale
from bot.notebook.head import Head
from bot.notebook.head_edits import read_facts
from bot.notebook.merge import Change, merge
from bot.notebook.notebook import Notebook
from bot.notebook.ports import change
from bot.notebook.postmortem import open_postmortem
from bot.notebook.proposed_title import channel_title
from bot.notebook.public_view import public_writer
from bot.notebook.timeline import Entry
from bot.services.access.policy import Right
from bot.services.postmortems.context import PostmortemContext
from bot.services.postmortems.kept_messages import entry_of, replies_to
from bot.services.postmortems.read_head import incident_facts, refresh_head
from bot.signals.asked_question import AskedQuestion
from bot.slack.channel_messages import is_gone

MOST_NEWEST = 5
MOST_CHECKED = 30
"""Of so many of the newest, those are shown whose channels the person may see."""


async def language_of(context: PostmortemContext, asked: AskedQuestion) -> Locale:
    """The language and zone of the channel's notebook, or those that a new one would have."""
    notebook = await context.notebooks.find(asked.team, asked.channel)
    return notebook.locale if notebook else asked.locale.as_of(context.clock())


async def notebook_for(context: PostmortemContext, asked: AskedQuestion) -> Notebook:
    """The channel's notebook with its head up to date; made in the asker's language when it has none."""
    notebook = await context.notebooks.find(asked.team, asked.channel)
    if notebook is None:
        notebook = await open_in_channel(context, asked.team, asked.channel, asked.locale)
        notebook = await write(context, notebook, await replies_to(context, asked, notebook))
    return await refresh_head(context, notebook, asked)


async def open_in_channel(context: PostmortemContext, team: str, channel: str, locale: Locale) -> Notebook:
    """A new notebook for a channel, with what was pinned there; the one that it has where it has one."""
    name = await context.slack.people.channel_name(team, channel)
    facts = await incident_facts(context, team, channel)
    template = context.templates.chosen(await _wanted_template(context, team, channel), facts.severity, locale)
    head = Head(template=template.name, for_customers=template.for_customers)
    internal = context.text.writer(locale)
    fresh = open_postmortem(
        team=team,
        channel=channel,
        title=channel_title(name, locale),
        created=context.clock(),
        write=public_writer(internal) if template.for_customers else internal,
        channel_name=name,
        language=locale.tag,
        zone=locale.zone.key,
        sections=template.sections,
        head=head,
    )
    made = await context.notebooks.create(read_facts(fresh, facts))
    return await write(context, made, await _pinned(context, made))


async def _wanted_template(context: PostmortemContext, team: str, channel: str) -> str:
    """The template that the channel's settings name; nothing where they name none or can't be read."""
    try:
        settings, _ = await context.clips.settings(team, channel)
    except Unfilmable:
        return ""
    return settings.template


async def _pinned(context: PostmortemContext, notebook: Notebook) -> list[Entry]:
    """What was pinned before there was a notebook belongs into its timeline, too."""
    messages = await context.slack.people.pins(notebook.team, notebook.channel)
    return [await entry_of(context, notebook, it) for it in messages if not is_gone(it)]


async def write(context: PostmortemContext, notebook: Notebook, changes: Iterable[Change]) -> Notebook:
    """Merge the changes in, again when somebody else was faster."""
    wanted = tuple(changes)
    return await change(context.notebooks, notebook.id, lambda it: merge(it, wanted, context.text.for_notebook(it)))


async def follow(context: PostmortemContext, request: Request) -> None:
    """Bring the follow-up row, the backlog check, the discussion and the timeline up to the request's state."""
    if request.notebook:
        notebook = await context.notebooks.get(request.notebook)
        locale = notebook.locale
        changes = changes_of(request, locale, await _email(context, request.team, request.responsible))
        people, where = context.slack.people, (request.team, request.channel, request.thread)
        link = await people.permalink(*where) if request.thread else ""
        await write(context, notebook, (*changes, *timeline_entries(request, link)))


async def _email(context: PostmortemContext, team: str, party: Party) -> str:
    """The address by which other systems know a person; empty for a group, and where Slack doesn't tell it."""
    if "@" in party.id:
        return party.id
    return "" if party.id.startswith("S") else (await context.slack.people.get(team, party.id)).email


async def newest_for(context: PostmortemContext, team: str, user: str) -> list[Notebook]:
    """The newest notebooks of channels that a person may see."""
    visible: list[Notebook] = []
    for notebook in await context.notebooks.list(team, limit=MOST_CHECKED):
        if len(visible) < MOST_NEWEST and await may_read(context, team, user, notebook.channel):
            visible.append(notebook)
    return visible


async def may_read(context: PostmortemContext, team: str, user: str, channel: str) -> bool:
    """Whether a person may know of a channel's post-mortem: they see the channel, and its policies let them."""
    if not await context.slack.people.sees(team, user, channel):
        return False
    return await context.access.allows(Right.NOTEBOOK, team, channel, user)
