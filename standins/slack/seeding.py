"""Puts the seed into an empty store. A second start changes nothing."""

from __future__ import annotations

from datetime import timedelta

from standins.slack import reactions_and_pins
from standins.slack.message_posting import MessageDraft, author_fields, count_replies
from standins.slack.workspace_config import SeedMessage
from standins.slack.workspace_store import stamp
from standins.slack.workspace_team import WorkspaceTeam


def seed_store(team: WorkspaceTeam) -> None:
    if team.store.get("meta", "seeded"):
        return
    for channel in team.seed.channels:
        ages = [message.ago for message in team.seed.messages if message.channel == channel.id]
        team.add_channel(channel, ago=max(ages) + timedelta(minutes=1) if ages else timedelta(0))
    for person in team.seed.people:
        team.direct_channel(person.id, team.bot.id)
    timestamps: dict[str, str] = {}
    for message in sorted(team.seed.messages, key=lambda message: message.ago, reverse=True):
        _add_message(team, message, timestamps)
    team.store.put("meta", "seeded", {"at": team.config.clock()})


def _add_message(team: WorkspaceTeam, seeded: SeedMessage, timestamps: dict[str, str]) -> None:
    """Writes straight into the store: the bot gets no event for what happened before it came.

    `timestamps` maps the keys of seeded messages to their ts.
    """
    channel = team.channel(seeded.channel)
    ts = stamp(round((team.config.clock() - seeded.ago.total_seconds()) * 1_000_000))
    message = {"type": "message", "ts": ts, **author_fields(team, seeded.user), **MessageDraft(seeded.text).content()}
    if seeded.reactions:
        message["reactions"] = [{"name": n, "users": list(u), "count": len(u)} for n, u in seeded.reactions]
    if seeded.under:
        message["thread_ts"] = timestamps[seeded.under]
    if seeded.key:
        timestamps[seeded.key] = ts
    team.store.put_message(channel["id"], message)
    if seeded.pinned:
        reactions_and_pins.pin(team, channel, message, seeded.user)
    if seeded.under and (parent := team.store.message(channel["id"], timestamps[seeded.under])):
        count_replies(team, channel, parent)
