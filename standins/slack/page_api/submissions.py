"""Submitting and closing modals, and the bot's answer to that."""

from __future__ import annotations

from typing import Any

from standins.slack import modals
from standins.slack.api.message_content import refuse_view
from standins.slack.blocks import check_view
from standins.slack.page_api import delivery_payloads, element_values
from standins.slack.page_api.page_request import acting_user, locale_of
from standins.slack.web_api_errors import WorkspaceRefused
from standins.slack.workspace_team import WorkspaceTeam

Json = dict[str, Any]


async def submit(team: WorkspaceTeam, body: Json) -> Json:
    """`{user, view_id, values}`. `{errors: {block_id: sentence}}` when the modal stays, else `{}`."""
    user, view = _own_view(team, body)
    values = body.get("values") or {}
    if errors := element_values.input_errors(view["blocks"], values, locale_of(team, user)):
        return {"errors": errors}
    payload = delivery_payloads.common(team, "view_submission", user, team.triggers.new(user, view["id"]))
    state = {"values": element_values.states(view["blocks"], values)}
    ack = await team.deliveries.interaction({**payload, "view": {**view, "state": state}, "response_urls": []})
    if ack.failure:
        raise WorkspaceRefused("bot_failed", failure=ack.failure)
    return _apply_answer(team, view, ack.json)


async def close(team: WorkspaceTeam, body: Json) -> Json:
    """`{user, view_id, everything?}`; the bot is notified where the view has `notify_on_close`."""
    user, view = _own_view(team, body)
    cleared = bool(body.get("everything"))
    closed = team.stacks[user] if cleared else [view]
    everything = cleared or bool(view.get("clear_on_close"))
    modals.close(team, view["id"], everything=everything)
    for each in reversed(closed):
        if each.get("notify_on_close"):
            payload = delivery_payloads.common(team, "view_closed", user, "")
            await team.deliveries.interaction({**payload, "view": each, "is_cleared": everything})
    return {}


def _apply_answer(team: WorkspaceTeam, view: Json, answer: Json) -> Json:
    action, new = answer.get("response_action"), answer.get("view")
    if action == "errors":
        errors = answer.get("errors")
        known = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
        if not isinstance(errors, dict) or not errors or not known.issuperset(errors):
            raise WorkspaceRefused("bot_failed", failure="invalid_errors")
        return {"errors": errors}
    if action in {"update", "push"}:
        if not isinstance(new, dict):
            raise WorkspaceRefused("bot_failed", failure="invalid_view")
        refuse_view(check_view(new))
        if action == "update":
            modals.update(team, view["id"], new)
        else:
            modals.push(team, modals.owner(team, view["id"]), new)
        return {}
    if any(view["id"] == one["id"] for stack in team.stacks.values() for one in stack):
        modals.close(team, view["id"], everything=action == "clear")
    return {}


def _own_view(team: WorkspaceTeam, body: Json) -> tuple[str, Json]:
    user, view_id = acting_user(team, body), str(body.get("view_id", ""))
    view = modals.find(team, view_id)
    if modals.owner(team, view_id) != user:
        raise WorkspaceRefused("not_found")
    return user, view
