"""Puts the seed into an empty store, once; a second start finds what is there."""

from __future__ import annotations

from standins.slack import message_marks
from standins.slack.posting import MessageDraft, count_replies, signed
from standins.slack.team import WorkspaceTeam
from standins.slack.workspace_config import SeedMessage
from standins.slack.workspace_store import stamp


def begin(team: WorkspaceTeam) -> None:
    if team.store.get("meta", "seeded"):
        return
    for channel in team.seed.channels:
        team.add_channel(channel)
    for person in team.seed.people:
        team.direct(person.id, team.bot.id)
    keys: dict[str, str] = {}
    for said in sorted(team.seed.messages, key=lambda said: said.ago, reverse=True):
        _say(team, said, keys)
    team.store.put("meta", "seeded", {"at": team.config.clock()})


def _say(team: WorkspaceTeam, said: SeedMessage, keys: dict[str, str]) -> None:
    """Written straight into the store: the bot hears of nothing that happened before it came."""
    channel = team.channel(said.channel)
    ts = stamp(round((team.config.clock() - said.ago.total_seconds()) * 1_000_000))
    message = {"type": "message", "ts": ts, **signed(team, said.user), **MessageDraft(said.text).content()}
    if said.reactions:
        message["reactions"] = [{"name": n, "users": list(u), "count": len(u)} for n, u in said.reactions]
    if said.under:
        message["thread_ts"] = keys[said.under]
    if said.key:
        keys[said.key] = ts
    team.store.put_message(channel["id"], message)
    if said.pinned:
        message_marks.pin(team, channel, message, said.user)
    if said.under and (parent := team.store.message(channel["id"], keys[said.under])):
        count_replies(team, channel, parent)
