"""Emoji by the names that Slack gives them.

The table is `templates/emoji.json`, which `scripts/emoji_table.py` makes; the local workspace's page has the same.
"""

from __future__ import annotations

from functools import cache

import msgspec

from bot.kernel.paths import TEMPLATES


def emoji(name: str) -> str:
    """The characters of that name, empty when there is none (a workspace's own, say)."""
    return _table().get(name, "")


@cache
def _table() -> dict[str, str]:
    return msgspec.json.decode((TEMPLATES / "emoji.json").read_bytes(), type=dict[str, str])
