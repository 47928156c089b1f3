"""files.*: the upload in two steps, and the files that came of it."""

from __future__ import annotations

from typing import Any

from standins.slack import workspace_files
from standins.slack.api.args import Args
from standins.slack.api.chat_api import postable_channel
from standins.slack.api.message_content import check_blocks
from standins.slack.message_posting import MessageDraft
from standins.slack.web_api_errors import WorkspaceRefused
from standins.slack.workspace_team import WorkspaceTeam

Json = dict[str, Any]


async def upload_url(team: WorkspaceTeam, args: Args) -> Json:
    name, length = args.required("filename"), args.required("length")
    if not length.isdecimal() or int(length) == 0:
        raise WorkspaceRefused("invalid_arguments", "[ERROR] must be a positive integer: length")
    if int(length) > team.config.upload_limit:
        raise WorkspaceRefused("file_upload_size_restricted")
    alt = args.text("alt_txt")
    if len(alt) > 1000:
        raise WorkspaceRefused("alt_txt_too_large")
    file = workspace_files.begin(team, team.bot.id, name, int(length), alt)
    return {"upload_url": f"{team.config.root}/upload/v1/{file['ticket']}", "file_id": file["id"]}


async def complete(team: WorkspaceTeam, args: Args) -> Json:
    uploads: list[Json] | None = args.json("files", list, "invalid_arguments")
    if not uploads or not all(isinstance(one, dict) and isinstance(one.get("id"), str) for one in uploads):
        raise WorkspaceRefused("invalid_arguments", "[ERROR] must hold files with an id: files")
    names, thread = args.text("channel_id") or args.text("channels"), args.ts("thread_ts") or None
    if "," in names and thread:
        raise WorkspaceRefused("invalid_arguments", "[ERROR] thread_ts goes with one channel")
    channels = [postable_channel(team, name.strip()) for name in names.split(",") if name.strip()]
    comment, blocks = args.text("initial_comment"), args.json("blocks", list, "invalid_blocks")
    if blocks and not comment:
        check_blocks(team, {"blocks": blocks, "attachments": []})
    done = [workspace_files.complete(team, one["id"], str(one.get("title") or "")) for one in uploads]
    for channel in channels:
        draft = MessageDraft(comment, None if comment else blocks, thread=thread)
        workspace_files.share(team, channel, team.bot.id, done, draft)
    return {"files": [workspace_files.public(team, file) for file in done]}


async def info(team: WorkspaceTeam, args: Args) -> Json:
    return {
        "file": workspace_files.public(team, workspace_files.existing(team, args.required("file"))),
        "comments": [],
        "paging": {"pages": 1},
    }


async def delete(team: WorkspaceTeam, args: Args) -> Json:
    file = workspace_files.existing(team, args.required("file"))
    if file["user"] != team.bot.id:
        raise WorkspaceRefused("cant_delete_file")
    await workspace_files.delete(team, file["id"])
    return {}
