"""Messages read back from Slack: one as it is now, a thread's replies, and the images that people sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import msgspec

from bot.kernel.errors import Missing, RateLimited, ReplaybookError, Unauthorized, Unavailable
from bot.slack.web_api import Clients, SlackRefused, called, retry_after

Message = Mapping[str, Any]
GONE = frozenset({"thread_not_found", "message_not_found"})
PAGES = 5
PER_PAGE = 200


class SlackFile(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file of a message, as far as Slack tells of it. `size` is in bytes."""

    id: str
    url: str
    size: int
    alt: str


def text_of(message: Message) -> str:
    return str(message.get("text") or "")


SAID = frozenset({"text", "fallback", "title", "title_link", "from_url", "url", "value", "pretext"})


def all_text_of(message: Message) -> str:
    """Everything that a message says, a line each: its text, and what is in its blocks and attachments alone."""
    lines = [text_of(message)]
    stack: list[Any] = [message.get("attachments"), message.get("blocks")]
    while stack:
        part = stack.pop()
        if isinstance(part, list):
            stack += reversed(part)
        elif isinstance(part, Mapping):
            lines += [value for name, value in part.items() if name in SAID and isinstance(value, str)]
            stack += [value for value in part.values() if isinstance(value, list | Mapping)]
    return "\n".join(dict.fromkeys(line for line in lines if line))


def user_of(message: Message) -> str:
    """Who wrote it; empty for a webhook, which has no user."""
    user = message.get("user")
    return user if isinstance(user, str) else ""


def revision_of(message: Message) -> float:
    """When the message was written or edited last."""
    edited = message.get("edited")
    ts = edited.get("ts") if isinstance(edited, Mapping) else None
    return float(ts or message["ts"])


def is_gone(message: Message) -> bool:
    """Of a deleted message with replies Slack keeps a tombstone."""
    return message.get("subtype") == "tombstone"


def files_of(message: Message) -> tuple[SlackFile, ...]:
    """The files that Slack itself keeps. One from elsewhere (Drive, Dropbox) gets no token of ours."""
    attached = message.get("files")
    files = [each for each in attached if isinstance(each, Mapping)] if isinstance(attached, list) else []
    return tuple(_file(each) for each in files if each.get("id") and each.get("mode", "hosted") == "hosted")


def _file(file: Message) -> SlackFile:
    external = bool(file.get("is_external"))
    url = "" if external else str(file.get("url_private_download") or file.get("url_private") or "")
    size = file.get("size")
    alt = str(file.get("alt_txt") or file.get("title") or file.get("name") or "")
    return SlackFile(str(file["id"]), url, size if isinstance(size, int) else 0, alt)


class ChannelMessages:
    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    async def now(self, team: str, channel: str, ts: str, thread: str = "") -> Message | None:
        """The message as it is at the moment; None where it was deleted.

        Raises Missing where Slack doesn't tell (the bot isn't in the channel, or may not read it), and Upstream.
        """
        replies = await self._replies(team, channel, thread or ts, oldest=ts, latest=ts, inclusive=True, limit=2)
        message = next((each for each in replies[0] if each.get("ts") == ts), None)
        return None if message is None or is_gone(message) else message

    async def replies(self, team: str, channel: str, thread: str) -> list[Message]:
        """A thread's replies, without its parent; none where Slack doesn't tell. Raises Upstream."""
        replies: list[Message] = []
        cursor = ""
        for _ in range(PAGES):
            try:
                more, cursor = await self._replies(team, channel, thread, cursor=cursor or None, limit=PER_PAGE)
            except Missing:
                return replies
            replies += [each for each in more if each.get("ts") != thread]
            if not cursor:
                break
        return replies

    async def pinned(self, team: str, channel: str) -> frozenset[str] | None:
        """The ts of every pinned message; None where Slack doesn't tell. Raises Upstream."""
        try:
            response = await called("pins.list", self._clients.patient(team).pins_list(channel=channel))
        except (SlackRefused, Unauthorized):
            return None
        return frozenset(str(item["message"]["ts"]) for item in response["items"] if item.get("message", {}).get("ts"))

    async def opened(self, team: str, channel: str) -> float | None:
        """The Unix time at which the channel was made; None where Slack doesn't tell. Raises Upstream."""
        try:
            call = self._clients.patient(team).conversations_info(channel=channel)
            response = await called("conversations.info", call)
        except (SlackRefused, Unauthorized):
            return None
        created = response["channel"].get("created")
        return float(created) if isinstance(created, int | float) and created > 0 else None

    async def _replies(self, team: str, channel: str, ts: str, **options: Any) -> tuple[list[Message], str]:
        """A page of a thread and the cursor of the next one. Of a thread that is gone there is nothing."""
        try:
            call = self._clients.patient(team).conversations_replies(channel=channel, ts=ts, **options)
            response = await called("conversations.replies", call)
        except SlackRefused as error:
            if error.code in GONE:
                return [], ""
            raise Missing("Slack doesn’t tell what this message says.") from error
        except Unauthorized as error:
            raise Missing("Slack doesn’t tell what this message says.") from error
        cursor = (response.get("response_metadata") or {}).get("next_cursor") or ""
        return list(response["messages"]), str(cursor)


async def download(clients: Clients, team: str, url: str, most: int) -> bytes:
    """The bytes of a file that Slack keeps, at most `most`. The token goes to Slack alone, and to no redirect.

    Raises Missing for any other address, a file that is too large or that the bot may not read, and Upstream.
    """
    client = clients.for_team(team)
    if client.session is None or not _is_slacks(url, client.base_url):
        raise Missing("This file isn’t one that Slack keeps.")
    headers = {"Authorization": f"Bearer {await client.current_token()}"}
    try:
        async with client.session.get(url, headers=headers, allow_redirects=False) as response:
            if response.status == 429 or response.status >= 500:
                raise _failed_download(response)
            data = await _at_most(response, most) if response.status == 200 else b""
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise Unavailable("Slack doesn’t answer a download: %(kind)s.", kind=type(error).__name__) from error
    if not data:
        raise Missing("Slack doesn’t give this file to the bot.")
    return data


def _is_slacks(url: str, api_url: str) -> bool:
    address, api = urlsplit(url), urlsplit(api_url)
    host = address.hostname or ""
    at_slack = address.scheme == "https" and (host == "slack.com" or host.endswith(".slack.com"))
    return at_slack or (address.scheme, address.netloc) == (api.scheme, api.netloc)


async def _at_most(response: aiohttp.ClientResponse, most: int) -> bytes:
    data = bytearray()
    async for piece in response.content.iter_chunked(1 << 16):
        data += piece
        if len(data) > most:
            raise Missing("This file is too large to be kept.")
    return bytes(data)


def _failed_download(response: aiohttp.ClientResponse) -> ReplaybookError:
    if response.status == 429:
        wait = retry_after(response.headers)
        return RateLimited("Slack asks to wait %(wait)s s before a download.", retry_after=wait, wait=f"{wait:g}")
    return Unavailable("Slack failed at a download with status %(status)s.", status=response.status)
