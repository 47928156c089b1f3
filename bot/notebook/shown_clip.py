"""A clip that was shown in a thread: enough to put it into a notebook without rendering it again."""

from __future__ import annotations

import msgspec

from bot.notebook.cell_data import StoredClip


class ShownClip(msgspec.Struct, frozen=True, kw_only=True):
    """`asked` is the question it belongs to. `start_ms` and `end_ms` count from the session's first event."""

    id: str
    asked: str
    session: str
    start_ms: int
    end_ms: int
    length_ms: int = 0
    """How long the whole session is; 0 where it isn't known (clips from before it was kept)."""
    reason: str = ""
    """Why this session; `clip.why` also says who set the window. Empty in clips from before it was kept."""
    words: str = ""
    """In which words the question was asked when the session was chosen."""
    after_fix: tuple[str, ...] = ()
    """Of a clip of before and after a fix: its sessions that are from after it."""
    clip: StoredClip
