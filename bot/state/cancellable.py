"""Connections to Redis whose users can be cancelled at any moment.

redis-py 8 writes with `asyncio.wait_for`, which on Python 3.11 swallows a cancellation that arrives just as the write
ends: a task that was told to stop goes on. Not needed any more from Python 3.12 on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ConnectionError as RedisAway
from redis.exceptions import TimeoutError as RedisSlow


class CancellableWrites(AbstractConnection):
    __slots__ = ()

    async def send_packed_command(self, command: bytes | str | Iterable[bytes], check_health: bool = True) -> None:
        if not self.is_connected:
            await self.connect_check_health(check_health=False)
        if check_health:
            await self.check_health()  # type: ignore[no-untyped-call]
        try:
            async with asyncio.timeout(self.socket_timeout):
                await self._send_packed_command(_parts(command))
        except TimeoutError:
            await self.disconnect(nowait=True)
            raise RedisSlow("Timeout writing to socket") from None
        except OSError as error:
            await self.disconnect(nowait=True)
            raise RedisAway(f"Error while writing to socket: {error}") from error
        except BaseException:  # half a command may be sent
            await self.disconnect(nowait=True)
            raise


def cancellable(connection: type[AbstractConnection]) -> type[AbstractConnection]:
    """The same class of connections, with writes that can be cancelled."""
    return type(f"Cancellable{connection.__name__}", (CancellableWrites, connection), {})


def _parts(command: bytes | str | Iterable[bytes]) -> Iterable[bytes]:
    data = command.encode() if isinstance(command, str) else command
    return [data] if isinstance(data, bytes) else data
