"""What chat.unfurl shows: previews of the app's links, under a message or in a composer."""

from __future__ import annotations

import secrets
from typing import Any

from standins.slack import message_posting
from standins.slack.api.message_content import check_blocks
from standins.slack.web_api_errors import WorkspaceRefused
from standins.slack.workspace_team import WorkspaceTeam

Json = dict[str, Any]
COMPOSER = "COMPOSER"
INTERACTIVE = frozenset({"actions", "input", "context_actions"})


def show(team: WorkspaceTeam, channel_id: str, ts: str, unfurls: Json) -> None:
    """The same call again changes what is shown, and adds nothing. Raises WorkspaceRefused with Slack's codes."""
    try:
        channel = team.channel(channel_id)
    except WorkspaceRefused:
        raise WorkspaceRefused("cannot_find_channel") from None
    message = team.store.message(channel["id"], ts)
    if message is None:
        raise WorkspaceRefused("cannot_find_message")
    shown = _previews(team, message["text"], unfurls)
    kept = [each for each in message.get("attachments", []) if each.get("app_unfurl_url") not in unfurls]
    attachments = [{**each, "id": number} for number, each in enumerate([*kept, *shown], 1)]
    message_posting.save(team, channel, {**message, "attachments": attachments})


def compose(team: WorkspaceTeam, user: str, text: str) -> str:
    """Somebody has written this into a composer and not sent it: the app hears of the links. Returns the unfurl id."""
    links = message_posting.links_of(team, text)
    id = f"U{secrets.token_hex(4)}-{secrets.token_hex(8)}"
    team.composing[id] = {"user": user, "text": text, "attachments": []}
    place = {"channel": COMPOSER, "message_ts": id, "unfurl_id": id, "source": "composer", "user": user}
    event = {"type": "link_shared", "is_bot_user_member": False, "links": links, "event_ts": team.store.next_ts()}
    team.deliveries.event({**event, **place})
    return id


def show_in_composer(team: WorkspaceTeam, id: str, source: str, unfurls: Json) -> Json:
    """Raises WorkspaceRefused with Slack's codes."""
    if source not in {"composer", "conversations_history"}:
        raise WorkspaceRefused("invalid_source" if source else "missing_source")
    if not id:
        raise WorkspaceRefused("missing_unfurl_id")
    if source == "conversations_history":
        channel, _, ts = id.partition(".")
        show(team, channel, ts, unfurls)
        return {}
    composed = team.composing.get(id)
    if composed is None:
        raise WorkspaceRefused("invalid_unfurl_id")
    composed["attachments"] = _previews(team, composed["text"], unfurls)
    return {}


def _previews(team: WorkspaceTeam, text: str, unfurls: Json) -> list[Json]:
    known = {link["url"] for link in message_posting.links_of(team, text)}
    previews = []
    for url, preview in unfurls.items():
        if url not in known:
            raise WorkspaceRefused("cannot_unfurl_message")
        if not isinstance(preview, dict) or not (preview.get("blocks") or preview.get("text")):
            raise WorkspaceRefused("cannot_parse_attachment")
        blocks = preview.get("blocks") or []
        if any(block.get("type") in INTERACTIVE for block in blocks):
            raise WorkspaceRefused("invalid_blocks")
        check_blocks(team, {"text": "", "blocks": blocks, "attachments": []})
        app = {"app_unfurl_url": url, "from_url": url, "is_app_unfurl": True, "app_id": team.seed.app_id}
        previews.append(
            {
                **preview,
                **app,
                "fallback": preview.get("fallback", "[no preview available]"),
                "blocks": message_posting.with_ids(blocks),
            }
        )
    return previews
