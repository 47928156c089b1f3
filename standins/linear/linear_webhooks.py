"""Webhooks: every change is sent to whoever set one up, signed; a test lets them come late, twice or out of order."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import aiohttp
import msgspec

from standins.linear.linear_objects import issue_url
from standins.linear.linear_world import LinearHook, LinearUser, LinearWorld, StoredLinearIssue

ANSWER_S = 5.0  # as long as Linear waits


@dataclass(frozen=True, slots=True)
class LinearDelivery:
    """One request as it is sent; sent again it is the same but for its time stamp."""

    hook: LinearHook
    id: str
    body: dict[str, Any]

    def request(self, at_ms: int) -> tuple[bytes, dict[str, str]]:
        """Body and headers at a moment, in ms since 1970."""
        data = msgspec.json.encode({**self.body, "webhookTimestamp": at_ms, "webhookId": self.hook.id})
        return data, {
            "Content-Type": "application/json; charset=utf-8",
            "Linear-Delivery": self.id,
            "Linear-Event": str(self.body["type"]),
            "Linear-Timestamp": str(at_ms),
            "Linear-Signature": hmac.new(self.hook.secret.encode(), data, hashlib.sha256).hexdigest(),
            "User-Agent": "Linear-Webhook",
        }


class LinearDeliveries:
    """Sends what the world tells, or lets it wait where the world holds it back."""

    def __init__(self, world: LinearWorld, session: aiohttp.ClientSession) -> None:
        self._world = world
        self._session = session
        self._tasks: set[asyncio.Task[int]] = set()

    @classmethod
    @asynccontextmanager
    async def to_hooks_of(cls, world: LinearWorld) -> AsyncIterator[LinearDeliveries]:
        """Hears of the world's changes for as long as the body lasts."""
        timeout = aiohttp.ClientTimeout(total=ANSWER_S)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            deliveries = cls(world, session)
            world.deliver = deliveries.deliver
            try:
                yield deliveries
            finally:
                world.deliver = lambda *_: None
                await deliveries.settle()

    def deliver(self, action: str, issue: StoredLinearIssue, before: dict[str, Any], by: LinearUser) -> None:
        for hook in self._world.hooks:
            if "Issue" not in hook.types or (hook.team is not None and hook.team is not issue.team):
                continue
            delivery = LinearDelivery(hook, str(uuid.uuid4()), payload(self._world, action, issue, before, by))
            if self._world.holds_webhooks:
                self._world.waiting.append(partial(self.send, delivery))
            else:
                self._begin(delivery)

    def _begin(self, delivery: LinearDelivery) -> None:
        task = asyncio.create_task(self.send(delivery))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def send(self, delivery: LinearDelivery, late_s: float = 0.0) -> int:
        """Sends it now, with a time stamp of some seconds ago."""
        at_ms = round((self._world.clock().timestamp() - late_s) * 1000)
        data, headers = delivery.request(at_ms)
        status = 0
        with suppress(aiohttp.ClientError, TimeoutError, OSError):
            async with self._session.post(delivery.hook.url, data=data, headers=headers) as response:
                status = response.status
        return status

    async def settle(self) -> None:
        """Returns when nothing is under way."""
        while self._tasks:
            await asyncio.gather(*self._tasks)


def payload(
    world: LinearWorld, action: str, issue: StoredLinearIssue, before: dict[str, Any], by: LinearUser
) -> dict[str, Any]:
    """A body of Linear's form; only what the issue is known by can be trusted to be there."""
    data = {
        "id": issue.id,
        "identifier": issue.identifier,
        "number": issue.number,
        "title": issue.title,
        "priority": issue.priority,
        "teamId": issue.team.id,
        "team": {"id": issue.team.id, "key": issue.team.key, "name": issue.team.name},
        "stateId": issue.state.id,
        "state": {"id": issue.state.id, "name": issue.state.name, "type": issue.state.type},
        "previousIdentifiers": issue.previous,
        "createdAt": issue.created.isoformat(),
        "updatedAt": issue.updated.isoformat(),
    }
    body: dict[str, Any] = {
        "action": action,
        "type": "Issue",
        "actor": {"id": by.id, "type": "user", "name": by.name, "email": by.email},
        "createdAt": world.clock().isoformat(),
        "data": data,
        "url": issue_url(world, issue),
        "organizationId": "org-1",
    }
    return body | ({"updatedFrom": before} if before else {})
