"""Files that are messages, such as videos: shared into the thread once, whatever happens on the way."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.slack.outbox import Outbox, UploadFile
from bot.state import keys
from tests.slack.slack_workspace import SlackWorkspace, open_outbox, text_message
from tests.waiting import settled

Json = dict[str, Any]
FILM = UploadFile(b"moving pictures", "replay-1.mp4", alt_text="Buy is clicked", title="Buy clicked 9 times")
COMPLETE = "files.completeUploadExternal"


async def share(outbox: Outbox, thread: str, key: str = "film") -> bool:
    return await outbox.post(
        key, team="T1", channel="C1", message={"text": "Video, 42 s", "blocks": []}, reply_to=thread, share=FILM
    )


def shared(slack: SlackWorkspace) -> list[Json]:
    return [message for message in slack.messages("C1") if message.get("files")]


async def done(outbox: Outbox) -> None:
    """Until what was handed over before is with Slack: a channel's messages go in their order."""
    await outbox.post("last", team="T1", channel="C1", message=text_message("last"))
    await outbox.ts("last", team="T1")


async def test_a_file_comes_into_the_thread_with_its_comment(outbox: Outbox, slack: SlackWorkspace) -> None:
    thread = slack.say("down")
    await outbox.post("clip", team="T1", channel="C1", message=text_message("clip"), reply_to=thread)
    assert await share(outbox, thread)
    await done(outbox)
    [message] = shared(slack)
    [file] = message["files"]
    assert (message["thread_ts"], message["text"]) == (thread, "Video, 42 s")
    assert (file["name"], file["title"], file["alt_txt"]) == ("replay-1.mp4", "Buy clicked 9 times", "Buy is clicked")
    assert slack.texts("C1") == ["down", "clip", "Video, 42 s", "last"]
    assert [each["data"] for each in slack.files()] == [b"moving pictures"]


async def test_asked_for_twice_it_is_shared_once_and_its_bytes_are_dropped(
    redis: Redis, outbox: Outbox, slack: SlackWorkspace
) -> None:
    thread = slack.say("down")
    accepted = await asyncio.gather(*(share(outbox, thread) for _ in range(5)))
    await done(outbox)
    assert not await share(outbox, thread)
    assert (sum(accepted), len(shared(slack)), slack.count(COMPLETE)) == (1, 1, 1)
    kept = [key async for key in redis.scan_iter(keys.upload("T1", "*"))]
    assert [await redis.hexists(key, "data") for key in kept] == [False]
    assert all([await redis.ttl(key) > 0 for key in kept])


@pytest.mark.parametrize(
    ("kind", "method", "details"),
    [
        ("lost_response", COMPLETE, {}),
        ("http", COMPLETE, {"status": 503}),
        ("error", COMPLETE, {"error": "internal_error"}),
        ("ratelimit", COMPLETE, {"retry_after": 0}),
        ("lost_response", "files.getUploadURLExternal", {}),
        ("ratelimit", "files.getUploadURLExternal", {"retry_after": 0}),
        ("error", COMPLETE, {"error": "file_not_found"}),
    ],
)
async def test_whatever_slack_does_it_is_there_once(
    outbox: Outbox, slack: SlackWorkspace, kind: str, method: str, details: Json
) -> None:
    slack.fault(kind, method, **details)
    thread = slack.say("down")
    await share(outbox, thread)
    await done(outbox)
    assert len(shared(slack)) == 1


async def test_a_refusal_holds_nobody_up(outbox: Outbox, slack: SlackWorkspace) -> None:
    slack.fault("error", COMPLETE, error="not_in_channel")
    thread = slack.say("down")
    await share(outbox, thread)
    await done(outbox)
    assert (shared(slack), slack.texts("C1")) == ([], ["down", "last"])
    assert await share(outbox, thread), "what failed for good may be asked for again"
    await settled(lambda: len(shared(slack)) == 1)


@pytest.mark.parametrize("call", ["files.getUploadURLExternal", COMPLETE])
async def test_killed_in_between_it_is_shared_once(
    redis: Redis, redis_server: str, slack: SlackWorkspace, call: str
) -> None:
    """A process dies when Slack has done the call and its answer is not read yet; another one goes on."""
    thread = slack.say("down")
    slack.fault("held_response", call, seconds=60)
    async with open_outbox(redis, slack) as asked:
        await share(asked, thread)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.slack.outbox_process", redis_server, slack.url
    )
    try:
        await settled(lambda: slack.count(call) > 0)
    finally:
        process.kill()
        await process.wait()
    async with open_outbox(redis, slack) as outbox, outbox.running():
        await done(outbox)
    assert len(shared(slack)) == 1
