"""Writes that count only when a replica has them, so that no failover loses what was acknowledged.

Redis answers before it tells its replicas. Where a primary has replicas, every write is followed by `WAIT` on the same
connection; a write that no replica confirms within a second fails like one whose connection broke, and is tried again
at whichever server is the primary then. Where there is no replica, nothing is waited for; a few seconds after one has
joined it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ConnectionError as RedisAway
from redis.exceptions import ResponseError

WRITES = frozenset({
    "APPEND", "COPY", "DECR", "DECRBY", "DEL", "EVAL", "EVALSHA", "EXPIRE", "GETDEL", "HDEL", "HINCRBY", "HSET",
    "HSETNX", "INCR", "INCRBY", "LPOP", "LPUSH", "LREM", "LSET", "LTRIM", "MSET", "PERSIST", "PEXPIRE", "RENAME",
    "RPOP", "RPUSH", "SADD", "SET", "SETEX", "SETNX", "SREM", "UNLINK", "XADD", "XDEL", "ZADD", "ZINCRBY", "ZREM",
    "ZREMRANGEBYRANK", "ZREMRANGEBYSCORE",
})  # fmt: skip
CONFIRMED_MS = 1000
ASKED_AGAIN_S = 5.0
"""After so long a connection asks its server again how many replicas it has."""


class ReplicatedWrites(AbstractConnection):
    """Over a class of connections. Pipelines are for reading, and don't wait."""

    replicas = 0
    """Of the server, when it was asked last."""
    _asked = 0.0
    _writes = False  # the command that was packed last
    _owed = False  # whether an answer to WAIT comes behind the next one

    def pack_command(self, *args: Any) -> list[bytes]:
        self._writes = str(args[0]).upper() in WRITES
        return super().pack_command(*args)

    def pack_commands(self, commands: Iterable[Iterable[Any]]) -> list[bytes]:
        packed = super().pack_commands(commands)
        self._writes = False
        return packed

    async def on_connect_check_health(self, check_health: bool = True) -> None:
        self._owed = False
        await super().on_connect_check_health(check_health)
        await self._ask()

    async def _ask(self) -> None:
        self._asked = asyncio.get_running_loop().time()
        await self.send_command("ROLE", check_health=False)
        try:
            role = await self.read_response()
        except ResponseError:  # a user who may not ask
            self.replicas = 0
        else:
            self.replicas = len(role[2]) if role[0] == b"master" else 0

    async def send_packed_command(self, command: bytes | str | Iterable[bytes], check_health: bool = True) -> None:
        writes, self._writes = self._writes, False
        if writes and not self.is_connected:  # only then it is known how many replicas there are
            await self.connect_check_health(check_health=False)
        elif writes and asyncio.get_running_loop().time() - self._asked >= ASKED_AGAIN_S:
            await self._ask()
        if not (writes and self.replicas):
            await super().send_packed_command(command, check_health)
            return
        parts = [command] if isinstance(command, bytes) else [] if isinstance(command, str) else list(command)
        await super().send_packed_command([*parts, *super().pack_command("WAIT", 1, CONFIRMED_MS)], check_health)
        self._owed = True

    async def read_response(self, *args: Any, **options: Any) -> Any:
        """Raises ConnectionError (redis-py's) for a write that no replica has confirmed in time."""
        owed, self._owed = self._owed, False
        try:
            answer = await super().read_response(*args, **options)
        except ResponseError:
            if owed:
                await super().read_response()
            raise
        if owed and not int(await super().read_response()):
            await self.disconnect()
            raise RedisAway("No replica has confirmed the last write.")
        return answer
