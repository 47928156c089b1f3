"""The Slack edge: what happens to a delivery before and after its handler, and the one wrapper around all handlers.

The wrapper acknowledges, takes the payload apart, calls and explains. Nothing is ever raised into Bolt: it would take
back an acknowledgement that was given and answer 404 after three seconds. Slow work never stands before an
acknowledgement. What went wrong is explained where whoever spoke will see it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from logging import Logger, getLogger
from typing import TypeVar

from redis.exceptions import RedisError
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_bolt.listener.async_listener_completion_handler import AsyncCustomListenerCompletionHandler
from slack_bolt.listener.async_listener_start_handler import AsyncCustomListenerStartHandler
from slack_bolt.response import BoltResponse

from bot.kernel.errors import ReplaybookError, Unavailable
from bot.kernel.metrics import Metrics
from bot.kernel.reply_address import waited_for_by
from bot.services.services import Services
from bot.slack.channel_messages import user_of
from bot.slack.inbox import Inbox
from bot.slack.private_replies import ReplyAddress
from handlers import payloads
from handlers.bolt_app import DELIVERY_ID, IDENTITIES, TENANT, SlackApp, bolt_app, not_taken
from handlers.bot_identity import Identities
from handlers.explain import explain, explained
from handlers.measured_app import MeasuredApp
from handlers.payloads import ButtonPress, MessageShortcut, Payload, SlackEvent, SlashCommand, Submission
from handlers.receiving import misshapen

Keeping = Callable[..., Awaitable[BoltResponse | None]]
Register = Callable[[AsyncApp, Services, Keeping], None]


@asynccontextmanager
async def slack_edge(
    slack_app: SlackApp,
    services: Services,
    inbox: Inbox,
    register: Register,
    identities: Identities,
    metrics: Metrics | None = None,
) -> AsyncIterator[MeasuredApp]:
    """Bolt's app with the routes that `register` puts on it, each behind what keeps deliveries until they are done."""
    app = bolt_app(slack_app, identities, services.slack.people.default.locale)
    app.metrics = metrics or Metrics()

    async def keeping(
        body: Payload, context: Payload, respond: AsyncRespond, next: Callable[[], Awaitable[None]]
    ) -> BoltResponse | None:
        try:
            if DELIVERY_ID not in body and await _is_worth_keeping(body, context[TENANT], services, inbox.patience_s):
                context[DELIVERY_ID] = await inbox.keep(body)
                if not context[DELIVERY_ID]:  # it is being handled, or was
                    app.metrics.duplicates.labels("delivery").inc()
                    return BoltResponse(status=200, body="")
            else:
                context[DELIVERY_ID] = body.get(DELIVERY_ID, "")
        except Unavailable as problem:
            return await not_taken(services.slack.people.default.locale, body, respond, problem)
        await next()
        return None

    async def begun(context: Payload) -> None:
        if id := context.get(DELIVERY_ID):
            inbox.begun(id)

    async def done(context: Payload) -> None:
        if id := context.get(DELIVERY_ID):
            await inbox.forget(id)

    async def again(id: str, body: Payload) -> None:
        answer = await app.async_dispatch(AsyncBoltRequest(body={**body, DELIVERY_ID: id}, mode="socket_mode"))
        if answer.status == 404:  # no handler wants it, so none will say that it is done
            await inbox.forget(id)

    register(app, services, keeping)
    app.error(misshapen)
    app.listener_runner.listener_start_handler = AsyncCustomListenerStartHandler(_log(), begun)
    app.listener_runner.listener_completion_handler = AsyncCustomListenerCompletionHandler(_log(), done)
    async with inbox.watched(again, identities.known):
        yield app


async def _is_worth_keeping(body: Payload, tenant: str, services: Services, patience_s: float) -> bool:
    """Also a reply in a thread of ours. Raises Unavailable without Redis."""
    if matters(body):
        return True
    try:
        async with asyncio.timeout(patience_s):
            return await is_followed(body["event"], tenant, services)
    except (RedisError, OSError, TimeoutError) as error:
        raise Unavailable("The bot can’t keep anything right now; please try again in a minute.") from error


async def is_followed(message: Payload, team: str, services: Services) -> bool:
    """Whether it is a person's reply in a thread of ours."""
    thread = str(message.get("thread_ts") or "")
    if not thread or thread == message.get("ts") or message.get("bot_id") or not user_of(message):
        return False
    return await services.questions.records.follows(team, str(message.get("channel") or ""), thread)


def matters(body: Payload) -> bool:
    """Whether it is worth keeping, wherever it was said. Most of what we hear is said among people, and not for us."""
    event = body.get("event") or {}
    if event.get("type") != "message":
        return True
    message = event.get("message") or event.get("previous_message") or event
    return not message.get("bot_id") and (event.get("channel_type") == "im" or bool(event.get("subtype")))


