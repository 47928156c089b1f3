"""Who people and groups are, in which language and zone they read, and who may see a channel, as Slack tells."""

from __future__ import annotations

from typing import Any, Protocol

import msgspec
from redis.asyncio import Redis
from slack_sdk.web.async_client import AsyncWebClient

from bot.kernel.errors import Unauthorized, Upstream
from bot.kernel.escape import visible
from bot.slack.installs.org_workspaces import org_workspaces
from bot.slack.person import ChannelFacts, Person, homes_of, is_guest, is_partner
from bot.slack.web_api import SlackRefused, called
from bot.state import keys

PROFILE_LIFETIME_S = 3600
SEEN_LIFETIME_S = 600
NEWEST_MESSAGES = 200
SPOKEN = frozenset({None, "thread_broadcast", "file_share", "me_message"})
"""Subtypes of messages in which somebody speaks; the others tell of joining, topics and the like."""


class ClientFor(Protocol):
    def patient(self, team: str) -> AsyncWebClient: ...


class Languages(Protocol):
    async def language(self, team: str, copy: bytes | None) -> str:
        """The one language of a workspace; empty where everybody reads their own. `copy` lies in Redis, if any."""


class People:
    """Profiles, kept in Redis for an hour so that a button press costs no call to Slack.

    What Slack doesn't tell has a stand-in. While Slack is away only `get` has one: the rest raises Upstream, so that
    nothing lasting is written without it.
    """

    def __init__(
        self,
        redis: Redis,
        clients: ClientFor,
        *,
        tag: str = "en",
        zone: str = "UTC",
        languages: Languages | None = None,
    ) -> None:
        self._redis = redis
        self._clients = clients
        self._tag = tag
        self._zone = zone
        self._languages = languages

    @property
    def default(self) -> Person:
        """Nobody in particular, with the bot's default language and zone."""
        return Person("", "", self._tag, self._zone)

    async def get(self, team: str, user: str) -> Person:
        """The person; with the bot's default language and zone while Slack doesn't tell theirs.

        Where the workspace has one language for everybody, that is theirs.
        """
        if self._languages is None:
            known: Any = await self._redis.get(keys.person(team, user))
            return await self._get(team, user, known)
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.get(keys.person(team, user))
            pipe.get(keys.team_settings(team))
            known, copy = await pipe.execute()
        person = await self._get(team, user, known)
        language = await self._languages.language(team, copy)
        if not language or person.locale.tag == language:
            return person
        return msgspec.structs.replace(person, tag=language)

    async def name(self, team: str, user: str) -> str:
        """What somebody is called, for what is kept; their id where Slack refuses to tell. Raises Upstream."""
        try:
            return (await self._asked(team, user, await self._redis.get(keys.person(team, user)))).name
        except Unauthorized:
            return user

    async def _get(self, team: str, user: str, known: bytes | None) -> Person:
        try:
            return await self._asked(team, user, known)
        except Upstream:
            return Person(user, user, self._tag, self._zone, unknown=True)

    async def _asked(self, team: str, user: str, known: Any) -> Person:
        key = keys.person(team, user)
        if known:
            return msgspec.json.decode(known, type=Person)
        try:
            call = self._clients.patient(team).users_info(user=user, include_locale=True)
            response = await called("users.info", call)
        except SlackRefused as refused:
            guest = refused.code in {"user_not_visible", "user_not_found"}
            return Person(user, user, self._tag, self._zone, guest=guest, partner=guest, unknown=not guest)
        person = self._read(team, response["user"])
        await self._redis.set(key, msgspec.json.encode(person), ex=PROFILE_LIFETIME_S)
        return person

    async def by_email(self, team: str, email: str) -> Person | None:
        """The person with this address in the workspace, or None when Slack knows nobody by it."""
        try:
            call = self._clients.patient(team).users_lookupByEmail(email=email)
            response = await called("users.lookupByEmail", call)
        except (SlackRefused, Unauthorized):
            return None
        return await self.get(team, response["user"]["id"])

    async def channel_facts(self, team: str, channel: str) -> ChannelFacts:
        """Returns what the bot may know of a channel now. One that it can't see counts as private and archived."""
        try:
            call = self._clients.patient(team).conversations_info(channel=channel)
            response = await called("conversations.info", call)
        except SlackRefused:
            return ChannelFacts(channel, private=True, archived=True, shared=True)
        info = response["channel"]
        private = bool(info.get("is_private") or info.get("is_im") or info.get("is_mpim"))
        shared = bool(info.get("is_ext_shared") or info.get("is_pending_ext_shared"))
        return ChannelFacts(str(info.get("name") or channel), private, bool(info.get("is_archived")), shared)

    async def channel_name(self, team: str, channel: str) -> str:
        """A channel's name without its #; its id where Slack doesn't tell."""
        return str((await self._channel(team, channel)).get("name") or channel)

    async def channel_topic(self, team: str, channel: str) -> str:
        """A channel's topic as Slack gives it; empty where Slack doesn't tell."""
        return str(((await self._channel(team, channel)).get("topic") or {}).get("value") or "")

    async def speakers(self, team: str, channel: str, most: int = 30) -> list[Person]:
        """Those who wrote one of the newest messages at the channel's top, bots left out, the newest first."""
        try:
            call = self._clients.patient(team).conversations_history(channel=channel, limit=NEWEST_MESSAGES)
            messages = (await called("conversations.history", call))["messages"]
        except (SlackRefused, Unauthorized):
            return []
        spoken = [it for it in messages if not it.get("bot_id") and it.get("subtype") in SPOKEN]
        return await self._humans(team, [str(it["user"]) for it in spoken if it.get("user")], most)

    async def members(self, team: str, channel: str, most: int = 30) -> list[Person]:
        """People in a channel, as many as are worth asking for; none where Slack doesn't tell."""
        return await self._humans(team, await self._member_ids(team, channel), most)

    async def _channel(self, team: str, channel: str) -> dict[str, Any]:
        """What Slack tells of a channel; nothing where it refuses."""
        try:
            call = self._clients.patient(team).conversations_info(channel=channel)
            info: dict[str, Any] = (await called("conversations.info", call))["channel"]
        except (SlackRefused, Unauthorized):
            return {}
        return info

    async def _member_ids(self, team: str, channel: str) -> list[str]:
        try:
            call = self._clients.patient(team).conversations_members(channel=channel, limit=1000)
            return [str(id) for id in (await called("conversations.members", call))["members"]]
        except (SlackRefused, Unauthorized):
            return []

    async def _humans(self, team: str, ids: list[str], most: int) -> list[Person]:
        people = [await self.get(team, id) for id in list(dict.fromkeys(ids))[:most]]
        return [person for person in people if not (person.bot or person.unknown)]

    async def can_be_heard(self, team: str, channel: str) -> bool:
        """Whether the bot can write in a channel: not in one that is archived or gone, or that it was removed from."""
        try:
            call = self._clients.patient(team).conversations_info(channel=channel)
            info = (await called("conversations.info", call))["channel"]
        except SlackRefused as error:
            return error.code not in {"channel_not_found", "is_archived"}
        return not info.get("is_archived") and (bool(info.get("is_im")) or info.get("is_member") is not False)

    async def group_name(self, team: str, group: str) -> str:
        """The handle of a user group without its @; its id where Slack doesn't tell."""
        return (await self.groups(team)).get(group, group)

    async def groups(self, team: str) -> dict[str, str]:
        """The handles of the workspace's user groups by their ids; none where Slack doesn't tell."""
        client, handles = self._clients.patient(team), dict[str, str]()
        try:
            for workspace in await org_workspaces(self._redis, client, team):
                response = await called("usergroups.list", client.usergroups_list(team_id=workspace))
                handles |= {str(each["id"]): str(each.get("handle") or each["id"]) for each in response["usergroups"]}
        except (SlackRefused, Unauthorized):
            return handles
        return handles

    async def sees(self, team: str, user: str, channel: str) -> bool:
        """Whether a person may know what is in a channel: they are in it, or it is public and they are no guest.

        Kept for ten minutes. False while Slack doesn't tell.
        """
        key = keys.sees(team, user, channel)
        if (known := await self._redis.get(key)) is not None:
            return bool(known == b"1")
        try:
            public, person = not (await self.channel_facts(team, channel)).private, await self.get(team, user)
            seen = public and not (person.guest or person.unknown)
            seen = seen or user in await self._members(team, channel)
        except (SlackRefused, Upstream):
            return False
        if person.unknown and not seen:
            return False  # in a minute Slack may say that they are no guest
        await self._redis.set(key, b"1" if seen else b"0", ex=SEEN_LIFETIME_S)
        return seen

    async def is_shared(self, team: str, channel: str) -> bool:
        """Whether people of another organization are in a channel, or are invited. Kept for ten minutes.

        True where Slack refuses to tell. Raises Upstream.
        """
        key = keys.shared(team, channel)
        if (known := await self._redis.get(key)) is not None:
            return bool(known == b"1")
        try:
            call = self._clients.patient(team).conversations_info(channel=channel)
            info = (await called("conversations.info", call))["channel"]
        except SlackRefused:
            return True
        shared = any(info.get(name) for name in ("is_ext_shared", "is_pending_ext_shared"))
        await self._redis.set(key, b"1" if shared else b"0", ex=SEEN_LIFETIME_S)
        return shared

    async def _members(self, team: str, channel: str) -> set[str]:
        """Everybody in a channel, as far as ten pages tell."""
        members: set[str] = set()
        cursor = ""
        for _ in range(10):
            call = self._clients.patient(team).conversations_members(channel=channel, cursor=cursor, limit=1000)
            response = await called("conversations.members", call)
            members |= set(response["members"])
            cursor = (response.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                break
        return members

    async def group_members(self, team: str, group: str) -> frozenset[str]:
        """The ids of a user group's members, kept for an hour; empty while Slack doesn't tell them."""
        key = keys.group_members(team, group)
        if known := await self._redis.get(key):
            return frozenset(msgspec.json.decode(known, type=list[str]))
        try:
            members = await self._group_members(team, group)
        except (SlackRefused, Upstream):
            return frozenset()
        await self._redis.set(key, msgspec.json.encode(members), ex=PROFILE_LIFETIME_S)
        return frozenset(members)

    async def _group_members(self, team: str, group: str) -> list[str]:
        """Of an organization, in whichever of its workspaces the group is. Raises like `called`."""
        client = self._clients.patient(team)
        *others, last = await org_workspaces(self._redis, client, team) or (None,)
        for workspace in (*others, last):
            try:
                call = client.usergroups_users_list(usergroup=group, team_id=workspace)
                return [str(member) for member in (await called("usergroups.users.list", call))["users"]]
            except SlackRefused:
                if workspace == last:
                    raise
        return []

    async def pins(self, team: str, channel: str) -> list[dict[str, object]]:
        """The messages pinned in a channel, as Slack gives them; none where Slack doesn't tell."""
        try:
            response = await called("pins.list", self._clients.patient(team).pins_list(channel=channel))
        except (SlackRefused, Unauthorized):
            return []
        return [item["message"] for item in response["items"] if item.get("message", {}).get("ts")]

    async def permalink(self, team: str, channel: str, ts: str) -> str:
        """The address of a message; empty where Slack doesn't tell."""
        try:
            call = self._clients.patient(team).chat_getPermalink(channel=channel, message_ts=ts)
            response = await called("chat.getPermalink", call)
        except (SlackRefused, Unauthorized):
            return ""
        return str(response["permalink"])

    def _read(self, team: str, user: dict[str, Any]) -> Person:
        partner, profile = is_partner(team, user), user.get("profile")
        profile = profile if isinstance(profile, dict) else {}
        names = (profile.get("display_name"), user.get("real_name"), user.get("name"))
        readable = (" ".join(visible(str(name)).split()) for name in names if name)
        return Person(
            id=str(user["id"]),
            name=next(filter(None, readable), str(user["id"])),
            tag=str(user.get("locale") or self._tag),
            zone=str(user.get("tz") or self._zone),
            email=str(profile.get("email") or ""),
            bot=bool(user.get("is_bot")),
            guest=partner or is_guest(user),
            partner=partner,
            homes=tuple(sorted(homes_of(user))),
            admin=not partner and any(user.get(name) for name in ("is_admin", "is_owner", "is_primary_owner")),
        )
