"""Writes into a channel's notebook: opens it when there is none, adds what was found, follows what was answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from bot.backlog.notebook_changes import changes_of
from bot.backlog.request import Party, Request
from bot.kernel.locale import Locale
from bot.notebook.cell_data import Entry
from bot.notebook.merge import Change, merge
from bot.notebook.notebook import Notebook
from bot.notebook.ports import change
from bot.notebook.postmortem import open_postmortem
from bot.services.postmortems.context import PostmortemContext
from bot.signals.asked_question import AskedQuestion
from bot.slack.mrkdwn import mentioned, to_markdown
from bot.slack.people import People


async def language_of(context: PostmortemContext, asked: AskedQuestion) -> Locale:
    """The language and zone of the channel's notebook, or those that a new one would have."""
    found = await context.notebooks.find(asked.team, asked.channel)
    return Locale.of(found.language, found.zone) if found else asked.locale


async def notebook_for(context: PostmortemContext, asked: AskedQuestion) -> Notebook:
    """The channel's notebook; made from the template, in the asker's language, when it has none."""
    found = await context.notebooks.find(asked.team, asked.channel)
    if found:
        return found
    channel = await context.slack.people.channel_name(asked.team, asked.channel)
    locale = asked.locale
    fresh = open_postmortem(
        team=asked.team,
        channel=asked.channel,
        title=locale.text("Post-mortem: %(channel)s", channel=f"#{channel}"),
        created=context.clock(),
        write=context.text.writer(locale),
        channel_name=channel,
        language=locale.tag,
        zone=locale.zone.key,
    )
    made = await context.notebooks.create(fresh)
    return await write(context, made, await _pinned(context, asked))


async def _pinned(context: PostmortemContext, asked: AskedQuestion) -> list[Entry]:
    """What was pinned before there was a notebook belongs into its timeline, too."""
    messages = await context.slack.people.pins(asked.team, asked.channel)
    return [await entry_of(context, asked.team, asked.channel, it) for it in messages]


async def entry_of(context: PostmortemContext, team: str, channel: str, message: Mapping[str, object]) -> Entry:
    """A message as an entry of the timeline."""
    ts, user, text = str(message["ts"]), str(message.get("user") or ""), str(message.get("text") or "")
    return Entry(
        key=ts,
        at=datetime.fromtimestamp(float(ts), UTC),
        text=text,
        markdown=await as_markdown(context, team, text),
        who=(await context.slack.people.get(team, user)).name if user else "",
        link=await context.slack.people.permalink(team, channel, ts),
        revision=context.clock().timestamp(),
    )


async def as_markdown(context: PostmortemContext, team: str, text: str) -> str:
    """What was written in Slack as markdown, with the names that people know instead of ids."""
    return to_markdown(text, {id: await _name(context.slack.people, team, id) for id in mentioned(text)})


async def _name(people: People, team: str, id: str) -> str:
    """Empty where Slack doesn't tell: then the text keeps what it came with."""
    match id[0]:
        case "U" | "W":
            name = (await people.get(team, id)).name
        case "S":
            name = await people.group_name(team, id)
        case _:
            name = await people.channel_name(team, id)
    return "" if name == id else name


async def write(context: PostmortemContext, notebook: Notebook, changes: Iterable[Change]) -> Notebook:
    """Merge the changes in, again when somebody else was faster."""
    wanted = tuple(changes)
    return await change(context.notebooks, notebook.id, lambda it: merge(it, wanted, context.text.for_notebook(it)))


async def follow(context: PostmortemContext, request: Request) -> None:
    """Bring the follow-up row, the backlog check and the discussion up to the request's state."""
    if request.notebook:
        notebook = await context.notebooks.get(request.notebook)
        locale = Locale.of(notebook.language, notebook.zone)
        await write(
            context, notebook, changes_of(request, locale, await _email(context, request.team, request.responsible))
        )


async def _email(context: PostmortemContext, team: str, party: Party) -> str:
    """The address by which other systems know a person; empty for a group, and where Slack doesn't tell it."""
    if "@" in party.id:
        return party.id
    return "" if party.id.startswith("S") else (await context.slack.people.get(team, party.id)).email
