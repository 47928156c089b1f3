"""Asks for clips, and says which windows a clip can have."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import msgspec

from bot.kernel.errors import Missing, Misunderstood, Unfilmable
from bot.kernel.ids import meaning
from bot.kernel.locale import Locale
from bot.services import queued_jobs
from bot.services.clips import channel_settings
from bot.services.desk import Desk
from bot.services.questions import lookup
from bot.signals.asked_question import AskedQuestion
from bot.signals.source import Moment
from bot.slack.buttons import Pressed
from bot.state import keys

LONGEST_MS = 30_000
MOST_LISTED = 10
LONGEST_ID = 150
SHOWN, FAILED, CANCELLED = "shown", "failed", "cancelled"


@dataclass(frozen=True, slots=True)
class ClipOutcome:
    """How a clip ended, decided once: whoever comes second finds what the first one did. `who` cancelled it."""

    how: str
    who: str = ""
    first: bool = True


async def request(desk: Desk, wanted: queued_jobs.ChooseClipJob) -> bool:
    """Have a clip made; False when it was asked for before: one session and window of a question is one clip.

    A question that was refined is another one, though its message is the same. Raises Missing without the question.
    """
    asked = (await lookup.asked(desk, wanted.team, wanted.asked)).question
    of = (asked.target, asked.view, asked.period.start, asked.period.end)
    name = meaning(wanted.session, wanted.start_ms, wanted.end_ms, wanted.attempt, *of)
    first = await desk.once.first(keys.once(wanted.team, "clip", wanted.asked, name))
    await desk.queue.put("choose", wanted, id=f"choose:{wanted.asked}:{name}")
    return first


async def at_once(desk: Desk, asked: AskedQuestion, signals: int) -> None:
    """A clip with an answer, where the channel wants that. Settings that can't be read are told on a press."""
    if not signals:
        return
    with suppress(Unfilmable):
        wanted, _ = await channel_settings.settings(desk, asked.team, asked.channel)
        if wanted.at_once:
            await request(desk, queued_jobs.ChooseClipJob(asked.team, asked.id, unasked=True))


async def end(desk: Desk, team: str, clip: str, how: str, who: str = "") -> ClipOutcome:
    """End a clip, unless it has ended: then `how` is what became of it, and `first` is False."""

    async def ended() -> str:
        return f"{how}:{who}"

    first, result = await desk.once.run(_end_of(team, clip), ended)
    then, _, by = result.partition(":")
    return ClipOutcome(then, by, first)


async def is_ended(desk: Desk, team: str, clip: str) -> bool:
    return await desk.once.done(_end_of(team, clip)) is not None


async def cancel(desk: Desk, team: str, pressed: Pressed, who: str) -> ClipOutcome:
    """Stop a clip that waits or is being filmed, and say so in its message. What has ended stays as it is."""
    found = await end(desk, team, pressed.target, CANCELLED, who)
    if found.how == CANCELLED and found.who == who:  # pressed again: whatever was left undone is done now
        await desk.films.cancel(f"clip:{pressed.target}")
        person = await desk.people.get(team, who)
        asked = await lookup.asked(desk, team, pressed.id)
        again = again_of(pressed)
        message = desk.messages.message("replay/cancelled", asked.locale, by=person.name, again=again.value())
        await desk.outbox.update(f"clip:{pressed.target}", message, team=team)
    return found


def again_of(pressed: Pressed) -> Pressed:
    """What *Try again* carries: the same wish, one attempt later."""
    return msgspec.structs.replace(pressed, version=pressed.version + 1, target="")


def button_of(job: queued_jobs.RenderClipJob) -> Pressed:
    """What the buttons of a clip on its way carry: the wish as it was, and which clip it is."""
    return Pressed(
        job.asked,
        version=job.attempt,
        session=job.picked,
        start_ms=job.start_ms,
        end_ms=job.end_ms,
        by=job.by,
        target=job.id,
    )


def _end_of(team: str, clip: str) -> str:
    return keys.once(team, "clip-end", clip)


async def length_ms(desk: Desk, team: str, pressed: Pressed) -> int:
    """How long the session of a shown clip is; 0 where that isn't known."""
    found = await desk.shown.get(keys.record(team, "shown", pressed.target))
    return found[0].length_ms if found else 0


def newest(moments: Sequence[Moment]) -> list[Moment]:
    """What *Pick a session* lists: one moment a session, newest first, no more than anybody reads. Raises Missing.

    Slack takes 150 characters of a choice, so a session with a longer id can't be picked.
    """
    ordered = sorted(moments, key=lambda it: it.at.timestamp())
    found = {it.session_id: it for it in ordered if len(it.session_id) <= LONGEST_ID}
    if not found:
        raise Missing("None of these sessions can be picked here.")
    return sorted(found.values(), key=lambda it: it.at.timestamp(), reverse=True)[:MOST_LISTED]


def window(start: str, end: str, locale: Locale, length_ms: int = 0) -> tuple[int, int]:
    """Start and end in ms from what a person typed in seconds. `length_ms` is the session's, where it is known.

    Raises Misunderstood.
    """
    try:
        start_ms, end_ms = round(float(start) * 1000), round(float(end) * 1000)
    except (ValueError, OverflowError):
        raise Misunderstood(locale.text("Start and end are seconds, such as 12.5.")) from None
    if start_ms < 0 or end_ms <= start_ms:
        raise Misunderstood(locale.text("The end must come after the start."))
    if length_ms and start_ms >= length_ms:
        raise Misunderstood(locale.text("The session ends after %(n)s seconds.", n=locale.number(length_ms // 1000)))
    if end_ms - start_ms > LONGEST_MS:
        raise Misunderstood(locale.text("A clip is at most %(n)s seconds long.", n=LONGEST_MS // 1000))
    return start_ms, end_ms


def moved(start_ms: int, end_ms: int, *, start_by: int, end_by: int) -> tuple[int, int]:
    """The window with its ends moved; what makes it too long is cut at the end that was not moved."""
    start, end = max(0, start_ms + start_by), end_ms + end_by
    if end - start > LONGEST_MS:
        start, end = (start, start + LONGEST_MS) if start_by else (end - LONGEST_MS, end)
    return start, end
