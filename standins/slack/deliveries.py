"""What the bot hears: events with Slack's retries, commands and interactions with a limit of three seconds.

As signed POSTs, or over a socket while Socket Mode is on.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import aiohttp

from standins.slack.app_grants import AppGrant
from standins.slack.journal import Journal
from standins.slack.slack_faults import SlackFaults
from standins.slack.socket_connections import SocketConnections
from standins.slack.workspace_config import WorkspaceConfig

Json = dict[str, Any]
EVENT, COMMAND, INTERACTION = "events_api", "slash_commands", "interactive"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Ack:
    """The bot's answer. `failure` is empty, or Slack's retry reason (http_timeout, http_error, connection_failed)."""

    status: int = 0
    body: str = ""
    failure: str = ""
    no_retry: bool = False

    @property
    def json(self) -> Json:
        """The body as an object; an empty one where it is none."""
        try:
            value = json.loads(self.body or "{}")
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}


@dataclass(frozen=True, slots=True)
class SlackDelivery:
    """`kind` is that of Socket Mode's envelopes. A retry has its number and Slack's reason."""

    kind: str
    name: str
    payload: Json
    retry: int = 0
    reason: str = ""

    @property
    def posted(self) -> tuple[str, str]:
        """The body and its content type, over HTTP."""
        if self.kind == EVENT:
            return json.dumps(self.payload), "application/json"
        return urlencode(self.payload if self.kind == COMMAND else {"payload": json.dumps(self.payload)}), FORM

    @property
    def retry_headers(self) -> dict[str, str]:
        return {"X-Slack-Retry-Num": str(self.retry), "X-Slack-Retry-Reason": self.reason} if self.retry else {}


class Deliveries:
    """`grant` tells how the app is installed in the workspace: without, it gets no events."""

    def __init__(
        self, config: WorkspaceConfig, faults: SlackFaults, journal: Journal, grant: Callable[[], AppGrant | None]
    ) -> None:
        self.sockets = SocketConnections(config)
        self._config = config
        self._faults = faults
        self._journal = journal
        self._grant = grant
        self._session: aiohttp.ClientSession | None = None
        self._running: set[asyncio.Task[None]] = set()

    @property
    def under_way(self) -> int:
        """How many events are being sent, or will be tried again."""
        return len(self._running)

    def open(self) -> None:
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())

    async def close(self) -> None:
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self.sockets.close()
        if self._session:
            await self._session.close()
            self._session = None

    def event(self, event: Json) -> None:
        """Sends an event in the background until it is acknowledged or the retries are used up."""
        grant = self._grant()
        if self._session is None or event["type"] not in self._config.events or grant is None:
            return
        fault = self._faults.take("duplicate", event["type"])
        copies = 1 + int(fault.details.get("copies", 1)) if fault else 1
        self.send_all([self._envelope(event, grant) for _ in range(copies)])

    def envelopes_of_leaving(self, grant: AppGrant) -> list[Json]:
        """What the app is told when an installation ends, while it is still one."""
        bot = self._config.seed.bot_user.id
        events = ({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [bot]}}, {"type": "app_uninstalled"})
        return [self._envelope(event, grant) for event in events if event["type"] in self._config.events]

    def send_all(self, envelopes: list[Json]) -> None:
        """In the background, each until it is acknowledged or the retries are used up."""
        for envelope in envelopes if self._session else ():
            task = asyncio.create_task(self._deliver_event(envelope))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def command(self, form: Json) -> Ack:
        return await self._deliver(SlackDelivery(COMMAND, form["command"], form))

    async def interaction(self, payload: Json) -> Ack:
        return await self._deliver(SlackDelivery(INTERACTION, payload["type"], payload))

    async def _deliver_event(self, envelope: Json) -> None:
        delivery = SlackDelivery(EVENT, envelope["event"]["type"], envelope)
        ack = await self._deliver(delivery)
        for number, delay in enumerate(self._config.retry_delays, 1):
            if not ack.failure or ack.no_retry:
                return
            await asyncio.sleep(delay)
            ack = await self._deliver(replace(delivery, retry=number, reason=ack.failure))

    def _envelope(self, event: Json, grant: AppGrant) -> Json:
        seed, organization = self._config.seed, grant.organization
        enterprise = organization.id if organization else None
        authorization = {"team_id": seed.team_id, "user_id": seed.bot_user.id, "is_bot": True}
        where = {"enterprise_id": enterprise, "is_enterprise_install": organization is not None}
        homes = {person.id: person.home for person in seed.people if person.home}
        partner = homes.get(str(event.get("user")))
        if partner and event["type"] in {"app_mention", "message"}:
            event = {**event, "user_team": partner, "source_team": partner}
        return {
            "type": "event_callback",
            "team_id": seed.team_id,
            **({"enterprise_id": enterprise} if enterprise else {}),
            "api_app_id": seed.app_id,
            "event": event,
            "event_id": f"Ev{secrets.token_hex(5).upper()}",
            "event_time": int(self._config.clock()),
            "authorizations": [{**where, **authorization}],
            "is_ext_shared_channel": partner is not None,
        }

    async def _deliver(self, delivery: SlackDelivery) -> Ack:
        by_socket = bool(self._config.app_token)
        ack = await (self._by_socket(delivery) if by_socket else self._by_post(delivery))
        if self._faults.take("drop_ack", delivery.name):
            ack = Ack(ack.status, failure="http_timeout")
        noted = delivery.payload if by_socket or delivery.kind == EVENT else delivery.posted[0]
        entry = {"body": noted, "retry": delivery.retry_headers, "status": ack.status, "failure": ack.failure}
        self._journal.note("delivery", delivery.name, **entry)
        return ack

    async def _by_socket(self, delivery: SlackDelivery) -> Ack:
        retry = {"retry_attempt": delivery.retry, "retry_reason": delivery.reason} if delivery.kind == EVENT else {}
        try:
            answer = await self.sockets.deliver(delivery.kind, delivery.payload, **retry)
        except TimeoutError:
            return Ack(failure="http_timeout")
        except ConnectionError:
            return Ack(failure="connection_failed")
        return Ack(200, json.dumps(answer) if answer else "")

    async def _by_post(self, delivery: SlackDelivery) -> Ack:
        body, kind = delivery.posted
        headers = {"Content-Type": kind, **self._signature(body), **delivery.retry_headers}
        if self._session is None:
            return Ack(failure="connection_failed")
        try:
            limit = aiohttp.ClientTimeout(total=self._config.ack_limit)
            async with self._session.post(self._config.bot_url, data=body, headers=headers, timeout=limit) as answer:
                failure = "" if answer.ok else "http_error"
                no_retry = answer.headers.get("X-Slack-No-Retry") == "1"
                return Ack(answer.status, await answer.text(), failure, no_retry)
        except TimeoutError:
            return Ack(failure="http_timeout")
        except aiohttp.ClientError:
            return Ack(failure="connection_failed")

    def _signature(self, body: str) -> dict[str, str]:
        """Slack's: `v0=` and the HMAC-SHA256 of `v0:timestamp:body`."""
        at = str(int(time.time()))  # whoever checks it has the system's clock
        digest = hmac.new(self._config.signing_secret.encode(), f"v0:{at}:{body}".encode(), hashlib.sha256)
        return {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={digest.hexdigest()}"}
