"""Webhooks of the administration, signed, and those of rules, with a fixed token; tests let them come as they like."""

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

from standins.jira.jira_objects import shown_issue, shown_user
from standins.jira.jira_world import JiraChange, JiraHook, JiraWorld, StoredJiraIssue

TOKEN_HEADER = "X-Replaybook-Token"  # noqa: S105 - the name of a header
ANSWER_S = 10.0


@dataclass(frozen=True, slots=True)
class JiraDelivery:
    """One request; sent again it is the same, identifier included."""

    hook: JiraHook
    data: bytes
    id: str

    @property
    def headers(self) -> dict[str, str]:
        headers = {"Content-Type": "application/json; charset=utf-8"}
        if self.hook.token:
            return headers | {TOKEN_HEADER: self.hook.token}  # a rule has neither identifier nor signature
        headers["X-Atlassian-Webhook-Identifier"] = self.id
        if self.hook.secret:
            digest = hmac.new(self.hook.secret.encode(), self.data, hashlib.sha256).hexdigest()
            headers["X-Hub-Signature"] = f"sha256={digest}"
        return headers


class JiraDeliveries:
    """Sends what the world tells, or lets it wait where the world holds it back."""

    def __init__(self, world: JiraWorld, session: aiohttp.ClientSession) -> None:
        self._world = world
        self._session = session
        self._tasks: set[asyncio.Task[int]] = set()

    @classmethod
    @asynccontextmanager
    async def to_hooks_of(cls, world: JiraWorld) -> AsyncIterator[JiraDeliveries]:
        """Hears of the world's changes for as long as the body lasts."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWER_S)) as session:
            deliveries = cls(world, session)
            world.deliver = deliveries.deliver
            try:
                yield deliveries
            finally:
                world.deliver = lambda *_: None
                await deliveries.settle()

    def deliver(self, event: str, issue: StoredJiraIssue, change: JiraChange | None) -> None:
        for hook in self._world.hooks:
            body = payload(self._world, event, issue, change)
            delivery = JiraDelivery(hook, msgspec.json.encode(body), str(uuid.uuid4()))
            if self._world.holds_webhooks:
                self._world.waiting.append(partial(self.send, delivery))
                continue
            task = asyncio.create_task(self.send(delivery))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def send(self, delivery: JiraDelivery) -> int:
        status = 0
        with suppress(aiohttp.ClientError, TimeoutError, OSError):
            async with self._session.post(delivery.hook.url, data=delivery.data, headers=delivery.headers) as response:
                status = response.status
        return status

    async def settle(self) -> None:
        """Returns when nothing is under way."""
        while self._tasks:
            await asyncio.gather(*self._tasks)


def payload(world: JiraWorld, event: str, issue: StoredJiraIssue, change: JiraChange | None) -> dict[str, Any]:
    by = change.by if change else world.users[0]
    body: dict[str, Any] = {
        "timestamp": round(world.clock().timestamp() * 1000),
        "webhookEvent": event,
        "user": shown_user(world, by),
        "issue": shown_issue(world, issue, None),
    }
    if change:
        body["issue_event_type_name"] = "issue_generic"
        body["changelog"] = {"id": "1", "items": list(change.items)}
    return body
