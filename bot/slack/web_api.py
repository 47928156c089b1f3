"""Slack's Web API: clients, one a workspace, over one connection pool; what their failures mean; and what is looked up.

Who speaks is looked up here: a user's language, zone and name, from their profile."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Protocol

import aiohttp
import msgspec
from redis.asyncio import Redis
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.kernel.errors import Missing, RateLimited, ReplaybookError, Unauthorized, Unavailable, Upstream
from bot.kernel.locale import Locale
from bot.state import keys
from bot.state.locks import fence

SLACK = "https://slack.com/api/"
TIMEOUT_S = 30
# Answers that may be different a moment later, though Slack says `ok: false`.
PASSING = {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"}
NOT_ALLOWED = {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "missing_scope"}

# What the SDK raises for an answer that isn't Slack's: another type, another encoding, JSON that is no object.
UNREADABLE = (ValueError, TypeError, AttributeError, LookupError)


class SlackRefused(ReplaybookError):
    """Slack understood and said no. `code` is its error, such as `channel_not_found`; asking again won't help."""

    def __init__(self, method: str, code: str) -> None:
        super().__init__("Slack refused %(method)s: %(code)s.", method=method, code=code)
        self.code = code


class SlackInternalError(Unavailable):
    """Slack answered with an error of its own. It may pass, or this one message may always cause it."""


class Clients:
    """`clients.for_team("T1")`. `token` gives a workspace's bot token, or None where we aren't installed."""

    def __init__(
        self, session: aiohttp.ClientSession, token: Callable[[str], str | None], api_url: str | None = None
    ) -> None:
        self._session = session
        self._token = token
        self._api_url = (api_url or SLACK).rstrip("/") + "/"
        self._clients: dict[tuple[str, bool], AsyncWebClient] = {}

    @classmethod
    @asynccontextmanager
    async def opened(cls, token: Callable[[str], str | None], api_url: str | None = None) -> AsyncIterator[Clients]:
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
        async with aiohttp.ClientSession(timeout=timeout, trace_configs=[fence()]) as session:
            yield cls(session, token, api_url)

    def for_team(self, team: str) -> AsyncWebClient:
        """The workspace's client. It never repeats a call by itself: a message whose answer was lost may be there."""
        return self._client(team, patient=False)

    def patient(self, team: str) -> AsyncWebClient:
        """The same, but it waits where Slack asks for that: Slack did nothing then. Not for posting."""
        return self._client(team, patient=True)

    def _client(self, team: str, *, patient: bool) -> AsyncWebClient:
        token = self._token(team)
        if token is None:
            raise Missing("The app isn't installed in the workspace %(team)s.", team=team)
        client = self._clients.get((team, patient))
        if client is None or client.token != token:
            waits: list[AsyncRetryHandler] = [AsyncRateLimitErrorRetryHandler(max_retry_count=2)] if patient else []
            client = AsyncWebClient(
                token, self._api_url, timeout=TIMEOUT_S, session=self._session, retry_handlers=waits
            )
            self._clients[team, patient] = client
        return client


async def called(method: str, call: Awaitable[Any]) -> Any:
    """Await a call of the Slack client.

    Raises RateLimited, Unauthorized, Unavailable, SlackInternalError or SlackRefused; and LockLost, when the call runs
    under a lock and wasn't sent because the lock was lost.
    """
    try:
        response = await call
        if not isinstance(response.data, dict):
            raise TypeError("no object")
    except SlackApiError as error:
        raise _sorted(method, error.response) from error
    except (aiohttp.ClientError, TimeoutError, SlackClientError, OSError) as error:
        raise Unavailable(
            "Slack doesn't answer %(method)s: %(kind)s.", method=method, kind=type(error).__name__
        ) from error
    except UNREADABLE as error:
        raise SlackInternalError(
            "Slack's answer to %(method)s can't be read: %(kind)s.", method=method, kind=type(error).__name__
        ) from error
    return response


