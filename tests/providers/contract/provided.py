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


async def nothing_by_hand(_key: str, what: str) -> None:
    raise AssertionError(f"nobody can {what} a ticket here")


ByHand = Callable[[str, str], Awaitable[object]]
"""Does with a ticket what a person does there: finish, close (without a fix), reopen, move, archive, delete, hide."""


@dataclass(frozen=True)
class Prepared:
    """`key` is what keys of tickets in the project SHOP look like."""

    setup: Setup
    by_hand: ByHand = nothing_by_hand
    key: str = "SHOP-{}"


@dataclass(frozen=True)
class Provided:
    parts: Parts
    by_hand: ByHand
    key: str

    def shop(self, number: int) -> str:
        """The key of a ticket in the project SHOP."""
        return self.key.format(number)


@asynccontextmanager
async def provided(name: str, content: Content, folder: Path, redis: Redis) -> AsyncIterator[Provided]:
    """The provider's parts, opened as the bot opens them."""
    factory = import_module(f"{__package__}.{name}_factory")
    async with factory.prepared(content, folder, redis) as prepared:
        opener = resolve_name(providers()[name].open)
        async with opener(prepared.setup) as parts:
            yield Provided(parts, prepared.by_hand, prepared.key)
