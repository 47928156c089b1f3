"""Who is in which channel, as Slack tells it now. While it doesn't tell, nobody is let in: these raise Upstream."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any

import msgspec
from redis.asyncio import Redis

from bot.slack.installs.org_workspaces import org_workspaces
from bot.slack.people import ClientFor
from bot.slack.web_api import NotInstalled, SlackRefused, called
from bot.state import keys

FRESH_S = 60
"""So long a channel's members are remembered, and with them whoever has just been removed."""
PAGE = 1000
MOST_PAGES = 500
GUEST = ("is_restricted", "is_ultra_restricted", "is_stranger", "is_bot", "deleted")

NOBODY = (SlackRefused, NotInstalled)
"""Where these are raised nobody is in the channel: Slack says so, or the app isn't installed there (any more)."""

Ask = Callable[[str], Awaitable[Any]]
"""Asks Slack for the page at this cursor."""


# KEYS members; ARGV person. Gives -1 where the members aren't known.
_LOOK_UP = """
if redis.call('EXISTS', KEYS[1]) == 0 then return -1 end
return redis.call('SISMEMBER', KEYS[1], ARGV[1])
"""
# KEYS members; ARGV seconds, then people. The empty member keeps a set in being in which nobody is.
_KEEP = """
redis.call('DEL', KEYS[1])
redis.call('SADD', KEYS[1], '')
for n = 2, #ARGV do redis.call('SADD', KEYS[1], ARGV[n]) end
redis.call('EXPIRE', KEYS[1], ARGV[1])
"""


class ChannelAccess:
    """Members of channels and standing of people, kept in Redis for a minute, so that all bots know the same."""

    def __init__(self, redis: Redis, clients: ClientFor) -> None:
        self._redis = redis
        self._clients = clients
        self._look_up: Callable[..., Any] = redis.register_script(_LOOK_UP)
        self._keep: Callable[..., Any] = redis.register_script(_KEEP)

    async def is_member(self, team: str, user: str, channel: str) -> bool:
        """Whether a person, of this workspace or of a partner's, is in the channel now."""
        if not user or not channel:
            return False
        if channel.startswith("D"):
            return await self._is_direct(team, user, channel)
        return await self._contains(keys.channel_members(team, channel), user, self._members_of(team, channel))

    async def channels_of(self, team: str, user: str) -> frozenset[str]:
        """The channels of the workspace in which a person is, as far as the bot sees them; direct messages not."""
        key = keys.person_channels(team, user)
        if (known := await self._redis.get(key)) is not None:
            return frozenset(msgspec.json.decode(known, type=list[str]))
        types = "public_channel,private_channel"
        client, channels = self._clients.patient(team), list[str]()
        workspaces: Sequence[str | None] = ()
        with suppress(*NOBODY):
            workspaces = await org_workspaces(self._redis, client, team)
        for workspace in workspaces:

            def ask(cursor: str, workspace: str | None = workspace) -> Awaitable[Any]:
                return client.users_conversations(user=user, types=types, limit=PAGE, cursor=cursor, team_id=workspace)

            with suppress(*NOBODY):  # the person isn't in this workspace, say
                async for response in _paged("users.conversations", ask):
                    channels += [str(channel["id"]) for channel in response["channels"]]
        await self._redis.set(key, msgspec.json.encode(channels), ex=FRESH_S)
        return frozenset(channels)

    async def is_full_member(self, team: str, user: str) -> bool:
        """Whether a person belongs to the workspace itself: no guest, no partner, nobody who has left."""
        key = keys.person_standing(team, user)
        if (known := await self._redis.get(key)) is not None:
            return bool(known == b"1")
        try:
            profile = (await called("users.info", self._clients.patient(team).users_info(user=user)))["user"]
            belongs = str(profile.get("team_id") or "") == team or team in _belongings(profile)
            full = belongs and not any(profile.get(mark) for mark in GUEST)
        except NOBODY:
            full = False
        await self._redis.set(key, b"1" if full else b"0", ex=FRESH_S)
        return full

    async def _is_direct(self, team: str, user: str, channel: str) -> bool:
        """Whether it is the person's conversation with the bot; to list its members would need one more scope."""
        try:
            client = self._clients.patient(team)
            opened = await called("conversations.open", client.conversations_open(users=user))
        except NOBODY:
            return False
        return bool(opened["channel"]["id"] == channel)

    async def _contains(self, key: str, user: str, members: AsyncIterator[str]) -> bool:
        inside = int(await self._look_up(keys=[key], args=[user]))
        if inside >= 0:
            return bool(inside)
        try:
            present = {member async for member in members}
        except NOBODY:
            present = set()
        await self._keep(keys=[key], args=[FRESH_S, *present])
        return user in present

    async def _members_of(self, team: str, channel: str) -> AsyncIterator[str]:
        client = self._clients.patient(team)
        pages = _paged(
            "conversations.members",
            lambda cursor: client.conversations_members(channel=channel, limit=PAGE, cursor=cursor),
        )
        async for response in pages:
            for member in response["members"]:
                yield str(member)


async def _paged(method: str, ask: Ask) -> AsyncIterator[Any]:
    """Yields every page of a list. Raises like `called`."""
    cursor = ""
    for _ in range(MOST_PAGES):
        response = await called(method, ask(cursor))
        yield response
        cursor = str((response.get("response_metadata") or {}).get("next_cursor") or "")
        if not cursor:
            return


def _belongings(user: dict[str, Any]) -> list[str]:
    """The organization that a person belongs to, and those of its workspaces in which they are."""
    organization = user.get("enterprise_user")
    if not isinstance(organization, dict):
        return []
    return [str(organization.get("enterprise_id") or ""), *(str(team) for team in organization.get("teams") or ())]
