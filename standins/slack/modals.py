"""Open modals, a stack of at most three for each person, and the home tab."""

from __future__ import annotations

import secrets
from typing import Any

from standins.slack.posting import with_ids
from standins.slack.team import WorkspaceTeam
from standins.slack.web_api_errors import WorkspaceRefused

Json = dict[str, Any]
HIGHEST = 3


def open_first(team: WorkspaceTeam, user: str, view: Json) -> Json:
    """A new stack. One that is open goes away, as in Slack when the person has to choose."""
    full = _full(team, view)
    full["root_view_id"] = full["id"]
    team.stacks[user] = [full]
    show(team, user)
    return full


def push(team: WorkspaceTeam, user: str, view: Json) -> Json:
    stack = team.stacks.get(user)
    if not stack:
        raise WorkspaceRefused("not_found")
    if len(stack) >= HIGHEST:
        raise WorkspaceRefused("push_limit_reached")
    full = _full(team, view)
    full |= {"root_view_id": stack[0]["id"], "previous_view_id": stack[-1]["id"]}
    stack.append(full)
    show(team, user)
    return full


def find(team: WorkspaceTeam, view_id: str, external_id: str = "") -> Json:
    for stack in team.stacks.values():
        for view in stack:
            if view["id"] == view_id or (external_id and view["external_id"] == external_id):
                return view
    raise WorkspaceRefused("not_found")


def owner(team: WorkspaceTeam, view_id: str) -> str:
    for user, stack in team.stacks.items():
        if any(view["id"] == view_id for view in stack):
            return user
    raise WorkspaceRefused("not_found")


def update(team: WorkspaceTeam, view_id: str, view: Json) -> Json:
    """The same view with new content; what was typed into fields that stay is kept by the page."""
    user = owner(team, view_id)
    stack = team.stacks[user]
    at = next(n for n, old in enumerate(stack) if old["id"] == view_id)
    full = _full(team, view, but=view_id)
    full |= {name: stack[at][name] for name in ("id", "root_view_id", "previous_view_id")}
    stack[at] = full
    show(team, user)
    return full


def close(team: WorkspaceTeam, view_id: str, *, everything: bool = False) -> Json:
    """Takes a view away with all that lies on it, or the whole stack. Returns the view."""
    user, view = owner(team, view_id), find(team, view_id)
    stack = team.stacks[user]
    team.stacks[user] = [] if everything else stack[: stack.index(view)]
    show(team, user)
    return view


def forget(team: WorkspaceTeam, user: str) -> None:
    """Modals live in a page: with the last one that a person had open they are gone, as in Slack."""
    if team.stacks.get(user):
        team.stacks[user] = []
        show(team, user)


def publish(team: WorkspaceTeam, user: str, view: Json) -> Json:
    full = _full(team, view)
    full["root_view_id"] = full["id"]
    team.store.put("home", user, full)
    team.feed.tell("home", only=user, view=full)
    return full


def show(team: WorkspaceTeam, user: str) -> None:
    team.feed.tell("views", only=user, views=team.stacks.get(user, []))


def _full(team: WorkspaceTeam, view: Json, but: str = "") -> Json:
    external = str(view.get("external_id") or "")
    if external and any(v["external_id"] == external and v["id"] != but for s in team.stacks.values() for v in s):
        raise WorkspaceRefused("duplicate_external_id")
    defaults = {"title": None, "close": None, "submit": None, "private_metadata": "", "callback_id": ""}
    switches = {"clear_on_close": False, "notify_on_close": False, "submit_disabled": False}
    return {
        **defaults,
        **switches,
        **view,
        "id": f"V{secrets.token_hex(5).upper()}",
        "team_id": team.seed.team_id,
        "app_id": team.seed.app_id,
        "bot_id": team.seed.bot_id,
        "app_installed_team_id": team.seed.team_id,
        "blocks": with_ids(view["blocks"]),
        "external_id": external,
        "hash": f"{int(team.config.clock())}.{secrets.token_hex(4)}",
        "previous_view_id": None,
        "root_view_id": None,
        "state": {"values": {}},
    }
