"""A client of the DevTools protocol over a pair of pipes: one message in CBOR after the other, no server in between."""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import Callable
from typing import Any

from bot.kernel.errors import Unavailable
from bot.replay.stage.cbor_messages import HEADER_BYTES, UnreadableMessage, decode, encode, length_of

Params = dict[str, Any]
Handler = Callable[[Params, str], None]

GONE = "The browser that plays recordings stopped; the clip was not made."
PIPE_BYTES = 1 << 20  # a screenshot in one piece; Linux's default of 64 KiB costs a switch of process for each piece
F_SETPIPE_SZ = getattr(fcntl, "F_SETPIPE_SZ", None)  # Linux only


class BrowserRefused(Exception):
    """The browser answered a command with an error."""


class Pipe:
    """Sends commands, matches their answers, hands events to whoever listens. Closing fails everything under way."""

    def __init__(self, reading: int, writing: int) -> None:
        """Takes over both file descriptors. Needs a running event loop."""
        self._loop = asyncio.get_running_loop()
        self._reading, self._writing = reading, writing
        self._unread: list[bytes] = []
        self._missing = HEADER_BYTES
        """How many bytes are still to come: of a message, or of the beginning of one."""
        self._unwritten = bytearray()
        self._waiting: dict[int, asyncio.Future[Params]] = {}
        self._handlers: dict[str, Handler] = {}
        self._last = 0
        self.closed = False
        for end in (reading, writing):
            os.set_blocking(end, False)
            if F_SETPIPE_SZ is not None:
                fcntl.fcntl(end, F_SETPIPE_SZ, PIPE_BYTES)
        self._loop.add_reader(reading, self._readable)

    def on(self, method: str, handler: Handler) -> None:
        """Calls `handler(params, session)` for every event of that name."""
        self._handlers[method] = handler

    def send(self, method: str, params: Params | None = None, session: str = "") -> asyncio.Future[Params]:
        """Writes a command at once; the future has its result. Awaited, it raises `BrowserRefused` or `Unavailable`."""
        answer: asyncio.Future[Params] = self._loop.create_future()
        if self.closed:
            answer.set_exception(Unavailable(GONE))
            return answer
        self._last += 1
        message: Params = {"id": self._last, "method": method, "params": params or {}}
        if session:
            message["sessionId"] = session
        self._waiting[self._last] = answer
        self._unwritten += encode(message)
        self._writable()
        return answer

    def close(self) -> None:
        if self.closed:
            return
        self.closed = True
        self._loop.remove_reader(self._reading)
        self._loop.remove_writer(self._writing)
        os.close(self._reading)
        os.close(self._writing)
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(Unavailable(GONE))
                answer.exception()  # marked as seen: nobody may be waiting for this one
        self._waiting.clear()

    def _writable(self) -> None:
        try:
            while self._unwritten:
                written = os.write(self._writing, memoryview(self._unwritten)[:PIPE_BYTES].tobytes())
                del self._unwritten[:written]
        except BlockingIOError:
            self._loop.add_writer(self._writing, self._writable)
        except OSError:
            self.close()
        else:
            self._loop.remove_writer(self._writing)

    def _readable(self) -> None:
        try:
            piece = os.read(self._reading, PIPE_BYTES)
        except BlockingIOError:
            return
        except OSError:
            piece = b""
        if not piece:
            self.close()
            return
        self._unread.append(piece)
        self._missing -= len(piece)
        if self._missing > 0:
            return
        try:
            self._read_messages(b"".join(self._unread))
        except UnreadableMessage:
            self.close()

    def _read_messages(self, unread: bytes) -> None:
        """Hands out what is complete, and keeps the rest."""
        complete, at = [], 0
        while len(unread) - at >= HEADER_BYTES:
            end = at + length_of(unread[at : at + HEADER_BYTES])
            if end > len(unread):
                break
            complete.append(unread[at:end])
            at = end
        else:
            end = at + HEADER_BYTES
        self._unread, self._missing = [unread[at:]], end - len(unread)
        for message in complete:
            self._receive(decode(message))

    def _receive(self, message: Params) -> None:
        if "id" not in message:
            handler = self._handlers.get(message["method"])
            if handler is not None:
                # What listens and fails must not take the messages behind it along.
                self._loop.call_soon(handler, message.get("params", {}), message.get("sessionId", ""))
            return
        answer = self._waiting.pop(message["id"], None)
        if answer is None or answer.done():
            return
        if "error" in message:
            answer.set_exception(BrowserRefused(message["error"].get("message", "")))
        else:
            answer.set_result(message.get("result", {}))
