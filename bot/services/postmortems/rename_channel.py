"""A channel has another name: its notebook goes by that name, too."""

from __future__ import annotations

import msgspec

from bot.notebook.notebook import Notebook
from bot.notebook.ports import change
from bot.notebook.proposed_title import channel_title
from bot.services.postmortems.context import PostmortemContext


async def rename_channel(context: PostmortemContext, team: str, channel: str, name: str) -> None:
    """`name` is what an event said, which may come late: Slack is asked for the name of now."""
    notebook = await context.notebooks.find(team, channel)
    if notebook is None:
        return
    now = await context.slack.people.channel_name(team, channel)
    now = name if now == channel else now
    if now and now != notebook.channel_name:
        await change(context.notebooks, notebook.id, lambda current: _renamed(current, now))


def _renamed(notebook: Notebook, name: str) -> Notebook:
    """A title that was made of the former name alone follows; any other stays."""
    locale = notebook.locale
    plain = notebook.title == channel_title(notebook.channel_name, locale) and "title" not in notebook.head.by_people
    title = channel_title(name, locale) if plain else notebook.title
    return msgspec.structs.replace(notebook, channel_name=name, title=title)