def _sorted(method: str, response: Any) -> ReplaybookError:
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0))
    data = getattr(response, "data", None)
    code = str(data.get("error") or "") if isinstance(data, dict) else ""
    if status == 429 or code == "ratelimited":
        wait = retry_after(response.headers)
        return RateLimited(
            "Slack asks to wait %(wait)s s before %(method)s.", retry_after=wait, wait=f"{wait:g}", method=method
        )
    if code in PASSING:
        return SlackInternalError("Slack has a problem of its own with %(method)s: %(code)s.", method=method, code=code)
    if status >= 500 or not code:
        return Unavailable("Slack failed at %(method)s with status %(status)s.", method=method, status=status)
    if code in NOT_ALLOWED:
        return Unauthorized("Slack doesn't let the bot call %(method)s: %(code)s.", method=method, code=code)
    return SlackRefused(method, code)


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds; 1 where Slack doesn't say."""
    seconds = str(headers.get("Retry-After", "1"))
    return float(seconds) if seconds.replace(".", "", 1).isdecimal() and seconds.isascii() else 1.0


PROFILE_LIFETIME_S = 3600
NEWEST_MESSAGES = 200
SPOKEN = frozenset({None, "thread_broadcast", "file_share", "me_message"})
"""Subtypes of messages in which somebody speaks; the others tell of joining, topics and the like."""


class ClientFor(Protocol):
    def patient(self, team: str) -> AsyncWebClient: ...


class Person(msgspec.Struct, frozen=True):
    """A Slack user as far as we need to know them. `tag` and `zone` are as in their profile ("ko-KR", "Asia/Seoul")."""

    id: str
    name: str
    tag: str
    zone: str
    email: str = ""
    bot: bool = False

    @property
    def locale(self) -> Locale:
        return Locale.of(self.tag, self.zone)


class People:
    """Profiles, kept in Redis for an hour so that a button press costs no call to Slack.

    What Slack doesn't tell has a stand-in. While Slack is away only `get` has one: the rest raises Upstream, so that
    nothing lasting is written without it.
    """

    def __init__(self, redis: Redis, clients: ClientFor, *, tag: str = "en", zone: str = "UTC") -> None:
        self._redis = redis
        self._clients = clients
        self._tag = tag
        self._zone = zone

    @property
    def default(self) -> Person:
        """Nobody in particular, with the bot's default language and zone."""
        return Person("", "", self._tag, self._zone)

    async def get(self, team: str, user: str) -> Person:
        """The person; with the bot's default language and zone while Slack doesn't tell theirs."""
        key = keys.person(team, user)
        if known := await self._redis.get(key):
            return msgspec.json.decode(known, type=Person)
        try:
            call = self._clients.patient(team).users_info(user=user, include_locale=True)
            response = await called("users.info", call)
        except (SlackRefused, Upstream):
            return Person(user, user, self._tag, self._zone)
        person = self._read(response["user"])
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

    async def sees(self, team: str, channel: str, user: str) -> bool:
        """Whether somebody may read a channel: it is public, or they are in it. False where Slack doesn't tell."""
        info = await self._channel(team, channel)
        closed = info.get("is_private") or info.get("is_im")
        return bool(info) and (not closed or user in await self._member_ids(team, channel))

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
        return [person for person in people if not person.bot]

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
        try:
            response = await called("usergroups.list", self._clients.patient(team).usergroups_list())
        except (SlackRefused, Unauthorized):
            return group
        handles = (each.get("handle") for each in response["usergroups"] if each["id"] == group)
        return str(next(handles, None) or group)

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

    def _read(self, user: dict[str, object]) -> Person:
        profile = user.get("profile")
        profile = profile if isinstance(profile, dict) else {}
        return Person(
            id=str(user["id"]),
            name=str(profile.get("display_name") or user.get("real_name") or user.get("name") or user["id"]),
            tag=str(user.get("locale") or self._tag),
            zone=str(user.get("tz") or self._zone),
            email=str(profile.get("email") or ""),
            bot=bool(user.get("is_bot")),
        )
