"""What the Slack app lacks: told to whoever runs the bot as an error, once, by the name of what is lacking."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import structlog

from bot.kernel.errors import Unauthorized
from bot.slack.app_manifest import scopes_standing

CODES = frozenset({"missing_scope", "no_scopes", "not_allowed_token_type"})
"""Slack's words for an app that is there, and set up with less than a call needs."""

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)
_told: set[str] = set()


class NotSetUp(Unauthorized):
    """The app lacks what a call needs. `lacks` are the scopes; Slack's code where it doesn't name them."""

    def __init__(self, method: str, code: str, lacks: Collection[str] = ()) -> None:
        super().__init__("Slack doesn’t let the bot call %(method)s: %(code)s.", method=method, code=code)
        self.lacks = tuple(lacks) or (code,)


def not_set_up(method: str, answer: dict[str, Any]) -> NotSetUp:
    """Reads Slack's answer, and logs what is missing, once in this process.

    Of a feature that was left out as a whole nothing is missing: that is no error.
    """
    error = NotSetUp(method, str(answer.get("error")), _names(answer.get("needed")))
    left_out, _ = scopes_standing(_names(answer.get("provided")))
    off = {scope for scopes in left_out.values() for scope in scopes} if answer.get("provided") else set()
    for lacking in error.lacks:
        if lacking not in _told:
            _told.add(lacking)
            tell = log.info if lacking in off else log.error
            tell("the Slack app isn't set up for a call", lacks=lacking, method=method, see="replaybook doctor")
    return error


def _names(scopes: object) -> list[str]:
    return [name for each in str(scopes or "").split(",") if (name := each.strip())]
