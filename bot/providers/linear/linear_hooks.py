"""Linear's webhooks: signed over the raw body, which carries the time when it was sent.

https://linear.app/developers/webhooks
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from bot.backlog.tracker import parse_dashed_key
from bot.kernel.errors import Missing, Misunderstood, Unauthorized
from bot.kernel.settings import Settings
from bot.providers.hooks import HookDelivery, HookHint, delivery_id, same, signed
from bot.providers.linear.linear_settings import LinearSettings

FRESH_S = 60.0
"""Linear's own advice: what was sent longer ago is somebody's copy."""
MOST_KEYS = 20


class _NamedChange(msgspec.Struct, rename="camel"):
    identifier: str = ""
    previous_identifiers: list[str] = []


class _Data(_NamedChange):
    """An issue, or what is on one."""

    issue: _NamedChange | None = None


class _LinearPayload(msgspec.Struct, rename="camel"):
    type: str
    webhook_timestamp: int
    data: _Data | None = None


class LinearHooks:
    """See `bot.providers.hooks.Hooks`."""

    def read(self, settings: Settings, delivery: HookDelivery) -> HookHint:
        secret = settings.of(LinearSettings).webhook_secret
        if not secret:
            raise Missing("No webhooks of Linear are set up: REPLAYBOOK_LINEAR_WEBHOOK_SECRET isn’t set.")
        if not same(delivery.headers.get("linear-signature", ""), signed(str(secret), delivery.body)):
            raise Unauthorized("The webhook isn’t signed with REPLAYBOOK_LINEAR_WEBHOOK_SECRET.")
        try:
            payload = msgspec.json.decode(delivery.body, type=_LinearPayload)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise Misunderstood("This isn’t a webhook of Linear.") from None
        if abs(delivery.at.timestamp() - payload.webhook_timestamp / 1000) > FRESH_S:
            raise Unauthorized("The webhook was sent too long ago, or the clocks of both machines differ.")
        return HookHint(delivery_id(delivery, "linear-delivery"), _keys(payload))

    def steps(self, settings: Settings, url: str) -> Sequence[str]:
        linear = settings.of(LinearSettings)
        if not linear.configured:
            return ()
        secret = (
            "REPLAYBOOK_LINEAR_WEBHOOK_SECRET is set; compare it with the signing secret that Linear shows."
            if linear.webhook_secret
            else "Copy the signing secret that Linear shows, and set REPLAYBOOK_LINEAR_WEBHOOK_SECRET to it."
        )
        return (
            "As an administrator of the workspace, open Settings > API > Webhooks > New webhook.",
            f"URL: {url}",
            "Teams: all public ones, or those whose issues are made here. Data change events: Issues.",
            secret,
        )

    def trial(self, settings: Settings, at: datetime) -> HookDelivery | None:
        secret = settings.of(LinearSettings).webhook_secret
        if not secret:
            return None
        sent: dict[str, Any] = {"action": "update", "type": "Trial", "webhookTimestamp": round(at.timestamp() * 1000)}
        body = msgspec.json.encode(sent)
        return HookDelivery("doctor", {"linear-signature": signed(str(secret), body)}, body, at)


def _keys(payload: _LinearPayload) -> tuple[str, ...]:
    """Of the issue by which we may know it: the key that it has, and those that it had."""
    data = payload.data or _Data()
    issue = data if payload.type == "Issue" else data.issue or _NamedChange()
    named = (issue.identifier, *issue.previous_identifiers)
    return tuple(dict.fromkeys(filter(None, map(parse_dashed_key, named))))[:MOST_KEYS]


HOOKS = LinearHooks()