def _log() -> Logger:
    return getLogger(__name__)


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
        bot, team = str(context.get("bot_user_id") or ""), context[TENANT]
        call = partial(_called, behaviour, lambda: payloads.command(body, team, bot), services)
        await _explaining(services, lambda: payloads.command(body, team, bot).address, call)

    return listener


def on_press(behaviour: Behaviour[ButtonPress], services: Services) -> Listener:
    async def listener(ack: AsyncAck, body: Payload, context: Payload) -> None:
        await ack()
        team = context[TENANT]
        call = partial(_called, behaviour, lambda: payloads.press(body, team), services)
        await _explaining(services, lambda: payloads.press_address(body, team), call)

    return listener


def on_shortcut(behaviour: Behaviour[MessageShortcut], services: Services) -> Listener:
    async def listener(ack: AsyncAck, body: Payload, context: Payload) -> None:
        await ack()
        team = context[TENANT]
        call = partial(_called, behaviour, lambda: payloads.shortcut(body, team), services)
        await _explaining(services, lambda: payloads.shortcut_address(body, team), call)

    return listener


def on_event(behaviour: Behaviour[SlackEvent], services: Services) -> Listener:
    async def listener(event: Payload, context: Payload) -> None:
        bot = str(context.get("bot_user_id") or "")
        if not bot and context.get(DELIVERY_ID):  # it waits in the inbox until Slack says who is spoken to
            bot = await _bot_user(context)
            if event.get("user") == bot:
                return
        slack_event = SlackEvent(context[TENANT], bot, event, str(context.get("enterprise_id") or ""))
        call = partial(_called, behaviour, lambda: slack_event, services)
        await _explaining(services, lambda: slack_event.address, call)

    return listener


Options = Callable[[payloads.MenuQuery, Services], Awaitable[list[tuple[str, str]]]]
MENU_S = 2.5


def on_menu(options: Options, services: Services) -> Listener:
    """Labels and values, of which Slack takes so many characters each. It waits for three seconds."""

    async def listener(ack: AsyncAck, body: Payload, context: Payload) -> None:
        rows: list[tuple[str, str]] = []
        try:
            async with asyncio.timeout(MENU_S):
                rows = await options(payloads.menu_query(body, context[TENANT]), services)
        except Exception:  # noqa: BLE001 - an edge: a menu can't explain more than that there is nothing
            _log().warning("a menu got no options", exc_info=True)
        text = [(" ".join(label.split())[:75] or "…", value[:150]) for label, value in rows]
        await ack(options=[{"text": {"type": "plain_text", "text": label}, "value": value} for label, value in text])

    return listener


def on_submission(behaviour: Behaviour[Submission], services: Services) -> Listener:
    """An error within two seconds is shown in the modal. After that the modal closes, and errors are sent privately."""

    async def listener(ack: AsyncAck, body: Payload, context: Payload) -> None:
        team = context[TENANT]
        with waited_for_by(_address(lambda: payloads.submission_address(body, team))):
            running = asyncio.ensure_future(_called(behaviour, lambda: payloads.submission(body, team), services))
        try:
            await asyncio.wait((running,), timeout=MODAL_S)
        except asyncio.CancelledError:
            running.cancel()  # it is broken off with us
            await asyncio.wait((running,))
            raise
        error = running.exception() if running.done() else None
        inputs = payloads.input_blocks(body)
        if isinstance(error, Exception) and inputs:
            field, cause = (error.field, error.error) if isinstance(error, FieldError) else (inputs[0], error)
            field = field if field in inputs else inputs[0]  # drawn before, say, somebody else was asked
            explanation = await explained(
                services.slack, _address(lambda: payloads.submission_address(body, team)), cause
            )
            await ack(response_action="errors", errors={field: explanation.text})
            return
        await ack()
        await _explaining(services, lambda: payloads.submission_address(body, team), lambda: _without_field(running))

    return listener


async def _without_field(running: Awaitable[None]) -> None:
    """For a modal that is closed, where an error has no field to stand under."""
    try:
        await running
    except FieldError as problem:
        raise problem.error from problem


async def _called(behaviour: Behaviour[T], payload: Callable[[], T], services: Services) -> None:
    """Takes the payload apart and calls. A payload that lacks something is a failure like any other."""
    await behaviour(payload(), services)


async def _bot_user(context: Payload) -> str:
    """Returns the bot's user id as soon as Slack has told it."""
    identities: Identities = context[IDENTITIES]
    await identities.known()
    who = await identities.of(context[TENANT])
    return who.user if who else ""


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
        with waited_for_by(_address(address)):
            await call()
    except Exception as error:  # noqa: BLE001 - an edge: whoever spoke is told, and the operator reads the log
        await explain(services.slack, _address(address), error)
