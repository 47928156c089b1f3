"""The manifest of the Slack app: what each feature needs of Slack, and nothing for those that are left out.

https://docs.slack.dev/reference/app-manifest. Scopes of methods and events: https://docs.slack.dev/reference.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.kernel.errors import Misunderstood
from bot.kernel.messages import JsonObject

SHORTLY = "Frustration signals, replay clips, post-mortems and backlog answers in the incident channel."
ABOUT = (
    'Ask how many people are stuck ("frustration signals on buy button this week"), see what one of them lived through '
    "as a short clip of a real session replay, keep the post-mortem, ask the owner of the feature, and have "
    "the answer in the thread and in the record. Clips are masked by default, and files are shared only where the "
    "question was asked."
)


@dataclass(frozen=True, slots=True)
class AppFeature:
    """What a feature asks of Slack. `beside` names the feature without which it is of no use."""

    about: str
    scopes: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    commands: tuple[JsonObject, ...] = ()
    shortcuts: tuple[JsonObject, ...] = ()
    beside: str = ""
    user_scopes: tuple[str, ...] = ()
    """What the app asks of a person who signs in, and never of the workspace."""
    redirect: str = ""
    """Where Slack sends people back to, below the public address."""
    org_wide: bool = False
    """Whether a whole Enterprise Grid organization can install the app."""


def _command(name: str, description: str, hint: str) -> JsonObject:
    return {"command": name, "description": description, "usage_hint": hint, "should_escape": True}


def _shortcut(callback: str, name: str, description: str) -> JsonObject:
    return {"name": name, "type": "message", "callback_id": callback, "description": description}


ALWAYS = "answers"
FEATURES: dict[str, AppFeature] = {
    ALWAYS: AppFeature(
        "questions, answers, requests to owners",
        ("channels:read", "chat:write", "commands", "groups:read", "im:write", "users:read"),
        (
            "channel_archive",
            "channel_rename",
            "group_archive",
            "group_rename",
            "member_joined_channel",
        ),
        (
            _command(
                "/replay", "Ask how many people are stuck, and where", "frustration signals on buy button this week"
            ),
        ),
    ),
    "mentions": AppFeature("questions in threads, by @mention", ("app_mentions:read",), ("app_mention",)),
    "direct-messages": AppFeature("questions to the bot alone", ("im:history",), ("message.im",)),
    "home": AppFeature("the home tab", (), ("app_home_opened",)),
    "clips": AppFeature(
        "clips, charts as pictures, and the replay of what a message is about",
        ("files:write",),
        shortcuts=(
            _shortcut(
                "clip.find", "Find the replay", "See what the session, person or question of this message is about"
            ),
        ),
    ),
    "post-mortems": AppFeature(
        "what is decided about a post-mortem, by command, and messages put into it",
        commands=(
            _command(
                "/postmortem",
                "The channel’s post-mortem: how it stands, and what you decide",
                "open | status review @name | severity 2 | owner @name | publish | export | list | help",
            ),
        ),
        shortcuts=(
            _shortcut(
                "notebook.message",
                "Add to post-mortem",
                "Put this message into the timeline of the channel’s post-mortem",
            ),
        ),
    ),
    "timeline": AppFeature(
        "pins, edits, topics and discussion in the post-mortem",
        ("channels:history", "groups:history", "pins:read"),
        ("message.channels", "message.groups", "pin_added", "pin_removed"),
    ),
    "pictures": AppFeature("pictures of pinned messages", ("files:read",), beside="timeline"),
    "link-previews": AppFeature(
        "what links to the bot’s pages lead to, shown below them", ("links:read", "links:write"), ("link_shared",)
    ),
    "joining": AppFeature("Invite the bot, as a button", ("channels:join",)),
    "groups": AppFeature("user groups as owners", ("usergroups:read",)),
    "emails": AppFeature("people known by email elsewhere: owners, assignees, authors", ("users:read.email",)),
    "installs": AppFeature(
        "installs in other workspaces, by OAuth",
        events=("app_uninstalled", "tokens_revoked"),
        redirect="/slack/oauth_redirect",
    ),
    "organizations": AppFeature("installs in a whole Enterprise Grid organization", beside="installs", org_wide=True),
    "sign-in": AppFeature(
        "Sign in with Slack, for the bot’s own pages",
        user_scopes=("openid", "profile"),
        redirect="/signin/slack",
    ),
}
"""Every feature by its name. Only the first one can't be left out."""


