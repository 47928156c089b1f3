"""GitHub's webhooks: signed with HMAC-SHA256 over the raw body, with an id that a redelivery repeats."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

import msgspec

from bot.kernel.errors import Missing, Misunderstood, Unauthorized
from bot.kernel.settings import Settings
from bot.providers.github.github_settings import GitHubSettings
from bot.providers.hooks import HookDelivery, HookHint, same, signed

_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_REPO = re.compile(r"[A-Za-z0-9-]{1,39}/[A-Za-z0-9._-]{1,100}")
EVENTS = frozenset({"issues"})
"""Of other events nothing is used; they are answered, so that GitHub shows no failure."""


class _Repository(msgspec.Struct):
    full_name: str


class _Number(msgspec.Struct):
    number: int


class _Changes(msgspec.Struct):
    new_issue: _Number | None = None
    new_repository: _Repository | None = None


class _GitHubPayload(msgspec.Struct):
    issue: _Number | None = None
    repository: _Repository | None = None
    changes: _Changes | None = None


class GitHubHooks:
    def read(self, settings: Settings, delivery: HookDelivery) -> HookHint:
        """Raises Missing without a secret, Unauthorized for a wrong signature, Misunderstood for any other body."""
        secret = settings.of(GitHubSettings).hook_secret
        if not secret:
            raise Missing("GitHub’s webhooks aren’t set up: REPLAYBOOK_GITHUB_HOOK_SECRET isn’t set.")
        if not same(delivery.headers.get("x-hub-signature-256", ""), f"sha256={signed(secret, delivery.body)}"):
            raise Unauthorized("The webhook isn’t signed with the secret of REPLAYBOOK_GITHUB_HOOK_SECRET.")
        id = delivery.headers.get("x-github-delivery", "")
        if not _ID.fullmatch(id):
            raise Misunderstood("The webhook has no X-GitHub-Delivery.")
        if delivery.headers.get("x-github-event") not in EVENTS:
            return HookHint(id)
        try:
            payload = msgspec.json.decode(delivery.body, type=_GitHubPayload)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise Misunderstood("The webhook is no event of issues; its content type has to be JSON.") from None
        return HookHint(id, _keys(payload))

    def steps(self, settings: Settings, url: str) -> Sequence[str]:
        github = settings.of(GitHubSettings)
        if not github.configured:
            return ()
        where = f"{github.web_url}/{github.repo}/settings/hooks/new" if github.repo else "Settings > Webhooks"
        secret = "the value of" if github.hook_secret else "a long random text, which is also set as"
        return (
            f"Open {where} (or the settings of the GitHub App).",
            f"Payload URL: {url}",
            "Content type: application/json",
            f"Secret: {secret} REPLAYBOOK_GITHUB_HOOK_SECRET",
            "Events: Let me select individual events > Issues, and nothing else.",
            "GitHub delivers once; what gets lost is found when the issue is read the next time.",
        )

    def trial(self, settings: Settings, at: datetime) -> HookDelivery | None:
        """What GitHub sends when a webhook is set up: a ping."""
        secret = settings.of(GitHubSettings).hook_secret
        if not secret:
            return None
        body = b'{"zen":"Replaybook checks its own webhook."}'
        headers = {
            "content-type": "application/json",
            "x-github-event": "ping",
            "x-github-delivery": f"doctor-{at:%Y%m%d%H%M%S%f}",
            "x-hub-signature-256": f"sha256={signed(secret, body)}",
        }
        return HookDelivery("main", headers, body, at)


def _keys(payload: _GitHubPayload) -> tuple[str, ...]:
    """The issue as it is called in the webhook, and after a transfer as it is called now."""
    pairs = [(payload.repository, payload.issue)]
    if payload.changes:
        pairs.append((payload.changes.new_repository, payload.changes.new_issue))
    return tuple(
        f"{repository.full_name}#{issue.number}"
        for repository, issue in pairs
        if repository and issue and _REPO.fullmatch(repository.full_name) and issue.number > 0
    )


HOOKS = GitHubHooks()
