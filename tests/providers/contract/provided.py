"""Opens a provider of the registry, with something to be found there. Each provider has a `<name>_factory.py` here.

A factory has one async context manager, `prepared(content, folder, redis)`: it fills whatever stands for the outside
system with the content, and gives the Setup to open the provider with, and what people do at that system.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

from redis.asyncio import Redis

from bot.providers.provider import Parts, Setup
from bot.providers.registry import providers

PUBLIC_URL = "https://bot.example"


@dataclass(frozen=True)
class Content:
    """RUM events as the browser SDK sends them, a session that it recorded, and who owns views, by e-mail address."""

    events: tuple[dict[str, Any], ...] = ()
    recording: Path | None = None
    owned: Mapping[str, str] = field(default_factory=dict)


async def nothing_to_finish(_key: str) -> None:
    raise AssertionError("this provider has no tickets")


@dataclass(frozen=True)
class Prepared:
    """`finish` does what a person does who finishes a ticket there."""

    setup: Setup
    finish: Callable[[str], Awaitable[object]] = nothing_to_finish


@dataclass(frozen=True)
class Provided:
    parts: Parts
    finish: Callable[[str], Awaitable[object]]


@asynccontextmanager
async def provided(name: str, content: Content, folder: Path, redis: Redis) -> AsyncIterator[Provided]:
    """The provider's parts, opened as the bot opens them."""
    factory = import_module(f"{__package__}.{name}_factory")
    async with factory.prepared(content, folder, redis) as prepared:
        opener = resolve_name(providers()[name].open)
        async with opener(prepared.setup) as parts:
            yield Provided(parts, prepared.finish)
