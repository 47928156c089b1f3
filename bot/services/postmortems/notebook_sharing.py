"""How far a notebook is shared beyond its channel, to be read only, by its owner's choice."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from bot.notebook.notebook import Notebook
from bot.slack.people import People
from bot.state import keys
from bot.state.records import Records, RecordStore


class SharedWith(StrEnum):
    """From the narrowest to the widest. Only people in the channel ever write."""

    CHANNEL = "channel"
    WORKSPACE = "workspace"
    PUBLIC = "public"

    def within(self, most: SharedWith) -> bool:
        widths = list(SharedWith)
        return widths.index(self) <= widths.index(most)


class NotebookShare(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the owner chose; `by` is their Slack id."""

    shared_with: SharedWith = SharedWith.CHANNEL
    by: str = ""
    at: datetime | None = None


class NotebookSharing:
    """`most` is how far the operator lets notebooks be shared, whatever was chosen before."""

    def __init__(self, records: RecordStore, most: SharedWith) -> None:
        self._shares = Records(records, NotebookShare)
        self.most = most

    async def of(self, team: str, notebook: str) -> SharedWith:
        record = await self._shares.get(keys.record(team, "notebook-share", notebook))
        chosen = record[0].shared_with if record else SharedWith.CHANNEL
        return chosen if chosen.within(self.most) else self.most

    async def choose(self, notebook: Notebook, share: NotebookShare) -> None:
        await self._shares.change(keys.record(notebook.team, "notebook-share", notebook.id), lambda _: share)

    @property
    def choices(self) -> tuple[SharedWith, ...]:
        return tuple(each for each in SharedWith if each.within(self.most))


async def may_share(notebook: Notebook, user: str, people: People) -> bool:
    """Its owner, or the incident's commander where it has none.

    Where nobody is named, anybody of the workspace who may write in it: neither guests nor other organizations decide
    who else reads what is the workspace's, and nobody of whom Slack doesn't tell.
    """
    named = (notebook.head.owner, notebook.head.commander)
    if answering := next((person.id for person in named if person and person.id), ""):
        return answering == user
    person = await people.get(notebook.team, user)
    return not (person.guest or person.unknown)
