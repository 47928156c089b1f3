"""What people do with elements: buttons and menus, external options, message shortcuts, the home tab."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from standins.slack import message_posting, modals
from standins.slack.deliveries import Ack
from standins.slack.page_api import delivery_payloads, element_values
from standins.slack.page_api.page_request import acting_user, joined_channel
from standins.slack.web_api_errors import WorkspaceRefused
from standins.slack.workspace_team import WorkspaceTeam

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ElementPlace:
    """The container of an element: its blocks, the fields of a payload that describe it, and the view if it is one."""

    blocks: list[Json]
    details: Json
    view: str | None = None


async def block_action(team: WorkspaceTeam, body: Json) -> Json:
    """`{user, block_id, action_id, value?, values?}` with `channel` and `ts`, or `view_id`, or `home: true`."""
    user = acting_user(team, body)
    place = _place(team, body, user)
    block, element = _element(place, body)
    values = _raw_values(body)
    values.setdefault(block["block_id"], {})[element["action_id"]] = body.get("value")
    action = {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "action_ts": team.store.next_ts(),
        **element_values.action(element, body.get("value")),
    }
    payload = delivery_payloads.common(team, "block_actions", user, team.triggers.new(user, place.view))
    payload |= {**place.details, "state": {"values": element_values.states(place.blocks, values)}, "actions": [action]}
    _check_acknowledged(await team.deliveries.interaction(payload))
    return {}


async def block_suggestion(team: WorkspaceTeam, body: Json) -> Json:
    """Returns the options of an external menu for the `query`."""
    user = acting_user(team, body)
    place = _place(team, body, user)
    block, element = _element(place, body)
    payload = delivery_payloads.common(team, "block_suggestion", user, "")
    request = {"action_id": element["action_id"], "block_id": block["block_id"], "value": str(body.get("query", ""))}
    ack = await team.deliveries.interaction({**payload, **place.details, **request})
    _check_acknowledged(ack)
    answer = ack.json
    groups = answer.get("option_groups") or []
    options = answer.get("options") or [option for group in groups for option in group.get("options", [])]
    return {"options": options[:100]}


async def message_shortcut(team: WorkspaceTeam, body: Json) -> Json:
    """`{user, channel, ts, callback_id}`: a message shortcut."""
    channel, user = joined_channel(team, body), acting_user(team, body)
    message = message_posting.message_at(team, channel, str(body.get("ts", "")))
    if body.get("callback_id") not in {known.callback_id for known in team.seed.shortcuts}:
        raise WorkspaceRefused("unknown_shortcut")
    payload = delivery_payloads.common(team, "message_action", user, team.triggers.new(user))
    payload |= {
        "callback_id": body["callback_id"],
        "action_ts": team.store.next_ts(),
        "message_ts": message["ts"],
        "channel": delivery_payloads.channel_reference(channel),
        "message": message,
        "response_url": delivery_payloads.response_url(team, channel["id"], user, thread=message.get("thread_ts")),
    }
    _check_acknowledged(await team.deliveries.interaction(payload))
    return {}


async def open_home(team: WorkspaceTeam, body: Json) -> Json:
    """Opens the home tab (`tab: "home"`) or the messages tab. The bot gets an event and may publish a view."""
    user = acting_user(team, body)
    channel = team.direct_channel(user, team.bot.id)
    tab = "messages" if body.get("tab") == "messages" else "home"
    event: Json = {"type": "app_home_opened", "user": user, "tab": tab}
    view = team.store.get("home", user)
    team.notify(channel, {**event, **({"view": view} if view else {})})
    return {"view": view}


def _place(team: WorkspaceTeam, body: Json, user: str) -> ElementPlace:
    if body.get("home"):
        view = team.store.get("home", user)
        if view is None:
            raise WorkspaceRefused("not_found")
        return ElementPlace(view["blocks"], {"container": {"type": "view", "view_id": view["id"]}, "view": view})
    if view_id := body.get("view_id"):
        return _view_place(team, str(view_id), user, _raw_values(body))
    return _message_place(team, body, user)


def _view_place(team: WorkspaceTeam, view_id: str, user: str, values: element_values.Values) -> ElementPlace:
    view = modals.find(team, view_id)
    if modals.owner(team, view_id) != user:
        raise WorkspaceRefused("not_found")
    with_state = {**view, "state": {"values": element_values.states(view["blocks"], values)}}
    details = {"container": {"type": "view", "view_id": view_id}, "view": with_state}
    return ElementPlace(view["blocks"], details, view_id)


def _message_place(team: WorkspaceTeam, body: Json, user: str) -> ElementPlace:
    channel, ts = joined_channel(team, body), str(body.get("ts", ""))
    message = team.ephemeral.get(user, {}).get(ts)
    ephemeral = message is not None
    if message is None:
        message = message_posting.message_at(team, channel, ts)
    thread = message.get("thread_ts")
    container = {"type": "message", "message_ts": ts, "channel_id": channel["id"], "is_ephemeral": ephemeral}
    details: Json = {
        "container": {**container, **({"thread_ts": thread} if thread else {})},
        "channel": delivery_payloads.channel_reference(channel),
        "response_url": delivery_payloads.response_url(team, channel["id"], user, ts, thread if thread != ts else None),
    }
    if not ephemeral:
        details["message"] = message  # Slack leaves it out for ephemeral messages
    attached = [block for attachment in message.get("attachments", []) for block in attachment.get("blocks") or []]
    return ElementPlace([*message.get("blocks", []), *attached], details)


def _element(place: ElementPlace, body: Json) -> tuple[Json, Json]:
    for block, element in element_values.elements(place.blocks):
        if block["block_id"] == body.get("block_id") and element["action_id"] == body.get("action_id"):
            return block, element
    raise WorkspaceRefused("no_such_element")


def _raw_values(body: Json) -> element_values.Values:
    values = body.get("values")
    return {str(b): dict(v) for b, v in values.items() if isinstance(v, dict)} if isinstance(values, dict) else {}


def _check_acknowledged(ack: Ack) -> None:
    """Raises WorkspaceRefused `bot_failed` with Slack's reason when the bot did not acknowledge."""
    if ack.failure:
        raise WorkspaceRefused("bot_failed", failure=ack.failure)
