"""Uploads of the bot and of people; downloads with a token or from the page."""

from __future__ import annotations

import hmac
from pathlib import Path
from typing import Any

from aiohttp import web

from standins.slack import workspace_files
from standins.slack.api.args import Args
from standins.slack.api.faulty_calls import after_the_call, instead_of_the_call
from standins.slack.message_posting import MessageDraft
from standins.slack.page_api.page_request import acting_user, joined_channel
from standins.slack.page_api.text import to_mrkdwn
from standins.slack.web_api_errors import WorkspaceRefused
from standins.slack.workspace_team import WorkspaceTeam

Json = dict[str, Any]
COOKIE = "workspace"


async def from_bot(team: WorkspaceTeam, request: web.Request) -> web.StreamResponse:
    """Takes raw bytes or one file of a form, as files_upload_v2 and curl send them."""
    try:
        if response := await instead_of_the_call(team, request, "upload", Args({})):
            return response
        if request.content_type == "multipart/form-data":
            data = next((f[1] for f in await _parts(request) if f[1] is not None), b"")
        else:
            data = await request.read()
        file = await workspace_files.receive(team, request.match_info["ticket"], data)
    except WorkspaceRefused as refused:
        return web.json_response(refused.body(), status=404)
    return await after_the_call(team, request, "upload", Args({}), web.Response(text=f"OK - {file['size']}"))


async def from_person(team: WorkspaceTeam, request: web.Request) -> web.Response:
    """Takes a form with `user`, `channel`, `text`, `thread_ts` and a file."""
    try:
        body: Json = {}
        name, data = "", b""
        for field, content, filename, text in await _fields(request):
            if filename:
                name, data = filename, content
            else:
                body[field] = text
        channel, user = joined_channel(team, body), acting_user(team, body)
        file = workspace_files.begin(team, user, name, len(data))
        await workspace_files.receive(team, file["ticket"], data)
        draft = MessageDraft(to_mrkdwn(team, body.get("text", "")), thread=body.get("thread_ts") or None)
        message = workspace_files.share(team, channel, user, [workspace_files.complete(team, file["id"])], draft)
    except WorkspaceRefused as refused:
        return web.json_response(refused.body())
    return web.json_response({"ok": True, "channel": channel["id"], "ts": message["ts"]})


async def download(team: WorkspaceTeam, request: web.Request) -> web.StreamResponse:
    """Sends the bytes to the bot with its token and to the page with its cookie."""
    if not _allowed(team, request):
        raise web.HTTPForbidden
    file = team.store.get("file", request.match_info["file"])
    path = workspace_files.path_of(team, file["id"]) if file else None
    if file is None or path is None or file["state"] == "deleted" or not path.exists():
        raise web.HTTPNotFound
    shown = file["mimetype"] in {*workspace_files.PICTURES, workspace_files.VIDEO}
    inline = shown and "download" not in request.query
    return _sent(path, file["mimetype"] if inline else "application/octet-stream", inline=inline)


async def first_frame(team: WorkspaceTeam, request: web.Request) -> web.StreamResponse:
    """Sends the picture that is shown until a video plays, to whom the video is sent."""
    if not _allowed(team, request):
        raise web.HTTPForbidden
    file = team.store.get("file", request.match_info["file"])
    path = workspace_files.first_frame_of(team, file["id"]) if file else None
    if file is None or path is None or file["state"] == "deleted" or not path.exists():
        raise web.HTTPNotFound
    return _sent(path, "image/jpeg", inline=True)


def _sent(path: Path, kind: str, *, inline: bool) -> web.FileResponse:
    headers = {
        "Content-Type": kind,
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, max-age=3600",
        "Content-Disposition": "inline" if inline else "attachment",
    }
    return web.FileResponse(path, headers=headers)


def page_secret(team: WorkspaceTeam) -> str:
    """Returns the value of the page's cookie, which only those who know the signing secret can make."""
    return hmac.new(team.config.signing_secret.encode(), team.seed.team_id.encode(), "sha256").hexdigest()


def _allowed(team: WorkspaceTeam, request: web.Request) -> bool:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer":
        try:
            grant = team.grants.by_token(token.strip())
        except WorkspaceRefused:
            return False
        return "files:read" in grant.scopes and team in grant.teams
    return hmac.compare_digest(request.cookies.get(COOKIE, "").encode(), page_secret(team).encode())


async def _parts(request: web.Request) -> list[tuple[str, bytes | None]]:
    return [(field, content) for field, content, filename, _ in await _fields(request) if filename or content]


async def _fields(request: web.Request) -> list[tuple[str, bytes, str, str]]:
    """Returns (field, bytes, filename, text) of each part of a form."""
    fields = []
    for field, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            fields.append((field, value.file.read(), value.filename, ""))
        elif isinstance(value, str):
            fields.append((field, value.encode(), "", value))
    return fields
