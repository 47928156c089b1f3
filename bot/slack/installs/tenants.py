"""Whose a delivery is: the workspace that has installed the app, or the organization that has it as a whole.

Its id stands wherever the code says `team`. What one organization does in any of its workspaces is together, because
Slack leaves the workspace out of some payloads of an org-wide app, and names the reader's own in others.
"""

from __future__ import annotations

from slack_bolt.context.async_context import AsyncBoltContext


def tenant_of(context: AsyncBoltContext) -> str:
    """Returns the id by Bolt's context; empty for a delivery that names neither."""
    if context.is_enterprise_install and context.enterprise_id:
        return context.enterprise_id
    return context.team_id or ""


def installed_for(enterprise: str | None, team: str | None, is_enterprise: bool | None) -> str:
    """Returns the id under which an installation is kept."""
    return (enterprise if is_enterprise else team) or ""
