"""Slack's Web API: clients, one a workspace, over one connection pool, and what their failures mean."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Protocol

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState
from slack_sdk.web.async_client import AsyncWebClient

from bot.kernel.errors import RateLimited, ReplaybookError, Unauthorized, Unavailable
from bot.kernel.outside_calls import outside_call
from bot.slack import not_set_up
from bot.state.locks import fence

SLACK = "https://slack.com/api/"
TIMEOUT_S = 30
# Answers that may be different a moment later, though Slack says `ok: false`.
PASSING = {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"}
NOT_ALLOWED = {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"}

OUTDATED = {"invalid_auth", "token_expired", "token_revoked"}
"""Slack's codes for a token that another one may have replaced by now."""

OPEN_ALREADY = {"exchanged_trigger_id", "duplicate_external_id"}
"""Slack's codes for a trigger that has opened a modal."""

# What the SDK raises for an answer that isn't Slack's: another type, another encoding, JSON that is no object.
UNREADABLE = (ValueError, TypeError, AttributeError, LookupError)

REPEATABLE = frozenset(
    {
        "auth.teams.list", "auth.test", "chat.getPermalink", "chat.unfurl", "conversations.history",
        "conversations.info", "conversations.join", "conversations.members", "conversations.open",
        "conversations.replies", "files.info", "pins.list", "usergroups.list", "usergroups.users.list",
        "users.conversations", "users.info", "users.list", "users.lookupByEmail", "views.publish", "views.update",
    }
)  # fmt: skip
"""Methods that may be called again whatever became of the first call."""

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)


class SlackRefused(ReplaybookError):
    """Slack understood and said no. `code` is its error, such as `channel_not_found`; asking again won't help."""

    def __init__(self, method: str, code: str) -> None:
        super().__init__("Slack refused %(method)s: %(code)s.", method=method, code=code)
        self.code = code


class SlackInternalError(Unavailable):
    """Slack answered with an error of its own. It may pass, or this one message may always cause it."""


class RepeatableCalls(AsyncRetryHandler):
    """Tries again what changes nothing, or the same thing twice, when Slack fails or its answer is lost."""

    async def _can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        if request.url.rpartition("/")[2] not in REPEATABLE:
            return False
        failed = response is not None and response.status_code >= 500
        passing = response is not None and isinstance(response.body, dict) and response.body.get("error") in PASSING
        lost = isinstance(error, aiohttp.ClientError | OSError) and not isinstance(error, TimeoutError)
        return failed or passing or lost


AGAIN = RepeatableCalls(max_retry_count=2)


class NotInstalled(Unauthorized):
    """The app isn't installed in the workspace, or not any more, so that nothing can be said there."""

    def __init__(self, team: str) -> None:
        super().__init__("The app isn’t installed in the workspace %(team)s.", team=team, code="not_installed")


class Tokens(Protocol):
    """Whose bot token belongs to which workspace or organization."""

    async def token(self, team: str, /) -> str:
        """Raises NotInstalled, and Upstream where it can't be told now."""

    async def after_refusal(self, team: str, refused: str, /) -> str | None:
        """Returns the token to use where Slack has just refused this one; None without another. Raises Upstream."""


class _OneToken:
    def __init__(self, token: str) -> None:
        self._token = token

    async def token(self, _team: str) -> str:
        return self._token

    async def after_refusal(self, _team: str, _refused: str) -> str | None:
        return None


def everywhere(token: str) -> Tokens:
    """Returns one token for all workspaces: the single-workspace default."""
    return _OneToken(token)


class TeamClient(AsyncWebClient):
    """A client that looks for its workspace's token at each call, since a token may expire or be revoked."""

    def __init__(self, tokens: Tokens, team: str, *args: Any, **options: Any) -> None:
        super().__init__(None, *args, **options)
        self._tokens = tokens
        self._team = team

    async def current_token(self) -> str:
        """Raises NotInstalled, and Upstream where it can't be told now."""
        return await self._tokens.token(self._team)

    async def api_call(self, api_method: str, **call: Any) -> Any:
        """Raises NotInstalled and Upstream beside what the client raises."""
        self.token = token = await self._tokens.token(self._team)
        try:
            return await super().api_call(api_method, **call)
        except SlackApiError as error:
            data = getattr(error.response, "data", None)  # the client raises with other things for what isn't JSON
            if not isinstance(data, dict) or data.get("error") not in OUTDATED:
                raise
            newer = await self._tokens.after_refusal(self._team, token)
            if newer is None:
                raise
        self.token = newer  # Slack did nothing with the former one
        return await super().api_call(api_method, **call)


