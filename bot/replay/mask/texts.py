"""Texts of a page that may hold an address or a number, alone or together with what stands beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import Any

from bot.replay.mask.text_runs import TextRuns

Hide = Callable[[str], tuple[str, Counter[str]]]
"""A text with what is sensitive in it as dots, of the same length; and how much of what kind."""

DOT = "•"
MOST_DOTS = 12
APART = " "
ELSEWHERE = DOT
"""What stands between texts of which one may be anywhere: nothing that a value could go on after."""

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
    _overwritten: list[tuple[dict[str, Any], str]] = field(default_factory=list)
    """Places of texts that have another text, or another node of the same number, in the same event."""
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
        if id in self._places:
            self._overwritten.append(self._places[id])
        self._places[id] = (holder, key)

    def mask(self) -> list[dict[str, Any]]:
        """Writes what may be seen. Returns changes of texts outside of the event that are now part of a value.

        Raises ValueError when that is too much work.
        """
        places, self._places = self._places, {}
        for holder, key in self._overwritten:
            holder[key], _ = self.hide(str(holder[key]))
        self._overwritten.clear()
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
        """The texts of a run, with what is hidden in it however it is read."""
        texts = [self.runs.spots[id].text or "" for id in run]
        drawn = [self.runs.drawn(id) for id in run] if len(run) > 1 else []
        seams = [_seam(*both) for both in zip(pairwise(texts), pairwise(drawn), strict=True)] if drawn else []
        parts, kinds = _covered(texts, seams, self.hide)
        before = self._counted.get(run[0], Counter())
        self.hidden.update(kinds - before)
        if kinds:
            self._counted[run[0]] = kinds | before
        return parts


def _covered(texts: list[str], seams: list[str], hide: Hide) -> tuple[list[str], Counter[str]]:
    """The texts of one line with what is sensitive as dots, and how much of what kind.

    They are read as one text, then each for itself, since what stands before a number may hide it. Boxes beside one
    another may stand apart, so they are read, too, with what may be taken to stand between each and the next one.
    """
    whole = "".join(texts)
    covered, kinds = hide(whole)
    if len(texts) == 1:
        return [covered], kinds
    if any(seams):
        apart = [text + seam for text, seam in zip(texts, [*seams, ""], strict=True)]
        separate, others = hide("".join(apart))
        covered = _both(whole, covered, "".join(_cut(separate, apart, texts)))
        kinds |= others
    parts = []
    for text, part in zip(texts, _cut(covered, texts, texts), strict=True):
        again, more = hide(part)
        alone, others = hide(text)
        parts.append(_both(text, again, alone))
        kinds += more if parts[-1] == again else more + others
    return parts, kinds


def _seam(texts: tuple[str, str], drawn: tuple[int | None, int | None]) -> str:
    """What may stand between two texts: the end of a word, between a letter and a digit; or the end of a drawn text."""
    if drawn[0] != drawn[1]:
        return ELSEWHERE
    ends = texts[0][-1:] + texts[1][:1]
    return APART if len(ends) == len("1a") and ends.isalnum() and ends[0].isdigit() != ends[1].isdigit() else ""


def _cut(whole: str, lengths: list[str], texts: list[str]) -> list[str]:
    """A text in pieces that are as long as `lengths` say, of each as much as is of `texts`."""
    ends = list(accumulate(map(len, lengths), initial=0))
    return [whole[start : start + len(text)] for start, text in zip(ends, texts, strict=False)]


def _both(text: str, one: str, other: str) -> str:
    """What is hidden in either."""
    if one in {text, other}:
        return other
    return "".join(b if a == letter else a for letter, a, b in zip(text, one, other, strict=True))
