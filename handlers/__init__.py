"""What people can trigger from Slack, one file per behaviour. This page is the routing table."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from handlers import backlog, channels, clips, errors, home, notebooks, signals, timeline

Handler = Callable[..., Awaitable[None]]

COMMANDS: dict[str, Handler] = {signals.COMMAND: signals.command}

EVENTS: tuple[tuple[dict[str, Any], Handler], ...] = (
    ({"type": "app_mention"}, signals.mention),
    ({"type": "app_home_opened"}, home.opened),
    ({"type": "pin_added"}, timeline.pinned),
    ({"type": "pin_removed"}, timeline.unpinned),
    ({"type": "message", "subtype": "message_changed"}, timeline.edited),
    ({"type": "message", "subtype": "message_deleted"}, timeline.deleted),
    ({"type": "message", "subtype": None}, signals.direct_message),
    ({"type": "message", "subtype": "file_share"}, signals.direct_message),
    ({"type": "message"}, signals.ignored),
)

ACTIONS: dict[str, Handler] = {
    "signals.refine": signals.open_refine,
    "signals.target": signals.other_target,
    "signals.reading": signals.take_reading,
    "signals.no_reading": signals.refuse_reading,
    "clip.make": clips.make,
    "clip.pick": clips.pick,
    "clip.earlier": clips.earlier,
    "clip.later": clips.later,
    "clip.window": clips.open_window,
    "clip.cancel": clips.cancel,
    "notebook.add": notebooks.add_answer,
    "notebook.clip": notebooks.add_clip,
    "backlog.ask": backlog.ask_owner,
    "backlog.compare": backlog.compare,
    **dict.fromkeys(backlog.MODALS, backlog.open_modal),
    **dict.fromkeys(backlog.AT_ONCE, backlog.at_once),
}

VIEWS: dict[str, Handler] = {
    "signals.refine": signals.refined,
    "clip.pick": clips.picked,
    "clip.window": clips.window,
    "channel.settings": channels.saved,
    **dict.fromkeys(backlog.MODALS, backlog.answered),
}


def register(app: AsyncApp) -> None:
    """Put every route on the app."""
    for name, command in COMMANDS.items():
        app.command(name)(command)
    for constraints, event in EVENTS:
        app.event(constraints)(event)
    for action_id, action in ACTIONS.items():
        app.action(action_id)(action)
    for callback_id, view in VIEWS.items():
        app.view(callback_id)(view)
    app.action("open")(acknowledged)
    app.error(errors.failed)


async def acknowledged(ack: AsyncAck) -> None:
    """A button that only opens a link: Slack tells us all the same and wants to hear back."""
    await ack()
