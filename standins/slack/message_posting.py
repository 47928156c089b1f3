"""Messages are posted, edited and removed here, for the Web API and for the page."""

from __future__ import annotations

import html
import re
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from standins.slack.web_api_errors import WorkspaceRefused
from standins.slack.workspace_team import WorkspaceTeam, kind_of

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class MessageDraft:
    """The content of a message to be. `thread` is the ts of its parent."""

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
    """Returns the message. Raises WorkspaceRefused `thread_not_found` when its parent isn't there."""
    message = {"type": "message", "ts": team.store.next_ts(), **author_fields(team, user), **draft.content()}
    if draft.files:
        message["subtype"] = "file_share"
    parent = _parent(team, channel, draft.thread) if draft.thread else None
    if parent:
        message |= {"thread_ts": parent["ts"], "parent_user_id": parent.get("user", "")}
        if draft.broadcast:
            message["subtype"] = "thread_broadcast"
    team.store.put_message(channel["id"], message)
    publish_message(team, channel, message)
    if parent:
        count_replies(team, channel, parent)
    _notify_of_post(team, channel, message)
    return message


def set_topic(team: WorkspaceTeam, channel: Json, user: str, topic: str) -> None:
    """Sets a channel's topic and says so in the channel, as Slack does."""
    channel["topic"] = topic
    team.store.put("channel", channel["id"], channel)
    team.feed.publish("channels")
    text = f"<@{user}> set the channel topic: {topic}" if topic else f"<@{user}> cleared the channel topic"
    subtype = "group_topic" if kind_of(channel) == "group" else "channel_topic"
    notice = {"type": "message", "subtype": subtype, "ts": team.store.next_ts(), "user": user, "text": text}
    message = {**notice, "topic": topic}
    team.store.put_message(channel["id"], message)
    publish_message(team, channel, message)
    _notify_bot(team, channel, message)


def edit(team: WorkspaceTeam, channel: Json, message: Json, user: str, content: Json) -> Json:
    """Replaces the parts named in `content`; None removes a part."""
    changed = {**message, **content, "edited": {"user": user, "ts": team.store.next_ts()}}
    changed = {name: value for name, value in changed.items() if value is not None}
    save(team, channel, changed)
    event = {"subtype": "message_changed", "hidden": True, "message": changed, "previous_message": message}
    _notify_bot(team, channel, event)
    return changed


def remove(team: WorkspaceTeam, channel: Json, message: Json) -> None:
    """A message with replies leaves a tombstone, any other leaves nothing."""
    if message.get("reply_count"):
        kept = {"type", "ts", "user", "thread_ts", "reply_count", "reply_users", "latest_reply"}
        tombstone = {name: value for name, value in message.items() if name in kept}
        save(team, channel, {**tombstone, "subtype": "tombstone", "text": "This message was deleted.", "hidden": True})
    else:
        team.store.remove_message(channel["id"], message["ts"])
        team.feed.publish("gone", only=team.audience(channel), channel=channel["id"], ts=message["ts"])
        thread = message.get("thread_ts")
        if thread and thread != message["ts"] and (parent := team.store.message(channel["id"], thread)):
            count_replies(team, channel, parent)
    team.store.remove("pin", f"{channel['id']}:{message['ts']}")
    event = {"subtype": "message_deleted", "hidden": True, "deleted_ts": message["ts"], "previous_message": message}
    _notify_bot(team, channel, event)


def post_ephemeral(
    team: WorkspaceTeam, channel: str, user: str, draft: MessageDraft, ts: str = "", author: str = ""
) -> Json:
    """Shows a message of the bot (or `author`) to one person; with `ts` it replaces the one that has it."""
    fields = author_fields(team, author or team.bot.id)
    message = {"type": "message", "ts": ts or team.store.next_ts(), **fields, **draft.content()}
    message |= {"channel": channel, "is_ephemeral": True}
    if draft.thread:
        message["thread_ts"] = draft.thread
    team.ephemeral.setdefault(user, {})[message["ts"]] = message
    team.feed.publish("message", only=user, channel=channel, message=message)
    return message


