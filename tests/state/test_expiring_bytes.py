"""Bytes that end by themselves are there until then, or until they are forgotten."""

from __future__ import annotations

from redis.asyncio import Redis

from bot.state.expiring_bytes import ExpiringBytes


async def test_what_is_put_is_there_with_an_end_until_it_is_forgotten(redis: Redis) -> None:
    kept = ExpiringBytes(redis)
    await kept.put("page", b"\x00first", seconds=600)
    assert await kept.get("page") == b"\x00first"
    assert 0 < await redis.ttl("page") <= 600
    await kept.forget("page")
    assert await kept.get("page") is None


async def test_what_is_there_already_stays_where_that_is_wanted(redis: Redis) -> None:
    kept = ExpiringBytes(redis)
    await kept.put("copy", b"newer", seconds=60)
    await kept.put("copy", b"older", seconds=60, unless_there=True)
    assert await kept.get("copy") == b"newer"
    await kept.put("copy", b"newest", seconds=60)
    assert await kept.get("copy") == b"newest"
