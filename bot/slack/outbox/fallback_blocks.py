"""Blocks that not every workspace takes, and what stands in for them.

A message may carry `"instead": {block_id: [block, …]}`: what to show for the block of that id where its type is
refused, best first. So a chart can become a picture and, where files are refused too, a line of text. The part is ours;
it never reaches Slack.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

from redis.asyncio import Redis

from bot.slack.outbox.models import Message
from bot.state import keys

INSTEAD = "instead"
REFUSED_BLOCKS = frozenset({"invalid_blocks", "invalid_blocks_format"})
KEEP_S = 7 * 24 * 3600  # Slack rolls new blocks out over weeks: what was refused is tried again after this
IMAGE = "image"  # a picture is refused because of its file, which says nothing about the next one


class Version(NamedTuple):
    """One way to send a message: without the block types in `avoided`, with those in `used`. Only types count that have
    something to stand in for them."""

    message: Message
    avoided: frozenset[str]
    used: frozenset[str]


def versions(message: Message, refused: frozenset[str] = frozenset()) -> list[Version]:
    """The message as it can be sent to a workspace that refused these types: best first, each different."""
    chains = {id: list(blocks) for id, blocks in message.get(INSTEAD, {}).items()}
    plain = {name: value for name, value in message.items() if name != INSTEAD}
    blocks = plain.get("blocks", [])
    kinds = {block["type"] for block in blocks if chains.get(block.get("block_id"))}
    kinds |= {block["type"] for chain in chains.values() for block in chain[:-1]}
    different: list[Version] = []
    for avoided in _sets(kinds - refused):
        chosen = [_chosen(block, chains.get(block.get("block_id"), []), avoided | refused) for block in blocks]
        version = {**plain, "blocks": chosen} if chosen else plain
        if all(version != other.message for other in different):
            used = frozenset(block["type"] for block in chosen) & kinds
            different.append(Version(version, avoided, used))
    return different


def _sets(kinds: set[str]) -> Iterator[frozenset[str]]:
    """Every choice of these types, the smallest first; those without pictures last."""
    sizes = range(len(kinds) + 1)
    every = [frozenset(chosen) for size in sizes for chosen in combinations(sorted(kinds), size)]
    yield from sorted(every, key=lambda avoided: IMAGE in avoided)


def _chosen(block: Message, chain: list[Message], avoided: frozenset[str]) -> Message:
    """The first of the block and its stand-ins whose type isn't avoided, under the same id; else the last."""
    every = [block, *chain]
    best = next((each for each in every if each["type"] not in avoided), every[-1])
    return {**best, "block_id": block["block_id"]} if chain else block


class BlockSupport:
    """Which block types a workspace takes, as its answers taught us."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def takes(self, team: str, kind: str) -> bool | None:
        """None while that isn't known."""
        answer = await self._redis.get(keys.block(team, kind))
        return None if answer is None else answer == b"yes"

    async def refused(self, team: str, message: Message) -> frozenset[str]:
        if INSTEAD not in message:
            return frozenset()
        kinds = {block["type"] for block in message["blocks"] if block.get("block_id") in message[INSTEAD]}
        return frozenset({kind for kind in kinds if await self.takes(team, kind) is False})

    async def learn(self, team: str, version: Version) -> None:
        """This version was taken, after those with the types it avoids were refused."""
        for kinds, answer in ((version.avoided, b"no"), (version.used, b"yes")):
            for kind in kinds - {IMAGE}:
                await self._redis.set(keys.block(team, kind), answer, ex=KEEP_S)