def chosen_features(without: Collection[str]) -> dict[str, AppFeature]:
    """Raises Misunderstood for a name that is none, and for what can't be left out."""
    if unknown := sorted(set(without) - set(FEATURES)):
        raise Misunderstood(
            "There is no feature “%(name)s”; there are: %(names)s.", name=unknown[0], names=", ".join(FEATURES)
        )
    if ALWAYS in without:
        raise Misunderstood("Without “%(name)s” there is no bot; the other features can be left out.", name=ALWAYS)
    gone = {*without, *(name for name, feature in FEATURES.items() if feature.beside in without)}
    return {name: feature for name, feature in FEATURES.items() if name not in gone}


def manifest(features: Mapping[str, AppFeature], public_url: str | None, *, socket: bool) -> JsonObject:
    """The manifest for events over HTTP, which needs the public address, or for Socket Mode."""
    receive = {"request_url": f"{public_url.rstrip('/')}/slack/events"} if public_url and not socket else {}
    return {
        "_metadata": {"major_version": 2, "minor_version": 0},
        "display_information": {
            "name": "Replaybook",
            "description": SHORTLY,
            "background_color": "#241e47",
            "long_description": ABOUT,
        },
        "features": _surfaces(features, receive, _unfurl_domains(features, public_url)),
        "oauth_config": _oauth(features, public_url),
        "settings": {
            "event_subscriptions": {**receive, "bot_events": events_of(features)},
            "interactivity": {"is_enabled": True, **receive},
            "org_deploy_enabled": any(feature.org_wide for feature in features.values()),
            "socket_mode_enabled": socket,
            "token_rotation_enabled": False,
        },
    }


def _oauth(features: Mapping[str, AppFeature], public_url: str | None) -> JsonObject:
    """Slack sends people back to addresses that are named here alone."""
    user = sorted({scope for feature in features.values() for scope in feature.user_scopes})
    paths = sorted(feature.redirect for feature in features.values() if feature.redirect)
    back = [f"{public_url.rstrip('/')}{path}" for path in paths] if public_url else []
    scopes = {"bot": scopes_of(features)} | ({"user": user} if user else {})
    return {"redirect_urls": back, "scopes": scopes} if back else {"scopes": scopes}


def scopes_of(features: Mapping[str, AppFeature]) -> list[str]:
    return sorted({scope for feature in features.values() for scope in feature.scopes})


def events_of(features: Mapping[str, AppFeature]) -> list[str]:
    return sorted({event for feature in features.values() for event in feature.events})


def scopes_standing(granted: Collection[str]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """By feature, the scopes that it lacks: of those that are switched off, and of those that are broken.

    A feature that has none of its scopes was left out; one that has some of them, or can't be left out, is broken.
    """
    lacking = {name: [scope for scope in each.scopes if scope not in granted] for name, each in FEATURES.items()}
    lacking = {name: scopes for name, scopes in lacking.items() if scopes}
    off = {name: scopes for name, scopes in lacking.items() if len(scopes) == len(FEATURES[name].scopes)}
    off.pop(ALWAYS, None)
    return off, {name: scopes for name, scopes in lacking.items() if name not in off}


def _unfurl_domains(features: Mapping[str, AppFeature], public_url: str | None) -> JsonObject:
    """Slack takes names with a dot alone, so it tells of no links to a machine of its own network by a bare name."""
    host = (urlsplit(public_url).hostname or "") if public_url else ""
    return {"unfurl_domains": [host]} if "link-previews" in features and "." in host else {}


def _surfaces(features: Mapping[str, AppFeature], receive: JsonObject, domains: JsonObject) -> JsonObject:
    commands = [
        {"command": command["command"], **_url(receive), **command}
        for feature in features.values()
        for command in feature.commands
    ]
    shortcuts = [shortcut for feature in features.values() for shortcut in feature.shortcuts]
    messages = "direct-messages" in features
    return {
        "app_home": {
            "home_tab_enabled": "home" in features,
            "messages_tab_enabled": True,  # what the bot tells one person is read there
            "messages_tab_read_only_enabled": not messages,
        },
        "bot_user": {"display_name": "Replaybook", "always_online": True},
        **({"shortcuts": shortcuts} if shortcuts else {}),
        "slash_commands": commands,
        **domains,
    }


def _url(receive: JsonObject) -> JsonObject:
    return {"url": receive["request_url"]} if receive else {}
