"""Who commands something of a post-mortem, and whether they may."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from bot.kernel.errors import Misunderstood
from bot.kernel.locale import Locale
from bot.notebook.head import DocumentStatus, Participant
from bot.notebook.notebook import Notebook
from bot.services.access.access import Access, Deed
from bot.services.postmortems.command_words import PostmortemAction, PostmortemCommand, read_status_words
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


_DEEDS = {
    PostmortemAction.SHOW: Deed.VIEW_NOTEBOOK,
    PostmortemAction.LIST: Deed.VIEW_NOTEBOOK,
    PostmortemAction.EXPORT: Deed.EXPORT_NOTEBOOK,
    PostmortemAction.PUBLISH: Deed.FINISH_NOTEBOOK,
}
"""All others change it."""


def _deed_of(command: PostmortemCommand) -> Deed:
    if command.action is PostmortemAction.STATUS:
        with suppress(Misunderstood):  # it is told once it is known that whoever commands may change the status
            if read_status_words(command.rest)[0] is DocumentStatus.PUBLISHED:
                return Deed.FINISH_NOTEBOOK
    return _DEEDS.get(command.action, Deed.CHANGE_NOTEBOOK)


async def permit_command(access: Access, command: PostmortemCommand, commanding: Commanding) -> None:
    """Raises Denied. Anybody may read the help."""
    action = command.action
    if action is not PostmortemAction.HELP:
        await access.permit(
            _deed_of(command),
            team=commanding.team,
            channel=commanding.channel,
            user=commanding.person.id,
            target=action.value,
            once=commanding.delivery,
        )
