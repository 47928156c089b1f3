"""What installing, leaving and being invited need of the rest of the house."""

from __future__ import annotations

from dataclasses import dataclass

from bot.services.access.audit_log import AuditLog
from bot.services.watches.context import WatchContext
from bot.slack.installs.installations import Installations
from bot.slack.slack import Slack


@dataclass(frozen=True, slots=True)
class InstallContext:
    """`installations` is None where one token of a setting serves every workspace."""

    slack: Slack
    watches: WatchContext
    audit: AuditLog
    installations: Installations | None = None
