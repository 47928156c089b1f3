"""Joins the verdicts of a sender's own SDK to the actions found in the recording.

A verdict is a RUM event about a click, or the record of a frustration that some Datadog SDKs write into the replay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.replay.detect.click_rules import CHAIN_MS, RAGE_CLICKS
from bot.replay.model import DetectedAction
from bot.replay.recording import JsonObject
from bot.signals.question import Signal

TOLERANCE_MS = 150
"""The SDK's clock for actions and the recorder's differ by a few ms; two clicks of a person by more than this."""


@dataclass(frozen=True, slots=True)
class SdkVerdict:
    """What the SDK said of one action. Its `id` is empty in the replay's own records, which name no target."""

    at: int
    at_ms: int
    types: tuple[Signal, ...]
    name: str
    selector: str
    clicks: int
    """As far as it is told; a rage click has at least three."""
    href: str
    window: str
    id: str = ""

    @classmethod
    def of(cls, payload: JsonObject, at: int, at_ms: int, href: str, window: str) -> SdkVerdict:
        names = payload.get("types", payload.get("frustrationTypes"))
        types = tuple(signal for signal in Signal if signal.value in names) if isinstance(names, list) else ()
        records = payload.get("recordIds")
        recorded = len(records) if isinstance(records, list) else 0
        least = RAGE_CLICKS if Signal.RAGE in types else 1
        name, selector, number = (_text(payload.get(key)) for key in ("name", "selector", "id"))
        return cls(at, at_ms, types, name, selector, max(recorded, least), href, window, number)

    def alone(self) -> DetectedAction:
        """Returns the action for which no click was found. Where on the page it was is not known."""
        return DetectedAction(
            self.at_ms, self.at, self.types, self.selector, self.name, self.clicks, 0, 0, self.href, "", self.window
        )

    def applied(self, action: DetectedAction) -> DetectedAction:
        name, selector = self.name or action.name, self.selector or action.selector
        return replace(action, types=self.types, name=name, selector=selector, clicks=max(action.clicks, self.clicks))


def joined(actions: list[DetectedAction], verdicts: Sequence[SdkVerdict]) -> list[DetectedAction]:
    """Returns the actions with the SDK's types, name and selector; what it says is kept where no click was found, too.

    A click between two verdicts that the SDK says nothing of is no signal: it knew better. Before the first and after
    the last one, where it may not have been listening, ours stand. The actions are ordered by time.
    """
    waiting = _distinct(verdicts)
    if not waiting:
        return actions
    first, last = waiting[0].at - TOLERANCE_MS, waiting[-1].at + CHAIN_MS
    out = []
    for action in actions:
        while waiting and waiting[0].at < action.epoch_ms - TOLERANCE_MS:
            out.append(waiting.pop(0).alone())
        if waiting and waiting[0].at <= action.epoch_ms + TOLERANCE_MS:
            out.append(waiting.pop(0).applied(action))
        else:
            out.append(replace(action, types=()) if first <= action.epoch_ms <= last else action)
    return [*out, *(verdict.alone() for verdict in waiting)]


def _distinct(verdicts: Sequence[SdkVerdict]) -> list[SdkVerdict]:
    """Returns one verdict for each action in order of time: the newest of each id, and RUM's before the replay's."""
    newest = {verdict.id or f"{number} in the replay": verdict for number, verdict in enumerate(verdicts)}
    rum = [verdict for verdict in newest.values() if verdict.id or verdict.selector or verdict.name]
    records = [verdict for verdict in newest.values() if not (verdict.id or verdict.selector or verdict.name)]
    if rum:
        first, last = min(verdict.at for verdict in rum), max(verdict.at for verdict in rum)
        records = [one for one in records if not first - TOLERANCE_MS <= one.at <= last + TOLERANCE_MS]
    return sorted([*rum, *records], key=lambda verdict: verdict.at)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
