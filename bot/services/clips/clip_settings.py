"""The record of a channel's settings: how its clips are made, and the template of its post-mortem."""

from __future__ import annotations

from typing import Literal

import msgspec


class ClipSettings(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one channel wants of its clips, its watches and its answers. 0, None and an empty text are the bot's own."""

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
    quiet_from: int | None = None
    """The hour of the day from which no watch speaks, until before the other; None for both is never quiet."""
    quiet_until: int | None = None
    zone: str = ""
    """The zone of these hours: that of whoever set them."""
    live: bool = False
    """Keep every answer of a period that goes on live for a while."""
    template: str = ""
    """The name of the template that the channel's post-mortem is opened from; empty: by its severity."""
