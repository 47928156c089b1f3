"""Bolt's app: whose a delivery is, who the bot is there, and what is answered where nothing can be taken in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from logging import Logger, getLogger

from aiohttp import ClientError
from redis.exceptions import RedisError
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.kernel.errors import Unauthorized, Unavailable, Upstream
from bot.kernel.locale import Locale
from bot.slack.installs.tenants import tenant_of
from bot.slack.web_api import UNREADABLE
from handlers.bot_identity import BotUser, Identities
from handlers.measured_app import MeasuredApp
from handlers.payloads import Payload

IDENTITIES, BOT_USER = "identities", "bot_user"
"""In Bolt's context: who the bot is in each workspace, and who it is in this one."""
TENANT = "tenant"
"""In Bolt's context: the workspace, or the organization, that the delivery belongs to."""
DELIVERY_ID = "delivery_id"
"""In Bolt's context and in what is handled again: the inbox's id of the delivery."""
LEAVING = frozenset({"app_uninstalled", "tokens_revoked"})
"""Events that come when the app is installed no more."""


@dataclass(frozen=True, slots=True)
class SlackApp:
    """What Slack knows the app by, how it is reached, and where others install it, if they can."""

    signing_secret: str
    api_url: str | None = None
    install_url: str = ""


def bolt_app(slack_app: SlackApp, identities: Identities, locale: Locale) -> MeasuredApp:
    """Who signed a request is checked before Bolt sees it (`receiving.py`)."""
    base = (slack_app.api_url or AsyncWebClient.BASE_URL).rstrip("/")

    async def known(
        body: Payload, context: AsyncBoltContext, respond: AsyncRespond, next: Callable[[], Awaitable[None]]
    ) -> BoltResponse | None:
        context[IDENTITIES], context[TENANT] = identities, tenant_of(context)
        try:
            context[BOT_USER] = await identities.of(context[TENANT])
        except (RedisError, OSError, Upstream) as error:
            problem = Unavailable("The bot can’t keep anything right now; please try again in a minute.")
            _log().warning("nobody can tell whose a delivery is: %s", type(error).__name__)
            return await not_taken(locale, body, respond, problem)
        if context[BOT_USER] is None and context[TENANT] and (body.get("event") or {}).get("type") not in LEAVING:
            gone = BoltResponse(status=404, body="") if DELIVERY_ID in body else None
            return gone or await not_taken(locale, body, respond, _not_installed(slack_app), again=False)
        await next()
        return None

    async def authorize(context: AsyncBoltContext) -> AuthorizeResult:
        """For Bolt, which would tell people to reinstall the app while Slack can't be asked."""
        who: BotUser = context[BOT_USER] or BotUser()
        return AuthorizeResult(
            enterprise_id=context.enterprise_id,
            team_id=context.team_id,
            bot_user_id=who.user or None,
            bot_id=who.bot or None,
        )

    return MeasuredApp(
        name="replaybook",  # or Bolt looks through the stack, and the sources of all that is on it, for one
        client=AsyncWebClient(base_url=f"{base}/", retry_handlers=[]),
        signing_secret=slack_app.signing_secret,
        authorize=authorize,
        before_authorize=known,
        request_verification_enabled=False,
    )


async def not_taken(
    locale: Locale, body: Payload, respond: AsyncRespond, problem: Upstream, *, again: bool = True
) -> BoltResponse:
    """Nothing was taken in: whoever spoke is told at once, and Slack delivers events `again`.

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
        try:
            await respond(text=sentence, response_type="ephemeral", replace_original=False)
        except (ClientError, SlackClientError, OSError, *UNREADABLE) as error:
            _log().warning("nothing was taken in, and nobody could be told: %s", type(error).__name__)
        return BoltResponse(status=200, body="")
    return BoltResponse(status=503 if again else 200, body="")


def _not_installed(slack_app: SlackApp) -> Unauthorized:
    if not slack_app.install_url:
        return Unauthorized("The bot isn’t installed in this workspace.")
    return Unauthorized(
        "The bot isn’t installed in this workspace. An administrator can install it at %(url)s; then please ask again.",
        url=slack_app.install_url,
    )


def _log() -> Logger:
    return getLogger(__name__)
