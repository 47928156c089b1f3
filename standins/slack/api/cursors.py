"""Slack's cursors: an opaque word for the position where the next page begins."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any, TypeVar

from standins.slack.api.args import Args
from standins.slack.web_api_errors import WorkspaceRefused
from standins.slack.workspace_team import WorkspaceTeam

T = TypeVar("T")


def page(team: WorkspaceTeam, items: Sequence[T], args: Args, *, default: int) -> tuple[list[T], dict[str, Any]]:
    """Returns this page and, beside it, `response_metadata.next_cursor`, which is empty on the last."""
    start, limit = offset(args), args.number("limit", default, team.config.page_limit)
    following = start + limit
    cursor = cursor_at(following) if following < len(items) else ""
    return list(items[start:following]), {"response_metadata": {"next_cursor": cursor}}


def cursor_at(position: int) -> str:
    return base64.b64encode(f"next:{position}".encode()).decode()


def offset(args: Args) -> int:
    cursor = args.text("cursor")
    if not cursor:
        return 0
    try:
        word, _, position = base64.b64decode(cursor, validate=True).decode().partition(":")
        if word == "next":
            return int(position)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        pass
    raise WorkspaceRefused("invalid_cursor")