def remove_ephemeral(team: WorkspaceTeam, channel: str, user: str, ts: str) -> None:
    if team.ephemeral.get(user, {}).pop(ts, None):
        team.feed.publish("gone", only=user, channel=channel, ts=ts)


def message_at(team: WorkspaceTeam, channel: Json, ts: str) -> Json:
    """Returns the message. Raises WorkspaceRefused `message_not_found`."""
    message = team.store.message(channel["id"], ts)
    if message is None:
        raise WorkspaceRefused("message_not_found")
    return message


def save(team: WorkspaceTeam, channel: Json, message: Json) -> None:
    """Stores a changed message and shows it on the pages; the bot gets no event."""
    team.store.put_message(channel["id"], message)
    publish_message(team, channel, message)


def publish_message(team: WorkspaceTeam, channel: Json, message: Json) -> None:
    team.feed.publish("message", only=team.audience(channel), channel=channel["id"], message=message)


def author_fields(team: WorkspaceTeam, user: str) -> Json:
    """Returns the fields that say who a message is from, as Slack has them."""
    author = {"user": user, "team": team.seed.team_id}
    if user != team.bot.id:
        return author
    profile = {"id": team.seed.bot_id, "app_id": team.seed.app_id, "name": team.bot.real_name, "deleted": False}
    return {**author, "bot_id": team.seed.bot_id, "app_id": team.seed.app_id, "bot_profile": profile}


def with_ids(blocks: list[Json]) -> list[Json]:
    """Returns the blocks with a block_id and action_ids where they came without, as Slack gives them."""
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
    save(team, channel, {name: value for name, value in parent.items() if value is not None})


def _notify_of_post(team: WorkspaceTeam, channel: Json, message: Json) -> None:
    _notify_bot(team, channel, message)
    mentioned = f"<@{team.bot.id}>" in message["text"] or f"<@{team.bot.id}|" in message["text"]
    if mentioned and message["user"] != team.bot.id and not channel.get("is_im"):
        kept = {name: value for name, value in message.items() if name not in {"subtype", "parent_user_id"}}
        team.notify(channel, {**kept, "type": "app_mention", "event_ts": message["ts"]})
    if message["user"] != team.bot.id:
        notify_of_links(team, channel, message)


def notify_of_links(team: WorkspaceTeam, channel: Json, message: Json) -> None:
    """Apps hear of links to their domains also in channels that they aren't in."""
    links = links_of(team, message["text"])
    if links:
        where = {"channel": channel["id"], "message_ts": message["ts"], "user": message["user"]}
        if message.get("thread_ts"):
            where["thread_ts"] = message["thread_ts"]
        source = {"unfurl_id": f"{channel['id']}.{message['ts']}", "source": "conversations_history"}
        member = team.bot.id in channel["members"]
        event = {"type": "link_shared", "is_bot_user_member": member, "links": links, "event_ts": message["ts"]}
        team.deliveries.event({**event, **where, **source})


def links_of(team: WorkspaceTeam, text: str) -> list[Json]:
    """The links to the app's domains, each once, as an event has them."""
    urls = dict.fromkeys(html.unescape(url) for url in re.findall(r"<(https?://[^>|]+)", text))
    domains = {url: urlsplit(url).hostname or "" for url in urls}
    wanted = team.config.unfurl_domains
    return [
        {"domain": domain, "url": url}
        for url, domain in domains.items()
        if any(domain == each or domain.endswith(f".{each}") for each in wanted)
    ]


def _notify_bot(team: WorkspaceTeam, channel: Json, event: Json) -> None:
    ts = event.get("ts") or team.store.next_ts()
    team.notify(channel, {**event, "type": "message", "channel_type": kind_of(channel), "ts": ts, "event_ts": ts})
