"""The pages on which an administrator installs the app: the way to Slack, and what came of it.

https://docs.slack.dev/authentication/installing-with-oauth
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

import aiohttp
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackClientError
from slack_sdk.oauth import OAuthStateUtils
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.web.async_client import AsyncWebClient

from bot.kernel.errors import Misunderstood, Unavailable
from bot.kernel.locale import LANGUAGES, Locale
from bot.slack.installs.tenants import installed_for
from bot.slack.web_api import UNREADABLE
from bot.web.html_pages import HEADERS, HtmlPages

INSTALL, REDIRECT = "/slack/install", "/slack/oauth_redirect"
CANCELLED = "The installation was cancelled, and nothing was changed."
OTHER_BROWSER = "This installation was begun in another browser, or too long ago. Please begin again."
NOT_COMPLETED = "Slack didn’t complete the installation. Please begin again."
NOT_ALLOWED = "This bot can’t be installed in the workspace %(team)s. Whoever runs the bot can allow it."
Noted = Callable[[Installation, bool], Awaitable[None]]
"""Hears of an installation before it is kept, and whether it is allowed."""
SENTENCES = {
    "access_denied": CANCELLED,
    "invalid_browser": OTHER_BROWSER,
    "invalid_state": OTHER_BROWSER,
}
"""By the reason of Bolt, or of Slack, which is anything that stands in the address."""


class InstallCookies(OAuthStateUtils):
    """Bolt's cookie that binds an installation to its browser, for our path of the host alone."""

    def __init__(self, name: str, path: str) -> None:
        super().__init__(cookie_name=name)
        self._path = path

    def build_set_cookie_for_new_state(self, state: str) -> str:
        return self._placed(super().build_set_cookie_for_new_state(state))

    def build_set_cookie_for_deletion(self) -> str:
        return self._placed(super().build_set_cookie_for_deletion())

    def _placed(self, cookie: str) -> str:
        return cookie.replace(" Path=/;", f" Path={self._path};")


class InstallFlow(AsyncOAuthFlow):
    """Bolt's flow with pages of ours. `allowed` are the ids that may install the app; empty for any."""

    def __init__(
        self,
        client: AsyncWebClient,
        settings: AsyncOAuthSettings,
        pages: HtmlPages,
        noted: Noted,
        allowed: tuple[str, ...] = (),
    ) -> None:
        self._pages = pages
        self._noted = noted
        self._allowed = allowed
        settings.callback_options = AsyncCallbackOptions(success=self._succeeded, failure=self._failed)
        super().__init__(client=client, settings=settings)

    async def build_install_page_html(self, url: str, request: AsyncBoltRequest) -> str:
        return self._pages.text("install", _locale(request), url=url, installed="", sentence="")

    async def run_installation(self, code: str) -> Installation | None:
        """Raises Unavailable while Slack doesn't answer, and Misunderstood where the workspace is not allowed."""
        try:
            installation = await super().run_installation(code)
        except (aiohttp.ClientError, TimeoutError, OSError, *UNREADABLE) as error:
            raise Unavailable(
                "Slack doesn’t answer %(method)s: %(kind)s.", method="oauth.v2.access", kind=type(error).__name__
            ) from error
        if installation is None or not installation.bot_token:
            return None
        allowed = not self._allowed or bool({installation.team_id, installation.enterprise_id} & {*self._allowed})
        await self._noted(installation, allowed)
        if allowed:
            return installation
        with suppress(SlackClientError, aiohttp.ClientError, TimeoutError, OSError):  # it is kept nowhere, either way
            await self.client.api_call("auth.revoke", headers={"Authorization": f"Bearer {installation.bot_token}"})
        tenant = installed_for(installation.enterprise_id, installation.team_id, installation.is_enterprise_install)
        raise Misunderstood(NOT_ALLOWED, team=installation.team_name or installation.enterprise_name or tenant)

    async def _succeeded(self, args: AsyncSuccessArgs) -> BoltResponse:
        name = args.installation.team_name or args.installation.enterprise_name or "Slack"
        return self._page(args.request, 200, installed=name)

    async def _failed(self, args: AsyncFailureArgs) -> BoltResponse:
        locale = _locale(args.request)
        sentence = locale.text(SENTENCES.get(args.reason, NOT_COMPLETED))
        return self._page(args.request, args.suggested_status_code, sentence=sentence)

    def _page(self, request: AsyncBoltRequest, status: int, **values: str) -> BoltResponse:
        shown = {"url": self._pages.base.at(INSTALL), "installed": "", "sentence": "", **values}
        html = self._pages.text("install", _locale(request), **shown)
        headers: dict[str, str | Sequence[str]] = {
            "Content-Type": "text/html; charset=utf-8",
            "Set-Cookie": self._cookie_ends(),
        }
        return BoltResponse(status=status, body=html, headers=headers)

    def _cookie_ends(self) -> str:
        return str(self.settings.state_utils.build_set_cookie_for_deletion())


def install_routes(flow: InstallFlow, pages: HtmlPages) -> list[web.RouteDef]:
    return [
        web.get(INSTALL, pages.guarded(_answered(flow.handle_installation))),
        web.get(REDIRECT, pages.guarded(_answered(flow.handle_callback))),
    ]


def _answered(
    handle: Callable[[AsyncBoltRequest], Awaitable[BoltResponse]],
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def answered(request: web.Request) -> web.StreamResponse:
        response = await to_aiohttp_response(await handle(await to_bolt_request(request)))
        response.headers.update(HEADERS)
        return response

    return answered


def _locale(request: AsyncBoltRequest) -> Locale:
    wanted = ",".join(request.headers.get("accept-language", ())).split(",")
    tags = [each.split(";")[0].strip() for each in wanted]
    return Locale.of(next((tag for tag in tags if tag.split("-")[0] in LANGUAGES), "en"))
