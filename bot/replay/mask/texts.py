"""Texts of a page that may hold an address or a number, alone or together with what stands beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container
from dataclasses import dataclass, field
from typing import Any

from bot.replay.mask.text_runs import TextRuns

Hide = Callable[[str], tuple[str, Counter[str]]]
"""A text with what is sensitive in it as dots, of the same length; and how much of what kind."""

DOT = "•"
MOST_DOTS = 12


NEAR = 40
"""Of a long run only so many texts before and after a changed one are looked at again; no value has more pieces."""


def _near(run: list[int], changed: Container[int]) -> list[list[int]]:
    """The parts of a run that a change can matter to."""
    parts: list[list[int]] = []
    end = 0
    for at, id in enumerate(run):
        if id in changed:
            if at - NEAR > end or not parts:
                parts.append([])
                end = max(end, at - NEAR)
            parts[-1] += run[end : at + NEAR + 1]
            end = max(end, min(at + NEAR + 1, len(run)))
    return parts


def dots(text: str) -> str:
    """Returns a dot for each character, but never so many that they give away the length of a long text."""
    return DOT * min(len(text), MOST_DOTS)


@dataclass(slots=True)
class Texts:
    """Texts of one page. What an event brings is put here and masked at its end, when all of it is there."""

    hide: Hide
    hidden: Counter[str]
    runs: TextRuns = field(default_factory=TextRuns)
    _places: dict[int, tuple[dict[str, Any], str]] = field(default_factory=dict)
    _shown: dict[int, str] = field(default_factory=dict)
    _counted: dict[int, Counter[str]] = field(default_factory=dict)
    """What was counted of a run already, by its first text: a clock beside an address makes no new address."""

    def put(self, id: int, parent: int | None, holder: dict[str, Any], key: str, before: int | None = None) -> None:
        """A text, new or changed, and where the event has it."""
        spot = self.runs.spots.get(id)
        text = str(holder.get(key) or "")
        if spot is not None and spot.text is not None and spot.parent == parent:
            spot.text = text
        else:
            self.runs.text(id, parent, text, before)
        self._places[id] = (holder, key)

    def mask(self) -> list[dict[str, Any]]:
        """Writes what may be seen. Returns changes of texts outside of the event that are now part of a value.

        Raises ValueError when that is too much work.
        """
        places, self._places = self._places, {}
        beside = []
        for run in (part for full_run in self.runs.runs(places) for part in _near(full_run, places)):
            for id, text in zip(run, self._masked(run), strict=True):
                if id in places:
                    holder, key = places[id]
                    holder[key] = text
                elif text != self._shown.get(id):
                    beside.append({"id": id, "value": text})
                self._shown[id] = text
        return beside

    def _masked(self, run: list[int]) -> list[str]:
        """The texts of a run: first as one text, then each for itself (what stands before a number may hide it)."""
        texts = [self.runs.spots[id].text or "" for id in run]
        together, kinds = self.hide("".join(texts))
        parts, at = [], 0
        for text in texts:
            part, more = self.hide(together[at : at + len(text)]) if len(run) > 1 else (together, Counter())
            parts.append(part)
            kinds += more
            at += len(text)
        before = self._counted.get(run[0], Counter())
        self.hidden.update(kinds - before)
        if kinds:
            self._counted[run[0]] = kinds | before
        return parts
