"""Whether what belongs to one channel may be shown in another: the question that previews of links ask, and lists."""

from __future__ import annotations

from dataclasses import dataclass

from bot.slack.channel_guests import ChannelGuests, GuestsThere
from bot.slack.people import People


@dataclass(frozen=True, slots=True)
class Readers:
    """Whoever reads a channel. A direct message to the bot is read by its person `alone`, who posted there."""

    people: People
    guests: ChannelGuests
    team: str
    channel: str
    user: str = ""
    alone: bool = False

    async def may_see(self, own: str) -> bool:
        """Whether all of them may know of what belongs to the channel `own`.

        Those of the channel itself may. So may others of the workspace where it is public. Who reads alone may where
        they see it. Raises Upstream while Slack doesn't tell.
        """
        if own == self.channel:
            return True
        if self.alone:
            return await self.people.sees(self.team, self.user, own)
        if (await self.people.channel_facts(self.team, own)).private:
            return False
        return await self.are_of_the_workspace()

    async def are_of_the_workspace(self) -> bool:
        """Whether no other organization is among them, and no guest, who doesn't see public channels either.

        Raises Upstream while Slack doesn't tell.
        """
        if self.alone:
            person = await self.people.get(self.team, self.user)
            return not (person.guest or person.unknown)
        if (await self.people.channel_facts(self.team, self.channel)).shared:
            return False
        return await self.guests.of(self.team, self.channel) is GuestsThere.NONE
