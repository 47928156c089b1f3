"""Clips that were shown, what channels set for theirs, and how each clip ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import msgspec

from bot.kernel.errors import Conflict, Unfilmable
from bot.notebook.shown_clip import ShownClip
from bot.services.clips.clip_settings import ClipSettings
from bot.signals.asked_question import AskedQuestion
from bot.signals.source import Moment
from bot.state import keys
from bot.state.once import Once
from bot.state.records import Records, RecordStore

Ending = Literal["shown", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class ClipOutcome:
    """How a clip ended, decided once: whoever comes second finds what the first one did. `who` cancelled it."""

    ending: Ending
    who: str = ""
    first: bool = True


class RecentClip(msgspec.Struct, frozen=True):
    """A clip that was shown in a channel, and the question under which."""

    id: str
    asked: str
    channel: str
    caption: str
    captions: dict[str, str] = {}
    """The same in every language, by its tag: whoever looks at it need not have asked for it."""

    def caption_in(self, language: str) -> str:
        return self.captions.get(language, self.caption)


MOST_RECENT = 40


class ClipRecords:
    def __init__(self, records: RecordStore, once: Once) -> None:
        self._shown = Records(records, ShownClip)
        self._recent = Records(records, tuple[RecentClip, ...])
        self._of_question = Records(records, tuple[str, ...])
        self._settings = Records(records, ClipSettings)
        self._moments = Records(records, dict[str, Moment])
        self._once = once

    async def shown(self, team: str, id: str) -> ShownClip | None:
        record = await self._shown.get(keys.record(team, "shown", id))
        return record[0] if record else None

    async def keep(self, asked: AskedQuestion, clip: ShownClip) -> None:
        """Keeps a clip that is about to be shown for a question."""
        await self._shown.change(keys.record(asked.team, "shown", clip.id), lambda _: clip)
        await self._of_question.change(
            keys.record(asked.team, "clips", asked.id),
            lambda ids: ids if ids and clip.id in ids else (*(ids or ()), clip.id),
        )
        captions = {tag: words.caption for tag, words in clip.clip.words.items()}
        recent = RecentClip(clip.id, asked.id, asked.channel, clip.clip.caption, captions)

        def noted(before: tuple[RecentClip, ...] | None) -> tuple[RecentClip, ...]:
            known = before or ()
            return known if any(each.id == clip.id for each in known) else (recent, *known)[:MOST_RECENT]

        await self._recent.change(keys.record(asked.team, "recent-clips", "all"), noted)

    async def recent(self, team: str) -> tuple[RecentClip, ...]:
        """Returns the clips that were shown last, the newest first."""
        record = await self._recent.get(keys.record(team, "recent-clips", "all"))
        return record[0] if record else ()

    async def of_question(self, asked: AskedQuestion) -> list[ShownClip]:
        """Returns the clips shown for a question, in order."""
        record = await self._of_question.get(keys.record(asked.team, "clips", asked.id))
        clips = [await self.shown(asked.team, id) for id in (record[0] if record else ())]
        return [clip for clip in clips if clip]

    async def keep_moments(self, asked: AskedQuestion, moments: Iterable[Moment]) -> None:
        """Keeps moments that were shown side by side: a question doesn't list those without a signal."""
        new = {moment.session_id: moment for moment in moments}
        await self._moments.change(keys.record(asked.team, "moments", asked.id), lambda kept: {**(kept or {}), **new})

    async def moment(self, asked: AskedQuestion, session: str) -> Moment | None:
        """Returns the moment of a session that was shown side by side with others."""
        record = await self._moments.get(keys.record(asked.team, "moments", asked.id))
        return record[0].get(session) if record else None

    async def reason(self, asked: AskedQuestion, session: str) -> str:
        """Returns why a session was chosen when it was first shown for a question; empty where it wasn't."""
        clips = await self.of_question(asked)
        return next((clip.reason or clip.clip.why for clip in clips if clip.session == session), "")

    async def after_fix(self, asked: AskedQuestion) -> frozenset[str]:
        """Returns the sessions that were shown for a question as ones from after a fix."""
        return frozenset(session for clip in await self.of_question(asked) for session in clip.after_fix)

    async def words(self, asked: AskedQuestion, session: str) -> str:
        """Returns the words of the question that a session was last shown for, which may have been refined since."""
        clips = await self.of_question(asked)
        return next((clip.words for clip in reversed(clips) if clip.session == session and clip.words), asked.text)

    async def length_ms(self, team: str, id: str) -> int:
        """Returns how long the session of a shown clip is; 0 where that isn't known."""
        clip = await self.shown(team, id)
        return clip.length_ms if clip else 0

    async def settings(self, team: str, channel: str) -> tuple[ClipSettings, int]:
        """Returns the channel's settings and their version (0: nobody changed anything yet).

        Raises Unfilmable when they can't be read: what a channel wants hidden is unknown then, so nothing may be
        filmed.
        """
        try:
            record = await self._settings.get(keys.record(team, "channel", channel))
        except msgspec.MsgspecError as broken:
            raise Unfilmable(
                "This channel’s clip settings can’t be read; open /replay settings and save them."
            ) from broken
        return record or (ClipSettings(), 0)

    async def settings_to_edit(self, team: str, channel: str) -> tuple[ClipSettings, int]:
        """The same for the modal, which opens for settings that can't be read, too: there they are put right."""
        try:
            return await self.settings(team, channel)
        except Unfilmable:
            return ClipSettings(), await self._settings.version(keys.record(team, "channel", channel))

    async def save_settings(self, team: str, channel: str, wanted: ClipSettings, version: int) -> int:
        """Keeps them over the version that was shown; returns the new one. Raises Conflict when someone was faster."""
        try:
            return await self._settings.put(keys.record(team, "channel", channel), wanted, version)
        except Conflict:
            raise Conflict("Someone changed these settings in the meantime; please open them again.") from None

    async def request_once(self, team: str, question: str, meaning: str) -> bool:
        """Returns True for the first wish for this clip, and False for every other."""
        return await self._once.first(keys.once(team, "clip", question, meaning))

    async def note_wish(self, team: str, question: str, meaning: str, clip: str) -> None:
        """Notes which clip a wish led to."""
        await self._once.note(keys.once(team, "clip", question, meaning), clip)

    async def wished(self, team: str, question: str, meaning: str) -> str:
        """Returns the id of the clip that a wish led to; empty before it was chosen."""
        return await self._once.done(keys.once(team, "clip", question, meaning)) or ""

    async def reopen(self, team: str, clip: str) -> None:
        """However it ended, nobody was shown it: it may be made again."""
        await self._once.forget(keys.once(team, "clip-end", clip))

    async def end(self, team: str, clip: str, ending: Ending, who: str = "") -> ClipOutcome:
        """Ends a clip, unless it has ended: then the outcome is what became of it, and `first` is False."""

        async def ended() -> str:
            return f"{ending}:{who}"

        first, result = await self._once.run(keys.once(team, "clip-end", clip), ended)
        then, _, by = result.partition(":")
        return ClipOutcome(msgspec.convert(then, Ending), by, first)

    async def ended(self, team: str, clip: str) -> bool:
        return await self._once.done(keys.once(team, "clip-end", clip)) is not None

    async def cancelled(self, team: str, clip: str) -> bool:
        return (await self._once.done(keys.once(team, "clip-end", clip)) or "").startswith("cancelled:")

    async def came_to_nothing(self, team: str, clip: str) -> bool:
        """Whether it was cancelled or failed, so that its message has *Try again* at most."""
        ending = await self._once.done(keys.once(team, "clip-end", clip)) or ""
        return ending.startswith(("cancelled:", "failed:"))
