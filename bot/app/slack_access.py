"""How the bot comes by its tokens: the one of a setting, or those of every workspace that installs the app."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from redis.asyncio import Redis

from bot.kernel.clock import Clock
from bot.kernel.errors import Misunderstood
from bot.kernel.settings import Settings
from bot.slack.installs.installations import Installations
from bot.slack.installs.token_cipher import TokenCipher
from bot.slack.installs.workspace_tokens import OAuthClient, OwnToken, WorkspaceTokens
from bot.slack.web_api import Tokens, base_address, everywhere, slack_session
from bot.state.records import RecordStore


@dataclass(frozen=True, slots=True)
class SlackAccess:
    """`installations` and `oauth` are None with one token for every workspace.

    `own` is the token of the setting, wherever it is used.
    """

    tokens: Tokens
    own: Tokens | None = None
    installations: Installations | None = None
    oauth: OAuthClient | None = None


@asynccontextmanager
async def slack_access(
    settings: Settings, redis: Redis, records: RecordStore, clock: Clock
) -> AsyncIterator[SlackAccess]:
    """Raises what `check_slack` raises."""
    check_slack(settings)
    single = everywhere(settings.slack_bot_token) if settings.slack_bot_token else None
    if single and not settings.token_keys:
        yield SlackAccess(single, single)
        return
    installations = Installations(records, TokenCipher(settings.token_keys))
    async with slack_session() as session:
        client_id, secret = settings.slack_client_id or "", settings.slack_client_secret or ""
        oauth = OAuthClient(session, base_address(settings.slack_api_url), client_id, secret)
        own = OwnToken(settings.slack_bot_token, oauth.web) if settings.slack_bot_token else None
        yield SlackAccess(WorkspaceTokens(redis, installations, oauth, clock, own), single, installations, oauth)


def check_slack(settings: Settings) -> None:
    """Raises Misunderstood for settings with which Slack can't be reached, or tokens not be kept."""
    if settings.token_keys:
        if not settings.slack_client_id or not settings.slack_client_secret:
            raise Misunderstood(
                "REPLAYBOOK_TOKEN_KEYS is set, so SLACK_CLIENT_ID and SLACK_CLIENT_SECRET are needed, too."
            )
        TokenCipher(settings.token_keys)
    elif not settings.slack_bot_token:
        raise Misunderstood("SLACK_BOT_TOKEN isn’t set; see “Connect Slack” in the README, or try `replaybook demo`.")
