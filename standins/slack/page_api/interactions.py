"""Pressing buttons, choosing from menus, message shortcuts, opening the home tab."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from standins.slack import modals, posting
from standins.slack.page_api import delivery_payloads, element_values
from standins.slack.page_api.request import acting, inside
from standins.slack.team import WorkspaceTeam
from standins.slack.web_api_errors import WorkspaceRefused

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PressedPlace:
    """Where an element is: its block and itself, and what a payload says of the container."""

    blocks: list[Json]
    details: Json
    view: str | None = None


async def press(team: WorkspaceTeam, asked: Json) -> Json:
    """`{user, block_id, action_id, value?, values?}` with `channel` and `ts`, or `view_id`, or `home: true`."""
    user = acting(team, asked)
    place = _place(team, asked, user)
    block, element = _element(place, asked)
    given = _given(asked)
    given.setdefault(block["block_id"], {})[element["action_id"]] = asked.get("value")
    action = {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "action_ts": team.store.next_ts(),
        **element_values.action(element, asked.get("value")),
    }
    payload = delivery_payloads.common(team, "block_actions", user, team.triggers.new(user, place.view))
    payload |= {**place.details, "state": {"values": element_values.states(place.blocks, given)}, "actions": [action]}
    return _heard(await team.deliveries.interaction(payload))


async def suggest(team: WorkspaceTeam, asked: Json) -> Json:
    """Options of an external menu for what was typed (`query`)."""
    user = acting(team, asked)
    place = _place(team, asked, user)
    block, element = _element(place, asked)
    payload = delivery_payloads.common(team, "block_suggestion", user, "")
    named = {"action_id": element["action_id"], "block_id": block["block_id"], "value": str(asked.get("query", ""))}
    ack = await team.deliveries.interaction({**payload, **place.details, **named})
    answered = _heard(ack)
    answer = ack.json
    groups = answer.get("option_groups") or []
    options = answer.get("options") or [option for group in groups for option in group.get("options", [])]
    return {**answered, "options": options[:100]}


async def shortcut(team: WorkspaceTeam, asked: Json) -> Json:
    """`{user, channel, ts, callback_id}`: a message shortcut."""
    channel, user = inside(team, asked), acting(team, asked)
    message = posting.find(team, channel, str(asked.get("ts", "")))
    if asked.get("callback_id") not in {known.callback_id for known in team.seed.shortcuts}:
        raise WorkspaceRefused("unknown_shortcut")
    payload = delivery_payloads.common(team, "message_action", user, team.triggers.new(user))
    payload |= {
        "callback_id": asked["callback_id"],
        "action_ts": team.store.next_ts(),
        "message_ts": message["ts"],
        "channel": delivery_payloads.channel_of(channel),
        "message": message,
        "response_url": delivery_payloads.response_url(team, channel["id"], user, thread=message.get("thread_ts")),
    }
    return _heard(await team.deliveries.interaction(payload))


async def home(team: WorkspaceTeam, asked: Json) -> Json:
    """Opens the home tab (`tab: "home"`) or the messages tab; the bot hears of it and may publish."""
    user = acting(team, asked)
    channel = team.direct(user, team.bot.id)
    tab = "messages" if asked.get("tab") == "messages" else "home"
    event: Json = {"type": "app_home_opened", "user": user, "tab": tab}
    view = team.store.get("home", user)
    team.notify(channel, {**event, **({"view": view} if view else {})})
    return {"view": view}


def _place(team: WorkspaceTeam, asked: Json, user: str) -> PressedPlace:
    if asked.get("home"):
        view = team.store.get("home", user)
        if view is None:
            raise WorkspaceRefused("not_found")
        return PressedPlace(view["blocks"], {"container": {"type": "view", "view_id": view["id"]}, "view": view})
    if view_id := asked.get("view_id"):
        return _view_place(team, str(view_id), user, _given(asked))
    return _message_place(team, asked, user)


def _view_place(team: WorkspaceTeam, view_id: str, user: str, given: element_values.Values) -> PressedPlace:
    view = modals.find(team, view_id)
    if modals.owner(team, view_id) != user:
        raise WorkspaceRefused("not_found")
    shown = {**view, "state": {"values": element_values.states(view["blocks"], given)}}
    details = {"container": {"type": "view", "view_id": view_id}, "view": shown}
    return PressedPlace(view["blocks"], details, view_id)


def _message_place(team: WorkspaceTeam, asked: Json, user: str) -> PressedPlace:
    channel, ts = inside(team, asked), str(asked.get("ts", ""))
    message = team.ephemeral.get(user, {}).get(ts)
    ephemeral = message is not None
    if message is None:
        message = posting.find(team, channel, ts)
    thread = message.get("thread_ts")
    container = {"type": "message", "message_ts": ts, "channel_id": channel["id"], "is_ephemeral": ephemeral}
    details: Json = {
        "container": {**container, **({"thread_ts": thread} if thread else {})},
        "channel": delivery_payloads.channel_of(channel),
        "response_url": delivery_payloads.response_url(team, channel["id"], user, ts, thread if thread != ts else None),
    }
    if not ephemeral:
        details["message"] = message  # Slack leaves it out for ephemeral messages
    attached = [block for attachment in message.get("attachments", []) for block in attachment.get("blocks") or []]
    return PressedPlace([*message.get("blocks", []), *attached], details)


def _element(place: PressedPlace, asked: Json) -> tuple[Json, Json]:
    for block, element in element_values.elements(place.blocks):
        if block["block_id"] == asked.get("block_id") and element["action_id"] == asked.get("action_id"):
            return block, element
    raise WorkspaceRefused("no_such_element")


def _given(asked: Json) -> element_values.Values:
    given = asked.get("values")
    return {str(b): dict(v) for b, v in given.items() if isinstance(v, dict)} if isinstance(given, dict) else {}


def _heard(ack: Any) -> Json:
    """Raises Refused `bot_failed` with Slack's reason when the bot did not acknowledge."""
    if ack.failure:
        raise WorkspaceRefused("bot_failed", failure=ack.failure)
    return {}