class Clients:
    """`clients.for_team("T1")`, or of an organization that has installed the app as a whole, by its id."""

    def __init__(self, session: aiohttp.ClientSession, tokens: Tokens, api_url: str | None = None) -> None:
        self._session = session
        self._tokens = tokens
        self._api_url = base_address(api_url)
        self._clients: dict[tuple[str, bool], TeamClient] = {}

    @classmethod
    @asynccontextmanager
    async def opened(cls, tokens: Tokens, api_url: str | None = None) -> AsyncIterator[Clients]:
        async with slack_session() as session:
            yield cls(session, tokens, api_url)

    def for_team(self, team: str) -> TeamClient:
        """The workspace's client. It never repeats a call by itself: a message whose answer was lost may be there."""
        return self._client(team, patient=False)

    def patient(self, team: str) -> TeamClient:
        """The same, but it waits where Slack asks for that: Slack did nothing then. Not for posting."""
        return self._client(team, patient=True)

    def _client(self, team: str, *, patient: bool) -> TeamClient:
        client = self._clients.get((team, patient))
        if client is None:
            waits: list[AsyncRetryHandler] = [AsyncRateLimitErrorRetryHandler(max_retry_count=2), AGAIN]
            waits = waits if patient else []
            client = TeamClient(
                self._tokens, team, self._api_url, timeout=TIMEOUT_S, session=self._session, retry_handlers=waits
            )
            self._clients[team, patient] = client
        return client


def base_address(api_url: str | None) -> str:
    """Returns the address that the names of methods are put behind."""
    return (api_url or SLACK).rstrip("/") + "/"


def slack_session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_S), trace_configs=[fence()])


async def called(method: str, call: Awaitable[Any]) -> Any:
    """Await a call of the Slack client.

    Raises RateLimited, Unauthorized (NotSetUp without a scope), Unavailable, SlackInternalError or SlackRefused; and
    LockLost, when the call runs under a lock and wasn't sent because the lock was lost.
    """
    with outside_call("slack", method):
        return await _sorted_out(method, call)


async def _sorted_out(method: str, call: Awaitable[Any]) -> Any:
    try:
        response = await call
        if not isinstance(response.data, dict):
            raise TypeError("no object")
    except SlackApiError as error:
        raise _sorted(method, error.response) from error
    except (aiohttp.ClientError, TimeoutError, SlackClientError, OSError) as error:
        raise Unavailable(
            "Slack doesn’t answer %(method)s: %(kind)s.", method=method, kind=type(error).__name__
        ) from error
    except UNREADABLE as error:
        raise SlackInternalError(
            "Slack’s answer to %(method)s can’t be read: %(kind)s.", method=method, kind=type(error).__name__
        ) from error
    return response


def _sorted(method: str, response: Any) -> ReplaybookError:
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0))
    answer = getattr(response, "data", None)
    data: dict[str, Any] = answer if isinstance(answer, dict) else {}
    code = str(data.get("error") or "")
    if status == 429 or code == "ratelimited":
        wait = retry_after(response.headers)
        return RateLimited(
            "Slack asks to wait %(wait)s s before %(method)s.", retry_after=wait, wait=f"{wait:g}", method=method
        )
    if code in PASSING:
        return SlackInternalError("Slack has a problem of its own with %(method)s: %(code)s.", method=method, code=code)
    if status >= 500 or not code:
        return Unavailable("Slack failed at %(method)s with status %(status)s.", method=method, status=status)
    if code in not_set_up.CODES:
        return not_set_up.not_set_up(method, data)
    if code in NOT_ALLOWED:
        return Unauthorized("Slack doesn’t let the bot call %(method)s: %(code)s.", method=method, code=code)
    return SlackRefused(method, code)


async def open_view(
    client: AsyncWebClient, trigger: str, view: dict[str, Any], *, on_top: bool = False
) -> dict[str, str]:
    """Opens a modal, or puts a view `on_top` of one, and returns what `fill_modal` knows it by.

    A press that is handled again, because whoever was at it died or stalled, opens no second one. Raises like
    `called`; the codes of a trigger that is too old are in `TOO_LATE`.
    """
    own = {"external_id": trigger[:255]}  # known also to a process that hasn't seen the answer
    method, open_it = ("views.push", client.views_push) if on_top else ("views.open", client.views_open)
    try:
        opened = await called(method, open_it(trigger_id=trigger, view={**view, **own}))
    except SlackRefused as refused:
        if refused.code not in OPEN_ALREADY:
            raise
        log.info("the modal of this press was opened before", code=refused.code)
        return own
    return {"view_id": str(opened["view"]["id"])}


async def fill_modal(client: AsyncWebClient, known_by: Mapping[str, str], view: dict[str, Any]) -> None:
    """Shows a view in a modal that is open; one that was closed in the meantime is left alone. Raises like `called`."""
    try:
        await called("views.update", client.views_update(view=view, **known_by))
    except SlackRefused as refused:
        if refused.code != "not_found":
            raise


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds; 1 where Slack doesn't say."""
    seconds = str(headers.get("Retry-After", "1"))
    return float(seconds) if seconds.replace(".", "", 1).isdecimal() and seconds.isascii() else 1.0
