"""The part of a recording that is shown, as it may be seen."""

from __future__ import annotations

from bot.replay.mask.masker import masked
from bot.replay.mask.sensitive import hide
from bot.replay.model import MaskReport, Masks, Window
from bot.replay.recording import JsonObject, Recording
from bot.replay.script.trim import coming, playable


def masked_part(recording: Recording, window: Window, masks: Masks) -> tuple[list[JsonObject], MaskReport]:
    """Returns the events that show a window, masked. Raises `Unfilmable`."""
    events = playable(recording, window.start_ms, window.end_ms)
    return masked(events, masks, hide, coming(recording, window.end_ms))
