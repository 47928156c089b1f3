"""HTTP under a lock: a request isn't sent once its sender may have lost the lock that it runs under."""

from __future__ import annotations

import aiohttp

from bot.state.locks import check_held_locks


def fence() -> aiohttp.TraceConfig:
    """Checks the locks when a request has its connection, which is right before its bytes are sent.

    For `ClientSession(trace_configs=[fence()])`. The request raises LockLost.
    """
    config = aiohttp.TraceConfig()
    config.on_request_start.append(_check)
    config.on_connection_create_end.append(_check)
    config.on_connection_reuseconn.append(_check)
    return config


async def _check(*_: object) -> None:
    check_held_locks()
