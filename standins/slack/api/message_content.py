"""The content of messages, checked as Slack checks it, for every method that sends one."""

from __future__ import annotations

from typing import Any

from standins.slack import workspace_files
from standins.slack.api.args import Args
from standins.slack.blocks import Problem, check_message
from standins.slack.message_posting import MessageDraft
from standins.slack.web_api_errors import WorkspaceRefused
from standins.slack.workspace_team import WorkspaceTeam

Json = dict[str, Any]
MOST_SENT_TEXT = 40_000  # longer text is cut off, chat.postMessage
MOST_UPDATED_TEXT = 4_000  # longer text is refused, chat.update
MOST_BLOCK_TEXT = 13_200  # characters; not documented, seen in slackapi/bolt-js#2509
MOST_METADATA = 8_000
MOST_ATTACHMENTS = 100


def draft_from(team: WorkspaceTeam, args: Args, limit: int | None = None) -> MessageDraft:
    """Raises WorkspaceRefused: no_text, msg_too_long (over `limit`), invalid_blocks and other codes of Slack's."""
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
    if attachments and len(attachments) > MOST_ATTACHMENTS:
        raise WorkspaceRefused("too_many_attachments")
    check_blocks(team, {"text": text, "blocks": blocks or [], "attachments": attachments or []})
    thread = args.ts("thread_ts") or None
    kept = text[:MOST_SENT_TEXT]
    return MessageDraft(kept, blocks, attachments, _metadata(args), thread, args.flag("reply_broadcast"))


def check_blocks(team: WorkspaceTeam, message: Json) -> None:
    problems = check_message(message)
    blocks = [*message["blocks"], *(b for a in message["attachments"] for b in a.get("blocks") or [])]
    for at, block in enumerate(blocks if not problems else []):
        if file := _missing_file(team, block):
            problems.append(Problem(f"/blocks/{at}/slack_file", "file", f"invalid slack file {file}"))
        if team.faults.take("refuse_block", str(block.get("type"))):
            problems.append(Problem(f"/blocks/{at}/type", "type", f"unsupported type: {block['type']}"))
    if problems:
        raise WorkspaceRefused("invalid_blocks", *_messages(problems), errors=[p.json() for p in problems])
    if sum(_length(block) for block in message["blocks"]) > MOST_BLOCK_TEXT:
        raise WorkspaceRefused("msg_blocks_too_long")


def refuse_view(problems: list[Problem]) -> None:
    if problems:
        raise WorkspaceRefused("invalid_arguments", *_messages(problems), errors=[p.json() for p in problems])


def _messages(problems: list[Problem]) -> list[str]:
    return [f"[ERROR] {problem.text} [json-pointer:{problem.pointer}]" for problem in problems]


def _missing_file(team: WorkspaceTeam, block: Json) -> str:
    """Returns the id of a file that an image names and Slack would not show, or an empty string."""
    for part in (block, block.get("accessory") or {}, *(block.get("elements") or [])):
        slack_file = part.get("slack_file") if isinstance(part, dict) else None
        if slack_file and workspace_files.picture(team, slack_file) is None:
            return str(slack_file.get("id") or slack_file.get("url"))
    return ""


def _length(block: Json) -> int:
    """Returns how many characters people read in a block that counts towards the limit."""
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
    if len(str(metadata)) > MOST_METADATA:
        raise WorkspaceRefused("metadata_too_large")
    return metadata
