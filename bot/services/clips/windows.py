"""Which sessions can be picked, and which windows a clip can have. Plain functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.kernel.errors import Missing, Misunderstood
from bot.replay.script.choice import worst_moments
from bot.replay.script.transcript import MAX_ERROR, short
from bot.signals.source import Moment

LONGEST_MS = 30_000
MOST_LISTED = 10
LONGEST_ID = 150


def pickable(moments: Sequence[Moment]) -> list[Moment]:
    """What *Pick a session* lists: the worst moment of each session, newest first. Raises Missing.

    No more than anybody reads. Slack takes 150 characters of a choice, so a session with a longer id can't be picked.
    Nothing sensitive is in the errors.
    """
    worst = [moment for moment in worst_moments(moments) if len(moment.session_id) <= LONGEST_ID]
    if not worst:
        raise Missing("None of these sessions can be picked here.")
    return [replace(moment, error=short(moment.error, MAX_ERROR)) for moment in worst[:MOST_LISTED]]


def window(start: str, end: str, length_ms: int = 0) -> tuple[int, int]:
    """Start and end in ms from what a person typed in seconds. `length_ms` is the session's, where it is known.

    Raises Misunderstood.
    """
    try:
        start_ms, end_ms = round(float(start) * 1000), round(float(end) * 1000)
    except (ValueError, OverflowError):
        raise Misunderstood("Start and end are seconds, such as 12.5.") from None
    if start_ms < 0 or end_ms <= start_ms:
        raise Misunderstood("The end must come after the start.")
    if length_ms and start_ms >= length_ms:
        raise Misunderstood("The session ends after %(n)s seconds.", n=length_ms // 1000)
    if end_ms - start_ms > LONGEST_MS:
        raise Misunderstood("A clip is at most %(n)s seconds long.", n=LONGEST_MS // 1000)
    return start_ms, end_ms


def moved(start_ms: int, end_ms: int, *, start_by: int, end_by: int) -> tuple[int, int]:
    """The window with its ends moved; what makes it too long is cut at the end that was not moved."""
    start, end = max(0, start_ms + start_by), end_ms + end_by
    if end - start > LONGEST_MS:
        start, end = (start, start + LONGEST_MS) if start_by else (end - LONGEST_MS, end)
    return start, end
