"""Answers that come through a response_url, or in the acknowledgement of a command."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from standins.slack import message_posting
from standins.slack.api.args import Args
from standins.slack.api.faulty_calls import after_the_call, instead_of_the_call
from standins.slack.api.message_content import draft_from
from standins.slack.message_posting import MessageDraft
from standins.slack.triggers import ResponseTarget
from standins.slack.web_api_errors import WorkspaceRefused
from standins.slack.workspace_team import WorkspaceTeam

Json = dict[str, Any]


def post_answer(team: WorkspaceTeam, channel: Json, user: str, body: Json) -> None:
    """Posts to everybody where `response_type` is in_channel, else shows the answer to this person alone."""
    draft = draft_from(team, Args(body))
    if body.get("response_type") == "in_channel":
        message_posting.post(team, channel, team.bot.id, draft)
    else:
        message_posting.post_ephemeral(team, channel["id"], user, draft)


async def receive(team: WorkspaceTeam, request: web.Request) -> web.StreamResponse:
    name = request.match_info["name"]
    try:
        if response := await instead_of_the_call(team, request, "response_url", Args({})):
            team.journal.note("api", "response_url", args={}, ok=False, error="", body={})
            return response
        target = team.triggers.response_target(name)
        body = await request.json()
        _apply(team, target, body if isinstance(body, dict) else {})
    except ValueError:
        return web.Response(status=400, text="invalid_payload")
    except WorkspaceRefused as refused:
        status = 404 if refused.code in {"expired_url", "used_url"} else 400
        return web.json_response(refused.body(), status=status)
    team.journal.note("api", "response_url", args=body, ok=True, error="", body={})
    return await after_the_call(team, request, "response_url", Args({}), web.Response(text="ok"))


def _apply(team: WorkspaceTeam, target: ResponseTarget, body: Json) -> None:
    channel = team.channel(target.channel)
    if body.get("delete_original") and target.ts:
        _delete(team, channel, target)
    elif body.get("replace_original") and target.ts:
        _replace(team, channel, target, draft_from(team, Args(body)))
    else:
        thread = {"thread_ts": target.thread} if target.thread and "thread_ts" not in body else {}
        post_answer(team, channel, target.user, {**thread, **body})


def _delete(team: WorkspaceTeam, channel: Json, target: ResponseTarget) -> None:
    ts = str(target.ts)
    if ts in team.ephemeral.get(target.user, {}):
        message_posting.remove_ephemeral(team, target.channel, target.user, ts)
    else:
        message_posting.remove(team, channel, message_posting.message_at(team, channel, ts))


def _replace(team: WorkspaceTeam, channel: Json, target: ResponseTarget, draft: MessageDraft) -> None:
    ts = str(target.ts)
    if old := team.ephemeral.get(target.user, {}).get(ts):
        kept = MessageDraft(draft.text, draft.blocks, draft.attachments, thread=old.get("thread_ts"))
        message_posting.post_ephemeral(team, target.channel, target.user, kept, ts)
    else:
        content = {"blocks": None, "attachments": None, **draft.content()}
        message_posting.edit(team, channel, message_posting.message_at(team, channel, ts), team.bot.id, content)
