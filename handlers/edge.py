"""The Slack edge: Bolt with our routes, and what happens to a delivery before and after its handler."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from logging import Logger, getLogger

from redis.exceptions import RedisError
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_bolt.listener.async_listener_completion_handler import AsyncCustomListenerCompletionHandler
from slack_bolt.response import BoltResponse
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.kernel.errors import Unavailable
from bot.kernel.locale import Locale
from bot.services.services import Services
from bot.slack.inbox import KEEPING_S, Inbox
from handlers import channel_events, register
from handlers.payloads import Payload

DELIVERY_ID = "delivery_id"
"""In Bolt's context and in what is handled again: the inbox's id of the delivery."""


@dataclass(frozen=True, slots=True)
class SlackApp:
    """What Slack knows the app by, and how it is reached."""

    token: str
    signing_secret: str
    api_url: str | None = None


@asynccontextmanager
async def slack_edge(slack_app: SlackApp, services: Services, inbox: Inbox) -> AsyncIterator[AsyncApp]:
    app = _bolt(slack_app)

    async def keeping(
        body: Payload, context: Payload, respond: AsyncRespond, next: Callable[[], Awaitable[None]]
    ) -> BoltResponse | None:
        try:
            if DELIVERY_ID not in body and await _is_worth_keeping(body, services):
                context[DELIVERY_ID] = await inbox.keep(body)
            else:
                context[DELIVERY_ID] = body.get(DELIVERY_ID, "")
        except Unavailable as problem:
            return await _refused(services.slack.people.default.locale, body, respond, problem)
        await next()
        return None

    async def done(context: Payload) -> None:
        if id := context.get(DELIVERY_ID):
            await inbox.forget(id)

    async def again(id: str, body: Payload) -> None:
        answer = await app.async_dispatch(AsyncBoltRequest(body={**body, DELIVERY_ID: id}, mode="socket_mode"))
        if answer.status == 404:  # no handler wants it, so none will say that it is done
            await inbox.forget(id)

    register(app, services, keeping)
    app.listener_runner.listener_completion_handler = AsyncCustomListenerCompletionHandler(_log(), done)
    async with inbox.watched(again):
        yield app


@asynccontextmanager
async def socket_mode(app: AsyncApp, token: str) -> AsyncIterator[None]:
    handler = AsyncSocketModeHandler(app, token)
    await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt's handler has no types
    try:
        yield
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]


async def _is_worth_keeping(body: Payload, services: Services) -> bool:
    """Also a reply in a thread of ours. Raises Unavailable without Redis."""
    if matters(body):
        return True
    try:
        async with asyncio.timeout(KEEPING_S):
            return await channel_events.is_followed(body["event"], str(body.get("team_id") or ""), services)
    except (RedisError, OSError, TimeoutError) as error:
        raise Unavailable("The bot can't keep anything right now; please try again in a minute.") from error


def matters(body: Payload) -> bool:
    """Whether it is worth keeping, wherever it was said. Most of what we hear is said among people, and not for us."""
    event = body.get("event") or {}
    if event.get("type") != "message":
        return True
    message = event.get("message") or event.get("previous_message") or event
    return not message.get("bot_id") and (event.get("channel_type") == "im" or bool(event.get("subtype")))


def _bolt(slack_app: SlackApp) -> AsyncApp:
    """Its client waits when Slack asks for that, and repeats nothing that may have happened."""
    base = (slack_app.api_url or AsyncWebClient.BASE_URL).rstrip("/")
    patient: list[AsyncRetryHandler] = [AsyncRateLimitErrorRetryHandler(max_retry_count=3)]
    client = AsyncWebClient(slack_app.token, base_url=f"{base}/", retry_handlers=patient)
    return AsyncApp(client=client, signing_secret=slack_app.signing_secret)


async def _refused(locale: Locale, body: Payload, respond: AsyncRespond, problem: Unavailable) -> BoltResponse:
    """Nothing was taken in: whoever spoke is told at once, and Slack delivers events again.

    In the bot's own language: who speaks which one is what can't be looked up now.
    """
    sentence = problem.text(locale)
    if "command" in body:
        return BoltResponse(status=200, body={"response_type": "ephemeral", "text": sentence})
    if body.get("type") == "view_submission":
        inputs = [block["block_id"] for block in body["view"]["blocks"] if block["type"] == "input"]
        if inputs:
            return BoltResponse(status=200, body={"response_action": "errors", "errors": {inputs[0]: sentence}})
    if respond.response_url:
        await respond(text=sentence, response_type="ephemeral", replace_original=False)
        return BoltResponse(status=200, body="")
    return BoltResponse(status=503, body="")


def _log() -> Logger:
    return getLogger(__name__)
