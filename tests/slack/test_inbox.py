"""What Slack delivered outlives the process that was at it, and is handled again by one other."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from bot.kernel.errors import Unavailable
from bot.slack import inbox
from bot.slack.inbox import Inbox
from bot.state import keys
from bot.state.connection import connected
from bot.state.once import Once
from tests.polling import until
from tests.stalling import Stall, other_loop
from tests.waiting import settled

Json = dict[str, Any]


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Often enough for a test; and who hasn't been heard of for a minute has lost the lease."""
    monkeypatch.setattr(inbox, "ALIVE_S", 0.05)
    monkeypatch.setattr(inbox, "LEASE_S", 30.0)


async def silence(redis: Redis, id: str) -> None:
    """As if its process hadn't been heard of for a minute."""
    score = await redis.zscore(keys.INBOX_ALIVE, id)
    assert score is not None
    await redis.zadd(keys.INBOX_ALIVE, {id: score - 60})


async def left_behind(redis: Redis, body: Json) -> str:
    """A delivery whose process is dead."""
    id = await Inbox(redis).keep(body)
    await silence(redis, id)
    return id


async def nothing_is_left(redis: Redis) -> bool:
    return [key async for key in redis.scan_iter("{all}:inbox*")] == []


async def test_what_a_dead_process_left_is_taken_by_one_of_those_alive(redis: Redis) -> None:
    id = await left_behind(redis, {"text": "buy"})
    taken = await asyncio.gather(*(Inbox(redis).renew_and_take() for _ in range(8)))
    assert sorted(taken) == [[]] * 7 + [[id]]


async def test_what_was_taken_is_handled_from_the_start_and_then_gone(redis: Redis) -> None:
    handled: list[Json] = []
    box = Inbox(redis)

    async def handle(id: str, body: Json) -> None:
        handled.append(body)
        await box.forget(id)

    await left_behind(redis, {"text": "buy"})
    async with box.watched(handle):
        await until(lambda: nothing_is_left(redis))
    assert handled == [{"text": "buy"}]


async def test_what_a_live_process_is_at_stays_its_own(redis: Redis) -> None:
    mine, other = Inbox(redis), Inbox(redis)
    id = await mine.keep({"text": "slow"})
    assert await other.renew_and_take() == []
    await silence(redis, id)
    assert await mine.renew_and_take() == [], "a process never takes what is its own"
    assert await other.renew_and_take() == [], "it was renewed"
    await mine.forget(id)
    assert await nothing_is_left(redis)


async def test_a_process_says_that_it_lives_while_a_handler_is_busy(redis: Redis) -> None:
    busy = asyncio.Event()

    async def handle(_: str, __: Json) -> None:
        busy.set()
        await asyncio.Event().wait()

    id = await left_behind(redis, {"text": "slow"})
    async with Inbox(redis).watched(handle):
        await busy.wait()
        before = await redis.zscore(keys.INBOX_ALIVE, id)

        async def renewed() -> bool:
            now = await redis.zscore(keys.INBOX_ALIVE, id)
            return now is not None and before is not None and now > before

        await until(renewed)


async def test_a_handler_with_a_bug_ends_nobody_elses_watch(redis: Redis) -> None:
    handled: list[str] = []

    async def handle(_: str, body: Json) -> None:
        handled.append(body["text"])
        raise ZeroDivisionError

    async with Inbox(redis).watched(handle):
        for text in ("first", "second"):
            await left_behind(redis, {"text": text})
            await settled(lambda text=text: handled[-1:] == [text], seconds=60)
        await until(lambda: nothing_is_left(redis))


async def test_who_stalled_has_lost_what_it_was_at(redis: Redis) -> None:
    mine, other = Inbox(redis, lease=600), Inbox(redis)
    id = await mine.keep({"text": "slow"})
    await silence(redis, id)
    assert await other.renew_and_take() == [id]
    await silence(redis, id)
    await mine.renew_and_take()
    assert await Inbox(redis).renew_and_take() == [id], "the one that stalled doesn’t keep it alive"
    await mine.forget(id)
    assert await redis.hget(keys.inbox(id), "body") == b'{"text":"slow"}', "nor does it end it"


