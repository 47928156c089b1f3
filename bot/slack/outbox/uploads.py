"""Files of messages: kept in Redis (the worker that made one and the one that sends it may be different hosts) until
Slack has them, uploaded without a channel, and shown by the message's own image blocks."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from redis.asyncio import Redis
from slack_sdk.web.async_client import AsyncWebClient

from bot.kernel.errors import Unavailable
from bot.slack.outbox.models import Post
from bot.slack.web_api import SlackRefused, called
from bot.state import keys

KEEP_S = 7 * 24 * 3600
GONE = "the file was kept for a week and is gone"
UPLOAD = "the upload of a file"
PASSING_STATUSES = frozenset({408, 425, 429})


# KEYS upload; ARGV seconds, field to drop or '', then fields and values
_WRITE_DOWN = """
redis.call('HSET', KEYS[1], unpack(ARGV, 3))
if ARGV[2] ~= '' then redis.call('HDEL', KEYS[1], ARGV[2]) end
redis.call('EXPIRE', KEYS[1], ARGV[1])
return 1
"""


@dataclass(frozen=True, slots=True)
class UploadFile:
    """`content`: the bytes, or a path to read them from when the message is handed over."""

    content: bytes | Path
    filename: str
    alt_text: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file at Slack. `link` is its permalink."""

    id: str
    link: str = ""


class UploadStore:
    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._write_down = redis.register_script(_WRITE_DOWN)

    async def keep(self, team: str, channel: str, files: Mapping[str, UploadFile]) -> dict[str, str]:
        """Keep the bytes; gives placeholder -> digest. A file is shown only in the channel it was kept for."""
        return {name: await self.keep_one(team, channel, file) for name, file in files.items()}

    async def keep_one(self, team: str, channel: str, file: UploadFile) -> str:
        """Keep the bytes; gives the digest."""
        data = file.content if isinstance(file.content, bytes) else await asyncio.to_thread(file.content.read_bytes)
        named = f"{channel}\0{file.filename}\0{file.alt_text}\0{file.title}\0".encode()
        digest = hashlib.sha256(named + hashlib.sha256(data).digest()).hexdigest()
        key = keys.upload(team, digest)
        kept = bool(await self._redis.expire(key, KEEP_S))
        if not kept:
            await self._note(key, "", data=data, filename=file.filename, alt=file.alt_text, title=file.title)
        return digest

    async def uploaded(self, client: AsyncWebClient, team: str, files: Mapping[str, str]) -> dict[str, Uploaded]:
        """placeholder -> the file at Slack, uploading what isn't there yet. Raises like `called`."""
        return {name: await self._one(client, keys.upload(team, digest)) for name, digest in files.items()}

    async def share(self, client: AsyncWebClient, channel: str, post: Post, team: str) -> None:
        """Share the post's file into the channel, or into the thread. Raises like `called`."""
        key = keys.upload(team, post.share)
        kept: Any = await self._redis.hgetall(key)
        if not kept:
            raise SlackRefused("files.getUploadURLExternal", GONE)
        id = kept[b"id"].decode() if b"id" in kept else await self._sent(client, kept)
        # Written down before the file is anybody's to see: whoever comes after a crash knows what to look for.
        await self._note(key, "", id=id)
        await called(
            "files.completeUploadExternal",
            client.files_completeUploadExternal(
                files=[{"id": id, "title": kept[b"title"].decode() or kept[b"filename"].decode()}],
                channel_id=channel,
                thread_ts=post.reply_to,
                initial_comment=post.message["text"],
            ),
        )
        await self._note(key, "data", id=id)

    async def id_of(self, team: str, digest: str) -> str:
        """The id that a file has at Slack; empty where Slack can't have shown it to anybody."""
        kept: Any = await self._redis.hmget(keys.upload(team, digest), ["id"])
        return kept[0].decode() if kept[0] else ""

    async def _sent(self, client: AsyncWebClient, kept: Mapping[bytes, bytes]) -> str:
        """Hand the bytes to Slack, which shows them to nobody yet; gives the id of the file. Raises like `share`."""
        data, filename, alt = kept[b"data"], kept[b"filename"].decode(), kept[b"alt"].decode()
        place = await called(
            "files.getUploadURLExternal",
            client.files_getUploadURLExternal(filename=filename, length=len(data), alt_txt=alt),
        )
        if client.session is None:
            raise ValueError("a client of ours has a session")
        try:
            async with client.session.post(place["upload_url"], data=data) as answer:
                if answer.status == 200:
                    return str(place["file_id"])
                if answer.status < 500 and answer.status not in PASSING_STATUSES:
                    raise SlackRefused(UPLOAD, "upload_failed")
                raise Unavailable(
                    "Slack failed at %(method)s with status %(status)s.", method=UPLOAD, status=answer.status
                )
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unavailable(
                "Slack doesn’t answer %(method)s: %(kind)s.", method=UPLOAD, kind=type(error).__name__
            ) from error

    async def _one(self, client: AsyncWebClient, key: str) -> Uploaded:
        kept: Any = await self._redis.hgetall(key)
        if b"id" in kept:
            return Uploaded(kept[b"id"].decode(), kept.get(b"link", b"").decode())
        if not kept:
            raise SlackRefused("files.getUploadURLExternal", GONE)
        file_id, title = await self._sent(client, kept), kept[b"title"].decode() or kept[b"filename"].decode()
        response = await called(
            "files.completeUploadExternal",
            client.files_completeUploadExternal(files=[{"id": file_id, "title": title}]),
        )
        file = response["files"][0]
        uploaded = Uploaded(str(file["id"]), str(file.get("permalink", "")))
        await self._note(key, "data", id=uploaded.id, link=uploaded.link)
        return uploaded

    async def _note(self, key: str, over: str, **known: str | bytes) -> None:
        """Write down what is known of a file, and drop the field that is over, if one is named."""
        fields = [part for pair in known.items() for part in pair]
        await self._write_down(keys=[key], args=[KEEP_S, over, *fields])


def address(placeholder: str) -> str:
    """What stands for the address of a file in a text: `<{address}|name.csv>`. Slack shows the file of such a link, and
    lets everyone in the channel have it."""
    return f"https://file.invalid/{placeholder}"


def shown_in(message: Mapping[str, Any], files: Mapping[str, str]) -> dict[str, str]:
    """Those of the files that the message shows or links to."""
    return {name: digest for name, digest in files.items() if _mentions(message, name)}


def filled(part: Any, sent: Mapping[str, Uploaded]) -> Any:
    """The message with every `{"slack_file": {"id": placeholder}}` and every address pointing at the uploaded file."""
    if isinstance(part, list):
        return [filled(item, sent) for item in part]
    if isinstance(part, str):
        return _linked(part, sent)
    if not isinstance(part, dict):
        return part
    file = part.get("slack_file")
    copy = {name: filled(item, sent) for name, item in part.items()}
    if isinstance(file, dict) and file.get("id") in sent:
        copy["slack_file"] = {"id": sent[file["id"]].id}
    return copy


def _linked(text: str, sent: Mapping[str, Uploaded]) -> str:
    for name, file in sent.items():
        text = text.replace(address(name), file.link)
    return text


def _mentions(part: Any, name: str) -> bool:
    if isinstance(part, list):
        return any(_mentions(item, name) for item in part)
    if isinstance(part, dict):
        own = part.get("slack_file")
        return (isinstance(own, dict) and own.get("id") == name) or any(_mentions(each, name) for each in part.values())
    return isinstance(part, str) and address(name) in part
