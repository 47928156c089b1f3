"""The record of a channel's clip settings."""

from __future__ import annotations

from typing import Literal

import msgspec


class ClipSettings(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one channel wants of its clips. 0, None and an empty format are the bot's own."""

    at_once: bool = False
    """Make a clip with every answer that has signals."""
    selectors: tuple[str, ...] = ()
    """CSS selectors of what is hidden there, over what is hidden everywhere."""
    images: bool = False
    """Hide pictures, too."""
    width: int = 0
    longest_s: int = 0
    loops: int | None = None
    """How often a GIF plays; 0 is for ever, None the bot's own."""
    no_digest: bool = False
    """No weekly list of open follow-ups. Kept here, as it is set with the rest."""
    format: Literal["", "gif", "mp4"] = ""
