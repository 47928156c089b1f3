"""Sign in with Slack: what people allow the app on the sign-in page, the codes it gets for that, and their tokens.

As https://docs.slack.dev/reference/methods/openid.connect.token says, but that id tokens are signed by HS256 with the
app's secret (OpenID Connect Core, 10.1) and not by RS256, for which there is no key here.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from standins.slack.web_api_errors import WorkspaceRefused
from standins.slack.workspace_config import Seed, SeedPerson, WorkspaceConfig

Json = dict[str, Any]
SCOPES = frozenset({"openid", "email", "profile"})
CODE_S, ID_TOKEN_S = 600, 300
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class SignInRequest:
    """What the app asked for at /openid/connect/authorize, and, once somebody allowed it, who (`user`) and when."""

    redirect_uri: str
    scopes: frozenset[str]
    state: str
    nonce: str
    at: float
    user: str = ""


class OpenIdGrants:
    """Each code is good for one exchange within ten minutes."""

    def __init__(self, config: WorkspaceConfig) -> None:
        self._config = config
        self._requests: dict[str, SignInRequest] = {}
        self._codes: dict[str, SignInRequest] = {}
        self._tokens: dict[str, SignInRequest] = {}

    def begin(self, query: dict[str, str]) -> str:
        """Returns the id of the request. Raises WorkspaceRefused with the code that Slack's page shows."""
        config, scopes = self._config, frozenset(query.get("scope", "").replace(",", " ").split())
        if not config.client_id or query.get("client_id") != config.client_id:
            raise WorkspaceRefused("invalid_client_id")
        if query.get("response_type") != "code":
            raise WorkspaceRefused("unsupported_response_type")
        if "openid" not in scopes or not scopes <= SCOPES:
            raise WorkspaceRefused("invalid_scope")
        if not _is_allowed(query.get("redirect_uri", ""), config.redirect_urls):
            raise WorkspaceRefused("bad_redirect_uri")
        if query.get("team", config.seed.team_id) != config.seed.team_id:
            raise WorkspaceRefused("invalid_team_for_non_distributed_app")
        id = secrets.token_urlsafe(16)
        self._requests[id] = SignInRequest(
            query["redirect_uri"], scopes, query.get("state", ""), query.get("nonce", ""), config.clock()
        )
        return id

    def take(self, id: str) -> SignInRequest:
        """Whoever decides on a request does it once."""
        request = self._requests.pop(id, None)
        if request is None or self._config.clock() - request.at > CODE_S:
            raise WorkspaceRefused("invalid_request")
        return request

    def allow(self, request: SignInRequest, user: str) -> str:
        """Returns the code for the app."""
        code = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}.{secrets.token_hex(32)}"
        self._codes[code] = replace(request, user=user, at=self._config.clock())
        return code

    def exchange(self, args: Json, people: dict[str, SeedPerson]) -> Json:
        """openid.connect.token. Raises WorkspaceRefused."""
        config = self._config
        if not config.client_id or args.get("client_id") != config.client_id:
            raise WorkspaceRefused("invalid_client_id")
        if not hmac.compare_digest(str(args.get("client_secret", "")).encode(), config.client_secret.encode()):
            raise WorkspaceRefused("bad_client_secret")
        if args.get("grant_type", "authorization_code") != "authorization_code":
            raise WorkspaceRefused("invalid_grant_type")
        request = self._codes.pop(str(args.get("code", "")), None)
        if request is None or config.clock() - request.at > CODE_S:
            raise WorkspaceRefused("invalid_code")
        if args.get("redirect_uri") != request.redirect_uri:
            raise WorkspaceRefused("bad_redirect_uri")
        token = f"xoxp-local-{secrets.token_hex(16)}"
        self._tokens[token] = request
        return {"access_token": token, "token_type": "Bearer", "id_token": self._id_token(request, people, token)}

    def user_info(self, token: str, people: dict[str, SeedPerson]) -> Json:
        """openid.connect.userInfo. Raises WorkspaceRefused."""
        if not token:
            raise WorkspaceRefused("not_authed")
        request = self._tokens.get(token)
        if request is None:
            raise WorkspaceRefused("invalid_auth")
        return self._identity(request, people)

    def _identity(self, request: SignInRequest, people: dict[str, SeedPerson]) -> Json:
        """Of a workspace in an organization with that, whoever has installed the app."""
        seed, grants = self._config.seed, self._config.grants
        organization = grants.organization_of(seed.team_id) if grants else None
        known = identity(seed, people[request.user], request.scopes)
        return known | ({"https://slack.com/enterprise_id": organization.id} if organization else {})

    def _id_token(self, request: SignInRequest, people: dict[str, SeedPerson], token: str) -> str:
        now = int(self._config.clock())
        claims = {
            "iss": self._config.root,
            "aud": self._config.client_id,
            "exp": now + ID_TOKEN_S,
            "iat": now,
            "auth_time": int(request.at),
            "nonce": request.nonce,
            "at_hash": _encoded(hashlib.sha256(token.encode()).digest()[:16]),
            **self._identity(request, people),
        }
        signed = f"{_json({'alg': 'HS256', 'typ': 'JWT'})}.{_json(claims)}"
        mac = hmac.new(self._config.client_secret.encode(), signed.encode(), hashlib.sha256).digest()
        return f"{signed}.{_encoded(mac)}"


def identity(seed: Seed, person: SeedPerson, scopes: frozenset[str]) -> Json:
    """What Slack tells of a person for these scopes."""
    known: Json = {
        "sub": person.id,
        "https://slack.com/user_id": person.id,
        "https://slack.com/team_id": seed.team_id,
    }
    if "email" in scopes:
        known |= {"email": person.email, "email_verified": True}
    if "profile" in scopes:
        given, _, family = person.real_name.partition(" ")
        known |= {"name": person.real_name, "given_name": given, "family_name": family, "locale": person.locale}
        known |= {"https://slack.com/team_name": seed.team_name}
    return known


def _is_allowed(address: str, allowed: tuple[str, ...]) -> bool:
    """One of those in the app's settings, by https, or by http on this machine alone."""
    parts = urlsplit(address)
    return address in allowed and (parts.scheme == "https" or parts.hostname in LOOPBACK)


def _json(value: Json) -> str:
    return _encoded(json.dumps(value).encode())


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
