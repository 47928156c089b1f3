"""What people can trigger from Slack, one file per behaviour. This page is the routing table."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.services.services import Services
from handlers import channel_events, channel_settings, clips, home, postmortems, questions, requests
from handlers.payloads import ButtonPress, SlackEvent, SlashCommand, Submission
from handlers.wrapper import Behaviour, on_command, on_event, on_press, on_submission

COMMANDS: dict[str, Behaviour[SlashCommand]] = {questions.COMMAND: questions.command}

EVENTS: tuple[tuple[dict[str, Any], Behaviour[SlackEvent]], ...] = (
    ({"type": "app_mention"}, questions.mention),
    ({"type": "app_home_opened"}, home.opened),
    ({"type": "pin_added"}, channel_events.pinned),
    ({"type": "pin_removed"}, channel_events.unpinned),
    ({"type": "message", "subtype": "message_changed"}, channel_events.edited),
    ({"type": "message", "subtype": "message_deleted"}, channel_events.deleted),
    ({"type": "message", "subtype": None}, questions.direct_message),
    ({"type": "message", "subtype": "file_share"}, questions.direct_message),
    ({"type": "message"}, questions.ignored),
)

ACTIONS: dict[str, Behaviour[ButtonPress]] = {
    "signals.refine": questions.open_refine,
    "signals.target": questions.other_target,
    "signals.value": questions.other_value,
    "signals.reading": questions.take_reading,
    "signals.no_reading": questions.refuse_reading,
    "clip.make": clips.make,
    "clip.three": clips.side_by_side,
    "clip.before_after": clips.before_and_after,
    "clip.pick": clips.pick,
    "clip.earlier": clips.earlier,
    "clip.later": clips.later,
    "clip.whole_page": clips.whole_page,
    "clip.window": clips.open_window,
    "clip.cancel": clips.cancel,
    "notebook.add": postmortems.add_answer,
    "notebook.clip": postmortems.add_clip,
    "backlog.ask": requests.ask_owner,
    "backlog.compare": requests.compare,
    **dict.fromkeys(requests.MODALS, requests.open_modal),
    **dict.fromkeys(requests.AT_ONCE, requests.at_once),
}

VIEWS: dict[str, Behaviour[Submission]] = {
    "signals.refine": questions.refined,
    "clip.pick": clips.picked,
    "clip.window": clips.window,
    "channel.settings": channel_settings.saved,
    **dict.fromkeys(requests.MODALS, requests.answered),
    requests.ON_BEHALF: requests.answered_on_behalf,
}


def register(app: AsyncApp, services: Services) -> None:
    """Puts every route on the app."""
    for name, command in COMMANDS.items():
        app.command(name)(on_command(command, services))
    for constraints, event in EVENTS:
        app.event(constraints)(on_event(event, services))
    for action_id, action in ACTIONS.items():
        app.action(action_id)(on_press(action, services))
    for callback_id, view in VIEWS.items():
        app.view(callback_id)(on_submission(view, services))
    app.action("open")(acknowledged)


async def acknowledged(ack: AsyncAck) -> None:
    """A button that only opens a link: Slack tells us all the same and wants to hear back."""
    await ack()
