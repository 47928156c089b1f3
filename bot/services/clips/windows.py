"""Which sessions can be picked, and which windows a clip can have. Plain functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.kernel.errors import Missing, Misunderstood
from bot.kernel.locale import Locale
from bot.replay.script.choice import worst_moments
from bot.replay.script.moment import LIMIT_MS
from bot.replay.script.transcript import MAX_ERROR, short
from bot.signals.source import Moment

LONGEST_MS = LIMIT_MS
STEP_MS = 5_000
TRIFLE_MS = 50
"""Less than is said in seconds with one decimal."""
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


class BeforeRecording(Misunderstood):
    """The start is the trouble, and not the end."""


def window(start: str, end: str, length_ms: int = 0) -> tuple[int, int]:
    """Start and end in ms from what a person typed in seconds, the end no later than the session's.

    `length_ms` is that of the session, 0 where it isn't known. Raises Misunderstood.
    """
    try:
        start_ms, end_ms = round(float(start) * 1000), round(float(end) * 1000)
    except (ValueError, OverflowError):
        raise Misunderstood("Start and end are seconds, such as 12.5.") from None
    if start_ms < 0:
        raise BeforeRecording("A clip can’t begin before the recording does, which is at 0 seconds.")
    if end_ms <= start_ms:
        raise Misunderstood("The end must come after the start.")
    if length_ms and start_ms >= length_ms:
        raise Misunderstood("The session ends after %(n)s s.", n=length_ms // 1000)
    if end_ms - start_ms > LONGEST_MS:
        raise Misunderstood("A clip is at most %(n)s seconds long.", n=LONGEST_MS // 1000)
    return start_ms, min(end_ms, length_ms) if length_ms else end_ms


def is_cut(end: str, end_ms: int) -> bool:
    """Whether the end is before what was typed, because the recording ends there."""
    return round(float(end) * 1000) - end_ms >= TRIFLE_MS


def begun_earlier(start_ms: int, end_ms: int) -> tuple[int, int]:
    """The window begun five seconds earlier, or where the recording begins. What makes it too long is cut at its end.

    Raises Misunderstood when there is nothing earlier.
    """
    if start_ms < TRIFLE_MS:
        raise Misunderstood("The recording begins where this clip begins; there is nothing earlier.")
    start = max(0, start_ms - STEP_MS)
    return start, min(end_ms, start + LONGEST_MS)


def ended_later(start_ms: int, end_ms: int, length_ms: int = 0) -> tuple[int, int]:
    """The window ended five seconds later, or where the recording ends. What makes it too long is cut at its start.

    `length_ms` is that of the session, 0 where it isn't known. Raises Misunderstood when there is nothing later.
    """
    if length_ms and length_ms - end_ms < TRIFLE_MS:
        raise Misunderstood("The recording ends where this clip ends; there is nothing later.")
    end = min(end_ms + STEP_MS, length_ms or end_ms + STEP_MS)
    return max(start_ms, end - LONGEST_MS), end


def given_less(before: tuple[int, int], after: tuple[int, int], locale: Locale) -> str:
    """What to say of a window that was moved by less than five seconds, or that lost something at its other end.

    Empty where it is just as it was asked for.
    """
    earlier, later, most = before[0] - after[0], after[1] - before[1], locale.number(LONGEST_MS // 1000)
    sentences = []
    if TRIFLE_MS <= earlier < STEP_MS - TRIFLE_MS:
        n = seconds(earlier, locale)
        sentences.append(
            locale.text("Only %(n)s s more were recorded before this clip; the new one begins there.", n=n)
        )
    if TRIFLE_MS <= later < STEP_MS - TRIFLE_MS:
        n = seconds(later, locale)
        sentences.append(locale.text("Only %(n)s s more were recorded after this clip; the new one ends there.", n=n))
    if later <= -TRIFLE_MS:
        n = seconds(-later, locale)
        sentences.append(
            locale.text("A clip is at most %(most)s s long; the new one ends %(n)s s sooner.", most=most, n=n)
        )
    if earlier <= -TRIFLE_MS:
        n = seconds(-earlier, locale)
        sentences.append(
            locale.text("A clip is at most %(most)s s long; the new one begins %(n)s s later.", most=most, n=n)
        )
    return " ".join(sentences)


def seconds(ms: int, locale: Locale) -> str:
    """A length in seconds, with a decimal where it has one."""
    tenths = round(ms / 100)
    return locale.number(tenths / 10 if tenths % 10 else tenths // 10)
