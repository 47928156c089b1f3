"""What is handed to the outbox reaches Slack once, in order, whatever happens on the way."""

from __future__ import annotations

import asyncio

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from bot.kernel.errors import Missing, RateLimited
from bot.slack.outbox import Outbox
from bot.state import keys
from tests.slack.slack_workspace import PERSON, SlackWorkspace, open_outbox, text_message
from tests.waiting import settled


async def test_a_message_is_posted_with_its_key_as_the_witness(outbox: Outbox, slack: SlackWorkspace) -> None:
    assert await outbox.post("answer", team="T1", channel="C1", message=text_message("412 signals"))
    ts = await outbox.ts("answer", team="T1")
    (message,) = slack.messages("C1")
    assert message["ts"] == ts
    assert message["metadata"] == {"event_type": "replaybook", "event_payload": {"key": "answer"}}


async def test_asking_twice_for_the_same_effect_posts_once(outbox: Outbox, slack: SlackWorkspace) -> None:
    accepted = await asyncio.gather(
        *(outbox.post("answer", team="T1", channel="C1", message=text_message(str(n))) for n in range(10))
    )
    await outbox.ts("answer", team="T1")
    assert not await outbox.post("answer", team="T1", channel="C1", message=text_message("again"))
    assert sum(accepted) == 1
    assert len(slack.messages("C1")) == 1


async def test_the_same_key_in_two_workspaces_is_two_effects(outbox: Outbox, slack: SlackWorkspace) -> None:
    await outbox.post("answer", team="T1", channel="C1", message=text_message("one"))
    await outbox.post("answer", team="T2", channel="C2", message=text_message("two"))
    await outbox.ts("answer", team="T1")
    await outbox.ts("answer", team="T2")
    assert (slack.texts("C1"), slack.texts("C2")) == (["one"], ["two"])


async def test_a_reply_goes_into_the_thread_and_a_message_to_a_person_into_their_channel(
    outbox: Outbox, slack: SlackWorkspace
) -> None:
    parent = slack.say("down")
    direct = slack.team.direct_channel(PERSON.id, slack.team.bot.id)["id"]
    await outbox.post("m", team="T1", channel="C1", message=text_message("up"), reply_to=parent, broadcast=True)
    await outbox.post("dm", team="T1", channel=PERSON.id, message=text_message("hello"))
    await outbox.ts("m", team="T1")
    assert await outbox.wait_for_ts("dm", team="T1") == (direct, slack.messages(direct)[0]["ts"])
    _, reply = slack.messages("C1")
    assert (reply["thread_ts"], reply["subtype"]) == (parent, "thread_broadcast")
    await outbox.update("dm", text_message("bye"), team="T1")
    await settled(lambda: slack.texts(direct) == ["bye"])


async def test_order_is_kept_within_a_channel_through_errors(outbox: Outbox, slack: SlackWorkspace) -> None:
    slack.fault("error", error="internal_error")
    slack.fault("http", status=503)
    slack.fault("ratelimit", retry_after=None)
    for n in range(8):
        await outbox.post(f"m{n}", team="T1", channel="C1", message=text_message(str(n)))
    await outbox.ts("m7", team="T1")
    assert slack.texts("C1") == [str(n) for n in range(8)]


async def test_a_429_delays_its_channel_alone_and_is_reported(redis: Redis, slack: SlackWorkspace) -> None:
    waits: list[tuple[str, str, float]] = []
    slack.fault("ratelimit", channel="C1", retry_after=3600)
    async with open_outbox(redis, slack, on_wait=lambda *wait: waits.append(wait)) as box, box.running():
        await box.post("slow", team="T1", channel="C1", message=text_message("slow"))
        for n in range(5):
            await box.post(f"q{n}", team="T1", channel="C2", message=text_message(str(n)))
        await box.ts("q4", team="T1")
        await settled(lambda: bool(waits))
        with pytest.raises(RateLimited):
            await box.ts("slow", team="T1", timeout=0.2)
    assert waits == [("T1", "C1", 3600.0)]


async def test_retry_after_is_honoured_by_every_process(redis: Redis, slack: SlackWorkspace) -> None:
    slack.fault("ratelimit", retry_after=1)
    async with open_outbox(redis, slack) as one, open_outbox(redis, slack) as two, one.running(), two.running():
        await one.post("m", team="T1", channel="C1", message=text_message("m"))
        await two.post("n", team="T1", channel="C1", message=text_message("n"))
        await two.ts("n", team="T1")
    first, second, _ = [call["at"] for call in slack.calls("chat.postMessage")]
    assert second - first > 0.9


async def test_a_drainer_that_was_about_to_begin_waits_when_another_was_just_told_to(
    redis: Redis, slack: SlackWorkspace
) -> None:
    async with open_outbox(redis, slack) as one:
        await one.post("m", team="T1", channel="C1", message=text_message("m"))
        worker = one._worker
        assert (await worker._store.due())[0] == [("T1", "C1")]
        await worker._store.later("T1", "C1", 60)
        await worker._serve("T1", "C1")
    assert slack.count("chat.postMessage") == 0


