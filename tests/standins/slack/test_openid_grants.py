"""Sign in with Slack at the stand-in is as strict as Slack's: addresses, secrets, codes that are good once."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest

from standins.slack.openid_grants import CODE_S, OpenIdGrants
from standins.slack.seed import MINA, demo_seed
from standins.slack.web_api_errors import WorkspaceRefused
from standins.slack.workspace_config import WorkspaceConfig

BACK = "https://bot.example/signin/slack"
PEOPLE = {person.id: person for person in demo_seed().people}
ASKED = {
    "client_id": "1.2", "response_type": "code", "scope": "openid profile", "redirect_uri": BACK, "state": "s",
    "nonce": "n",
}  # fmt: skip
EXCHANGE = {"client_id": "1.2", "client_secret": "secret", "redirect_uri": BACK, "grant_type": "authorization_code"}


class Stage:
    """Grants at a time that the test sets."""

    def __init__(self, folder: Path) -> None:
        self.now = 1_700_000_000.0
        self.grants = OpenIdGrants(
            WorkspaceConfig(
                folder, "http://slack.example", "http://bot.example", "xoxb-1", "signing", demo_seed(),
                clock=lambda: self.now, client_id="1.2", client_secret="secret",
                redirect_urls=(BACK, "http://bot.example/signin/slack", "http://127.0.0.1:1/signin/slack"),
            )
        )  # fmt: skip

    def code(self, **more: str) -> str:
        request = self.grants.take(self.grants.begin({**ASKED, **more}))
        return self.grants.allow(request, MINA.id)

    def exchange(self, code: str, **more: str) -> dict[str, Any]:
        return self.grants.exchange({**EXCHANGE, "code": code, **more}, PEOPLE)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"client_id": "other"}, "invalid_client_id"),
        ({"client_id": ""}, "invalid_client_id"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"scope": "openid chat:write"}, "invalid_scope"),
        ({"redirect_uri": "https://evil.example/"}, "bad_redirect_uri"),
        ({"redirect_uri": f"{BACK}/.."}, "bad_redirect_uri"),
        ({"redirect_uri": "http://bot.example/signin/slack"}, "bad_redirect_uri"),
        ({"redirect_uri": ""}, "bad_redirect_uri"),
        ({"team": "T0ANOTHER"}, "invalid_team_for_non_distributed_app"),
    ],
)
def test_what_the_app_may_not_ask_is_refused(stage: Stage, wrong: dict[str, str], error: str) -> None:
    with pytest.raises(WorkspaceRefused, match=error):
        stage.grants.begin({**ASKED, **wrong})


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"client_id": "other"}, "invalid_client_id"),
        ({"client_secret": "other"}, "bad_client_secret"),
        ({"client_secret": ""}, "bad_client_secret"),
        ({"grant_type": "password"}, "invalid_grant_type"),
        ({"redirect_uri": "http://127.0.0.1:1/signin/slack"}, "bad_redirect_uri"),
        ({"code": "1.2.3"}, "invalid_code"),
    ],
)
def test_a_code_is_exchanged_by_its_app_alone(stage: Stage, wrong: dict[str, str], error: str) -> None:
    with pytest.raises(WorkspaceRefused, match=error):
        stage.exchange(**{"code": stage.code(), **wrong})


def test_a_code_is_good_once_and_for_ten_minutes(stage: Stage) -> None:
    code, late = stage.code(), stage.code()
    assert stage.exchange(code)["token_type"] == "Bearer"
    stage.now += CODE_S + 1
    for spent in (code, late):
        with pytest.raises(WorkspaceRefused, match="invalid_code"):
            stage.exchange(spent)


def test_the_id_token_says_who_it_is_for_whom_and_until_when(stage: Stage) -> None:
    answer = stage.exchange(stage.code(scope="openid"))
    head, body, mac = (
        base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in answer["id_token"].split(".")
    )
    signed = answer["id_token"].rpartition(".")[0].encode()
    assert hmac.compare_digest(mac, hmac.new(b"secret", signed, hashlib.sha256).digest())
    claims = json.loads(body)
    assert json.loads(head)["alg"] == "HS256"
    assert (claims["iss"], claims["aud"], claims["nonce"]) == ("http://slack.example", "1.2", "n")
    assert claims["exp"] - claims["iat"] == 300
    assert claims["https://slack.com/user_id"] == MINA.id
    assert "name" not in claims, "the app asked for openid alone"
    assert "email" not in claims


def test_user_info_is_for_the_token_of_who_signed_in(stage: Stage) -> None:
    token = stage.exchange(stage.code())["access_token"]
    assert stage.grants.user_info(token, PEOPLE)["name"] == MINA.real_name
    for wrong, error in (("", "not_authed"), ("xoxb-1", "invalid_auth")):
        with pytest.raises(WorkspaceRefused, match=error):
            stage.grants.user_info(wrong, PEOPLE)


def test_a_request_is_decided_once(stage: Stage) -> None:
    id = stage.grants.begin(ASKED)
    stage.grants.take(id)
    with pytest.raises(WorkspaceRefused, match="invalid_request"):
        stage.grants.take(id)
