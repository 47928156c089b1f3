"""The outbox before the local workspace, which refuses what Slack refuses."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image
from redis.asyncio import Redis

from bot.slack.outbox import Outbox, UploadFile
from bot.slack.web_api import Clients, everywhere
from tests.slack.slack_workspace import text_message
from tests.standins.slack.house import INCIDENT, JISOO, TOKEN, living


def gif() -> bytes:
    out = io.BytesIO()
    Image.new("P", (40, 20)).save(out, "GIF")
    return out.getvalue()


async def test_a_message_a_thread_with_a_clip_and_an_update_survive_lost_answers_and_limits(
    redis: Redis, tmp_path: Path
) -> None:
    async with (
        living(tmp_path) as house,
        Clients.opened(everywhere(TOKEN), f"{house.config.root}/api") as clients,
        Outbox(redis, clients).running() as outbox,
    ):
        before = len(await house.messages())
        await house.fault(kind="lost_response", method="chat.postMessage")
        await house.fault(kind="ratelimit", method="chat.update", retry_after=1)
        await outbox.post("answer", team="T1", channel=INCIDENT, message=text_message("counting"))
        ts = await outbox.ts("answer", team="T1")
        clip = {"text": "clip", "blocks": [{"type": "image", "slack_file": {"id": "clip"}, "alt_text": "a click"}]}
        files = {"clip": UploadFile(gif(), "clip.gif", "a click", "The moment")}
        await house.fault(kind="lost_response", method="chat.postMessage")
        await outbox.post("clip", team="T1", channel=INCIDENT, message=clip, reply_to=ts, files=files)
        await outbox.update("answer", text_message("412 signals"), team="T1")
        await outbox.post("ask", team="T1", channel=JISOO.id, message=text_message("Is it in the backlog?"))
        await outbox.ts("ask", team="T1")
        await outbox.post("last", team="T1", channel=INCIDENT, message=text_message("last"), reply_to=ts)
        await outbox.ts("last", team="T1")
        said = await house.client.conversations_replies(channel=INCIDENT, ts=ts)
        texts = [message["text"] for message in said["messages"]]
        assert texts == ["412 signals", "clip", "last"]
        assert said["messages"][1]["blocks"][0]["slack_file"]["id"].startswith("F")
        assert len(await house.messages()) == before + 1