@pytest.mark.parametrize("in_thread", [False, True])
async def test_a_post_whose_answer_was_lost_is_found_and_not_repeated(
    outbox: Outbox, slack: SlackWorkspace, in_thread: bool
) -> None:
    parent = slack.say("parent")
    slack.fault("lost_response")
    for n in range(5):
        await outbox.post(
            f"m{n}", team="T1", channel="C1", message=text_message(str(n)), reply_to=parent if in_thread else None
        )
    await outbox.ts("m4", team="T1")
    assert slack.texts("C1") == ["parent", "0", "1", "2", "3", "4"]
    first = slack.messages("C1")[1]
    assert (first["ts"], first.get("thread_ts")) == (await outbox.ts("m0", team="T1"), parent if in_thread else None)


async def test_a_process_that_dies_before_recording_is_followed_by_one_that_looks_first(
    redis: Redis, slack: SlackWorkspace
) -> None:
    slack.fault("held_response")
    async with open_outbox(redis, slack) as dying:
        drain = asyncio.create_task(dying._worker.run())
        await dying.post("m", team="T1", channel="C1", message=text_message("m"))
        await settled(lambda: slack.count("chat.postMessage") == 1)
        drain.cancel()
        with pytest.raises(asyncio.CancelledError):
            await drain
    for n in range(4):  # two pages of other people's messages
        slack.say(f"chatter {n}")
    async with open_outbox(redis, slack) as box, box.running():
        assert await box.ts("m", team="T1") == slack.messages("C1")[0]["ts"]
    assert (slack.count("chat.postMessage"), slack.count("conversations.history")) == (1, 3)


async def test_where_the_history_may_not_be_read_the_message_is_sent_rather_than_lost(
    outbox: Outbox, slack: SlackWorkspace
) -> None:
    slack.fault("http", status=502)
    slack.fault("error", "conversations.history", error="not_in_channel")
    with capture_logs() as logs:
        await outbox.post("m", team="T1", channel="C1", message=text_message("m"))
        await outbox.ts("m", team="T1")
    assert slack.texts("C1") == ["m"]
    assert any("can't look" in entry["event"] for entry in logs)


async def test_two_drainers_at_once_send_nothing_twice_and_keep_the_order(redis: Redis, slack: SlackWorkspace) -> None:
    async with open_outbox(redis, slack) as one, open_outbox(redis, slack) as two, one.running(), two.running():
        for n in range(30):
            box = (one, two)[n % 2]
            await box.post(f"m{n}", team="T1", channel=f"C{n % 3}", message=text_message(str(n)))
        for n in range(30):
            await one.ts(f"m{n}", team="T1")
    for channel in range(3):
        assert slack.texts(f"C{channel}") == [str(n) for n in range(channel, 30, 3)]


async def test_a_letter_that_arrives_just_as_its_channel_runs_empty_is_not_forgotten(
    outbox: Outbox, slack: SlackWorkspace
) -> None:
    for n in range(320):
        await outbox.post(f"m{n}", team="T1", channel=f"C{n % 8}", message=text_message(str(n)))
    for n in range(320):
        await outbox.ts(f"m{n}", team="T1", timeout=120)
    assert slack.count("chat.postMessage") == 320


async def test_a_permanent_refusal_is_recorded_logged_and_holds_nobody_up(
    outbox: Outbox, slack: SlackWorkspace
) -> None:
    slack.fault("error", error="is_archived")
    with capture_logs() as logs:
        await outbox.post("bad", team="T1", channel="C1", message=text_message("bad"))
        await outbox.post("good", team="T1", channel="C1", message=text_message("good"))
        await outbox.ts("good", team="T1")
        with pytest.raises(Missing, match="is_archived") as caught:
            await outbox.ts("bad", team="T1")
    (entry,) = [entry for entry in logs if entry["event"] == "not sent to Slack"]
    assert entry["reference"] in caught.value.sentence
    assert slack.texts("C1") == ["good"]


async def test_what_failed_for_good_may_be_asked_for_again(outbox: Outbox, slack: SlackWorkspace) -> None:
    slack.fault("error", error="is_archived")
    await outbox.post("m", team="T1", channel="C1", message=text_message("m"))
    with pytest.raises(Missing):
        await outbox.ts("m", team="T1")
    assert await outbox.post("m", team="T1", channel="C1", message=text_message("m"))
    await outbox.ts("m", team="T1")
    assert slack.texts("C1") == ["m"]


async def test_without_a_valid_token_messages_fail_and_say_so(redis: Redis, slack: SlackWorkspace) -> None:
    async with open_outbox(redis, slack, token="xoxb-wrong") as box, box.running():
        await box.post("m", team="T1", channel="C1", message=text_message("m"))
        with pytest.raises(Missing, match="invalid_auth"):
            await box.ts("m", team="T1")


async def test_a_letter_nobody_can_read_is_put_aside(outbox: Outbox, slack: SlackWorkspace, redis: Redis) -> None:
    await redis.rpush(keys.outgoing("T1", "C1"), b"{not json")
    await outbox.post("m", team="T1", channel="C1", message=text_message("m"))
    await outbox.ts("m", team="T1")
    assert slack.texts("C1") == ["m"]
