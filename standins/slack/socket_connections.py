"""Socket Mode: connections that the app opens, over which everything comes that otherwise comes over HTTP.

https://docs.slack.dev/apis/events-api/using-socket-mode. A delivery goes to one of the open connections, in turn, and
is acknowledged by its `envelope_id` over any of them.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from standins.slack.web_api_errors import WorkspaceRefused
from standins.slack.workspace_config import WorkspaceConfig

Json = dict[str, Any]
MOST_CONNECTIONS = 10
LINK_LIFE_S = 30.0
HEARTBEAT_S = 10.0
LASTS_S = 3600
"""For how long a connection lasts, as Slack's hello says; this workspace refreshes none by itself."""
GRACE_S = 10.0
"""Between the frame that announces the end of a connection and its end."""


@dataclass(eq=False, slots=True)
class SocketConnection:
    """`leaving` is one that was told to go: it gets nothing new. `waiting` has its unacknowledged envelopes."""

    socket: web.WebSocketResponse
    transport: asyncio.Transport | None
    id: str
    leaving: bool = False
    waiting: dict[str, asyncio.Future[Json | None]] = field(default_factory=dict)


class SocketConnections:
    """`enabled` is the switch *Enable Socket Mode*: while it is off, nobody can connect. `open` is those that are."""

    def __init__(self, config: WorkspaceConfig) -> None:
        self.enabled = bool(config.app_token)
        self.ack_limit = config.ack_limit
        self._config = config
        self._links: dict[str, float] = {}
        self.open: list[SocketConnection] = []
        self._ending: set[asyncio.Task[None]] = set()

    def new_link(self) -> str:
        """The address of a connection to be, good for one use. Raises WorkspaceRefused while Socket Mode is off."""
        if not self.enabled:
            raise WorkspaceRefused("forbidden_team")
        ticket = secrets.token_urlsafe(16)
        self._links[ticket] = asyncio.get_running_loop().time() + LINK_LIFE_S
        root = self._config.root.replace("http", "ws", 1)
        return f"{root}/link/?ticket={ticket}&app_id={self._config.seed.app_id}"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """A connection, from its hello until it ends. 404 for a link that was used, is old or is none."""
        expires = self._links.pop(request.query.get("ticket", ""), 0.0)
        if asyncio.get_running_loop().time() > expires:
            raise web.HTTPNotFound
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT_S)
        await socket.prepare(request)
        if len(self.open) >= MOST_CONNECTIONS:
            await socket.send_json(self._goodbye("too_many_websockets"))
            await socket.close()
            return socket
        connection = SocketConnection(socket, request.transport, f"applink-{secrets.token_hex(4)}")
        self.open.append(connection)
        try:
            await socket.send_json(self._hello(connection))
            await self._read(socket)
        finally:
            self.open.remove(connection)
            for answer in connection.waiting.values():
                if not answer.done():
                    answer.set_exception(ConnectionError("the connection ended"))
        return socket

    async def deliver(self, kind: str, payload: Json, **retry: Any) -> Json | None:
        """Returns what came with the acknowledgement. Raises TimeoutError without one, and ConnectionError."""
        ready = [each for each in self.open if not each.leaving and not each.socket.closed]
        if not ready:
            raise ConnectionError("no connection is open")
        connection = ready[0]
        self.open.remove(connection)
        self.open.append(connection)  # the next delivery goes to the next one
        id, answered = secrets.token_hex(8), asyncio.get_running_loop().create_future()
        connection.waiting[id] = answered
        accepts = kind != "events_api"
        envelope = {"envelope_id": id, "type": kind, "accepts_response_payload": accepts, "payload": payload, **retry}
        try:
            async with asyncio.timeout(self.ack_limit):
                await connection.socket.send_json(envelope)
                response: Json | None = await answered
        finally:
            connection.waiting.pop(id, None)
        return response if accepts else None

    async def disconnect(self, reason: str, after: float = GRACE_S, *, only_one: bool = False) -> None:
        """Announces the end of the connections (of the oldest with `only_one`), and ends them `after` seconds later.

        `warning` says that the end is near, `refresh_requested` that it is there, `link_disabled` that Socket Mode
        was switched off. Without a reason a connection breaks.
        """
        if reason == "link_disabled":
            self.enabled = False
        for connection in self.open[: 1 if only_one else None]:
            if not reason:
                _break(connection)
                continue
            connection.leaving = connection.leaving or reason != "warning"
            with suppress(ConnectionError):
                await connection.socket.send_json(self._goodbye(reason))
            if connection.leaving:
                task = asyncio.create_task(_end(connection, after))
                self._ending.add(task)
                task.add_done_callback(self._ending.discard)

    async def close(self) -> None:
        for task in list(self._ending):
            task.cancel()
        for connection in list(self.open):
            _break(connection)

    async def _read(self, socket: web.WebSocketResponse) -> None:
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                continue
            with suppress(ValueError):
                envelope = json.loads(message.data)
                if isinstance(envelope, dict):
                    self._acknowledged(envelope)

    def _acknowledged(self, envelope: Json) -> None:
        for connection in self.open:
            answer = connection.waiting.get(str(envelope.get("envelope_id")))
            if answer and not answer.done():
                payload = envelope.get("payload")
                answer.set_result(payload if isinstance(payload, dict) else None)

    def _hello(self, connection: SocketConnection) -> Json:
        debug = {"host": connection.id, "build_number": 1, "approximate_connection_time": LASTS_S}
        return {
            "type": "hello",
            "num_connections": len(self.open),
            "debug_info": debug,
            "connection_info": {"app_id": self._config.seed.app_id},
        }

    def _goodbye(self, reason: str) -> Json:
        return {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-here"}}


async def _end(connection: SocketConnection, after: float) -> None:
    await asyncio.sleep(after)
    await connection.socket.close()


def _break(connection: SocketConnection) -> None:
    """Without a word, as when a network does it."""
    if connection.transport:
        connection.transport.abort()
