"""The configuration of a workspace: the app it hosts, the people and channels it begins with, and its addresses."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from standins.slack.app_grants import AppGrants

# Every scope that the methods of `standins.slack.api` ask for.
SCOPES = frozenset(
    {"app_mentions:read", "bookmarks:read", "bookmarks:write", "chat:write", "commands", "files:read", "files:write"}
    | {"channels:history", "channels:join", "channels:manage", "channels:read"}
    | {"groups:history", "groups:read", "groups:write", "im:history", "im:read", "im:write"}
    | {"links:read", "links:write", "pins:read", "pins:write", "reactions:read", "reactions:write"}
    | {"usergroups:read", "users:read", "users:read.email"}
)

EVENTS = frozenset(
    {"app_home_opened", "app_mention", "app_uninstalled", "file_shared", "link_shared", "member_joined_channel"}
    | {"channel_rename", "group_rename", "message", "tokens_revoked"}
    | {"channel_archive", "group_archive", "pin_added", "pin_removed", "reaction_added", "reaction_removed"}
)


@dataclass(frozen=True, slots=True)
class SeedPerson:
    """A person with an account. `name` is the handle, `zone` an IANA name, `colour` that of the avatar.

    `role` is empty for members, `admin`, `owner`, `guest` (of several channels) or `single-channel guest`.
    """

    id: str
    name: str
    real_name: str
    title: str = ""
    email: str = ""
    locale: str = "en-US"
    zone: str = "UTC"
    colour: str = "#4a6cf7"
    role: str = ""
    home: str = ""  # the id of a partner's workspace, for somebody who is only in channels shared with it
    is_guest: bool = False


@dataclass(frozen=True, slots=True)
class SeedChannel:
    """A channel and the ids of those who are in it (the bot's user among them where it was invited)."""

    id: str
    name: str
    members: tuple[str, ...]
    topic: str = ""
    purpose: str = ""
    is_private: bool = False
    is_ext_shared: bool = False
    """Another organization is in it (Slack Connect)."""


@dataclass(frozen=True, slots=True)
class SeedGroup:
    """A user group, mentioned as `<!subteam^ID>`."""

    id: str
    handle: str
    name: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Command:
    name: str
    usage: str
    description: str


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A message shortcut of the app, in the menu of every message."""

    callback_id: str
    name: str


@dataclass(frozen=True, slots=True)
class SeedMessage:
    """A message from before the first start, `ago` earlier. `under` is the `key` of its thread's parent."""

    channel: str
    user: str
    text: str
    ago: timedelta
    key: str = ""
    under: str = ""
    pinned: bool = False
    reactions: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Seed:
    team_id: str
    team_name: str
    app_id: str
    app_name: str
    bot_id: str
    bot_user: SeedPerson
    people: tuple[SeedPerson, ...]
    channels: tuple[SeedChannel, ...]
    groups: tuple[SeedGroup, ...] = ()
    commands: tuple[Command, ...] = ()
    shortcuts: tuple[Shortcut, ...] = ()
    messages: tuple[SeedMessage, ...] = ()

    @property
    def everyone(self) -> tuple[SeedPerson, ...]:
        return (*self.people, self.bot_user)


@dataclass(frozen=True, slots=True)
class Link:
    """A place outside the workspace, in the sidebar: the sample shop. The label is translated if a catalog has it."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class WorkspaceConfig:
    """`base_url` is where people and the bot reach the workspace; `bot_url` takes events, commands and interactions.

    The app was granted `scopes` and has subscribed to `events`; no other event is sent. Times are in seconds.
    The app hears of links to `unfurl_domains`. With an `app_token` Socket Mode is on, and nothing goes to `bot_url`.
    `retry_delays` are Slack's: at once, after one minute, after five. `page_limit` is the most items that the Web API
    gives at a time, whatever `limit` asks for. With a `client_id` people sign in with Slack, and come back to
    one of `redirect_urls`.
    """

    folder: Path
    base_url: str
    bot_url: str
    token: str = field(repr=False)
    signing_secret: str = field(repr=False)
    seed: Seed
    app_token: str = field(default="", repr=False)
    links: tuple[Link, ...] = ()
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    redirect_urls: tuple[str, ...] = ()
    unfurl_domains: frozenset[str] = frozenset()
    scopes: frozenset[str] = SCOPES
    events: frozenset[str] = EVENTS
    clock: Callable[[], float] = time.time
    ack_limit: float = 3.0
    retry_delays: tuple[float, ...] = (0.0, 60.0, 300.0)
    trigger_life: float = 3.0
    message_limit: int = 40_000
    page_limit: int = 1000
    upload_limit: int = 64 * 1024 * 1024
    grants: AppGrants | None = None  # shared by workspaces that install the app by OAuth; `token` is then of no use

    @property
    def root(self) -> str:
        return self.base_url.rstrip("/")
