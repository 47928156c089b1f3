"""Joins what a sender's own SDK said about actions to what was found in the recording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.replay.model import DetectedAction
from bot.replay.recording import JsonObject
from bot.signals.question import Signal

TOLERANCE_MS = 150
"""The SDK's clock for actions and the recorder's differ by a few ms; two clicks of a person by more than this."""


def joined(actions: list[DetectedAction], verdicts: Sequence[tuple[int, JsonObject]]) -> list[DetectedAction]:
    """The actions with the SDK's types, name and selector wherever it spoke about them. Both are ordered by time."""
    if not verdicts:
        return actions
    waiting = sorted(verdicts, key=lambda verdict: verdict[0])
    out = []
    for action in actions:
        while waiting and waiting[0][0] < action.epoch_ms - TOLERANCE_MS:
            waiting.pop(0)
        near = bool(waiting) and abs(waiting[0][0] - action.epoch_ms) <= TOLERANCE_MS
        out.append(_as_said(action, waiting.pop(0)[1]) if near else action)
    return out


def _as_said(action: DetectedAction, said: JsonObject) -> DetectedAction:
    types = said.get("types")
    names = types if isinstance(types, list) else []
    name, selector = said.get("name"), said.get("selector")
    return replace(
        action,
        types=tuple(signal for signal in Signal if signal.value in names),
        name=name if isinstance(name, str) and name else action.name,
        selector=selector if isinstance(selector, str) and selector else action.selector,
    )
