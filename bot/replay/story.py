"""The words of a clip: what happened in the window, for the strip below the page and for those who do not see it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from bot.replay.model import Line, Window
from bot.replay.moment import idle_stretches
from bot.replay.recording import Recording
from bot.replay.transcript import words_of
from bot.runtime.locale import Locale


@dataclass(frozen=True, slots=True)
class Story:
    """Caption, alt text, transcript, and the idle stretches (from, to, in ms of the recording) that are left out."""

    caption: str
    alt_text: str
    transcript: tuple[Line, ...]
    cuts: tuple[tuple[int, int], ...] = ()
    skipped: Counter[str] = field(default_factory=Counter)


def story_of(recording: Recording, window: Window, locale: Locale) -> Story:
    words = words_of(recording, window, locale)
    cuts = idle_stretches(recording, window)
    return Story(words.caption, words.alt_text, words.transcript, cuts, recording.skipped)
