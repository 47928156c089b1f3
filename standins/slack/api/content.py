"""What a message may hold, checked as Slack checks it, for every method that sends one."""

from __future__ import annotations

from typing import Any

from standins.slack import workspace_files
from standins.slack.api.args import Args
from standins.slack.blocks import Problem, check_message
from standins.slack.posting import MessageDraft
from standins.slack.team import WorkspaceTeam
from standins.slack.web_api_errors import WorkspaceRefused

Json = dict[str, Any]
TEXT_SENT = 40_000  # longer text is cut off, chat.postMessage
TEXT_CHANGED = 4_000  # longer text is refused, chat.update
BLOCKS_IN_ALL = 13_200  # characters; not documented, seen in slackapi/bolt-js#2509
METADATA = 8_000
ATTACHMENTS = 100


def draft_from(team: WorkspaceTeam, args: Args, limit: int | None = None) -> MessageDraft:
    """Raises Refused: no_text, msg_too_long (over `limit`), invalid_blocks, invalid_metadata_format and their kin."""
    blocks = args.json("blocks", list, "invalid_blocks_format")
    attachments = args.json("attachments", list, "invalid_attachments")
    text = args.text("text")
    if markdown := args.text("markdown_text"):
        if blocks or text:
            raise WorkspaceRefused("markdown_text_conflict")
        blocks, text = [{"type": "markdown", "text": markdown}], markdown
    if not text and not blocks and not attachments:
        raise WorkspaceRefused("no_text")
    if limit is not None and len(text) > limit:
        raise WorkspaceRefused("msg_too_long")
    if attachments and len(attachments) > ATTACHMENTS:
        raise WorkspaceRefused("too_many_attachments")
    check_blocks(team, {"text": text, "blocks": blocks or [], "attachments": attachments or []})
    thread = args.ts("thread_ts") or None
    shown = text[:TEXT_SENT]
    return MessageDraft(shown, blocks, attachments, _metadata(args), thread, args.flag("reply_broadcast"))


def check_blocks(team: WorkspaceTeam, message: Json) -> None:
    problems = check_message(message)
    everything = [*message["blocks"], *(b for a in message["attachments"] for b in a.get("blocks") or [])]
    for at, block in enumerate(everything if not problems else []):
        if slack_file := _missing_file(team, block):
            problems.append(Problem(f"/blocks/{at}/slack_file", "file", f"invalid slack file {slack_file}"))
        if team.faults.take("refuse_block", str(block.get("type"))):
            problems.append(Problem(f"/blocks/{at}/type", "type", f"unsupported type: {block['type']}"))
    if problems:
        raise WorkspaceRefused("invalid_blocks", *_messages(problems), errors=[p.json() for p in problems])
    if sum(_length(block) for block in message["blocks"]) > BLOCKS_IN_ALL:
        raise WorkspaceRefused("msg_blocks_too_long")


def refuse_view(problems: list[Problem]) -> None:
    if problems:
        raise WorkspaceRefused("invalid_arguments", *_messages(problems), errors=[p.json() for p in problems])


def _messages(problems: list[Problem]) -> list[str]:
    return [f"[ERROR] {problem.text} [json-pointer:{problem.pointer}]" for problem in problems]


def _missing_file(team: WorkspaceTeam, block: Json) -> str:
    """The id of a file that an image names and Slack would not show."""
    for part in (block, block.get("accessory") or {}, *(block.get("elements") or [])):
        slack_file = part.get("slack_file") if isinstance(part, dict) else None
        if slack_file and workspace_files.picture(team, slack_file) is None:
            return str(slack_file.get("id") or slack_file.get("url"))
    return ""


def _length(block: Json) -> int:
    """Characters of the text that people read in the blocks which share the limit."""
    if block.get("type") not in {"section", "context", "header"}:
        return 0
    parts = [block.get("text"), *(block.get("fields") or []), *(block.get("elements") or [])]
    return sum(len(part.get("text", "")) for part in parts if isinstance(part, dict) and part.get("type") != "image")


def _metadata(args: Args) -> Json | None:
    metadata: Json | None = args.json("metadata", dict, "invalid_metadata_format")
    if metadata is None:
        return None
    if not isinstance(metadata.get("event_type"), str) or not isinstance(metadata.get("event_payload"), dict):
        raise WorkspaceRefused("invalid_metadata_schema")
    if len(str(metadata)) > METADATA:
        raise WorkspaceRefused("metadata_too_large")
    return metadata
