"""Joins the verdicts of a sender's own SDK to the actions found in the recording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.replay.model import DetectedAction
from bot.replay.recording import JsonObject
from bot.signals.question import Signal

TOLERANCE_MS = 150
"""The SDK's clock for actions and the recorder's differ by a few ms; two clicks of a person by more than this."""


def joined(actions: list[DetectedAction], verdicts: Sequence[tuple[int, JsonObject]]) -> list[DetectedAction]:
    """Returns the actions, with the SDK's types, name and selector where it has a verdict. Both are ordered by time."""
    if not verdicts:
        return actions
    waiting = sorted(verdicts, key=lambda verdict: verdict[0])
    out = []
    for action in actions:
        while waiting and waiting[0][0] < action.epoch_ms - TOLERANCE_MS:
            waiting.pop(0)
        near = bool(waiting) and abs(waiting[0][0] - action.epoch_ms) <= TOLERANCE_MS
        out.append(_with_verdict(action, waiting.pop(0)[1]) if near else action)
    return out


def _with_verdict(action: DetectedAction, verdict: JsonObject) -> DetectedAction:
    types = verdict.get("types")
    names = types if isinstance(types, list) else []
    name, selector = verdict.get("name"), verdict.get("selector")
    return replace(
        action,
        types=tuple(signal for signal in Signal if signal.value in names),
        name=name if isinstance(name, str) and name else action.name,
        selector=selector if isinstance(selector, str) and selector else action.selector,
    )
