"""The parts of Slack's payloads that handlers need, taken out in one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from bot.kernel.errors import Misunderstood
from bot.slack.buttons import Pressed

Payload = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ButtonPress:
    """A press on a button or a choice in a select under a message."""

    team: str
    channel: str
    user: str
    message: str
    thread: str
    trigger: str
    pressed: Pressed


def press(body: Payload) -> ButtonPress:
    """Raises Misunderstood for a value that is none of ours (from an older version of the bot, say)."""
    action = body["actions"][0]
    value = action.get("value") or action.get("selected_option", {}).get("value", "")
    message = body.get("message", {})
    ts = message.get("ts") or body.get("container", {}).get("message_ts", "")
    return ButtonPress(
        team=body["team"]["id"],
        channel=body["channel"]["id"],
        user=body["user"]["id"],
        message=ts,
        thread=message.get("thread_ts", ts),
        trigger=body.get("trigger_id", ""),
        pressed=_pressed(value),
    )


@dataclass(frozen=True, slots=True)
class Submission:
    """A modal sent in. `values` maps the name of an input to what was entered."""

    team: str
    user: str
    view: str
    pressed: Pressed
    values: dict[str, str]


def submission(body: Payload) -> Submission:
    view = body["view"]
    entered = {
        name: _entered(element) for inputs in view["state"]["values"].values() for name, element in inputs.items()
    }
    return Submission(
        team=body["team"]["id"],
        user=body["user"]["id"],
        view=view["id"],
        pressed=_pressed(view.get("private_metadata", "")),
        values=entered,
    )


def _entered(element: Payload) -> str:
    """Of boxes, the values of those that are ticked, with a space between."""
    if "selected_options" in element:
        return " ".join(str(option["value"]) for option in element["selected_options"] or ())
    chosen = element.get("selected_option")
    return str((chosen or {}).get("value") or element.get("selected_user") or element.get("value") or "").strip()


def _pressed(value: str) -> Pressed:
    try:
        return Pressed.read(value)
    except msgspec.MsgspecError:
        raise Misunderstood("This button is from another version of the bot; please ask again.") from None
