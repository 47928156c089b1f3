"""The parts of Slack's payloads that handlers need, taken out in one place.

`team` is always Bolt's, from its context: in a payload it may be nobody's (an org-wide app), or that of a partner who
reads along from another workspace.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import msgspec

from bot.kernel.errors import Misunderstood
from bot.slack.buttons import Pressed
from bot.slack.private_replies import ReplyAddress

Payload = dict[str, Any]


def _(message: str) -> str:
    """Marks a text for the catalogs; it is translated when used."""
    return message


OLD_BUTTON = _("This button is from another version of the bot; please ask again.")
OLD_FORM = _("This form is from another version of the bot; please open it again.")


@dataclass(frozen=True, slots=True)
class SlashCommand:
    """A slash command. `bot` is our own user id in the workspace."""

    address: ReplyAddress
    text: str
    trigger: str
    bot: str


def command(body: Payload, team: str, bot: str) -> SlashCommand:
    address = ReplyAddress(
        team=team,
        channel=body["channel_id"],
        user=body["user_id"],
        response_url=body.get("response_url", ""),
    )
    return SlashCommand(address, body.get("text", "").strip(), body["trigger_id"], bot)


@dataclass(frozen=True, slots=True)
class ButtonPress:
    """A press on a button or a choice in a select under a message."""

    address: ReplyAddress
    action: str
    message: str
    trigger: str
    pressed: Pressed

    @property
    def team(self) -> str:
        return self.address.team

    @property
    def user(self) -> str:
        return self.address.user


def press(body: Payload, team: str) -> ButtonPress:
    """Raises Misunderstood for a value that is none of ours (from an older version of the bot, say)."""
    action = body["actions"][0]
    value = action.get("value") or (action.get("selected_option") or {}).get("value", "")
    return ButtonPress(
        address=press_address(body, team),
        action=action["action_id"],
        message=_message_ts(body),
        trigger=body.get("trigger_id", ""),
        pressed=_pressed(value, OLD_BUTTON),
    )


def press_address(body: Payload, team: str) -> ReplyAddress:
    """Returns where whoever pressed reads an answer. The home tab has no channel: there it is their own."""
    message = body.get("message", {})
    return ReplyAddress(
        team=team,
        channel=(body.get("channel") or {}).get("id", ""),
        user=body["user"]["id"],
        thread=message.get("thread_ts", ""),
        response_url=body.get("response_url", ""),
    )


def _message_ts(body: Payload) -> str:
    return str(body.get("message", {}).get("ts") or body.get("container", {}).get("message_ts", ""))


@dataclass(frozen=True, slots=True)
class Submission:
    """A modal sent in. `values` maps the name of an input to what was entered."""

    address: ReplyAddress
    callback: str
    view: str
    pressed: Pressed
    values: dict[str, str]

    @property
    def team(self) -> str:
        return self.address.team

    @property
    def user(self) -> str:
        return self.address.user

    def entered(self, name: str) -> str:
        """Raises Misunderstood for a modal that has no such input: it was drawn by another version of the bot."""
        if name not in self.values:
            raise Misunderstood(OLD_FORM)
        return self.values[name]

    def chosen(self, name: str, numbers: Collection[int]) -> int:
        """One of these numbers. Raises Misunderstood for what isn't, which another version may have offered."""
        text = self.entered(name)
        choice = next((number for number in numbers if str(number) == text), None)
        if choice is None:
            raise Misunderstood(OLD_FORM)
        return choice


def submission(body: Payload, team: str) -> Submission:
    """Raises Misunderstood for a modal of an older version of the bot."""
    view = body["view"]
    entered = {
        name: _entered(element) for inputs in view["state"]["values"].values() for name, element in inputs.items()
    }
    return Submission(
        address=submission_address(body, team),
        callback=view["callback_id"],
        view=view["id"],
        pressed=_pressed(view.get("private_metadata", ""), OLD_FORM),
        values=entered,
    )


def submission_address(body: Payload, team: str) -> ReplyAddress:
    """A modal belongs to no channel: what is said after it closed reaches the person directly."""
    return ReplyAddress(team=team, channel="", user=body["user"]["id"])


@dataclass(frozen=True, slots=True)
class MenuQuery:
    """What somebody typed into a menu whose options come from us."""

    team: str
    user: str
    typed: str
    pressed: Pressed


def menu_query(body: Payload, team: str) -> MenuQuery:
    view = body.get("view") or {}
    pressed = _pressed(view.get("private_metadata", ""), OLD_FORM)
    return MenuQuery(team, body["user"]["id"], str(body.get("value") or "")[:200], pressed)


def input_blocks(body: Payload) -> list[str]:
    """Returns the ids of a modal's inputs, where Slack shows errors."""
    blocks = (body.get("view") or {}).get("blocks") or ()
    return [block["block_id"] for block in blocks if block.get("type") == "input" and "block_id" in block]


def _entered(element: Payload) -> str:
    """Returns the value; of boxes, the values of those that are ticked, with a space between."""
    if "selected_options" in element:
        return " ".join(str(option["value"]) for option in element["selected_options"] or ())
    chosen = element.get("selected_option")
    return str((chosen or {}).get("value") or element.get("selected_user") or element.get("value") or "").strip()


@dataclass(frozen=True, slots=True)
class MessageShortcut:
    """A choice in the menu of a message. `at` is Slack's time of it, `message` the message as it was then."""

    address: ReplyAddress
    callback: str
    at: str
    message: Payload

    @property
    def team(self) -> str:
        return self.address.team


def shortcut(body: Payload, team: str) -> MessageShortcut:
    return MessageShortcut(shortcut_address(body, team), body["callback_id"], body["action_ts"], body["message"])


def shortcut_address(body: Payload, team: str) -> ReplyAddress:
    """Returns where whoever chose it reads an answer: in the thread of a reply, else in the channel."""
    channel, message = body["channel"], body["message"]
    thread = message.get("thread_ts", "")
    return ReplyAddress(
        team=team,
        channel=channel["id"],
        user=body["user"]["id"],
        thread="" if thread == message.get("ts") else thread,
        response_url=body.get("response_url", ""),
    )


@dataclass(frozen=True, slots=True)
class SlackEvent:
    """An event of the Events API, as Slack gives it, with the team that it is from and our own user id there."""

    team: str
    bot: str
    data: Payload
    organization: str = ""
    """That of the workspace, if Slack names one, whoever has installed the app."""

    @property
    def address(self) -> ReplyAddress | None:
        """Where whoever spoke reads an answer: a mention is answered in its thread. None for what nobody said to us."""
        user, kind = self.data.get("user", ""), self.data.get("type")
        spoken = kind in {"app_mention", "message"} and isinstance(user, str) and user
        if not spoken or self.data.get("subtype") not in (None, "file_share"):
            return None
        thread = self.data.get("thread_ts") or (self.data.get("ts", "") if kind == "app_mention" else "")
        return ReplyAddress(team=self.team, channel=self.data.get("channel", ""), user=user, thread=thread)


def _pressed(value: str, otherwise: str) -> Pressed:
    try:
        return Pressed.read(value)
    except msgspec.MsgspecError:
        raise Misunderstood(otherwise) from None
