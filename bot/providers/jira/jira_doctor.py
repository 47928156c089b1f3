"""What works with the account of Jira that is set. Nothing is written to find out."""

from __future__ import annotations

from functools import partial

import msgspec

from bot.kernel.errors import Unauthorized
from bot.kernel.settings import Settings
from bot.providers.jira import jira_calls as calls
from bot.providers.jira.jira_issue import JiraPerson
from bot.providers.jira.jira_projects import JiraProjects
from bot.providers.jira.jira_settings import JiraSettings
from bot.providers.jira.open_jira import open_client
from bot.providers.provider import Check

PERMISSIONS = (
    "BROWSE_PROJECTS",
    "CREATE_ISSUES",
    "EDIT_ISSUES",
    "TRANSITION_ISSUES",
    "ASSIGN_ISSUES",
    "SCHEDULE_ISSUES",
    "ADD_COMMENTS",
    "CREATE_ATTACHMENTS",
    "LINK_ISSUES",
)


class _Permission(msgspec.Struct):
    held: bool = msgspec.field(name="havePermission", default=False)


class _Permissions(msgspec.Struct):
    permissions: dict[str, _Permission] = {}


def checks(settings: Settings) -> dict[str, Check]:
    """The checks by name, none when Jira isn't set up."""
    jira = settings.of(JiraSettings)
    if not jira.configured:
        return {}
    return {
        "account": partial(_account, jira),
        "project": partial(_project, jira, settings.tracker_project),
        "webhook": partial(_webhook, jira),
    }


async def _account(settings: JiraSettings) -> str:
    async with open_client(settings) as client:
        person = await client.send(calls.myself(), JiraPerson)
    kind = "Cloud" if settings.cloud else "Data Center"
    ends = "; its token ends a year after it was made at most" if settings.cloud else ""
    return f"{kind}, signed in as {person.display}{ends}"


async def _project(settings: JiraSettings, project: str) -> str:
    if not project:
        return "each feature names its own; REPLAYBOOK_TRACKER_PROJECT is for those whose project isn't there"
    async with open_client(settings) as client:
        projects = JiraProjects(client, "", settings.issue_type)
        key, types = await projects.named(project)
        held = (await client.send(calls.permissions(key, PERMISSIONS), _Permissions)).permissions
        kind = await projects.type_of(key, types)
        wanted = [field.name for field in (await projects.fields(key, kind)).values() if field.wanted]
    lacking = [name for name in PERMISSIONS if name not in held or not held[name].held]
    if lacking:
        raise Unauthorized(
            "In %(project)s the Jira account lacks: %(permissions)s.", project=key, permissions=", ".join(lacking)
        )
    asked = f"; people are asked for: {', '.join(wanted)}" if wanted else ""
    return f"{key}: new issues are of the type {kind.name}{asked}"


async def _webhook(settings: JiraSettings) -> str:
    if settings.webhook_secret or settings.automation_token:
        return "has a secret; whether Jira sends to us shows with the first change (see docs/jira.md)"
    return "none is heard; tickets are asked for every few minutes (see docs/jira.md)"
