"""views.*: modals and the home tab."""

from __future__ import annotations

from typing import Any

from standins.slack import modals
from standins.slack.api.args import Args
from standins.slack.api.content import refuse_view
from standins.slack.blocks import check_view
from standins.slack.team import WorkspaceTeam
from standins.slack.web_api_errors import WorkspaceRefused

Json = dict[str, Any]
LARGEST = 250_000


async def open_view(team: WorkspaceTeam, args: Args) -> Json:
    trigger, view = args.need("trigger_id"), _view(args, "modal")
    user = team.triggers.exchange(trigger).user
    return {"view": modals.open_first(team, user, view)}


async def push(team: WorkspaceTeam, args: Args) -> Json:
    trigger, view = args.need("trigger_id"), _view(args, "modal")
    pressed = team.triggers.exchange(trigger)
    return {"view": modals.push(team, pressed.user, view)}


async def update(team: WorkspaceTeam, args: Args) -> Json:
    view = _view(args, "modal")
    found = modals.find(team, args.text("view_id"), args.text("external_id"))
    if (wanted := args.text("hash")) and wanted != found["hash"]:
        raise WorkspaceRefused("hash_conflict")
    return {"view": modals.update(team, found["id"], view)}


async def publish(team: WorkspaceTeam, args: Args) -> Json:
    view, user = _view(args, "home"), team.person(args.need("user_id")).id
    before = team.store.get("home", user)
    if before and (wanted := args.text("hash")) and wanted != before["hash"]:
        raise WorkspaceRefused("hash_conflict")
    return {"view": modals.publish(team, user, view)}


def _view(args: Args, kind: str) -> Json:
    view: Json | None = args.json("view", dict, "invalid_arguments")
    if view is None:
        raise WorkspaceRefused("invalid_arguments", "[ERROR] missing required field: view")
    if len(str(view)) > LARGEST:
        raise WorkspaceRefused("view_too_large")
    if view.get("type") != kind:
        raise WorkspaceRefused("invalid_arguments", f"[ERROR] must be one of: {kind} [json-pointer:/view/type]")
    refuse_view(check_view(view))
    return view
