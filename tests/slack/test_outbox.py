"""What is handed to the outbox reaches Slack once, in order, whatever happens on the way."""

from __future__ import annotations

import asyncio
import time

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from bot.kernel.errors import Missing, RateLimited
from bot.slack.outbox import Outbox
from tests.slack.boxes import opened, words
from tests.slack.fake_slack import FakeSlack, error
from tests.waiting import settled


async def test_a_message_is_posted_with_its_key_as_the_witness(outbox: Outbox, slack: FakeSlack) -> None:
    assert await outbox.post("answer", team="T1", channel="C1", message=words("412 signals"))
    ts = await outbox.ts("answer", team="T1")
    (message,) = slack.channels["C1"]
    assert message["ts"] == ts
    assert message["metadata"] == {"event_type": "replaybook", "event_payload": {"key": "answer"}}


async def test_asking_twice_for_the_same_effect_posts_once(outbox: Outbox, slack: FakeSlack) -> None:
    asked = await asyncio.gather(
        *(outbox.post("answer", team="T1", channel="C1", message=words(str(n))) for n in range(10))
    )
    await outbox.ts("answer", team="T1")
    assert not await outbox.post("answer", team="T1", channel="C1", message=words("again"))
    assert sum(asked) == 1
    assert len(slack.channels["C1"]) == 1


async def test_the_same_key_in_two_workspaces_is_two_effects(outbox: Outbox, slack: FakeSlack) -> None:
    await outbox.post("answer", team="T1", channel="C1", message=words("one"))
    await outbox.post("answer", team="T2", channel="C2", message=words("two"))
    await outbox.ts("answer", team="T1")
    await outbox.ts("answer", team="T2")
    assert (slack.texts("C1"), slack.texts("C2")) == (["one"], ["two"])


async def test_a_reply_goes_into_the_thread_and_a_message_to_a_person_into_their_channel(
    outbox: Outbox, slack: FakeSlack
) -> None:
    await outbox.post("m", team="T1", channel="C1", message=words("up"), reply_to="17.1", broadcast=True)
    await outbox.post("dm", team="T1", channel="U7", message=words("hello"))
    await outbox.ts("m", team="T1")
    assert await outbox.place("dm", team="T1") == ("D7", slack.channels["D7"][0]["ts"])
    assert slack.channels["C1"][0]["thread_ts"] == "17.1"
    assert slack.channels["C1"][0]["reply_broadcast"] in ("1", "true", "True", True)
    await outbox.update("dm", words("bye"), team="T1")
    await settled(lambda: slack.texts("D7") == ["bye"])


async def test_order_is_kept_within_a_channel_through_errors(outbox: Outbox, slack: FakeSlack) -> None:
    slack.faults["chat.postMessage"] = [error("internal_error"), error("x", 503), error("ratelimited", 429)]
    for n in range(8):
        await outbox.post(f"m{n}", team="T1", channel="C1", message=words(str(n)))
    await outbox.ts("m7", team="T1")
    assert slack.texts("C1") == [str(n) for n in range(8)]


async def test_a_429_delays_its_channel_alone_and_is_told(redis: Redis, slack: FakeSlack) -> None:
    told: list[tuple[str, str, float]] = []
    slack.faults["chat.postMessage C1"] = [error("ratelimited", 429, Retry_After="3600")]
    async with opened(redis, slack, on_wait=lambda *wait: told.append(wait)) as box, box.running():
        await box.post("slow", team="T1", channel="C1", message=words("slow"))
        for n in range(5):
            await box.post(f"q{n}", team="T1", channel="C2", message=words(str(n)))
        await box.ts("q4", team="T1")
        with pytest.raises(RateLimited):
            await box.ts("slow", team="T1", timeout=0.2)
    assert told == [("T1", "C1", 3600.0)]


async def test_retry_after_is_honoured_by_every_process(redis: Redis, slack: FakeSlack) -> None:
    slack.faults["chat.postMessage"] = [error("ratelimited", 429, Retry_After="1")]
    async with opened(redis, slack) as one, opened(redis, slack) as two, one.running(), two.running():
        started = time.monotonic()
        await one.post("m", team="T1", channel="C1", message=words("m"))
        await two.post("n", team="T1", channel="C1", message=words("n"))
        await two.ts("n", team="T1")
        assert time.monotonic() - started > 0.9
    assert slack.count("chat.postMessage") == 3


async def test_a_drainer_that_was_about_to_begin_waits_when_another_was_just_told_to(
    redis: Redis, slack: FakeSlack
) -> None:
    async with opened(redis, slack) as one:
        await one.post("m", team="T1", channel="C1", message=words("m"))
        drain = one._drain
        assert (await drain._shelf.due())[0] == [("T1", "C1")]
        await drain._shelf.later("T1", "C1", 60)
        await drain._serve("T1", "C1")
    assert slack.count("chat.postMessage") == 0


