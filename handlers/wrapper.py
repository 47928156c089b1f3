"""The one wrapper around everything that Slack triggers: acknowledge, take the payload apart, call, explain.

Nothing is ever raised into Bolt: it would take back an acknowledgement that was given and answer 404 after three
seconds. Slow work never stands before an acknowledgement. What went wrong is explained where whoever spoke will see it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.kernel.errors import ReplaybookError
from bot.services.services import Services
from bot.slack.private_replies import ReplyAddress
from handlers import payloads
from handlers.explain import explain, explained
from handlers.payloads import ButtonPress, Payload, SlackEvent, SlashCommand, Submission

T = TypeVar("T")
Behaviour = Callable[[T, Services], Awaitable[None]]
Listener = Callable[..., Awaitable[None]]


class FieldError(Exception):
    """An error that belongs under one input of a modal."""

    def __init__(self, field: str, error: ReplaybookError) -> None:
        super().__init__(str(error))
        self.field = field
        self.error = error


MODAL_S = 2.0
"""So long a modal that was sent in stays open for an error of its own; Slack waits for three seconds."""


def on_command(behaviour: Behaviour[SlashCommand], services: Services) -> Listener:
    async def listener(ack: AsyncAck, body: Payload, context: Payload) -> None:
        await ack()
        bot = str(context.get("bot_user_id") or "")
        call = partial(_called, behaviour, lambda: payloads.command(body, bot), services)
        await _explaining(services, lambda: payloads.command(body, bot).address, call)

    return listener


def on_press(behaviour: Behaviour[ButtonPress], services: Services) -> Listener:
    async def listener(ack: AsyncAck, body: Payload) -> None:
        await ack()
        call = partial(_called, behaviour, lambda: payloads.press(body), services)
        await _explaining(services, lambda: payloads.press_address(body), call)

    return listener


def on_event(behaviour: Behaviour[SlackEvent], services: Services) -> Listener:
    async def listener(event: Payload, context: Payload) -> None:
        slack_event = SlackEvent(str(context.get("team_id") or ""), str(context.get("bot_user_id") or ""), event)
        call = partial(_called, behaviour, lambda: slack_event, services)
        await _explaining(services, lambda: slack_event.address, call)

    return listener


def on_submission(behaviour: Behaviour[Submission], services: Services) -> Listener:
    """An error within two seconds is shown in the modal. After that the modal closes, and errors are sent privately."""

    async def listener(ack: AsyncAck, body: Payload) -> None:
        running = asyncio.ensure_future(_called(behaviour, lambda: payloads.submission(body), services))
        await asyncio.wait((running,), timeout=MODAL_S)
        error = running.exception() if running.done() else None
        inputs = payloads.input_blocks(body)
        if isinstance(error, Exception) and inputs:
            field, cause = (error.field, error.error) if isinstance(error, FieldError) else (inputs[0], error)
            field = field if field in inputs else inputs[0]  # drawn before, say, somebody else was asked
            explanation = await explained(services.slack, _address(lambda: payloads.submission_address(body)), cause)
            await ack(response_action="errors", errors={field: explanation.text})
            return
        await ack()
        await _explaining(services, lambda: payloads.submission_address(body), lambda: running)

    return listener


async def _called(behaviour: Behaviour[T], payload: Callable[[], T], services: Services) -> None:
    """Takes the payload apart and calls. A payload that lacks something is a failure like any other."""
    await behaviour(payload(), services)


def _address(read: Callable[[], ReplyAddress | None]) -> ReplyAddress | None:
    """Returns None for a payload that doesn't say who spoke; then only the log hears of a failure."""
    try:
        return read()
    except (KeyError, TypeError, AttributeError):
        return None


async def _explaining(
    services: Services, address: Callable[[], ReplyAddress | None], call: Callable[[], Awaitable[None]]
) -> None:
    try:
        await call()
    except Exception as error:  # noqa: BLE001 - an edge: whoever spoke is told, and the operator reads the log
        await explain(services.slack, _address(address), error)
