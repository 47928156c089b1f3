"""What people can trigger from Slack, one file per behaviour. This page is the routing table."""

from __future__ import annotations

from re import Pattern
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.services.services import Services
from handlers import (
    channel_events,
    channel_policies,
    channel_settings,
    clips,
    find_replay,
    home,
    links,
    postmortems,
    questions,
    requests,
    watches,
    workspace_events,
    workspace_settings,
)
from handlers.edge import (
    Behaviour,
    Keeping,
    Options,
    on_command,
    on_event,
    on_menu,
    on_press,
    on_shortcut,
    on_submission,
)
from handlers.looked_up import any_of, by_name, first_that_fits
from handlers.payloads import ButtonPress, MessageShortcut, SlackEvent, SlashCommand, Submission

COMMANDS: dict[str, Behaviour[SlashCommand]] = {
    questions.COMMAND: questions.command,
    postmortems.COMMAND: postmortems.command,
}

EVENTS: tuple[tuple[dict[str, Any], Behaviour[SlackEvent]], ...] = (
    ({"type": "app_mention"}, questions.mention),
    ({"type": "app_home_opened"}, home.opened),
    ({"type": "link_shared"}, links.shared),
    ({"type": "pin_added"}, channel_events.pinned),
    ({"type": "pin_removed"}, channel_events.unpinned),
    ({"type": "channel_archive"}, channel_events.archived),
    ({"type": "group_archive"}, channel_events.archived),
    ({"type": "app_uninstalled"}, workspace_events.uninstalled),
    ({"type": "tokens_revoked"}, workspace_events.uninstalled),
    ({"type": "member_joined_channel"}, workspace_events.member_joined),
    ({"type": "channel_rename"}, workspace_events.channel_renamed),
    ({"type": "group_rename"}, workspace_events.channel_renamed),
    ({"type": "message", "subtype": "message_changed"}, channel_events.edited),
    ({"type": "message", "subtype": "message_deleted"}, channel_events.deleted),
    ({"type": "message", "subtype": "channel_topic"}, channel_events.topic_changed),
    ({"type": "message", "subtype": "group_topic"}, channel_events.topic_changed),
    ({"type": "message", "subtype": None}, channel_events.posted),
    ({"type": "message", "subtype": "file_share"}, channel_events.posted),
    ({"type": "message", "subtype": "thread_broadcast"}, channel_events.posted),
    ({"type": "message"}, channel_events.ignored),
)

ACTIONS: dict[str, Behaviour[ButtonPress]] = {
    "signals.refine": questions.open_refine,
    "signals.target": questions.other_target,
    "signals.value": questions.other_value,
    "signals.counted": questions.counted,
    "signals.example": questions.ask_example,
    "signals.reading": questions.take_reading,
    "channel.join": questions.join_channel,
    "signals.no_reading": questions.refuse_reading,
    "watches.set": watches.set_by_press,
    "watches.end": watches.end,
    "watches.end_listed": watches.end_listed,
    "live.keep": watches.keep_live_by_press,
    "live.stop": watches.stop_live_by_press,
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
    "workspace.settings": workspace_settings.push_settings,
    "backlog.ask": requests.ask_owner,
    "backlog.compare": requests.compare,
    "backlog.dispute": requests.dispute,
    **dict.fromkeys(requests.MODALS, requests.open_modal),
    **dict.fromkeys(requests.AT_ONCE, requests.at_once),
}

VIEWS: dict[str, Behaviour[Submission]] = {
    "signals.refine": questions.refined,
    "clip.pick": clips.picked,
    "clip.window": clips.window,
    "channel.settings": channel_settings.saved,
    "channel.policies": channel_policies.saved,
    "workspace.settings": workspace_settings.saved,
    **dict.fromkeys(requests.MODALS, requests.answered),
    requests.ON_BEHALF: requests.answered_on_behalf,
}


MENUS: dict[str, Options] = {"found": requests.search}


SHORTCUTS: dict[str, Behaviour[MessageShortcut]] = {
    "clip.find": find_replay.find,
    "notebook.message": postmortems.add_message,
}


def register(app: AsyncApp, services: Services, keeping: Keeping) -> None:
    """Puts every route on the app. `keeping` runs before each of them, and not for what no route wants.

    Bolt asks its listeners one after the other before anything is acknowledged, so there is one of each kind, which
    looks its behaviour up.
    """
    before = [keeping]
    commands = {name: on_command(each, services) for name, each in COMMANDS.items()}
    app.command(any_of(commands), middleware=before)(by_name(commands, lambda body: body["command"]))
    events = [(constraints, on_event(each, services)) for constraints, each in EVENTS]
    for kind in dict.fromkeys(constraints["type"] for constraints, _ in events):
        app.event({"type": kind}, middleware=before)(first_that_fits(events))
    presses = {name: on_press(each, services) for name, each in ACTIONS.items()}
    pressed: dict[str, str | Pattern[str]] = {"type": "block_actions", "action_id": any_of(presses)}
    app.action(pressed, middleware=before)(by_name(presses, lambda body: body["actions"][0]["action_id"]))
    shortcuts = {name: on_shortcut(each, services) for name, each in SHORTCUTS.items()}
    app.message_shortcut(any_of(shortcuts), middleware=before)(by_name(shortcuts, lambda body: body["callback_id"]))
    views = {name: on_submission(each, services) for name, each in VIEWS.items()}
    app.view(any_of(views), middleware=before)(by_name(views, lambda body: body["view"]["callback_id"]))
    for action_id, options in MENUS.items():
        app.options(action_id)(on_menu(options, services))
    app.action("open")(acknowledged)


async def acknowledged(ack: AsyncAck) -> None:
    """A button that only opens a link: Slack tells us all the same and wants to hear back."""
    await ack()
