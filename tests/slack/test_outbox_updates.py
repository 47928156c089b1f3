"""Updates: the newest wins, in order. Files: uploaded once, shown by the message."""

from __future__ import annotations

from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.kernel.errors import Missing
from bot.kernel.metrics import Metrics
from bot.slack.outbox import Outbox, UploadFile
from bot.slack.outbox.models import OutboxUpdate
from bot.slack.outbox.store import OutboxStore
from tests.slack.slack_workspace import SlackWorkspace, open_outbox, text_message
from tests.waiting import settled


async def test_the_newest_update_wins_and_those_between_are_never_sent(redis: Redis, slack: SlackWorkspace) -> None:
    metrics = Metrics()
    async with open_outbox(redis, slack, metrics=metrics) as box:
        await box.post("m", team="T1", channel="C1", message=text_message("0"))
        for n in range(1, 51):
            await box.update("m", text_message(str(n)), team="T1")
        async with box.running():
            await settled(lambda: slack.texts("C1") == ["50"])
    assert slack.count("chat.update") == 1
    assert metrics.registry.get_sample_value("replaybook_outbox_joined_total") == 49


async def test_an_update_that_arrives_while_another_is_sent_is_sent_after_it(
    outbox: Outbox, slack: SlackWorkspace
) -> None:
    await outbox.post("m", team="T1", channel="C1", message=text_message("0"))
    ts = await outbox.ts("m", team="T1")
    slack.fault("held_response", "chat.update", seconds=600)
    await outbox.update("m", text_message("1"), team="T1")
    await settled(lambda: slack.count("chat.update") == 1)
    for n in range(2, 21):
        await outbox.update("m" if n % 2 else ("C1", ts), text_message(str(n)), team="T1")
    assert slack.texts("C1") == ["1"]
    slack.team.faults.clear()
    await settled(lambda: slack.texts("C1") == ["20"])
    assert [call["args"]["text"] for call in slack.calls("chat.update")] == ["1", "20"]


async def test_an_update_that_took_longer_to_arrive_is_not_shown_over_newer_ones(
    redis: Redis, slack: SlackWorkspace
) -> None:
    """Whoever looked before the message was posted names it by its key, whoever looks later by where it is."""
    async with open_outbox(redis, slack) as box:
        await box.post("m", team="T1", channel="C1", message=text_message("0"))
        await box.update("m", text_message("1"), team="T1")
        slack.fault("held_response", "chat.update", seconds=60)
        async with box.running():
            await settled(lambda: slack.count("chat.update") == 1)
            slow = OutboxUpdate(text_message("2"), key="m")
            assert not await OutboxStore(redis).add_update("T1", "C1", "key:m", slow)
            await box.update("m", text_message("3"), team="T1")
            slack.team.faults.clear()
            await settled(lambda: slack.count("chat.update") == 3)
    assert [call["args"]["text"] for call in slack.calls("chat.update")] == ["1", "2", "3"]
    assert slack.texts("C1") == ["3"]


async def test_progress_that_comes_late_takes_the_place_of_nothing(redis: Redis, slack: SlackWorkspace) -> None:
    """Before the content was sent, and after."""
    async with open_outbox(redis, slack) as box:
        await box.post("m", team="T1", channel="C1", message=text_message("0 %"), placeholder=True)
        await box.update("m", text_message("50 %"), team="T1", placeholder=True)
        await box.update("m", text_message("cancelled"), team="T1")
        await box.update("m", text_message("60 %"), team="T1", placeholder=True)
        async with box.running():
            await settled(lambda: slack.texts("C1") == ["cancelled"])
            await box.update("m", text_message("70 %"), team="T1", placeholder=True)
            await box.post("next", team="T1", channel="C1", message=text_message("next"))
            await box.ts("next", team="T1")
            assert slack.texts("C1") == ["cancelled", "next"]
            await box.update("m", text_message("made again"), team="T1")
            await settled(lambda: slack.texts("C1") == ["made again", "next"])


async def test_an_update_of_a_message_that_is_gone_holds_nobody_up(outbox: Outbox, slack: SlackWorkspace) -> None:
    await outbox.update(("C1", "1.1"), text_message("lost"), team="T1")
    await outbox.post("next", team="T1", channel="C1", message=text_message("next"))
    await outbox.ts("next", team="T1")
    assert slack.texts("C1") == ["next"]
    with pytest.raises(Missing):
        await outbox.update("never posted", text_message("x"), team="T1")


def picture(name: str) -> dict[str, object]:
    return {"text": "clip", "blocks": [{"type": "image", "slack_file": {"id": name}, "alt_text": "a clip"}]}


async def test_a_file_is_uploaded_without_a_channel_and_shown_by_the_message(
    outbox: Outbox, slack: SlackWorkspace, tmp_path: Path
) -> None:
    path = tmp_path / "clip.gif"
    path.write_bytes(b"GIF89a" * 100_000)
    clip = UploadFile(path, "clip.gif", "Buy clicked 5 times", "The moment")
    await outbox.post("clip", team="T1", channel="C1", message=picture("clip"), files={"clip": clip})
    path.unlink()
    await outbox.ts("clip", team="T1")
    (file,) = slack.files()
    assert slack.messages("C1")[0]["blocks"][0]["slack_file"] == {"id": file["id"]}
    assert (file["data"], file["channels"]) == (b"GIF89a" * 100_000, [])
    assert (file["alt_txt"], file["title"]) == ("Buy clicked 5 times", "The moment")


async def test_while_slack_processes_the_file_the_message_waits_and_is_uploaded_once(
    outbox: Outbox, slack: SlackWorkspace, redis: Redis
) -> None:
    slack.fault("error", error="invalid_blocks", times=2)
    clip = UploadFile(b"GIF89a", "clip.gif", "alt")
    await outbox.post("clip", team="T1", channel="C1", message=picture("clip"), files={"clip": clip})
    await outbox.ts("clip", team="T1")
    await outbox.update("clip", picture("clip"), team="T1", files={"clip": clip})
    await settled(lambda: slack.count("chat.update") == 1)
    assert len(slack.files()) == 1
    assert slack.count("conversations.history") == 0
    (kept,) = [key async for key in redis.scan_iter("T1:upload:*")]
    assert not await redis.hexists(kept, "data")
    assert await redis.ttl(kept) > 0


async def test_a_message_refused_for_its_blocks_alone_is_not_tried_again(outbox: Outbox, slack: SlackWorkspace) -> None:
    slack.fault("error", error="invalid_blocks")
    await outbox.post("m", team="T1", channel="C1", message=text_message("m"))
    with pytest.raises(Missing, match="invalid_blocks"):
        await outbox.ts("m", team="T1")
    assert slack.count("chat.postMessage") == 1
