"""Sign in with Slack (OpenID Connect, https://docs.slack.dev/authentication/sign-in-with-slack), by Slack's own SDK.

The tokens come from Slack itself over TLS, which stands for the signature of the id token (OpenID Connect Core,
3.1.3.7, 6); everything else in it is checked, and userInfo has to say the same. Why: docs/decisions.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec
from slack_sdk.web.async_client import AsyncWebClient

from bot.kernel.clock import Clock
from bot.kernel.errors import Misunderstood
from bot.slack.web_api import SLACK, SlackRefused, called

TIMEOUT_S = 10
SKEW_S = 60
"""So far apart the clocks of Slack and of this machine may be."""
SCOPES = "openid profile"
NOT_SIGNED_IN = "Slack’s answer doesn’t fit this sign-in, so nobody was signed in. Please begin again."


class Claims(msgspec.Struct, frozen=True):
    """What the id token says, as far as it is needed. Times are in epoch seconds."""

    iss: str
    aud: str | list[str]
    exp: float
    iat: float
    team: str = msgspec.field(name="https://slack.com/team_id")
    user: str = msgspec.field(name="https://slack.com/user_id")
    nonce: str = ""
    name: str = ""
    enterprise: str = msgspec.field(name="https://slack.com/enterprise_id", default="")


@dataclass(frozen=True, slots=True)
class SlackOpenId:
    """`redirect_url` is where Slack sends people back to, as the app's settings name it."""

    client_id: str
    client_secret: str
    redirect_url: str
    now: Clock
    api_url: str = SLACK

    @property
    def issuer(self) -> str:
        """Slack, or whoever stands in for it."""
        parts = urlsplit(self.api_url)
        return f"{parts.scheme}://{parts.netloc}"

    def address(self, state: str, nonce: str) -> str:
        """Where people are sent to sign in."""
        query = {
            "response_type": "code",
            "scope": SCOPES,
            "client_id": self.client_id,
            "state": state,
            "nonce": nonce,
            "redirect_uri": self.redirect_url,
        }
        return f"{self.issuer}/openid/connect/authorize?{urlencode(query)}"

    async def claims(self, code: str, nonce: str) -> Claims:
        """Who came back with this code. Raises Misunderstood for an answer that doesn't fit, and Upstream."""
        client = AsyncWebClient(base_url=self.api_url.rstrip("/") + "/", timeout=TIMEOUT_S, retry_handlers=[])
        try:
            answer = await called(
                "openid.connect.token",
                client.openid_connect_token(
                    client_id=self.client_id,
                    client_secret=self.client_secret,
                    code=code,
                    grant_type="authorization_code",
                    redirect_uri=self.redirect_url,
                ),
            )
            claims = _read(str(answer.get("id_token") or ""))
            self._check(claims, nonce)
            client.token = str(answer.get("access_token") or "")
            info = await called("openid.connect.userInfo", client.openid_connect_userInfo())
        except SlackRefused as refused:
            raise Misunderstood(NOT_SIGNED_IN) from refused
        if (info.get("https://slack.com/team_id"), info.get("https://slack.com/user_id")) != (claims.team, claims.user):
            raise Misunderstood(NOT_SIGNED_IN)
        enterprise = str(info.get("https://slack.com/enterprise_id") or claims.enterprise)
        if claims.enterprise not in {"", enterprise}:
            raise Misunderstood(NOT_SIGNED_IN)
        return msgspec.structs.replace(claims, enterprise=enterprise)

    def _check(self, claims: Claims, nonce: str) -> None:
        """OpenID Connect Core, 3.1.3.7. Raises Misunderstood."""
        now = self.now().timestamp()
        audience = claims.aud if isinstance(claims.aud, list) else [claims.aud]
        fits = (
            claims.iss == self.issuer
            and audience == [self.client_id]
            and claims.iat - SKEW_S <= now < claims.exp + SKEW_S
            and bool(nonce)
            and hmac.compare_digest(claims.nonce.encode(), nonce.encode())
            and bool(claims.team and claims.user)
        )
        if not fits:
            raise Misunderstood(NOT_SIGNED_IN)


def _read(token: str) -> Claims:
    """The claims of a JSON Web Token (RFC 7519). Raises Misunderstood."""
    parts = token.split(".")
    try:
        body: Any = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        return msgspec.json.decode(body, type=Claims)
    except (IndexError, ValueError, binascii.Error, msgspec.MsgspecError) as error:
        raise Misunderstood(NOT_SIGNED_IN) from error
