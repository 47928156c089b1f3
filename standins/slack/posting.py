"""Messages: said, changed, taken back. Both sides come here, the Web API and the page."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

from standins.slack.team import WorkspaceTeam, kind_of
from standins.slack.web_api_errors import WorkspaceRefused

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class MessageDraft:
    """What a message will hold. `thread` is the ts of its parent."""

    text: str = ""
    blocks: list[Json] | None = None
    attachments: list[Json] | None = None
    metadata: Json | None = None
    thread: str | None = None
    broadcast: bool = False
    files: list[Json] = field(default_factory=list)

    def content(self) -> Json:
        body: Json = {"text": self.text}
        if self.blocks:
            body["blocks"] = with_ids(self.blocks)
        if self.attachments:
            body["attachments"] = [
                {"id": n, "fallback": "[no preview available]", **a, "blocks": with_ids(a.get("blocks") or [])}
                for n, a in enumerate(self.attachments, 1)
            ]
        if self.metadata:
            body["metadata"] = self.metadata
        if self.files:
            body["files"] = self.files
        return body


def post(team: WorkspaceTeam, channel: Json, user: str, draft: MessageDraft) -> Json:
    """Says it; raises Refused `thread_not_found` when its parent isn't there."""
    message = {"type": "message", "ts": team.store.next_ts(), **signed(team, user), **draft.content()}
    if draft.files:
        message["subtype"] = "file_share"
    parent = _parent(team, channel, draft.thread) if draft.thread else None
    if parent:
        message |= {"thread_ts": parent["ts"], "parent_user_id": parent.get("user", "")}
        if draft.broadcast:
            message["subtype"] = "thread_broadcast"
    team.store.put_message(channel["id"], message)
    show(team, channel, message)
    if parent:
        count_replies(team, channel, parent)
    _announce(team, channel, message)
    return message


def edit(team: WorkspaceTeam, channel: Json, message: Json, user: str, content: Json) -> Json:
    """Replaces the parts named in `content`; None takes a part away."""
    changed = {**message, **content, "edited": {"user": user, "ts": team.store.next_ts()}}
    changed = {name: value for name, value in changed.items() if value is not None}
    rewrite(team, channel, changed)
    event = {"subtype": "message_changed", "hidden": True, "message": changed, "previous_message": message}
    _tell_bot(team, channel, event)
    return changed


def remove(team: WorkspaceTeam, channel: Json, message: Json) -> None:
    """A message with replies leaves a tombstone, any other leaves nothing."""
    if message.get("reply_count"):
        kept = {"type", "ts", "user", "thread_ts", "reply_count", "reply_users", "latest_reply"}
        grave = {name: value for name, value in message.items() if name in kept}
        rewrite(team, channel, {**grave, "subtype": "tombstone", "text": "This message was deleted.", "hidden": True})
    else:
        team.store.remove_message(channel["id"], message["ts"])
        team.feed.tell("gone", only=team.audience(channel), channel=channel["id"], ts=message["ts"])
        thread = message.get("thread_ts")
        if thread and thread != message["ts"] and (parent := team.store.message(channel["id"], thread)):
            count_replies(team, channel, parent)
    team.store.remove("pin", f"{channel['id']}:{message['ts']}")
    event = {"subtype": "message_deleted", "hidden": True, "deleted_ts": message["ts"], "previous_message": message}
    _tell_bot(team, channel, event)


def whisper(team: WorkspaceTeam, channel: str, user: str, draft: MessageDraft, ts: str = "", author: str = "") -> Json:
    """An ephemeral message of the bot (or `author`) for one person; `ts` replaces one that is there."""
    signature = signed(team, author or team.bot.id)
    message = {"type": "message", "ts": ts or team.store.next_ts(), **signature, **draft.content()}
    message |= {"channel": channel, "is_ephemeral": True}
    if draft.thread:
        message["thread_ts"] = draft.thread
    team.ephemeral.setdefault(user, {})[message["ts"]] = message
    team.feed.tell("message", only=user, channel=channel, message=message)
    return message


def hush(team: WorkspaceTeam, channel: str, user: str, ts: str) -> None:
    """Takes an ephemeral message away."""
    if team.ephemeral.get(user, {}).pop(ts, None):
        team.feed.tell("gone", only=user, channel=channel, ts=ts)


def find(team: WorkspaceTeam, channel: Json, ts: str) -> Json:
    found = team.store.message(channel["id"], ts)
    if found is None:
        raise WorkspaceRefused("message_not_found")
    return found


def rewrite(team: WorkspaceTeam, channel: Json, message: Json) -> None:
    """Keeps a changed message and shows it, without a word to the bot."""
    team.store.put_message(channel["id"], message)
    show(team, channel, message)


def show(team: WorkspaceTeam, channel: Json, message: Json) -> None:
    team.feed.tell("message", only=team.audience(channel), channel=channel["id"], message=message)


def signed(team: WorkspaceTeam, user: str) -> Json:
    """Who a message is from, as Slack writes it."""
    author = {"user": user, "team": team.seed.team_id}
    if user != team.bot.id:
        return author
    profile = {"id": team.seed.bot_id, "app_id": team.seed.app_id, "name": team.bot.real_name, "deleted": False}
    return {**author, "bot_id": team.seed.bot_id, "app_id": team.seed.app_id, "bot_profile": profile}


def with_ids(blocks: list[Json]) -> list[Json]:
    """Slack gives a block_id and action_ids to what comes without."""
    named = []
    for block in blocks:
        copy = {**block, "block_id": block.get("block_id") or secrets.token_urlsafe(4)}
        for part in ("accessory", "element"):
            if isinstance(copy.get(part), dict):
                copy[part] = _with_action(copy[part])
        if block.get("type") in {"actions", "context_actions"}:
            copy["elements"] = [_with_action(element) for element in block["elements"]]
        named.append(copy)
    return named


def _with_action(element: Json) -> Json:
    return element if element.get("type") == "image" else {"action_id": secrets.token_urlsafe(4), **element}


def _parent(team: WorkspaceTeam, channel: Json, thread: str) -> Json:
    parent = team.store.message(channel["id"], thread)
    if parent is None:
        raise WorkspaceRefused("thread_not_found")
    above = parent.get("thread_ts", thread)
    return parent if above == thread else _parent(team, channel, above)


def count_replies(team: WorkspaceTeam, channel: Json, parent: Json) -> None:
    replies = team.store.replies(channel["id"], parent["ts"])
    people = list(dict.fromkeys(reply["user"] for reply in replies))
    counted = {"reply_count": len(replies), "reply_users": people, "reply_users_count": len(people)}
    parent = {**parent, "thread_ts": parent["ts"], **counted, "latest_reply": replies[-1]["ts"] if replies else None}
    rewrite(team, channel, {name: value for name, value in parent.items() if value is not None})


def _announce(team: WorkspaceTeam, channel: Json, message: Json) -> None:
    _tell_bot(team, channel, message)
    mentioned = f"<@{team.bot.id}>" in message["text"] or f"<@{team.bot.id}|" in message["text"]
    if mentioned and message["user"] != team.bot.id and not channel.get("is_im"):
        kept = {name: value for name, value in message.items() if name not in {"subtype", "parent_user_id"}}
        team.notify(channel, {**kept, "type": "app_mention", "event_ts": message["ts"]})


def _tell_bot(team: WorkspaceTeam, channel: Json, event: Json) -> None:
    ts = event.get("ts") or team.store.next_ts()
    team.notify(channel, {**event, "type": "message", "channel_type": kind_of(channel), "ts": ts, "event_ts": ts})
