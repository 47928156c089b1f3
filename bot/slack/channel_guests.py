"""Whether guests of the workspace are in a channel, as far as a bounded number of calls to Slack tells."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from enum import StrEnum
from typing import Any

from redis.asyncio import Redis

from bot.kernel.errors import Unauthorized, Unavailable
from bot.slack.people import ClientFor, People
from bot.slack.person import is_guest, is_partner
from bot.slack.web_api import SlackRefused, called
from bot.state import keys

FRESH_S = 60
"""So long a channel is remembered. Whoever joins is heard of at once."""
STANDING_S = 3600
PAGE = 1000
MOST_MEMBERS = 10_000
MOST_ASKED = 50
"""People of a channel who are looked up one by one. Of more the workspace's list is read."""
MOST_LISTED = 20_000
AT_ONCE = 10
GUEST, MEMBER = "guest", "member"

# KEYS standing; ARGV seconds, then people and what they are. The first one that is written decides when all of it ends.
_KEEP = """
for n = 2, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[n], ARGV[n + 1]) end
if redis.call('TTL', KEYS[1]) < 0 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
"""


class GuestsThere(StrEnum):
    """`UNKNOWN` where the channel or the workspace is too large to look, or Slack refuses to tell."""

    NONE = "none"
    SOME = "some"
    UNKNOWN = "unknown"


class ChannelGuests:
    """Remembered in Redis, so that all bots know the same. People of other organizations are no guests here."""

    def __init__(self, redis: Redis, clients: ClientFor, people: People) -> None:
        self._redis = redis
        self._clients = clients
        self._people = people
        self._keep_standing: Callable[..., Any] = redis.register_script(_KEEP)

    async def of(self, team: str, channel: str) -> GuestsThere:
        """A direct message has no members but its person. Raises Upstream while Slack doesn't tell."""
        if channel.startswith("D"):
            return GuestsThere.NONE
        key = keys.channel_guests(team, channel)
        known: Any = await self._redis.get(key)
        if known:
            return GuestsThere(known.decode())
        guests = await self._guests_among_members(team, channel)
        await self._redis.set(key, guests.value, ex=FRESH_S)
        return guests

    async def forget(self, team: str, channel: str) -> None:
        """Somebody joined the channel."""
        await self._redis.delete(keys.channel_guests(team, channel))

    async def _guests_among_members(self, team: str, channel: str) -> GuestsThere:
        members = await self._members(team, channel)
        if members is None:
            return GuestsThere.UNKNOWN
        known = await self._known(team, members)
        if GUEST in known.values():
            return GuestsThere.SOME
        if len(members) - len(known) > MOST_ASKED:
            await self._read_list(team)
            known = await self._known(team, members)
        new = [member for member in members if member not in known]
        if len(new) > MOST_ASKED:
            return GuestsThere.SOME if GUEST in known.values() else GuestsThere.UNKNOWN
        known |= await self._asked(team, new)
        return GuestsThere.SOME if GUEST in known.values() else GuestsThere.NONE

    async def _members(self, team: str, channel: str) -> list[str] | None:
        """None for more than can be looked at, and where Slack refuses."""
        members: list[str] = []
        client = self._clients.patient(team)
        try:
            async for page in _pages(
                "conversations.members",
                lambda cursor: client.conversations_members(channel=channel, limit=PAGE, cursor=cursor),
                MOST_MEMBERS,
            ):
                members += [str(member) for member in page["members"]]
        except (SlackRefused, Unauthorized):
            return None
        return members if len(members) <= MOST_MEMBERS else None

    async def _known(self, team: str, members: Sequence[str]) -> dict[str, str]:
        if not members:
            return {}
        standings: list[Any] = await self._redis.hmget(keys.people_standing(team), list(members))
        return {member: each.decode() for member, each in zip(members, standings, strict=True) if each}

    async def _keep(self, team: str, standing: dict[str, str]) -> None:
        if standing:
            pairs = [part for pair in standing.items() for part in pair]
            await self._keep_standing(keys=[keys.people_standing(team)], args=[STANDING_S, *pairs])

    async def _read_list(self, team: str) -> None:
        """As far as it goes: whoever isn't on it is asked for by themselves."""
        client = self._clients.patient(team)
        try:
            async for page in _pages(
                "users.list", lambda cursor: client.users_list(limit=PAGE, cursor=cursor), MOST_LISTED
            ):
                await self._keep(team, {str(each["id"]): _standing(team, each) for each in page["members"]})
        except (SlackRefused, Unauthorized):
            return

    async def _asked(self, team: str, members: Sequence[str]) -> dict[str, str]:
        """Raises Unavailable where Slack doesn't say who somebody is."""
        standing: dict[str, str] = {}
        for start in range(0, len(members), AT_ONCE):
            people = await asyncio.gather(*(self._people.get(team, each) for each in members[start : start + AT_ONCE]))
            if any(person.unknown for person in people):
                raise Unavailable("Slack doesn’t say who is in this channel right now; try again in a moment.")
            standing |= {each.id: GUEST if each.guest and not each.partner else MEMBER for each in people}
        await self._keep(team, standing)
        return standing


def _standing(team: str, user: dict[str, Any]) -> str:
    return GUEST if is_guest(user) and not is_partner(team, user) else MEMBER


async def _pages(method: str, ask: Callable[[str], Any], most: int) -> AsyncIterator[Any]:
    """Yields pages until one says that it is the last, or so many entries may have been read. Raises like `called`."""
    cursor = ""
    for _ in range(most // PAGE + 1):
        page = await called(method, ask(cursor))
        yield page
        cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
        if not cursor:
            return
