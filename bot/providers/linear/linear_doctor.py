"""What works with the key of Linear that is set. Nothing is written to find out."""

from __future__ import annotations

from functools import partial

import msgspec

from bot.kernel.clock import Clock, clock_ahead
from bot.kernel.errors import ReplaybookError
from bot.kernel.settings import Settings
from bot.providers.linear import linear_documents as documents
from bot.providers.linear.linear_client import LinearClient
from bot.providers.linear.linear_settings import LinearSettings
from bot.providers.linear.linear_teams import LinearTeams
from bot.providers.linear.open_linear import open_client
from bot.providers.provider import Check


class _Workspace(msgspec.Struct):
    name: str
    url_key: str = msgspec.field(name="urlKey")


class _Viewer(msgspec.Struct):
    name: str
    email: str
    organization: _Workspace
    admin: bool = False


class _Viewed(msgspec.Struct):
    viewer: _Viewer


class _Hook(msgspec.Struct):
    url: str | None = None
    enabled: bool = False
    types: list[str] = msgspec.field(name="resourceTypes", default_factory=list)


class _HookPage(msgspec.Struct):
    nodes: list[_Hook] = []


class _Hooks(msgspec.Struct):
    webhooks: _HookPage


def checks(settings: Settings) -> dict[str, Check]:
    """The checks by name, none when Linear isn't set up."""
    linear = settings.of(LinearSettings)
    if not linear.configured:
        return {}
    clock = clock_ahead(settings.clock_ahead_s)
    return {
        "key": partial(_key, linear, clock),
        "team": partial(_team, linear, clock, settings.tracker_project),
        "webhook": partial(_webhook, linear, clock, settings.public_url or ""),
    }


async def _key(settings: LinearSettings, clock: Clock) -> str:
    async with open_client(settings, clock) as client:
        viewer = (await client.run(documents.VIEWER, _Viewed)).viewer
    workspace = viewer.organization
    if settings.workspace and settings.workspace != workspace.url_key:
        raise ReplaybookError(
            "The key is of the workspace %(found)s, but REPLAYBOOK_LINEAR_WORKSPACE is %(wanted)s.",
            found=workspace.url_key,
            wanted=settings.workspace,
        )
    hint = "" if settings.workspace else f"; set REPLAYBOOK_LINEAR_WORKSPACE={workspace.url_key}"
    return f"known as {viewer.name} in {workspace.name}{hint}"


async def _team(settings: LinearSettings, clock: Clock, project: str) -> str:
    async with open_client(settings, clock) as client:
        if not project:
            return "each feature names its own; REPLAYBOOK_TRACKER_PROJECT is for those whose team isn't there"
        team = await LinearTeams(client).named(project)
    return f"{team.key} ({team.name}), {len(team.states.nodes)} states; done is “{team.completed().name}”"


async def _webhook(settings: LinearSettings, clock: Clock, public_url: str) -> str:
    """Whether one is set up can be read by administrators alone."""
    if not settings.webhook_secret:
        return "none is heard; tickets are asked for every few minutes (see docs/linear.md)"
    async with open_client(settings, clock) as client:
        return await _listed(client, public_url)


async def _listed(client: LinearClient, public_url: str) -> str:
    try:
        hooks = (await client.run(documents.WEBHOOKS, _Hooks)).webhooks.nodes
    except ReplaybookError as error:
        return f"has a secret; whether Linear sends to us can't be read with this key ({error.sentence})"
    ours = [hook for hook in hooks if public_url and (hook.url or "").startswith(f"{public_url.rstrip('/')}/")]
    if not ours:
        raise ReplaybookError(
            "Linear has no webhook that sends to %(address)s; docs/linear.md says how to set one up.",
            address=public_url or "REPLAYBOOK_PUBLIC_URL",
        )
    if not any(hook.enabled and "Issue" in hook.types for hook in ours):
        raise ReplaybookError("Linear’s webhook to us is switched off, or isn’t about issues.")
    return "Linear sends changes of issues to us"
