"""Acknowledgements go before everything else: Slack waits for them, and people wait longer for what comes after.

Bolt looks every ten milliseconds whether a listener has acknowledged; here that wakes whoever answers. And what comes
after the acknowledgement of a question or an event begins in turn, so that a crowd's deliveries are all taken in first
and handled in their order. What must be quick itself (a modal's trigger lasts three seconds) doesn't wait for a turn.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.listener.async_listener import AsyncListener
from slack_bolt.listener.asyncio_runner import AsyncioListenerRunner
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.kernel.turns import Turn, Turns


class PromptAck(AsyncAck):
    """Wakes whoever waits for it. With `turns` a listener goes on when it has one.

    Bolt acknowledges some deliveries itself, such as the bot's own messages: nothing comes after that.
    """

    def __init__(self, turns: Turns | None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Bolt's has no types
        self.given = asyncio.Event()
        self._turns = turns
        self._turn: Turn | None = None
        self.in_listener = False

    async def __call__(self, *args: Any, **named: Any) -> BoltResponse:
        response = await self.at_once(*args, **named)
        await self.turn()
        return response

    async def at_once(self, *args: Any, **named: Any) -> BoltResponse:
        """Acknowledges, and waits for no turn."""
        response = await super().__call__(*args, **named)
        self.given.set()
        return response

    async def turn(self) -> None:
        if self._turns and self.in_listener and self._turn is None:
            self._turn = await self._turns.take()

    def end(self) -> None:
        self.given.set()
        if self._turn:
            self._turn.end()


class PromptRunner(AsyncioListenerRunner):
    """Runs a listener as Bolt's own does where responses don't wait for listeners."""

    def __init__(self, like: AsyncioListenerRunner) -> None:
        super().__init__(
            logger=like.logger,
            process_before_response=like.process_before_response,
            listener_error_handler=like.listener_error_handler,
            listener_start_handler=like.listener_start_handler,
            listener_completion_handler=like.listener_completion_handler,
            lazy_listener_runner=like.lazy_listener_runner,
        )
        self._running: set[asyncio.Task[None]] = set()

    async def run(
        self,
        request: AsyncBoltRequest,
        response: BoltResponse | None,
        listener_name: str,
        listener: AsyncListener,
        starting_time: float | None = None,
    ) -> BoltResponse | None:
        ack = request.context.ack
        if not isinstance(ack, PromptAck):
            raise TypeError("a request of another app")
        if listener.auto_acknowledgement:
            await ack.at_once()
        running = asyncio.ensure_future(self._listened(request, listener, ack))
        self._running.add(running)
        running.add_done_callback(self._running.discard)
        if ack.response is None:
            with suppress(TimeoutError):
                async with asyncio.timeout(listener.ack_timeout):
                    await ack.given.wait()
        return ack.response

    async def _listened(self, request: AsyncBoltRequest, listener: AsyncListener, ack: PromptAck) -> None:
        ack.in_listener = True
        try:
            await self.listener_start_handler.handle(request=request, response=None)
            if listener.auto_acknowledgement:
                await ack.turn()
            await listener.run_ack_function(request=request, response=BoltResponse(status=200))
        except Exception as error:  # noqa: BLE001 - an edge: listeners of ours raise nothing
            answer = BoltResponse(status=500)
            await self.listener_error_handler.handle(error=error, request=request, response=answer)
            ack.response = ack.response or answer
        finally:
            ack.end()
            await self.listener_completion_handler.handle(request=request, response=None)
