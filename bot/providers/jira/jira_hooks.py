"""Jira's webhooks: those of its administration are signed, those of its Automation carry a token that we chose.

https://developer.atlassian.com/cloud/jira/platform/webhooks/
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from bot.backlog.tracker import parse_dashed_key
from bot.kernel.errors import Missing, Misunderstood, Unauthorized
from bot.kernel.settings import Settings
from bot.providers.hooks import HookDelivery, HookHint, delivery_id, same, signed
from bot.providers.jira.jira_settings import JiraSettings

TOKEN_HEADER = "x-replaybook-token"  # noqa: S105 - the name of a header
MOST_KEYS = 20
WITHOUT_ADMINISTRATOR = (
    "Where you aren't Jira's administrator: set REPLAYBOOK_JIRA_AUTOMATION_TOKEN to a long random text, and run this "
    "command again."
)


class _HookIssue(msgspec.Struct):
    key: str = ""


class _HookItem(msgspec.Struct, rename={"before": "fromString", "after": "toString"}):
    field: str = ""
    before: str | None = None
    after: str | None = None


class _HookChanges(msgspec.Struct):
    items: list[_HookItem] = []


class _HookPayload(msgspec.Struct):
    """What Jira sends; a rule may send `issue` alone, or `key`."""

    issue: _HookIssue | None = None
    changelog: _HookChanges | None = None
    key: str = ""


class JiraHooks:
    """See `bot.providers.hooks.Hooks`."""

    def read(self, settings: Settings, delivery: HookDelivery) -> HookHint:
        jira = settings.of(JiraSettings)
        if not (jira.webhook_secret or jira.automation_token):
            raise Missing(
                "No webhooks of Jira are set up: neither REPLAYBOOK_JIRA_WEBHOOK_SECRET nor "
                "REPLAYBOOK_JIRA_AUTOMATION_TOKEN is set."
            )
        if not _authentic(jira, delivery):
            raise Unauthorized("The webhook isn’t signed with Jira’s secret, and its token isn’t the one that is set.")
        try:
            payload = msgspec.json.decode(delivery.body, type=_HookPayload)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise Misunderstood("This isn’t a webhook of Jira.") from None
        return HookHint(delivery_id(delivery, "x-atlassian-webhook-identifier"), _keys(payload))

    def steps(self, settings: Settings, url: str) -> Sequence[str]:
        jira = settings.of(JiraSettings)
        if not jira.configured:
            return ()
        by_administrator = (
            "As Jira's administrator, open System > WebHooks > Create a WebHook.",
            f"URL: {url}",
            "Events: Issue updated and Issue deleted; projects by JQL, if you like.",
            f"Secret: {_value_of('REPLAYBOOK_JIRA_WEBHOOK_SECRET', jira.webhook_secret)}",
        )
        by_rule = (
            "As a project's administrator, make an Automation rule: When an issue is transitioned, edited or deleted, "
            "Then send a web request.",
            f"URL: {url}, method POST, body Issue data",
            f"Header X-Replaybook-Token: {_value_of('REPLAYBOOK_JIRA_AUTOMATION_TOKEN', jira.automation_token)}",
        )
        if jira.webhook_secret and jira.automation_token:
            return (*by_administrator, *by_rule)
        return by_rule if jira.automation_token else (*by_administrator, WITHOUT_ADMINISTRATOR)

    def trial(self, settings: Settings, at: datetime) -> HookDelivery | None:
        jira = settings.of(JiraSettings)
        body = msgspec.json.encode({"webhookEvent": "replaybook_trial", "timestamp": round(at.timestamp() * 1000)})
        if jira.webhook_secret:
            return HookDelivery(
                "doctor", {"x-hub-signature": f"sha256={signed(str(jira.webhook_secret), body)}"}, body, at
            )
        if jira.automation_token:
            return HookDelivery("doctor", {TOKEN_HEADER: str(jira.automation_token)}, body, at)
        return None


def _value_of(variable: str, value: str | None) -> str:
    return f"{'the value of' if value else 'a long random text, which is also set as'} {variable}"


def _authentic(jira: JiraSettings, delivery: HookDelivery) -> bool:
    signature, token = delivery.headers.get("x-hub-signature", ""), delivery.headers.get(TOKEN_HEADER, "")
    if jira.webhook_secret and same(signature, f"sha256={signed(str(jira.webhook_secret), delivery.body)}"):
        return True
    return bool(jira.automation_token) and same(token, str(jira.automation_token))


def _keys(payload: _HookPayload) -> tuple[str, ...]:
    """The key that the issue has, and the one that it had if it was moved."""
    moves = [item for item in (payload.changelog.items if payload.changelog else ()) if item.field.casefold() == "key"]
    named = [payload.issue.key if payload.issue else "", payload.key]
    named += [key for item in moves for key in (item.before, item.after) if key]
    return tuple(dict.fromkeys(filter(None, map(parse_dashed_key, named))))[:MOST_KEYS]


HOOKS = JiraHooks()
