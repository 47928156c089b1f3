"""What whoever puts jobs and whoever works must agree on: the queues' names, where they are, how jobs are written."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

from bot.state.redis_address import RedisAddress

NAME = "replaybook"
LOWEST_FIRST = ("low", "normal", "high")


def _is_no_cancellation(record: logging.LogRecord) -> bool:
    """The library calls it an error when a process is told to end while it connects."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))


logging.getLogger("coredis").addFilter(_is_no_cancellation)


def library(url: str, lane: str, **options: Any) -> dict[str, Any]:
    """Arguments of streaq's worker that whoever puts and whoever works must agree on: JSON, never pickle.

    A lane is a queue of its own, for jobs that only some processes can do. Its scripts touch all of its keys: on a
    Cluster its name is in braces, which keep them together.
    """
    address = RedisAddress.of(url)
    name = f"{NAME}-{lane}"
    return {
        **_servers(address),
        "queue_name": f"{{{name}}}" if address.kind == "cluster" else name,
        "priorities": list(LOWEST_FIRST),
        "serializer": _written,
        "deserializer": json.loads,
        "handle_signals": False,
        **options,
    }


def _servers(address: RedisAddress) -> dict[str, Any]:
    """Arguments that say where the library connects to; commands beyond its 64 connections to a server wait."""
    if address.kind == "server":
        return {"redis_url": address.url, "redis_kwargs": {"decode_components": True}}
    options = {"username": address.username, "password": address.password, "ssl_context": address.tls_context()}
    known: dict[str, Any] = {name: value for name, value in options.items() if value is not None}
    if address.kind == "cluster":
        return {"cluster_nodes": list(address.nodes), "redis_kwargs": known}
    theirs = {"username": address.sentinel_username, "password": address.sentinel_password}
    theirs["ssl_context"] = known.get("ssl_context")
    return {
        "sentinel_nodes": list(address.nodes),
        "sentinel_master": address.service,
        "sentinel_kwargs": {name: value for name, value in theirs.items() if value is not None},
        "redis_kwargs": {**known, "db": address.db},
    }


def _written(value: Any) -> str:
    return json.dumps(value, default=repr)
