"""One team: its people and channels, and the parts that everything in the workspace uses."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from standins.slack.app_grants import AppGrant, AppGrants, Organization
from standins.slack.deliveries import Deliveries
from standins.slack.journal import Journal
from standins.slack.openid_grants import OpenIdGrants
from standins.slack.page_feed import Feed
from standins.slack.slack_faults import SlackFaults
from standins.slack.triggers import Triggers
from standins.slack.web_api_errors import WorkspaceRefused
from standins.slack.workspace_config import SeedChannel, SeedPerson, WorkspaceConfig
from standins.slack.workspace_store import WorkspaceStore

Json = dict[str, Any]


class WorkspaceTeam:
    def __init__(self, config: WorkspaceConfig) -> None:
        self.config = config
        self.seed = config.seed
        self.bot = config.seed.bot_user
        self.store = WorkspaceStore(config.folder, config.clock)
        self.feed = Feed()
        self.faults = SlackFaults()
        self.journal = Journal(config.clock)
        self.triggers = Triggers(config.clock, config.trigger_life)
        self.grants = config.grants or AppGrants(config.clock)
        self.grants.teams[self.seed.team_id] = self
        if config.grants is None:
            self.grants.add(AppGrant(config.token, config.scopes, (self,)))
        self.deliveries = Deliveries(config, self.faults, self.journal, lambda: self.grants.of_team(self.seed.team_id))
        self.openid = OpenIdGrants(config)
        self.people = {person.id: person for person in config.seed.everyone}
        # By person, then by ts: ephemeral messages and open modals live as long as the process, as in Slack.
        self.ephemeral: dict[str, dict[str, Json]] = {}
        self.stacks: dict[str, list[Json]] = {}
        # By unfurl id: what people are writing at the moment, and what is shown below it.
        self.composing: dict[str, Json] = {}

    @property
    def organization(self) -> Organization | None:
        """Returns the organization that has installed the app as a whole, where it did."""
        grant = self.grants.of_team(self.seed.team_id)
        return grant.organization if grant else None

    @property
    def granted(self) -> frozenset[str]:
        """Returns the scopes of the app here; none where it isn't installed."""
        grant = self.grants.of_team(self.seed.team_id)
        return grant.scopes if grant else frozenset()

    def person(self, user: str) -> SeedPerson:
        if user not in self.people:
            raise WorkspaceRefused("user_not_found")
        return self.people[user]

    def channel(self, name: str) -> Json:
        """Returns a channel by its id or `#name`. Raises WorkspaceRefused `channel_not_found`."""
        channel = self.store.get("channel", name)
        if channel is None and name.startswith("#"):
            channel = next((c for c in self.channels() if c.get("name") == name[1:]), None)
        if channel is None:
            raise WorkspaceRefused("channel_not_found")
        return channel

    def channels(self) -> list[Json]:
        return self.store.all("channel")

    def add_channel(self, channel: SeedChannel, *, ago: timedelta = timedelta(0)) -> None:
        """Opens a channel, `ago` before now."""
        body = {
            "id": channel.id,
            "name": channel.name,
            "members": list(channel.members),
            "topic": channel.topic,
            "purpose": channel.purpose,
            "is_private": channel.is_private,
            "is_im": False,
            "created": int(self.config.clock() - ago.total_seconds()),
        }
        self.store.put("channel", channel.id, body)

    def direct_channel(self, one: str, other: str) -> Json:
        """Returns the conversation of two people, opened now if it wasn't."""
        pair = sorted([self.person(one).id, self.person(other).id])
        name = "D" + hashlib.sha256("".join(pair).encode()).hexdigest()[:10].upper()
        channel = self.store.get("channel", name)
        if channel is None:
            channel = {"id": name, "members": pair, "is_im": True, "created": int(self.config.clock())}
            self.store.put("channel", name, channel)
        return channel

    def join(self, channel: Json, user: str, inviter: str = "") -> bool:
        """Returns False if they were in it already. `inviter` let them in, where they didn't come by themselves."""
        if user in channel["members"]:
            return False
        channel["members"].append(user)
        self.store.put("channel", channel["id"], channel)
        kind = kind_of(channel)[0].upper()
        event = {"type": "member_joined_channel", "user": user, "channel_type": kind, "team": self.seed.team_id}
        self.notify(channel, {**event, **({"inviter": inviter} if inviter else {})})
        self.feed.publish("channels")
        return True

    def notify(self, channel: Json, event: Json) -> None:
        """Sends an event to the bot if it is in the channel."""
        if self.bot.id in channel["members"]:
            self.deliveries.event({"channel": channel["id"], "event_ts": self.store.next_ts(), **event})

    def audience(self, channel: Json) -> frozenset[str] | None:
        """Returns who may see what happens in a channel; None means everybody."""
        closed = channel.get("is_im") or channel.get("is_private")
        return frozenset(channel["members"]) if closed else None

    def permalink(self, channel: str, message: Json) -> str:
        link = f"{self.config.root}/archives/{channel}/p{message['ts'].replace('.', '')}"
        thread = message.get("thread_ts")
        return link if thread in {None, message["ts"]} else f"{link}?thread_ts={thread}&cid={channel}"


def kind_of(channel: Json) -> str:
    """Returns Slack's channel_type."""
    if channel.get("is_im"):
        return "im"
    return "group" if channel.get("is_private") else "channel"