@pytest.mark.parametrize("moment", ["asked before it came", "coming", "leaving"])
async def test_a_process_takes_nothing_from_itself_whenever_it_stalls(redis: Redis, moment: str) -> None:
    """Longer than the lease, and what it asked Redis meanwhile knows nothing of the delivery."""
    box, taken = Inbox(redis, lease=3), list[str]()
    store, body = box._store, {"trigger_id": "1.2", "text": "pressed"}
    id = inbox._named(body)
    adding, removing, asking = store._adding._send, store._removing._send, store._renew_and_take

    async def stalled() -> None:
        await silence(redis, id)
        taken.extend(await box.renew_and_take())

    async def added(deliveries: Any) -> Any:
        done = await adding(deliveries)
        await stalled()
        return done

    async def removed(deliveries: Any) -> Any:
        await stalled()
        return await removing(deliveries)

    async def asked(**what: Any) -> Any:
        await box.keep(body)
        await silence(redis, id)
        return await asking(**what)

    if moment == "coming":
        store._adding._send = added
    if moment == "leaving":
        store._removing._send = removed
    if moment == "asked before it came":
        store._renew_and_take = asked  # type: ignore[assignment]
        taken.extend(await box.renew_and_take())
        store._renew_and_take = asking
    else:
        assert await box.keep(body) == id
    await box.forget(id)
    assert taken == []
    assert await Inbox(redis, lease=0).renew_and_take() == [], "it is done"


async def test_what_is_handled_from_the_start_is_said_without_guessing_why(redis: Redis) -> None:
    box = Inbox(redis)

    async def handle(id: str, _: Json) -> None:
        await box.forget(id)

    await left_behind(redis, {"text": "buy"})
    with capture_logs() as logged:
        async with box.watched(handle):
            await until(lambda: nothing_is_left(redis))
    [told] = [it["event"] for it in logged if it["log_level"] == "warning"]
    assert "from the start" in told
    assert "died" not in told


async def test_a_delivery_that_two_handled_because_one_loop_stalled_has_its_effect_once(
    redis: Redis, redis_server: str
) -> None:
    """The loop that stalls is a real one, in the middle of its handler."""
    stall, effect = Stall(), keys.once("T1", "C1", "1700.1", "answer")

    async def answer(client: Redis) -> None:
        async def post() -> str:
            return str(await client.incr("answers"))

        await Once(client).run(effect, post)

    async def nothing(_: str, __: Json) -> None:
        pytest.fail("the stalled process takes nothing")

    async def stalled() -> None:
        async with connected(redis_server) as client:
            box = Inbox(client, lease=600)
            async with box.watched(nothing):
                id = await box.keep({"text": "buy"})
                stall.block()
                await answer(client)
                await box.forget(id)

    box, handled = Inbox(redis, lease=1), list[Json]()

    async def handle(id: str, body: Json) -> None:
        handled.append(body)
        await answer(redis)
        stall.end()
        await ending
        assert await redis.exists(keys.inbox(id)), "the stalled one has no say any more"
        await box.forget(id)

    with other_loop(stalled, stall) as ending:
        await stall.reached()
        async with box.watched(handle):
            await until(lambda: nothing_is_left(redis))
    assert handled == [{"text": "buy"}]
    assert await redis.get("answers") == b"1"


async def test_what_kills_every_process_is_given_up(redis: Redis) -> None:
    tries: list[str] = []

    async def die(id: str, _: Json) -> None:
        tries.append(id)

    id = await left_behind(redis, {"text": "poison"})
    for number in range(1, inbox.DEATHS + 1):
        async with Inbox(redis).watched(die):
            await settled(lambda number=number: len(tries) == number, seconds=60)
        await silence(redis, id)
    async with Inbox(redis).watched(die):
        await until(lambda: nothing_is_left(redis))
    assert len(tries) == inbox.DEATHS


async def test_without_redis_nothing_is_taken_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "KEEPING_S", 0.2)
    nobody = Redis.from_url("unix:///nowhere/redis.sock")
    with pytest.raises(Unavailable, match="try again"):
        await Inbox(nobody).keep({"text": "lost"})
    await nobody.aclose()


async def test_while_redis_is_known_to_be_away_a_refusal_comes_sooner(redis: Redis) -> None:
    nobody = Redis.from_url("unix:///nowhere/redis.sock")
    there, working = Inbox(nobody), Inbox(redis)
    assert there.patience_s == inbox.KEEPING_S
    with pytest.raises(Unavailable):
        await there.keep({"text": "lost"})
    assert there.patience_s == inbox.KEEPING_WHILE_AWAY_S
    there._store = working._store
    assert await there.keep({"text": "kept"})
    assert there.patience_s == inbox.KEEPING_S
    await nobody.aclose()