@pytest.mark.parametrize("reply_to", [None, "1600000000.000100"])
async def test_a_post_whose_answer_was_lost_is_found_and_not_repeated(
    outbox: Outbox, slack: FakeSlack, reply_to: str | None
) -> None:
    slack.hang_up["chat.postMessage"] = 1
    for n in range(5):
        await outbox.post(f"m{n}", team="T1", channel="C1", message=words(str(n)), reply_to=reply_to)
    await outbox.ts("m4", team="T1")
    assert slack.texts("C1") == ["0", "1", "2", "3", "4"]
    assert await outbox.ts("m0", team="T1") == slack.channels["C1"][0]["ts"]


async def test_a_process_that_dies_before_recording_is_followed_by_one_that_looks_first(
    redis: Redis, slack: FakeSlack
) -> None:
    posted = asyncio.Event()

    async def never(_: dict[str, object]) -> None:
        posted.set()
        await asyncio.sleep(60)

    slack.after["chat.postMessage"] = never
    async with opened(redis, slack) as dying:
        drain = asyncio.create_task(dying._drain.run())
        await dying.post("m", team="T1", channel="C1", message=words("m"))
        await posted.wait()
        drain.cancel()
        with pytest.raises(asyncio.CancelledError):
            await drain
    for n in range(4):  # more than a page of other people's messages
        slack.channels["C1"].append({"ts": f"18000000{n}.1", "text": f"chatter {n}"})
    del slack.after["chat.postMessage"]
    async with opened(redis, slack) as box, box.running():
        assert await box.ts("m", team="T1") == slack.channels["C1"][0]["ts"]
    assert slack.count("chat.postMessage") == 1


async def test_where_the_history_may_not_be_read_the_message_is_sent_rather_than_lost(
    outbox: Outbox, slack: FakeSlack
) -> None:
    slack.faults["chat.postMessage"] = [error("x", 502)]
    slack.faults["conversations.history"] = [error("not_in_channel")]
    with capture_logs() as logs:
        await outbox.post("m", team="T1", channel="C1", message=words("m"))
        await outbox.ts("m", team="T1")
    assert slack.texts("C1") == ["m"]
    assert any("can't look" in entry["event"] for entry in logs)


async def test_two_drainers_at_once_send_nothing_twice_and_keep_the_order(redis: Redis, slack: FakeSlack) -> None:
    async with opened(redis, slack) as one, opened(redis, slack) as two, one.running(), two.running():
        for n in range(30):
            box = (one, two)[n % 2]
            await box.post(f"m{n}", team="T1", channel=f"C{n % 3}", message=words(str(n)))
        for n in range(30):
            await one.ts(f"m{n}", team="T1")
    for channel in range(3):
        assert slack.texts(f"C{channel}") == [str(n) for n in range(channel, 30, 3)]


async def test_a_letter_that_arrives_just_as_its_channel_runs_empty_is_not_forgotten(
    outbox: Outbox, slack: FakeSlack
) -> None:
    for n in range(320):
        await outbox.post(f"m{n}", team="T1", channel=f"C{n % 8}", message=words(str(n)))
    for n in range(320):
        await outbox.ts(f"m{n}", team="T1", timeout=120)
    assert slack.count("chat.postMessage") == 320


async def test_a_permanent_refusal_is_recorded_logged_and_holds_nobody_up(outbox: Outbox, slack: FakeSlack) -> None:
    slack.faults["chat.postMessage"] = [error("is_archived")]
    with capture_logs() as logs:
        await outbox.post("bad", team="T1", channel="C1", message=words("bad"))
        await outbox.post("good", team="T1", channel="C1", message=words("good"))
        await outbox.ts("good", team="T1")
        with pytest.raises(Missing, match="is_archived") as caught:
            await outbox.ts("bad", team="T1")
    (entry,) = [entry for entry in logs if entry["event"] == "not sent to Slack"]
    assert entry["reference"] in caught.value.sentence
    assert slack.texts("C1") == ["good"]


async def test_what_failed_for_good_may_be_asked_for_again(outbox: Outbox, slack: FakeSlack) -> None:
    slack.faults["chat.postMessage"] = [error("is_archived")]
    await outbox.post("m", team="T1", channel="C1", message=words("m"))
    with pytest.raises(Missing):
        await outbox.ts("m", team="T1")
    assert await outbox.post("m", team="T1", channel="C1", message=words("m"))
    await outbox.ts("m", team="T1")
    assert slack.texts("C1") == ["m"]


async def test_without_a_valid_token_messages_fail_and_say_so(redis: Redis, slack: FakeSlack) -> None:
    async with opened(redis, slack, token="xoxb-wrong") as box, box.running():
        await box.post("m", team="T1", channel="C1", message=words("m"))
        with pytest.raises(Missing, match="invalid_auth"):
            await box.ts("m", team="T1")


async def test_a_letter_nobody_can_read_is_put_aside(outbox: Outbox, slack: FakeSlack, redis: Redis) -> None:
    await redis.rpush("T1:outgoing:C1", b"{not json")
    await outbox.post("m", team="T1", channel="C1", message=words("m"))
    await outbox.ts("m", team="T1")
    assert slack.texts("C1") == ["m"]
