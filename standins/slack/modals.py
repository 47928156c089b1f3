"""Open modals, a stack of at most three for each person, and the home tab."""

from __future__ import annotations

import secrets
from typing import Any

from standins.slack.message_posting import with_ids
from standins.slack.web_api_errors import WorkspaceRefused
from standins.slack.workspace_team import WorkspaceTeam

Json = dict[str, Any]
MOST_VIEWS = 3


def open_first(team: WorkspaceTeam, user: str, view: Json) -> Json:
    """Begins a new stack. One that is open is closed, as in Slack when the person has to choose."""
    complete = _complete(team, view)
    complete["root_view_id"] = complete["id"]
    team.stacks[user] = [complete]
    publish_views(team, user)
    return complete


def push(team: WorkspaceTeam, user: str, view: Json) -> Json:
    stack = team.stacks.get(user)
    if not stack:
        raise WorkspaceRefused("not_found")
    if len(stack) >= MOST_VIEWS:
        raise WorkspaceRefused("push_limit_reached")
    complete = _complete(team, view)
    complete |= {"root_view_id": stack[0]["id"], "previous_view_id": stack[-1]["id"]}
    stack.append(complete)
    publish_views(team, user)
    return complete


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
    """Gives a view new content; the page keeps what was entered into fields that stay."""
    user = owner(team, view_id)
    stack = team.stacks[user]
    at = next(n for n, old in enumerate(stack) if old["id"] == view_id)
    complete = _complete(team, view, but=view_id)
    complete |= {name: stack[at][name] for name in ("id", "root_view_id", "previous_view_id")}
    stack[at] = complete
    publish_views(team, user)
    return complete


def close(team: WorkspaceTeam, view_id: str, *, everything: bool = False) -> Json:
    """Closes a view with all above it, or the whole stack. Returns the view."""
    user, view = owner(team, view_id), find(team, view_id)
    stack = team.stacks[user]
    team.stacks[user] = [] if everything else stack[: stack.index(view)]
    publish_views(team, user)
    return view


def close_all(team: WorkspaceTeam, user: str) -> None:
    """Modals live in a page: when a person closes the last one, they are gone, as in Slack."""
    if team.stacks.get(user):
        team.stacks[user] = []
        publish_views(team, user)


def publish(team: WorkspaceTeam, user: str, view: Json) -> Json:
    complete = _complete(team, view)
    complete["root_view_id"] = complete["id"]
    team.store.put("home", user, complete)
    team.feed.publish("home", only=user, view=complete)
    return complete


def publish_views(team: WorkspaceTeam, user: str) -> None:
    team.feed.publish("views", only=user, views=team.stacks.get(user, []))


def _complete(team: WorkspaceTeam, view: Json, but: str = "") -> Json:
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
