"""views.*: modals and the home tab."""

from __future__ import annotations

from typing import Any

from standins.slack import modals
from standins.slack.api.args import Args
from standins.slack.api.message_content import refuse_view
from standins.slack.blocks import check_view
from standins.slack.web_api_errors import WorkspaceRefused
from standins.slack.workspace_team import WorkspaceTeam

Json = dict[str, Any]
MOST_CHARACTERS = 250_000


async def open_view(team: WorkspaceTeam, args: Args) -> Json:
    trigger, view = args.required("trigger_id"), _view(args, "modal")
    user = team.triggers.exchange(trigger).user
    return {"view": modals.open_first(team, user, view)}


async def push(team: WorkspaceTeam, args: Args) -> Json:
    trigger, view = args.required("trigger_id"), _view(args, "modal")
    user = team.triggers.exchange(trigger).user
    return {"view": modals.push(team, user, view)}


async def update(team: WorkspaceTeam, args: Args) -> Json:
    view = _view(args, "modal")
    current = modals.find(team, args.text("view_id"), args.text("external_id"))
    _check_hash(args, current)
    return {"view": modals.update(team, current["id"], view)}


async def publish(team: WorkspaceTeam, args: Args) -> Json:
    view, user = _view(args, "home"), team.person(args.required("user_id")).id
    if current := team.store.get("home", user):
        _check_hash(args, current)
    return {"view": modals.publish(team, user, view)}


def _check_hash(args: Args, current: Json) -> None:
    expected = args.text("hash")
    if expected and expected != current["hash"]:
        raise WorkspaceRefused("hash_conflict")


def _view(args: Args, kind: str) -> Json:
    view: Json | None = args.json("view", dict, "invalid_arguments")
    if view is None:
        raise WorkspaceRefused("invalid_arguments", "[ERROR] missing required field: view")
    if len(str(view)) > MOST_CHARACTERS:
        raise WorkspaceRefused("view_too_large")
    if view.get("type") != kind:
        raise WorkspaceRefused("invalid_arguments", f"[ERROR] must be one of: {kind} [json-pointer:/view/type]")
    refuse_view(check_view(view))
    return view
