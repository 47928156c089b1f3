"""Styles as events hold them: sheets, rules, declarations, changes of an element's own; with nobody seen in them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from bot.replay.mask.style_findings import StyleFindings, is_counting, without_numbers
from bot.replay.mask.style_sheets import without_pictures, without_values
from bot.replay.mask.texts import Hide
from bot.replay.model import Masks


@dataclass(slots=True)
class StyleMasks:
    """Masks styles, and remembers what it found in them."""

    masks: Masks
    hide: Hide
    hidden: Counter[str]
    counts: bool = True
    """Whether counters may begin where styles say."""
    findings: StyleFindings = field(default_factory=StyleFindings)

    def masked(self, value: Any, property: str = "") -> Any:
        """The same with nothing to be seen of anybody in any style sheet, rule or value within."""
        if isinstance(value, str):
            return self._masked(value, property)
        if isinstance(value, dict):
            of_rule = value.get("property")
            if isinstance(of_rule, str):  # of which rule is not known here
                self.findings.search(f"*{{{of_rule}:{value.get('value')}}}")
            return {name: self.masked(inner, _property(name, of_rule)) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.masked(inner, property) for inner in value]
        return value

    def _masked(self, css: str, property: str) -> str:
        self.findings.search(f"{property}:{css}" if property else css)
        if self.masks.text:
            if not self.counts:
                css = without_numbers(f"{property}:{css}").partition(":")[2] if property else without_numbers(css)
            css, kinds = without_values(css, self.hide)
            self.hidden.update(kinds)
        if self.masks.images:
            css, count = without_pictures(css)
            self.hidden["image"] += count
        return css


def _property(name: str, of_rule: object) -> str:
    """The property that a value is of, where it sets counters."""
    for one in (of_rule if name == "value" else None, name):
        if isinstance(one, str) and is_counting(one):
            return one
    return ""
