"""Who commands something of a post-mortem, and whether they may."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from bot.kernel.locale import Locale
from bot.notebook.head import Participant
from bot.notebook.notebook import Notebook
from bot.services.access.access import Access, Deed
from bot.services.postmortems.command_words import PostmortemAction
from bot.services.postmortems.jobs import AnnounceJob
from bot.slack.person import Person


@dataclass(frozen=True, slots=True)
class Commanding:
    """Who commands what, and where.

    `announced` puts a job on the queue that tells the channel; `published` knows where a notebook is published, by
    system: (title, address or nothing).
    """

    team: str
    channel: str
    person: Person
    announced: Callable[[AnnounceJob], Awaitable[object]]
    published: Callable[[Notebook], Awaitable[Mapping[str, tuple[str, str]]]]
    delivery: str = ""
    """What is the same when Slack delivers the command again."""

    @property
    def locale(self) -> Locale:
        return self.person.locale

    @property
    def who(self) -> Participant:
        return Participant(self.person.name, self.person.id)


DEEDS = {
    PostmortemAction.SHOW: Deed.VIEW_NOTEBOOK,
    PostmortemAction.LIST: Deed.VIEW_NOTEBOOK,
    PostmortemAction.EXPORT: Deed.EXPORT_NOTEBOOK,
}
"""All others change it."""


async def permit_command(access: Access, action: PostmortemAction, commanding: Commanding) -> None:
    """Raises Denied. Anybody may read the help."""
    if action is not PostmortemAction.HELP:
        await access.permit(
            DEEDS.get(action, Deed.CHANGE_NOTEBOOK),
            team=commanding.team,
            channel=commanding.channel,
            user=commanding.person.id,
            target=action.value,
            once=commanding.delivery,
        )
