"""Asks for clips, and says which windows a clip can have."""

from __future__ import annotations

from bot.desk import work
from bot.desk.desk import Desk
from bot.desk.ids import meaning
from bot.runtime import keys
from bot.runtime.errors import Misunderstood
from bot.runtime.locale import Locale

LONGEST_MS = 30_000


async def request(desk: Desk, wanted: work.Choose) -> bool:
    """Have a clip made; False when it was asked for before: one session and window of a question is one clip."""
    name = meaning(wanted.session, wanted.start_ms, wanted.end_ms, wanted.attempt)
    first = await desk.once.first(keys.once(wanted.team, "clip", wanted.asked, name))
    await desk.queue.put("choose", wanted, id=f"choose:{wanted.asked}:{name}")
    return first


def window(start: str, end: str, locale: Locale) -> tuple[int, int]:
    """Start and end in ms from what a person typed in seconds. Raises Misunderstood."""
    try:
        start_ms, end_ms = round(float(start) * 1000), round(float(end) * 1000)
    except (ValueError, OverflowError):
        raise Misunderstood(locale.text("Start and end are seconds, such as 12.5.")) from None
    if start_ms < 0 or end_ms <= start_ms:
        raise Misunderstood(locale.text("The end must come after the start."))
    if end_ms - start_ms > LONGEST_MS:
        raise Misunderstood(locale.text("A clip is at most %(n)s seconds long.", n=LONGEST_MS // 1000))
    return start_ms, end_ms


def moved(start_ms: int, end_ms: int, *, start_by: int, end_by: int) -> tuple[int, int]:
    """The window with its ends moved; what makes it too long is cut at the end that was not moved."""
    start, end = max(0, start_ms + start_by), end_ms + end_by
    if end - start > LONGEST_MS:
        start, end = (start, start + LONGEST_MS) if start_by else (end - LONGEST_MS, end)
    return start, end
