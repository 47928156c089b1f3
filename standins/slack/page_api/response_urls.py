"""Answers through a response_url, and in the acknowledgement of a command."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from standins.slack import posting
from standins.slack.api.args import Args
from standins.slack.api.content import draft_from
from standins.slack.posting import MessageDraft
from standins.slack.team import WorkspaceTeam
from standins.slack.triggers import Reply
from standins.slack.web_api_errors import WorkspaceRefused

Json = dict[str, Any]


def say(team: WorkspaceTeam, channel: Json, user: str, body: Json) -> None:
    """`response_type` in_channel says it to everybody, anything else to the person alone."""
    draft = draft_from(team, Args(body))
    if body.get("response_type") == "in_channel":
        posting.post(team, channel, team.bot.id, draft)
    else:
        posting.whisper(team, channel["id"], user, draft)


async def receive(team: WorkspaceTeam, request: web.Request) -> web.Response:
    name = request.match_info["name"]
    try:
        reply = team.triggers.reply(name)
        body = await request.json()
        _apply(team, reply, body if isinstance(body, dict) else {})
    except ValueError:
        return web.Response(status=400, text="invalid_payload")
    except WorkspaceRefused as refused:
        status = 404 if refused.code in {"expired_url", "used_url"} else 400
        return web.json_response(refused.body(), status=status)
    team.journal.note("api", "response_url", args=body, ok=True, error="", body={})
    return web.Response(text="ok")


def _apply(team: WorkspaceTeam, reply: Reply, body: Json) -> None:
    channel = team.channel(reply.channel)
    if body.get("delete_original") and reply.ts:
        _delete(team, channel, reply)
    elif body.get("replace_original") and reply.ts:
        _replace(team, channel, reply, draft_from(team, Args(body)))
    else:
        thread = {"thread_ts": reply.thread} if reply.thread and "thread_ts" not in body else {}
        say(team, channel, reply.user, {**thread, **body})


def _delete(team: WorkspaceTeam, channel: Json, reply: Reply) -> None:
    ts = str(reply.ts)
    if ts in team.ephemeral.get(reply.user, {}):
        posting.hush(team, reply.channel, reply.user, ts)
    else:
        posting.remove(team, channel, posting.find(team, channel, ts))


def _replace(team: WorkspaceTeam, channel: Json, reply: Reply, draft: MessageDraft) -> None:
    ts = str(reply.ts)
    if old := team.ephemeral.get(reply.user, {}).get(ts):
        kept = MessageDraft(draft.text, draft.blocks, draft.attachments, thread=old.get("thread_ts"))
        posting.whisper(team, reply.channel, reply.user, kept, ts)
    else:
        content = {"blocks": None, "attachments": None, **draft.content()}
        posting.edit(team, channel, posting.find(team, channel, ts), team.bot.id, content)
